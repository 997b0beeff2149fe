"""POST /v1/verify on a real server: other people's sentences against articles, passages, and what a search finds."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.engine import Engine
from api.settings import read_settings
from tests.running import serve

BODY = (
    "The port of Skelmouth reopened to cargo on 3 May, the harbour office said. "
    '"We lost eleven days," said its director, Ana Ruiz. Repairs cost 4.2 million crowns. 😀 Two cranes stay closed.'
)


@pytest.fixture(scope="module")
def http(tmp_path_factory: pytest.TempPathFactory, made_files: Path, embedder: object) -> Iterator[httpx.Client]:
    from tests.running import share_model

    data = tmp_path_factory.mktemp("check") / "data"
    share_model(made_files, data)
    for server in serve(Engine(read_settings(data=data, sample=False))):
        with httpx.Client(base_url=server.url, timeout=60, trust_env=False) as client:
            articles = [
                {"id": "port", "title": "Port reopens", "body": BODY, "publisher": "Coast Times", "published_at": "2024-05-03"},
                {"id": "roof", "title": "School roof", "body": "The roof of Calder school will be repaired in summer."},
            ]  # fmt: skip
            assert client.post("/v1/articles", json={"articles": articles}).json()["added"] == 2
            yield client


def verify(http: httpx.Client, text: str, **more: Any) -> dict[str, Any]:
    response = http.post("/v1/verify", json={"text": text, **more})
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    for one in found["statements"]:
        assert text.strip()[one["start"] : one["end"]] == one["text"]
    assert {n for one in found["statements"] for n in one["citations"]} == {c["n"] for c in found["citations"]}
    return found


def test_each_sentence_gets_its_verdict_and_its_words(http: httpx.Client) -> None:
    text = (
        "The port of Skelmouth reopened on 3 May. Repairs cost 9 million crowns. "
        "“We lost twenty days,” said Ana Ruiz. Two cranes stay closed [1]."
    )
    found = verify(http, text, article_ids=["port"])
    assert found["statements"][0]["verdict"] == "supported"
    assert found["statements"][1]["verdict"] in ("contradicted", "unsupported") and found["statements"][1]["missing"]
    assert found["statements"][2]["verdict"] in ("contradicted", "unsupported")
    assert found["statements"][3]["verdict"] == "supported" and found["statements"][3]["text"].endswith("[1].")
    body = http.get("/v1/articles/port").json()["body"]
    assert all(body[c["start"] : c["end"]] == c["quote"] for c in found["citations"])
    assert found["verdict"] in ("contradicted", "unsupported") and sum(found["counts"].values()) == 4
    assert found["citations"][0]["url"].startswith("http") and found["citations"][0]["passage"] is None


def test_passages_of_the_request_are_evidence_too(http: httpx.Client) -> None:
    passages = ["Nothing of interest.", "Officials say the ferry to Velm runs again from Monday."]
    found = verify(http, "The ferry to Velm runs again from Monday.", passages=passages)
    assert found["verdict"] == "supported"
    (cited,) = found["citations"]
    assert cited["passage"] == 2 and cited["article_id"] is None
    assert passages[1][cited["start"] : cited["end"]] == cited["quote"]
    assert verify(http, "The ferry to Velm is sunk.", passages=passages)["verdict"] != "supported"


def test_a_question_in_a_passage_carries_nothing_and_hides_nothing(http: httpx.Client) -> None:
    passages = ["Did the port reopen? The port reopened on 3 May."]
    found = verify(http, "The port did not reopen. Did the port reopen?", passages=passages)
    assert [one["verdict"] for one in found["statements"]] == ["contradicted", "unsupported"]
    assert found["citations"][0]["quote"] == "The port reopened on 3 May."


def test_without_either_the_collection_is_searched(http: httpx.Client) -> None:
    found = verify(http, "Calder school gets its roof repaired in summer. Calder school was founded in 1820.")
    assert [one["verdict"] for one in found["statements"]] == ["supported", "unsupported"]
    assert found["citations"][0]["article_id"] == "roof"
    early = verify(http, "The port of Skelmouth reopened to cargo on 3 May.", as_of="2020-01-01")
    assert early["verdict"] == "unsupported" and early["citations"] == []


def test_text_without_a_sentence_or_with_two_kinds_of_evidence_is_refused(http: httpx.Client) -> None:
    both = http.post("/v1/verify", json={"text": "x", "article_ids": ["port"], "passages": ["y"]})
    assert both.status_code == 422 and "not both" in both.json()["detail"]
    assert http.post("/v1/verify", json={"text": "  "}).status_code == 422
    unknown = http.post("/v1/verify", json={"text": "It rained.", "article_ids": ["none"]})
    assert unknown.status_code == 404 and "none" in unknown.json()["detail"]
    assert verify(http, "[1] 2 3")["statements"] == []


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "a" * 19_000, "…", "\u202e\u0000?", "1. 2. 3."])
def test_strange_text_is_no_error(http: httpx.Client, text: str) -> None:
    assert http.post("/v1/verify", json={"text": text, "article_ids": ["port"]}).status_code in (200, 422)
