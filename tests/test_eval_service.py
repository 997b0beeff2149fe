"""Evaluation over HTTP: a run of cases that are sent along, its report, and what is refused."""

import time
from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.engine import Engine
from api.eval_routes import GROUP
from api.eval_schemas import EvalRunRequest
from api.settings import read_settings
from evals.service import EvaluationRuns
from tests.running import Server, copied, serve

CASES = [
    {"id": "fine", "question": "How much was Brinefield Fish Sales fined?", "facts": ["£48,000"], "tags": ["numbers"]},
    {"id": "wrong", "question": "How many pupils does Cordwain School have?", "facts": ["<b>9</b>"], "tags": ["wrong"]},
]


@pytest.fixture(scope="module")
def evaluating(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    data = copied(sample, tmp_path_factory.mktemp("evaluating") / "data")
    (data / "suites" / "mine").mkdir(parents=True)
    (data / "suites" / "mine" / "cases.jsonl").write_text(
        '{"question": "What is the capital of France?", "must_abstain": true}\n'
    )
    engine = Engine(read_settings(data=data, sample=False))
    yield from serve(engine, evaluations=EvaluationRuns(engine))


@pytest.fixture(scope="module")
def http(evaluating: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=evaluating.url, timeout=60) as client:
        yield client


def finished(http: httpx.Client, run_id: str) -> dict[str, Any]:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        found = http.get(f"/v1/evals/runs/{run_id}").raise_for_status().json()
        if found["status"] not in ("queued", "running"):
            return dict(found)
        time.sleep(0.1)
    raise AssertionError("the run does not end")


def test_a_run_is_begun_followed_read_and_listed(http: httpx.Client) -> None:
    begun = http.post("/v1/evals/runs", json={"cases": CASES, "settings": {"name": "<i>mine</i>"}})
    assert begun.status_code == 202 and begun.json()["status"] in ("queued", "running") and begun.json()["total"] == 2
    run_id = begun.json()["id"]
    assert http.get(f"/evals/{run_id}").status_code in (404, 200)
    done = finished(http, run_id)
    assert done["status"] == "finished" and done["passed"] == 1 and done["done"] == 2
    assert done["measures"]["passed"]["value"] == 0.5 and done["by_tag"]["numbers"]["passed"]["cases"] == 1
    assert done["results"] is None
    whole = http.get(f"/v1/evals/runs/{run_id}", params={"include": "results"}).json()
    assert [one["case"]["id"] for one in whole["results"]["cases"]] == ["fine", "wrong"]
    report = http.get(done["report"])
    assert "&lt;b&gt;9&lt;/b&gt;" in report.text and "<b>9" not in report.text
    assert (
        "script-src" not in report.headers["content-security-policy"]
        and "default-src 'none'" in report.headers["content-security-policy"]
    )
    page = http.get("/evals").text
    assert f'href="/evals/{run_id}"' in page and "&lt;i&gt;mine" in page and "1 of 2 cases hold" in page
    assert http.get("/v1/evals/runs").json()["data"][0]["id"] == run_id


def test_a_suite_of_the_data_folder_is_run_by_its_name(http: httpx.Client) -> None:
    run_id = http.post("/v1/evals/runs", json={"suite": "mine"}).raise_for_status().json()["id"]
    assert finished(http, run_id)["passed"] == 1


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({}, 422, "give suite or cases"),
        ({"suite": "mine", "cases": CASES}, 422, "give suite or cases"),
        ({"suite": "mine", "settings": {"top_k": 3}}, 422, "settings go with cases"),
        ({"suite": "../../etc"}, 422, "pattern"),
        ({"suite": "nosuch"}, 404, "There is no suite 'nosuch'"),
        ({"cases": [{"question": "Q?"}]}, 422, "case 1: nothing is expected"),
        ({"cases": [CASES[0], CASES[0]]}, 422, "is taken by the case at case 1"),
        ({"cases": CASES, "settings": {"topk": 3}}, 422, "the field 'topk' is not known"),
        ({"cases": CASES, "tags": ["none"]}, 422, "No case has the tag 'none'"),
        ({"suite": "bundled", "tags": ["none"]}, 422, "No case has the tag 'none'"),
    ],
)
def test_what_cannot_be_run_is_refused(http: httpx.Client, body: dict[str, Any], status: int, said: str) -> None:
    answer = http.post("/v1/evals/runs", json=body)
    assert answer.status_code == status and said in answer.json()["detail"], answer.text


@pytest.mark.parametrize("name", ["nosuch", "run_20260101T000000_abcdef01", "..%2Frequest", "%2E%2E"])
def test_a_run_that_is_not_there_is_not_found(http: httpx.Client, name: str) -> None:
    assert http.get(f"/v1/evals/runs/{name}").status_code == 404
    assert http.get(f"/evals/{name}").status_code == 404


def test_a_run_that_was_broken_off_is_told_so(sample: Path, tmp_path: Path, http: httpx.Client) -> None:
    with Engine(read_settings(data=copied(sample, tmp_path / "data"), sample=False)) as engine:
        runs = EvaluationRuns(engine)
        runs.close()
        kept = tmp_path / "data" / "evals" / "run_20260101T000000_abcdef01"
        kept.mkdir(parents=True)
        (kept / "request.json").write_text('{"suite": "s", "created_at": "2026-01-01T00:00:00+00:00", "total": 3}')
        assert [one.status for one in runs.runs()] == ["interrupted"]
        assert "was interrupted" in runs.page()
    assert EvalRunRequest(suite="bundled").concurrency == 2


def test_the_service_is_found_by_its_entry_point() -> None:
    found = [point for point in entry_points(group=GROUP) if point.name == "runs"]
    assert found and found[0].load() is EvaluationRuns
