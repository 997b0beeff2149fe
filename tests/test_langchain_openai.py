"""langchain-openai against the server: citations come through the Responses API, the text through both."""

from typing import Any

import httpx
import pytest
from langchain_openai import ChatOpenAI
from pydantic import SecretStr

from tests.running import Server

QUESTION = "Why does Putin avoid the meeting?"


@pytest.fixture(scope="module")
def answer(server: Server) -> dict[str, Any]:
    response = httpx.post(f"{server.url}/v1/ask", json={"question": QUESTION}, timeout=60, trust_env=False)
    return dict(response.json())


def chat(server: Server, **more: Any) -> ChatOpenAI:
    return ChatOpenAI(model="dateline", base_url=f"{server.url}/v1", api_key=SecretStr("none"), max_retries=0, **more)


def cited(content: Any) -> list[tuple[str, str, str]]:
    """Address, title and quote of each citation in a message's content."""
    found = []
    for block in content:
        for one in block.get("annotations", []):
            found.append((one["url"], one["title"], one["dateline"]["quote"]))
    return list(dict.fromkeys(found))


def expected(answer: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(one["url"], one["title"], one["quote"]) for one in answer["citations"]]


def test_a_message_has_the_citations(server: Server, answer: dict[str, Any]) -> None:
    message = chat(server, use_responses_api=True).invoke(QUESTION)
    assert message.text == answer["answer"]
    assert cited(message.content) == expected(answer)
    standard = [one for block in message.content_blocks for one in block.get("annotations", [])]  # type: ignore[attr-defined]
    assert {one["type"] for one in standard} == {"citation"}
    assert {one["url"] for one in standard} == {one["url"] for one in answer["citations"]}


def test_a_streamed_message_has_them_too(server: Server, answer: dict[str, Any]) -> None:
    whole: Any = None
    for chunk in chat(server, use_responses_api=True).stream(QUESTION):
        whole = chunk if whole is None else whole + chunk
    assert whole.text == answer["answer"]
    assert cited(whole.content) == expected(answer)


@pytest.mark.parametrize("streaming", [False, True])
def test_chat_mode_has_the_text_with_its_markers(server: Server, answer: dict[str, Any], streaming: bool) -> None:
    message = chat(server, use_responses_api=False, streaming=streaming).invoke(QUESTION)
    assert message.text == answer["answer"]


def test_a_conversation_goes_on_by_its_id(server: Server) -> None:
    model = chat(server, use_responses_api=True, use_previous_response_id=True)
    first = model.invoke("How did Lavrov call the preparation of the summit?")
    second = model.invoke(
        [("user", "How did Lavrov call the preparation of the summit?"), first, ("user", "And Ushakov?")]
    )
    assert second.response_metadata["id"] != first.response_metadata["id"]
    assert second.text != first.text
