"""One evidence: whatever door a question comes through, the statements, citations and quotes are the same.

A surface is one function from a question to `Evidence`, read only from what that surface shows. To add one, write the
function and name it in `SURFACES`.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import mcp
import openai
import pytest
from anyio.from_thread import start_blocking_portal
from langchain_core.messages import AIMessageChunk
from playwright.sync_api import Browser, expect
from typer.testing import CliRunner

from api.answer_schemas import AnswerOut
from api.cli import app as command_line
from api.client import Dateline
from api.engine import Engine
from api.events import AnswerDelta, CitationAdded, StatementCompleted
from api.langchain import DatelineAnswerer, answer_of
from api.settings import read_settings
from tests.running import Server, copied, serve


@dataclass(frozen=True)
class Question:
    """A question, as of when it is asked, and what the answer must show so that the case is the one meant."""

    text: str
    status: str = "answered"
    as_of: str | None = None
    statements: int = 1
    conflicts: int = 0
    says: str = ""

    @property
    def options(self) -> dict[str, Any]:
        return {"as_of": self.as_of} if self.as_of else {}


@dataclass(frozen=True)
class Quoted:
    """A citation. What a surface does not show of it is None."""

    n: int
    quote: str
    article_id: str | None = None
    revision: int | None = None
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True)
class Evidence:
    """What a surface shows: the answer's text, its statements, its citations."""

    text: str
    statements: tuple[str, ...] | None = ()
    citations: tuple[Quoted, ...] = ()


@dataclass
class Doors:
    """What the surfaces need to be reached."""

    server: Server
    data: Path
    http: httpx.Client
    openai: openai.OpenAI
    asked: dict[str, Any] = field(default_factory=dict)


QUESTIONS = {
    "answered": Question("How much did Lantern Tide 2024 cost?", says="£142,000"),
    "several": Question("Why does Putin avoid the meeting?", statements=3),
    "abstained": Question("Which enzyme makes fireflies glow?", status="abstained", statements=0),
    "as_of": Question("How much will a car pay for each crossing?", as_of="2025-02-20", says="£18"),
    "now": Question("How much will a car pay for each crossing?", says="£11"),
    "conflict": Question("How many people were evacuated?", statements=2, conflicts=1),
    "emoji": Question("When did the tall ships dock at Mallin quay?", says="noon"),
}
BODY = (
    "🚢🚢 Crowds came early 👨‍👩‍👧‍👦 and the x\u0323\u0301 garlands flew over Mallin.\n\nBells rang 👩‍🍳. "
    "The tall ships 🎉 docked at Mallin quay at noon on Saturday. Nobody slept."
)


def quoted(citation: dict[str, Any]) -> Quoted:
    return Quoted(**{key: citation[key] for key in ("n", "quote", "article_id", "revision", "start", "end")})


def by_json(doors: Doors, question: Question) -> Evidence:
    answer = native(doors, question)
    return Evidence(
        answer["answer"],
        tuple(statement["text"] for statement in answer["statements"]),
        tuple(map(quoted, answer["citations"])),
    )


def by_events(doors: Doors, question: Question) -> Evidence:
    body = {"question": question.text, "stream": True, **question.options}
    text, statements, citations = "", [], []
    for block in doors.http.post("/v1/ask", json=body).text.strip().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.split("\n"))
        data = json.loads(fields["data"])
        match fields["event"]:
            case "answer.delta":
                text += data["delta"]
            case "statement.completed":
                statements.append(data["text"])
            case "citation":
                citations.append(quoted(data))
    return Evidence(text, tuple(statements), tuple(citations))


def by_chat(doors: Doors, question: Question) -> Evidence:
    made = doors.openai.chat.completions.create(
        model="dateline",
        messages=[{"role": "user", "content": question.text}],
        extra_body={"dateline": question.options},
    )
    message = made.choices[0].message
    return annotated(message.content or "", [one.model_dump() for one in message.annotations or []])


def by_chat_stream(doors: Doors, question: Question) -> Evidence:
    stream = doors.openai.chat.completions.create(
        model="dateline",
        messages=[{"role": "user", "content": question.text}],
        stream=True,
        extra_body={"dateline": question.options},
    )
    text, annotations = "", []
    for chunk in stream:
        delta = chunk.choices[0].delta
        text += delta.content or ""
        annotations += (delta.model_extra or {}).get("annotations", [])
    return annotated(text, annotations)


def by_responses(doors: Doors, question: Question) -> Evidence:
    response = doors.openai.responses.create(
        model="dateline", input=question.text, extra_body={"dateline": question.options}
    )
    content: Any = response.output[0].model_dump()["content"][0]
    return annotated(content["text"], content["annotations"])


