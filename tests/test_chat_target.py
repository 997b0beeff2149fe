"""Anything that speaks OpenAI's protocol under the same measures: a plain model, and Dateline's own chat endpoint."""

from pathlib import Path
from typing import Any

import pytest

from corpus.errors import InvalidInput, ServerUnreachable
from evals.case import Case, SuiteSettings
from evals.chat_target import ChatTarget, wire_of
from evals.run import Plan, run
from evals.suite import Suite
from tests.running import Server
from tests.scripted_model import Mode, ScriptedModel

PHRASES = SuiteSettings().abstains_like


def completion(text: str | None, **message: Any) -> dict[str, Any]:
    return {
        "model": "m",
        "choices": [{"message": {"content": text, **message}}],
        "usage": {"prompt_tokens": 7, "completion_tokens": 2},
    }


def test_a_plain_reply_becomes_statements_without_citations() -> None:
    wire = wire_of(completion("The port reopened. Ships came [1]."), "When?", PHRASES)
    assert wire["status"] == "answered" and [one["text"] for one in wire["statements"]] == [
        "The port reopened.",
        "Ships came [1].",
    ]
    assert wire["citations"] == [] and wire["statements"][1]["citations"] == []  # nothing is behind that number
    assert wire["usage"] == {"input_tokens": 7, "output_tokens": 2}


@pytest.mark.parametrize("text", ["NO_ANSWER", "Sorry, I don’t know.", "", None, "The articles do not say who."])
def test_a_reply_that_declines_is_an_abstention(text: str | None) -> None:
    assert wire_of(completion(text), "Who?", PHRASES)["status"] == "abstained"


def test_citations_are_read_from_annotations_and_from_search_results() -> None:
    ours = {"type": "url_citation", "url_citation": {"title": "T", "url": "https://h/read/a"},
            "dateline": {"n": 1, "article_id": "a", "revision": 2, "quote": "It reopened.", "start": 0, "end": 12, "source_url": "https://c.example"}}  # fmt: skip
    wire = wire_of(completion("It reopened [1].", annotations=[ours]), "When?", PHRASES)
    assert wire["citations"][0]["quote"] == "It reopened." and wire["citations"][0]["revision"] == 2
    found = completion("It reopened [2].") | {
        "search_results": [{"url": "https://a", "snippet": "A."}, {"url": "https://b", "snippet": "B."}]
    }
    wire = wire_of(found, "When?", PHRASES)
    assert [one["source_url"] for one in wire["citations"]] == ["https://b"] and wire["passages"][0]["text"] == "A."
    flat = wire_of(
        completion("It reopened [1].", annotations=[{"type": "url_citation", "url": "https://f", "title": "F"}]),
        "?",
        PHRASES,
    )
    assert flat["citations"][0]["source_url"] == "https://f"


def suite(tmp_path: Path) -> Suite:
    cases = (
        Case.model_validate(
            {
                "id": "fine",
                "question": "How much was Brinefield Fish Sales fined?",
                "facts": ["£48,000"],
                "min_sources": 1,
            }
        ),
        Case.model_validate({"id": "none", "question": "What is the capital of France?", "must_abstain": True}),
    )
    return Suite(SuiteSettings(), cases, tmp_path)


def test_a_plain_model_is_compared_without_mercy(tmp_path: Path) -> None:
    with ScriptedModel(Mode.NO_ANSWER) as server:
        results = run(Plan(suite(tmp_path), ChatTarget("some-model", server.base_url, PHRASES), tmp_path / "j"))
    assert [one.passed for one in results.cases] == [False, True] and results.target.name == "openai:some-model"
    assert results.target.corpus_digest == "" and results.tokens.input > 0


def test_datelines_own_chat_endpoint_is_judged_by_its_annotations(server: Server, tmp_path: Path) -> None:
    target = ChatTarget("dateline", f"{server.url}/v1", PHRASES)
    results = run(Plan(suite(tmp_path), target, tmp_path / "j"))
    fine = results.cases[0]
    assert fine.values["fact_recall"] == fine.values["citation_recall"] == 1.0
    assert fine.response is not None and fine.response["citations"][0]["article_id"]
    # The protocol has no way to the article itself, so its quotes are neither proved nor disproved.
    assert "span_validity" not in fine.values and fine.passed and fine.contexts == ()


def test_failures_of_a_model_server_are_told_without_its_words(tmp_path: Path) -> None:
    with ScriptedModel() as server:
        for mode, error in (
            (Mode.UNAUTHORISED, InvalidInput),
            (Mode.BROKEN, ServerUnreachable),
            (Mode.HTML, ServerUnreachable),
        ):
            with pytest.raises(error) as raised:
                ChatTarget(mode.value, server.base_url, PHRASES).ask({"question": "Q?"})
            assert "Incorrect" not in str(raised.value) and "Welcome" not in str(raised.value)
        assert ChatTarget(Mode.FUSSY.value, server.base_url, PHRASES).ask({"question": "Q?"})["status"] == "abstained"
    with pytest.raises(InvalidInput, match="Name a model"):
        ChatTarget("", None, ())
    with pytest.raises(InvalidInput, match="needs a Dateline target"):
        ChatTarget("m", None, ()).search({})
