"""Dateline in programs made of LangChain's own parts: in process, and by URL."""

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.documents import Document
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnablePassthrough
from langchain_openai import ChatOpenAI
from pydantic import ValidationError

from api.answer_schemas import AnswerOut
from api.client import Dateline
from api.langchain import DatelineAnswerer, DatelineRetriever, answer_of
from api.passage_ids import Named, read_passage_id
from corpus.errors import DatelineError
from tests.running import Server
from tests.scripted_model import ScriptedModel

WHY = "Why does Putin avoid the meeting?"
NOT_SAID = "What is the capital of France?"


@pytest.fixture(params=["in process", "by url"])
def source(request: pytest.FixtureRequest, server: Server) -> dict[str, Any]:
    return {"engine": server.engine} if request.param == "in process" else {"url": server.url}


@pytest.fixture(scope="module")
def dateline(server: Server) -> Iterator[Dateline]:
    with Dateline(server.url) as dateline:
        yield dateline


def same(one: AnswerOut, other: AnswerOut) -> bool:
    """The same evidence; where it is read depends on who was asked."""
    return (one.answer, one.statements, [c.model_dump(exclude={"url"}) for c in one.citations]) == (
        other.answer,
        other.statements,
        [c.model_dump(exclude={"url"}) for c in other.citations],
    )


async def test_documents_are_exact_passages_with_their_place(source: dict[str, Any], dateline: Dateline) -> None:
    retriever = DatelineRetriever(**source, search_kwargs={"top_k": 4})
    documents = retriever.invoke(WHY)
    assert documents == await retriever.ainvoke(WHY) and 1 < len(documents) <= 4
    for document in documents:
        about = document.metadata
        body = dateline.article(about["article_id"], revision=about["revision"]).body
        assert body[about["start"] : about["end"]] == document.page_content
        assert about["url"] == about["source"] and about["score"] > 0 and about["publisher"] and about["published_at"]
        span = (about["start"], about["end"])
        assert document.id and read_passage_id(document.id) == Named(about["article_id"], about["revision"], span)
    assert [one.page_content for one in documents] == [one.text for one in dateline.search(WHY, top_k=4).data]
    assert len(retriever.invoke(WHY, top_k=1)) == 1 and retriever.invoke(WHY, as_of="1999-01-01") == []


async def test_the_retriever_feeds_a_chain(source: dict[str, Any]) -> None:
    def numbered(documents: list[Document]) -> str:
        return "\n".join(f"<passage>\n{document.page_content}\n</passage>" for document in documents)

    prompt = ChatPromptTemplate.from_template("{passages}\n<question>\n{question}\n</question>")
    with ScriptedModel() as scripted:
        model = ChatOpenAI(model="good", base_url=scripted.base_url, api_key="none")
        passages = DatelineRetriever(**source) | numbered
        chain = {"passages": passages, "question": RunnablePassthrough()} | prompt | model | StrOutputParser()
        said = chain.invoke(WHY)
        assert "Putin" in said and said.endswith("[1].")
        assert await chain.ainvoke(WHY) == said == "".join([piece async for piece in chain.astream(WHY)])


@pytest.mark.parametrize("question", [WHY, NOT_SAID])
async def test_the_answerer_says_what_the_api_says(source: dict[str, Any], dateline: Dateline, question: str) -> None:
    answerer = DatelineAnswerer(**source)
    native = dateline.ask(question)
    message = answerer.invoke(question)
    assert message.text == native.answer and same(answer_of(message), native)
    assert same(answer_of(await answerer.ainvoke(question)), native)
    for chunks in (list(answerer.stream(question)), [chunk async for chunk in answerer.astream(question)]):
        assert len(chunks) >= 2 and "".join(chunk.text for chunk in chunks) == native.answer
        whole = chunks[0]
        for chunk in chunks[1:]:
            whole += chunk
        assert whole.text == native.answer and same(answer_of(whole), native)


async def test_the_answerer_stands_where_a_model_stands(source: dict[str, Any], dateline: Dateline) -> None:
    chain = (
        ChatPromptTemplate.from_template("Why does {who} avoid the meeting?")
        | DatelineAnswerer(**source)
        | StrOutputParser()
    )
    native = dateline.ask(WHY).answer
    assert chain.invoke({"who": "Putin"}) == native == "".join(chain.stream({"who": "Putin"}))
    assert [native] * 2 == await chain.abatch([{"who": "Putin"}] * 2)


def test_options_and_earlier_turns_are_heeded(source: dict[str, Any], dateline: Dateline) -> None:
    answerer = DatelineAnswerer(**source, ask_kwargs={"max_citations": 1, "include": []})
    one = answer_of(answerer.invoke(WHY))
    assert len(one.citations) == 1 and one.passages == []
    assert answer_of(answerer.bind(as_of="1999-01-01").invoke(WHY)).status == "abstained"
    turns = [
        SystemMessage("Be brief."),
        HumanMessage("What did Yury Ushakov say?"),
        AIMessage("He spoke."),
        HumanMessage("When did he?"),
    ]
    followed = answer_of(answerer.invoke(turns))
    assert followed.question == "When did he?" and "Ushakov" in followed.standalone_question


def test_mistakes_are_errors_of_dateline(source: dict[str, Any], server: Server) -> None:
    with pytest.raises(DatelineError, match="as_of"):
        DatelineAnswerer(**source).invoke(WHY, as_of="soon")
    with pytest.raises(DatelineError, match="colour"):
        DatelineRetriever(**source, search_kwargs={"colour": "red"}).invoke(WHY)
    with pytest.raises(DatelineError, match="no question"):
        DatelineAnswerer(**source).invoke([AIMessage("Hello")])
    with pytest.raises(DatelineError, match="none of a DatelineAnswerer"):
        answer_of(AIMessage("Hello"))
    for sources in ({}, {"url": server.url, "engine": server.engine}):
        with pytest.raises(ValidationError, match="not both"):
            DatelineRetriever(**sources)


def test_by_url_nothing_heavy_is_imported() -> None:
    code = (
        "import sys\n"
        "from api.langchain import DatelineAnswerer, DatelineRetriever\n"
        "DatelineRetriever(url='http://127.0.0.1:1'), DatelineAnswerer(url='http://127.0.0.1:1')\n"
        "heavy = {'torch', 'chromadb', 'sqlalchemy', 'fastapi', 'onnxruntime', 'tantivy'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


@given(
    st.text(min_size=1, max_size=30),
    st.integers(1, 10**6),
    st.none() | st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)),
)
def test_names_of_passages_are_read_back_whatever_the_article_is_called(
    article_id: str, revision: int, span: tuple[int, int] | None
) -> None:
    name = f"{article_id}@{revision}" + (f":{span[0]}-{span[1]}" if span else "")
    assert read_passage_id(name) == Named(article_id, revision, span)


@pytest.mark.parametrize("name", ["", "a-17", "@3", "a@0", "a@x", "a@1:2", "a@1:2-", "a@-1", "a@1:2-3 "])
def test_other_names_are_articles_own(name: str) -> None:
    assert read_passage_id(name) is None
