"""The Responses API as openai-python reads it, and conversations that go on by an id."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import openai
import pytest
from openai.types.responses import Response, ResponseOutputMessage, ResponseOutputText
from openai.types.responses.response_output_text import AnnotationURLCitation

from api.openai.kept_responses import KeptResponses
from api.request_schemas import HistoryTurn
from tests.running import Server
from tests.test_openai_chat import QUESTION, UNKNOWN, native

ORDER = [
    "response.created", "response.in_progress", "response.output_item.added", "response.content_part.added",
    "response.output_text.delta", "response.output_text.annotation.added", "response.output_text.done",
    "response.content_part.done", "response.output_item.done", "response.completed",
]  # fmt: skip


@pytest.fixture(scope="module")
def http(server: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=60, trust_env=False) as client:
        yield client


@pytest.fixture(scope="module")
def client(server: Server) -> Iterator[openai.OpenAI]:
    with openai.DefaultHttpxClient(timeout=60, trust_env=False) as http:
        yield openai.OpenAI(base_url=f"{server.url}/v1", api_key="none", http_client=http, max_retries=0)


def text_of(response: Response) -> ResponseOutputText:
    message = response.output[0]
    assert isinstance(message, ResponseOutputMessage)
    content = message.content[0]
    assert isinstance(content, ResponseOutputText)
    return content


def test_a_response_holds_the_answer_with_typed_annotations(client: openai.OpenAI, http: httpx.Client) -> None:
    answer = native(http, QUESTION)
    response = client.responses.create(model="dateline", input=QUESTION)
    assert response.status == "completed" and response.output_text == answer["answer"]
    content = text_of(response)
    assert content.annotations
    for annotation in content.annotations:
        assert isinstance(annotation, AnnotationURLCitation)
        cited = (annotation.model_extra or {})["dateline"]
        citation = answer["citations"][cited["n"] - 1]
        assert content.text[annotation.start_index : annotation.end_index] == f"[{cited['n']}]"
        assert (annotation.title, annotation.url) == (citation["title"], citation["url"])
        assert (cited["quote"], cited["start"], cited["end"]) == tuple(citation[k] for k in ("quote", "start", "end"))
    assert response.usage is not None and response.usage.total_tokens == 0


def test_the_events_come_in_order_and_end_in_the_same_response(client: openai.OpenAI) -> None:
    whole = client.responses.create(model="dateline", input=QUESTION)
    events = list(client.responses.create(model="dateline", input=QUESTION, stream=True))
    names = [event.type for event in events]
    assert list(dict.fromkeys(names)) == ORDER
    assert [event.sequence_number for event in events] == list(range(len(events)))
    assert "".join(event.delta for event in events if event.type == "response.output_text.delta") == whole.output_text
    last = events[-1]
    assert last.type == "response.completed"
    assert text_of(last.response) == text_of(whole)
    added = [event.annotation for event in events if event.type == "response.output_text.annotation.added"]
    assert [str(one) for one in added] == [str(one) for one in text_of(whole).annotations]


@pytest.mark.parametrize("question", [QUESTION, UNKNOWN])
def test_a_kept_response_is_told_as_events_too(client: openai.OpenAI, http: httpx.Client, question: str) -> None:
    first = client.responses.create(model="dateline", input=question)
    events = list(client.responses.retrieve(first.id, stream=True))
    names = list(dict.fromkeys(event.type for event in events))
    assert names == [name for name in ORDER if first.output_text != "" and name in names] and names[-1] == ORDER[-1]
    assert [event.sequence_number for event in events] == list(range(len(events)))
    last = events[-1]
    assert last.type == "response.completed" and last.response == first
    assert "".join(event.delta for event in events if event.type == "response.output_text.delta") == first.output_text
    later = list(client.responses.retrieve(first.id, stream=True, starting_after=3))
    assert later == events[4:]
    assert http.get("/v1/responses/none", params={"stream": "true"}).status_code == 404
    assert client.responses.retrieve(first.id) == first


def test_the_stream_helper_of_the_library_understands_it(client: openai.OpenAI) -> None:
    with client.responses.stream(model="dateline", input=QUESTION) as stream:
        for _ in stream:
            pass
        assert text_of(stream.get_final_response()).annotations


def test_each_event_says_its_name_twice_and_none_says_done(http: httpx.Client) -> None:
    with http.stream("POST", "/v1/responses", json={"input": QUESTION, "stream": True}) as response:
        blocks = "".join(response.iter_text()).strip().split("\n\n")
    for block in blocks:
        event, data = block.split("\n")
        assert event.removeprefix("event: ") == json.loads(data.removeprefix("data: "))["type"]


def test_an_abstention_is_a_completed_response(client: openai.OpenAI, http: httpx.Client) -> None:
    response = client.responses.create(model="dateline", input=UNKNOWN)
    assert response.status == "completed" and response.output_text == native(http, UNKNOWN)["reason"]["message"]
    assert text_of(response).annotations == []


def test_a_conversation_goes_on_from_a_response(client: openai.OpenAI, http: httpx.Client) -> None:
    first = client.responses.create(model="dateline", input="What did Lavrov say about the summit?")
    second = client.responses.create(model="dateline", input="And Ushakov?", previous_response_id=first.id)
    history = [
        {"role": "user", "content": "What did Lavrov say about the summit?"},
        {"role": "assistant", "content": first.output_text},
    ]
    expected = native(http, "And Ushakov?", history=history)
    assert second.previous_response_id == first.id
    assert (second.model_extra or {})["dateline"]["standalone_question"] == expected["standalone_question"]
    assert second.output_text == expected["answer"]
    assert client.responses.retrieve(first.id) == first
    third = client.responses.create(model="dateline", input="And Trump?", previous_response_id=second.id)
    assert "Trump" in (third.model_extra or {})["dateline"]["standalone_question"]


def test_an_item_may_be_named_instead_of_repeated(client: openai.OpenAI) -> None:
    first = client.responses.create(model="dateline", input=QUESTION)
    before: list[Any] = [
        {"role": "developer", "content": "Be brief."},
        {"role": "user", "content": [{"type": "input_text", "text": "How did Lavrov call the preparation?"}]},
    ]
    said: Any = {"role": "assistant", "content": [{"type": "output_text", "text": first.output_text}]}
    named: Any = {"type": "item_reference", "id": first.output[0].id}
    lost: Any = {"type": "item_reference", "id": "msg_lost"}
    asked: Any = {"role": "user", "content": "Why?"}
    understood = []
    for earlier in (said, named, lost):
        response = client.responses.create(model="dateline", input=[*before, earlier, asked])
        understood.append((response.model_extra or {})["dateline"]["standalone_question"])
    assert understood[0] == understood[1] != understood[2]


@pytest.mark.parametrize("stream", [False, True])
def test_an_unknown_response_cannot_be_gone_on_from(client: openai.OpenAI, stream: bool) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        client.responses.create(model="dateline", input="Why?", previous_response_id="resp_lost", stream=stream)
    assert caught.value.code == "previous_response_not_found" and "resp_lost" in caught.value.message


def test_what_is_not_to_be_kept_is_not(client: openai.OpenAI) -> None:
    response = client.responses.create(model="dateline", input=QUESTION, store=False)
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(response.id)
    kept = client.responses.create(model="dateline", input=QUESTION)
    client.responses.delete(kept.id)
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(kept.id)


def test_a_fault_in_mid_stream_fails_the_response(client: openai.OpenAI) -> None:
    events = list(
        client.responses.create(
            model="dateline", input=QUESTION, stream=True, extra_body={"dateline": {"mode": "chat"}}
        )
    )
    last = events[-1]
    assert last.type == "response.failed" and last.response.status == "failed"
    assert last.response.error is not None and "DATELINE_MODEL" in last.response.error.message


@pytest.mark.parametrize("body", [{}, {"input": ""}, {"input": []}, {"input": [{"role": "system", "content": "x"}]}])
def test_an_input_without_a_question_is_refused(client: openai.OpenAI, body: dict[str, Any]) -> None:
    with pytest.raises(openai.UnprocessableEntityError):
        client.post("/responses", body=body, cast_to=object)


def test_kept_responses_are_bounded_in_number_and_time() -> None:
    now = 0.0
    kept = KeptResponses(clock=lambda: now)
    for n in range(1_500):
        kept.keep(f"r{n}", f"m{n}", (), HistoryTurn(role="assistant", content=str(n)), b"{}")
    assert kept.get("r499") is None and kept.said("m499") is None
    last = kept.get("r500")
    assert last is not None and last.turns[-1].content == "500"
    now = 3_601.0
    assert kept.said("m1499") is None and kept.get("r1499") is None
    for n in range(9):
        kept.keep(f"large{n}", f"m{n}", (), HistoryTurn(role="assistant", content=""), b" " * (8 << 20))
    assert [n for n in range(9) if kept.get(f"large{n}")] == [5, 6, 7, 8]
