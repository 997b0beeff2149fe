"""`dateline eval` as a person meets it: a process, its exit code, what it says and what it leaves."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.commands import dateline
from tests.running import Server


def evaluate(*arguments: object, check: int = 0) -> subprocess.CompletedProcess[str]:
    done = dateline("eval", *arguments, check=check, timeout=240)
    assert "Traceback" not in done.stderr
    return done


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    cases = [
        {
            "id": "fine",
            "question": "How much was Brinefield Fish Sales fined?",
            "facts": ["£48,000"],
            "tags": ["[numbers]"],
        },
        {"id": "none", "question": "What is the capital of France?", "must_abstain": True},
    ]
    file = tmp_path / "suite.jsonl"
    file.write_text("".join(json.dumps(case) + "\n" for case in cases))
    return file


def test_a_run_over_http_is_told_written_compared_and_reported_anew(
    server: Server, suite: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    done = evaluate("run", suite, "--target", server.url, "--out", out, "--data", tmp_path / "data")
    assert "2 of 2 cases hold." in done.stdout and "[numbers]" in done.stdout and f"{out}/report.html" in done.stdout
    assert {file.name for file in out.iterdir()} == {"results.json", "report.html", "junit.xml", "journal.jsonl"}
    again = evaluate("run", suite, "--target", server.url, "--out", tmp_path / "again", "--cache", out / "journal.jsonl",
                     "--data", tmp_path / "data", "--json")  # fmt: skip
    assert json.loads(again.stdout)["timings"]["reused"] == 2
    assert "| Cases that hold | 2 | 1.000 | 1.000 | +0.000" in evaluate("compare", out, tmp_path / "again").stdout
    assert json.loads(evaluate("compare", out, tmp_path / "again", "--json").stdout)["broken"] == []
    (out / "report.html").unlink()
    evaluate("report", out, "--out", out)
    assert "2 of 2 hold" in (out / "report.html").read_text()


def test_what_is_wrong_is_one_sentence(server: Server, suite: Path, tmp_path: Path) -> None:
    for arguments, said in (
        (["run", tmp_path / "nosuch"], "There is no suite"),
        (["run", suite, "--target", "ftp://x"], "is neither an address (http://...) nor openai:MODEL"),
        (["run", suite, "--fresh"], "--fresh needs `articles`"),
        (["run", suite, "--fresh", "--target", server.url], "leave --target out"),
        (["run", suite, "--target", "http://127.0.0.1:9", "--patience", "0"], "does not answer"),
        (["compare", suite, suite], "is not a result of `dateline eval run`"),
        (["import", "nosuch", suite, "--out", tmp_path / "s"], "is no kind that can be imported"),
    ):
        more = ["--data", tmp_path / "data"] if arguments[0] == "run" else []
        done = evaluate(*arguments, *more, check=2)
        assert said in done.stderr, (arguments, done.stderr)