def by_responses_stream(doors: Doors, question: Question) -> Evidence:
    stream = doors.openai.responses.create(
        model="dateline", input=question.text, stream=True, extra_body={"dateline": question.options}
    )
    text, annotations = "", []
    for event in stream:
        if event.type == "response.output_text.delta":
            text += event.delta
        elif event.type == "response.output_text.annotation.added":
            annotations.append(event.model_dump()["annotation"])
    return annotated(text, annotations)


def annotated(text: str, annotations: list[dict[str, Any]]) -> Evidence:
    """What annotations say: the place of each marker, the statement that it belongs to, the quote behind it."""
    statements: dict[int, str] = {}
    citations: dict[int, Quoted] = {}
    for one in annotations:
        place, cited = one.get("url_citation", one), one["dateline"]
        assert text[place["start_index"] : place["end_index"]] == f"[{cited['n']}]"
        span = cited["statement"]
        statements[span["start"]] = text[span["start"] : span["end"]]
        citations[cited["n"]] = quoted(cited)
    return Evidence(text, tuple(statements.values()), tuple(citations.values()))


def by_command(doors: Doors, question: Question) -> Evidence:
    answer = json.loads(commanded(doors, question, "--json"))
    statements = tuple(answer["answer"][one["start"] : one["end"]] for one in answer["statements"])
    return Evidence(answer["answer"], statements, tuple(map(quoted, answer["citations"])))


def by_printed_command(doors: Doors, question: Question) -> Evidence:
    printed = commanded(doors, question)
    if printed.startswith("No answer: "):
        return Evidence(printed.removeprefix("No answer: ").split("\n\n")[0].strip(), None)
    text, _, rest = printed.partition("\n\n")
    shown = re.findall(r"^\[(\d+)\] .*?\n    “(.*?)”\n(?=\[\d|\n|    also|\Z)", rest, re.MULTILINE | re.DOTALL)
    return Evidence(text, None, tuple(Quoted(int(n), quote) for n, quote in shown))


def commanded(doors: Doors, question: Question, *more: str) -> str:
    as_of = ["--as-of", question.as_of] if question.as_of else []
    arguments = ["ask", question.text, "--data", str(doors.data), *as_of, *more]
    done = CliRunner().invoke(command_line, arguments, catch_exceptions=False)
    assert done.exit_code == 0
    return done.stdout


def by_client(doors: Doors, question: Question) -> Evidence:
    with Dateline(doors.server.url) as dateline:
        return of_answer(dateline.ask(question.text, **question.options))


def by_client_stream(doors: Doors, question: Question) -> Evidence:
    text, statements, citations = "", [], []
    with Dateline(doors.server.url) as dateline:
        for event in dateline.stream(question.text, **question.options):
            match event:
                case AnswerDelta(data=piece):
                    text += piece.delta
                case StatementCompleted(data=statement):
                    statements.append(statement.text)
                case CitationAdded(data=citation):
                    citations.append(quoted(citation.model_dump()))
    return Evidence(text, tuple(statements), tuple(citations))


def by_mcp(doors: Doors, question: Question) -> Evidence:
    async def called() -> dict[str, Any]:
        async with mcp.Client(f"{doors.server.url}/mcp") as client:
            result = await client.call_tool("ask", {"question": question.text, **question.options})
            return dict(result.structured_content or {})

    with start_blocking_portal() as portal:
        return of_answer(AnswerOut.model_validate(portal.call(called)))


def by_langchain(doors: Doors, question: Question) -> Evidence:
    message = DatelineAnswerer(url=doors.server.url).invoke(question.text, **question.options)
    assert message.text == answer_of(message).answer
    return of_answer(answer_of(message))


def by_langchain_stream(doors: Doors, question: Question) -> Evidence:
    whole = AIMessageChunk(content="")
    for chunk in DatelineAnswerer(engine=doors.server.engine).stream(question.text, **question.options):
        whole += chunk
    return replace(of_answer(answer_of(whole)), text=whole.text)


def of_answer(answer: AnswerOut) -> Evidence:
    statements = tuple(answer.answer[one.start : one.end] for one in answer.statements)
    return Evidence(answer.answer, statements, tuple(quoted(one.model_dump()) for one in answer.citations))


