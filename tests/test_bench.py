"""`dateline bench` over a folder made here: figures of a real run, tables, pictures, and the file they are put into."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import evals.peers
from corpus.errors import InvalidInput
from evals.bench import MOST, Plan, _result, run
from evals.dated import Question, gold_figures, questions_of
from evals.report import BEGIN, END, Run, draw, put_into, tables
from retrieval.embedder import Embedder
from tests.commands import dateline
from tests.running import share_model

ARTICLES = {
    "ferry": "The ferry to Velm runs again from Monday, the harbour office said. It had been laid up since the storm.",
    "roof": "The roof of Calder school will be repaired in the summer. The council pays 40,000 crowns for it.",
    "quota": "Fishermen may land 900 tonnes of herring this year. That is a third less than last year.",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rows = [{"id": i, "title": i.title(), "body": body, "published_at": "2024-05-01"} for i, body in ARTICLES.items()]
    (tmp_path / "articles.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    asked = [
        {"question": "How much herring may be landed?", "asked_on": "2024-05-03", "answer": "900 tonnes", "gold_article_ids": ["quota"]},
        {"question": "What does the roof of the school cost?", "asked_on": "2024-05-03", "answer": "40,000 crowns", "gold_article_ids": ["roof"]},
        {"question": "Without a known article?", "asked_on": "2024-05-03", "answer": "x", "gold_article_ids": []},
    ]  # fmt: skip
    (tmp_path / "questions.jsonl").write_text("".join(json.dumps(row) + "\n" for row in asked))
    return tmp_path


def made_up() -> Run:
    question = Question("Q?", None, "herring", frozenset({"quota"}))
    one = {
        "articles": 10, "found_s": 1.0, "ingest_s": 4.0, "peak_mb": 300.0, "disk_mb": 5.0, "times_ms": [4.0, 5.0, 9.0],
        "at_once_a_second": 80.0, "passages": [[("quota", "of herring")]],
    }  # fmt: skip
    other = {**one, "at_once_a_second": None, "passages": [[("roof", "a roof"), ("quota", "of herring")]]}
    return Run({"Dateline": {**one, "also": {"dense alone": [[]]}}, "other": other}, [question], 2)


def test_a_run_measures_what_it_says_and_keeps_what_was_taken_in(
    folder: Path, tmp_path: Path, made_files: Path, embedder: Embedder
) -> None:
    share_model(made_files, tmp_path / "kept" / "dateline")
    plan = Plan(folder, "", (), None, MOST, 2, tmp_path / "kept")
    begun: list[str] = []
    done, again = run(plan, begun.append), run(plan, lambda _: None)
    first, second = done.results["Dateline"], again.results["Dateline"]
    assert begun == ["Dateline"] and first["articles"] == 3 and len(done.questions) == 2
    assert 0 < first["found_s"] <= first["ingest_s"] and len(first["times_ms"]) == 2 and first["at_once_a_second"] > 0
    assert {found[0][0] for found in first["passages"]} == {"quota", "roof"}
    assert set(first["also"]) == {"dense alone", "keyword alone", "asked as of its day"}
    assert "| Dateline | 1.000 (1.000-1.000) | 1.000 (1.000-1.000) |" in tables(done)
    assert not first["was_kept"] and second["was_kept"]
    assert second["ingest_s"] == first["ingest_s"] and second["passages"] == first["passages"]
    assert "| Dateline | as before | as before | as before |" in tables(again)


def test_the_lead_is_told_question_by_question() -> None:
    text = tables(made_up())
    assert (
        "| Dateline, of other | +0.000 (+0.000 to +0.000) | +0.000 (+0.000 to +0.000) | +0.500 (+0.500 to +0.500) |"
        in text
    )


def test_gold_figures_are_of_articles_and_answers_of_the_first_five_passages() -> None:
    question = Question("Q?", None, "Herring", frozenset({"g"}))
    found = [("a", "x"), ("a", "y"), ("b", "z"), ("c", "z"), ("d", "z"), ("g", "herring")]
    assert gold_figures([question], [found]) == [[0.0], [1.0], [1 / 5], [0.0]]
    assert gold_figures([question], [[("g", "herring")]]) == [[1.0], [1.0], [1.0], [1.0]]


def test_tables_show_each_framework_and_what_it_could_not_do() -> None:
    text = tables(made_up())
    assert "| Dateline | 10.0 | 2.50 | 300 MB | 5 MB | 5.0 ms | 9.0 ms | 80 |" in text
    assert "| other | 10.0 | 2.50 | 300 MB | 5 MB | 5.0 ms | 9.0 ms | not possible |" in text
    assert "| Dateline, dense alone | 0.000" in text and "| other | 1.000 (1.000-1.000) | 1.000" in text


def test_of_a_part_of_the_articles_no_quality_is_told() -> None:
    assert "gold Hits@4" in tables(made_up())
    assert "gold Hits@4" not in tables(replace(made_up(), is_part=True))


def test_a_report_keeps_what_stands_around_its_part(tmp_path: Path) -> None:
    report = tmp_path / "benchmarks.md"
    report.write_text(f"# Figures\n\nBefore.\n\n{BEGIN}\nstale\n{END}\n\nAfter.\n")
    pictures = draw(made_up(), tmp_path / "images")
    assert [file.name for file in pictures] == ["bench-costs.svg", "bench-quality.svg"]
    assert all(file.read_text().count("<svg") == 1 for file in pictures)
    put_into(report, tables(made_up()), pictures)
    text = report.read_text()
    assert text.startswith("# Figures\n\nBefore.\n") and text.endswith("\n\nAfter.\n") and "stale" not in text
    assert "![bench-costs](images/bench-costs.svg)" in text
    put_into(report, tables(made_up()), pictures)
    assert report.read_text() == text
    report.write_text("# Nothing here\n")
    with pytest.raises(InvalidInput, match="has no part for the figures"):
        put_into(report, "x", [])


def test_a_folder_without_articles_and_an_unknown_framework_are_one_sentence(tmp_path: Path) -> None:
    for arguments, said in (([str(tmp_path)], "articles.jsonl"), (["--peers", "python", "--with", "nosuch"], "nosuch")):
        done = dateline("bench", *arguments, check=2)
        assert said in done.stderr and "Traceback" not in done.stderr


def test_a_framework_that_is_not_installed_is_named(folder: Path) -> None:
    lost = replace(made_up(), failures={"haystack": "It ended."})
    assert tables(lost).endswith("haystack could not be measured: It ended.\n")
    peers = Path(evals.peers.__file__)
    with pytest.raises(InvalidInput, match=r"peers\.py nosuch failed"):
        _result([sys.executable, str(peers), "nosuch", str(folder / "articles.jsonl"), ""], '{"only": null, "most": 1}')


def test_questions_are_optional(folder: Path) -> None:
    assert len(questions_of(folder)) == 2
    (folder / "questions.jsonl").unlink()
    assert questions_of(folder) == []
