"""What Open WebUI sends beside questions is answered without a search, and what only looks so is a question."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from answering.model import ChatModel
from api.engine import Engine
from api.openai.housekeeping import housekeeping
from api.settings import read_settings
from corpus.errors import InvalidSettings
from tests.running import Server, serve
from tests.scripted_model import Mode, ScriptedModel

HISTORY = """### Chat History:
<chat_history>
USER: Why does Putin avoid a meeting with Volodymyr Zelenskiy, and what did Lavrov say of it?
ASSISTANT: Putin avoids the meeting because it would concede what he denies [1].
</chat_history>"""
TITLE = f'### Task:\nGenerate a concise title.\n### Output:\nJSON format: {{ "title": "your title" }}\n{HISTORY}'
TAGS = f'### Task:\nGenerate 1-3 broad tags.\n### Output:\nJSON format: {{ "tags": ["tag1", "tag2"] }}\n{HISTORY}'
MORE = f'### Task:\nPredict 3-5 useful messages.\n### Output:\nJSON format: {{ "follow_ups": ["a?"] }}\n{HISTORY}'
GIVEN = "### Task:\nRespond to the user query using the provided context, with citations.\n<context>\n{}\n</context>\n"


@pytest.fixture
def http(server: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=60, trust_env=False) as client:
        yield client


def ask(http: httpx.Client, content: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
    body = {"messages": [{"role": "user", "content": content}]}
    return dict(http.post("/v1/chat/completions", json=body, headers=headers).json())


def said(http: httpx.Client, content: str) -> Any:
    response = ask(http, content)
    assert "dateline" not in response, "nothing was searched"
    return json.loads(response["choices"][0]["message"]["content"])


def test_simple_rules_without_a_model(http: httpx.Client) -> None:
    assert said(http, TITLE) == {"title": "Why does Putin avoid a meeting with Volodymyr Zelenskiy …"}
    assert said(http, TAGS) == {"tags": ["Putin", "Volodymyr Zelenskiy", "Lavrov"]}
    assert said(http, MORE) == {"follow_ups": []}


def test_a_task_that_is_not_known_is_declined(http: httpx.Client) -> None:
    text = ask(http, "### Task:\nWrite a poem about the sea.")["choices"][0]["message"]["content"]
    assert "does not do this" in text
    marked = ask(http, "Write a poem about the sea.", {"X-OpenWebUI-Task": "poem"})
    assert marked["choices"][0]["message"]["content"] == text


def test_it_is_streamed_like_an_answer(http: httpx.Client) -> None:
    body = {"messages": [{"role": "user", "content": TAGS}], "stream": True}
    text = http.post("/v1/chat/completions", json=body).text
    assert text.endswith("data: [DONE]\n\n") and "Volodymyr Zelenskiy" in text and '"event"' not in text


@pytest.mark.parametrize(
    "prompt",
    [
        GIVEN.format("some document") + "\nWhy does Putin avoid the meeting?",
        GIVEN.format("some document") + "<user_query>\nWhy does Putin avoid the meeting?\n</user_query>",
    ],
)
def test_a_question_behind_documents_is_a_question(http: httpx.Client, prompt: str) -> None:
    assert ask(http, prompt)["dateline"]["question"] == "Why does Putin avoid the meeting?"


async def by_model(reply: str, prompt: str, monkeypatch: pytest.MonkeyPatch) -> tuple[str, int]:
    monkeypatch.setattr("tests.scripted_model.reply_to", lambda _: reply)
    with ScriptedModel(Mode.GOOD) as scripted:
        model = ChatModel(Mode.GOOD.value, scripted.base_url, timeout_s=20)
        model.load()
        direct = await housekeeping(prompt, model)
        assert scripted.requests[-1].prompt == prompt
        return direct.answer, direct.usage.input_tokens


async def test_a_model_gives_the_title(monkeypatch: pytest.MonkeyPatch) -> None:
    answer, tokens = await by_model('Sure! {"title": "Putin and\\nZelenskiy"}', TITLE, monkeypatch)
    assert json.loads(answer) == {"title": "Putin and Zelenskiy"} and tokens == 120


@pytest.mark.parametrize("reply", ["No.", '{"title": 3}', '{"tags": "x"}', "[1]", '{"title"', "{}", "}{"])
async def test_a_model_that_does_not_do_as_told_is_not_heard(reply: str, monkeypatch: pytest.MonkeyPatch) -> None:
    answer, _ = await by_model(reply, TITLE, monkeypatch)
    assert json.loads(answer)["title"].startswith("Why does Putin avoid")


async def test_a_model_cannot_tell_news_in_a_title(monkeypatch: pytest.MonkeyPatch) -> None:
    answer, _ = await by_model(json.dumps({"title": "news " * 100, "more": "x"}), TITLE, monkeypatch)
    assert len(answer) < 90 and "more" not in answer


async def test_a_model_that_fails_leaves_it_to_the_rules() -> None:
    with ScriptedModel(Mode.BROKEN) as scripted:
        model = ChatModel(Mode.BROKEN.value, scripted.base_url, timeout_s=20)
        assert json.loads((await housekeeping(TAGS, model)).answer)["tags"][0] == "Putin"


def test_sources_can_be_framed_where_it_is_allowed(data_folder: Path) -> None:
    settings = read_settings(
        data=data_folder, sample=False, frame_ancestors="http://localhost:3000  https://chat.example"
    )
    body = "The port of Skelmouth reopened to cargo on 3 May, the harbour board said."
    with httpx.Client(timeout=60, trust_env=False) as http:
        for own in serve(Engine(settings)):
            http.post(f"{own.url}/v1/articles", json={"articles": [{"id": "p", "title": "Port", "body": body}]})
            asked = {
                "messages": [{"role": "user", "content": "When did the port of Skelmouth reopen?"}],
                "stream": True,
            }
            text = http.post(f"{own.url}/v1/chat/completions", json=asked).text
            assert f'"embed_url":"{own.url}/read/p?rev=1&start=0' in text
            policy = http.get(f"{own.url}/read/p").headers["content-security-policy"]
            assert "frame-ancestors http://localhost:3000 https://chat.example;" in policy
            assert "frame-ancestors 'none'" in http.get(own.url).headers["content-security-policy"]


@pytest.mark.parametrize("origins", ["localhost:3000", "http://a; script-src *", "*", "http://a/path"])
def test_only_origins_can_be_allowed_to_frame(data_folder: Path, origins: str) -> None:
    with pytest.raises(InvalidSettings, match="FRAME_ANCESTORS"):
        read_settings(data=data_folder, frame_ancestors=origins)