def by_page(browser: Browser, doors: Doors, question: Question) -> Evidence:
    page = browser.new_page(reduced_motion="reduce")
    try:
        page.goto(doors.server.url)
        if question.as_of:
            page.locator("#as-of summary").click()
            page.get_by_label("Answer as of this day").fill(question.as_of)
        page.get_by_label("Your question").fill(question.text)
        page.get_by_label("Your question").press("Enter")
        page.locator(f'[data-turn][data-status="{question.status}"]').wait_for(timeout=60_000)
        statements = tuple(page.locator(".answer [data-statement]").all_text_contents())
        if question.status == "abstained":
            reason = native(doors, question)["reason"]["message"]
            expect(page.locator(".abstention").get_by_text(reason, exact=True)).to_be_visible()
            return Evidence(reason, statements)
        read = "quotes => quotes.map(quote => [Number(quote.dataset.citation), quote.textContent])"
        shown: list[tuple[int, str]] = page.locator("[data-citation]").evaluate_all(read)
        citations = tuple(Quoted(n, quote) for n, quote in sorted(shown))
        return Evidence(" ".join(statements), statements, citations)
    finally:
        page.close()


SURFACES: dict[str, Callable[[Doors, Question], Evidence]] = {
    "json": by_json,
    "events": by_events,
    "chat": by_chat,
    "chat stream": by_chat_stream,
    "responses": by_responses,
    "responses stream": by_responses_stream,
    "command": by_command,
    "printed command": by_printed_command,
    "client": by_client,
    "client stream": by_client_stream,
    "mcp": by_mcp,
    "langchain": by_langchain,
    "langchain stream in process": by_langchain_stream,
}


def native(doors: Doors, question: Question) -> dict[str, Any]:
    """The answer that all others are held to, asked for once."""
    key = f"{question.text} {question.as_of}"
    if key not in doors.asked:
        response = doors.http.post("/v1/ask", json={"question": question.text, **question.options})
        doors.asked[key] = response.raise_for_status().json()
    return dict(doors.asked[key])


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory, sample: Path) -> Iterator[Doors]:
    data = copied(sample, tmp_path_factory.mktemp("contract") / "data")
    engine = Engine(read_settings(data=data))
    for server in serve(engine):
        engine.ownership.announce(server.url)
        with (
            httpx.Client(base_url=server.url, timeout=60, trust_env=False) as http,
            openai.DefaultHttpxClient(timeout=60, trust_env=False) as transport,
        ):
            client = openai.OpenAI(base_url=f"{server.url}/v1", api_key="none", http_client=transport, max_retries=0)
            article = {"id": "ships", "title": "Tall ships reach Mallin", "body": BODY, "publisher": "Harbour Echo"}
            http.post("/v1/articles", json={"articles": [article]}).raise_for_status()
            yield Doors(server, data, http, client)


@pytest.mark.parametrize("name", QUESTIONS)
def test_the_questions_are_what_they_are_meant_to_be(doors: Doors, name: str) -> None:
    question = QUESTIONS[name]
    answer = native(doors, question)
    assert answer["status"] == question.status
    assert len(answer["statements"]) >= question.statements and len(answer["conflicts"]) >= question.conflicts
    assert question.says in answer["answer"]
    for citation in answer["citations"]:
        at = {"revision": citation["revision"]}
        body = doors.http.get(f"/v1/articles/{citation['article_id']}", params=at).json()["body"]
        assert body[citation["start"] : citation["end"]] == citation["quote"]


@pytest.mark.parametrize("name", QUESTIONS)
@pytest.mark.parametrize("surface", SURFACES)
def test_every_surface_shows_the_same(doors: Doors, surface: str, name: str) -> None:
    agree(doors, SURFACES[surface], QUESTIONS[name])


@pytest.mark.browser
@pytest.mark.parametrize("name", QUESTIONS)
def test_the_chat_page_shows_the_same(doors: Doors, chromium: Browser, name: str) -> None:
    agree(doors, partial(by_page, chromium), QUESTIONS[name])


def agree(doors: Doors, surface: Callable[[Doors, Question], Evidence], question: Question) -> None:
    answer = native(doors, question)
    shown = surface(doors, question)
    assert plain(shown.text) == plain(answer["answer"])
    if shown.statements is not None:
        expected = [statement["text"] for statement in answer["statements"]]
        assert list(map(plain, shown.statements)) == list(map(plain, expected))
    assert len(shown.citations) == len(answer["citations"])
    for one, citation in zip(shown.citations, map(quoted, answer["citations"]), strict=True):
        assert one.n == citation.n and plain(one.quote) == plain(citation.quote)
        if one.article_id is not None:
            assert one == citation


def plain(text: str) -> str:
    """Without the line breaks that a terminal and a page make."""
    return " ".join(text.split())
