"""Files in the forms that others publish, written here small: what becomes of them, and what is said of the rest."""

import bz2
import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from corpus.article import IncomingArticle
from corpus.errors import DatelineError, InvalidInput
from corpus.reader import read_file
from evals.files import open_suite
from evals.loaders.kinds import Imported, import_suite
from evals.suite import Suite, read_suite


def lines(file: Path, *rows: object) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(
        "".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows), encoding="utf-8"
    )
    return file


def taken(kind: str, path: Path, tmp_path: Path) -> tuple[Suite, list[IncomingArticle], Imported]:
    folder = tmp_path / "suite"
    imported = import_suite(kind, path, folder)
    suite = read_suite(folder)
    assert imported.cases == len(suite.cases)
    articles = [one.outcome for one in read_file(folder / "articles.jsonl")] if suite.settings.articles else []
    assert all(isinstance(one, IncomingArticle) for one in articles) and len(articles) == imported.articles
    return suite, articles, imported  # type: ignore[return-value]


def test_beir(tmp_path: Path) -> None:
    lines(
        tmp_path / "b/corpus.jsonl",
        {"_id": "d1", "title": "T", "text": "Text."},
        {"_id": "d2", "title": "", "text": ""},
        {"_id": "d3", "title": "Only a title", "text": ""},
    )
    lines(tmp_path / "b/queries.jsonl", {"_id": "q1", "text": "What?"}, {"_id": "q2", "text": "Unjudged?"})
    lines(tmp_path / "b/qrels/test.tsv", "query-id\tcorpus-id\tscore", "q1\td1\t2", "q1\td2\t0", "q9\td1\t1")
    lines(tmp_path / "b/qrels/dev.tsv", "query-id\tcorpus-id\tscore", "q2\td1\t1")
    suite, articles, imported = taken("beir", tmp_path / "b", tmp_path)
    assert suite.settings.mode == "search" and suite.cases[0].relevant == {"d1": 2, "d2": 0}
    assert [(one.id, one.body) for one in articles] == [("d1", "Text."), ("d3", "Only a title")]
    assert imported.skipped == [
        "1 skipped: a document without text (first: corpus.jsonl, line 2)",
        "1 skipped: a query with nothing relevant in test.tsv (first: queries.jsonl, line 2)",
        "1 skipped: a judgement of a query that is not there (first: query q9)",
    ]


def test_squad(tmp_path: Path) -> None:
    paragraph = {
        "context": "Normandy is in France.",
        "qas": [
            {"id": "1", "question": "Where is Normandy?", "answers": [{"text": "France"}, {"text": "in France"}, {"text": "France"}], "is_impossible": False},
            {"id": "2", "question": "Who is king of Normandy?", "answers": [], "is_impossible": True},
            {"id": "3", "question": "Why?", "answers": [], "is_impossible": False},
        ],
    }  # fmt: skip
    file = tmp_path / "dev.json.gz"
    file.write_bytes(
        gzip.compress(
            json.dumps({"version": "v2.0", "data": [{"title": "The_Normans", "paragraphs": [paragraph]}]}).encode()
        )
    )
    suite, articles, imported = taken("squad", file, tmp_path)
    first, second = suite.cases
    assert first.answer == ("France", "in France") and first.filters and first.filters.article_ids == ["The_Normans-1"]
    assert second.must_abstain and articles[0].title == "The Normans"
    assert imported.skipped == [
        "1 skipped: a question without an answer that is not marked as impossible (first: question 3)"
    ]


def test_realtimeqa_in_both_forms(tmp_path: Path) -> None:
    official = lines(tmp_path / "20220617_qa.jsonl",
                     {"question_id": "20220617_0", "question_date": "2022/06/17", "question_sentence": "Which show?", "choices": ["A", "Squid Game"], "answer": ["1"]},
                     {"question_id": "20220617_1", "question_date": "2022/06/17", "question_sentence": "Which one?", "choices": ["A"], "answer": ["3"]})  # fmt: skip
    suite, _, imported = taken("realtimeqa", official, tmp_path / "x")
    assert (suite.cases[0].answer, suite.cases[0].as_of) == (("Squid Game",), "2022-06-17") and len(
        imported.skipped
    ) == 1
    lines(
        tmp_path / "f/articles.jsonl",
        {"id": "a1", "title": "T", "body": "Text.", "source": "CNN", "published_at": "2022-06-12"},
    )
    lines(tmp_path / "f/questions.jsonl",
          {"id": "q", "asked_on": "2022-06-16", "question": "Which show?", "answer": "“Squid Game”", "gold_article_ids": ["a1"]},
          {"id": "n", "asked_on": "2022-06-16", "question": "Which?", "answer": "None of the above", "gold_article_ids": []})  # fmt: skip
    suite, articles, imported = taken("realtimeqa", tmp_path / "f", tmp_path / "y")
    assert (
        suite.cases[0].answer == ("Squid Game",)
        and suite.cases[0].relevant == {"a1": 1}
        and articles[0].publisher == "CNN"
    )
    assert "nothing without the choices" in imported.skipped[0]


def test_multihop_rag(tmp_path: Path) -> None:
    lines(
        tmp_path / "m/corpus.json",
        [
            {
                "title": "T",
                "author": "A",
                "source": "The Verge",
                "published_at": "2023-09-28T12:00:00+00:00",
                "category": "tech",
                "url": "https://v.example/1",
                "body": "The fact is here.",
            }
        ],
    )
    lines(tmp_path / "m/MultiHopRAG.json", [
        {"query": "Who?", "answer": "Sam", "question_type": "inference_query", "evidence_list": [{"url": "https://v.example/1", "fact": "The fact is here."}]},
        {"query": "What of Mars?", "answer": "Insufficient information.", "question_type": "null_query", "evidence_list": []},
        {"query": "Broken?", "answer": "", "question_type": "inference_query", "evidence_list": []},
    ])  # fmt: skip
    suite, articles, imported = taken("multihop-rag", tmp_path / "m", tmp_path)
    assert suite.settings.official == ("multihop-rag",) and suite.cases[0].evidence == ("The fact is here.",)
    assert suite.cases[0].relevant == {"https://v.example/1": 1} and suite.cases[1].must_abstain
    assert articles[0].publisher == "The Verge" and articles[0].published_at is not None
    assert imported.skipped == [
        "1 skipped: no answer or no evidence, and not a null query (first: MultiHopRAG.json, item 3)"
    ]


def test_rgb(tmp_path: Path) -> None:
    file = lines(tmp_path / "en.json",
                 {"id": 0, "query": "When?", "answer": [["January 2 2022", "2 January 2022"]], "positive": ["It was 2 January 2022."], "negative": ["Other."]},
                 {"id": 1, "query": "Both?", "answer": [["a1"], ["b1", "b2"]], "positive": [["a1."], ["b2."]], "negative": []},
                 {"id": 2, "query": "None?", "answer": ["x"], "positive": [], "negative": ["Noise."]},
                 {"id": 3, "query": "Wrong?", "answer": "y", "positive": ["y"], "positive_wrong": ["z"], "negative": []})  # fmt: skip
    suite, articles, imported = taken("rgb", file, tmp_path)
    assert suite.cases[0].facts == (("January 2 2022", "2 January 2022"),) and suite.cases[1].facts == (
        ("a1",),
        ("b1", "b2"),
    )
    assert suite.cases[2].must_abstain and suite.cases[3].facts == (("y",),) and len(articles) == 6
    assert suite.cases[0].filters and suite.cases[0].filters.article_ids == ["rgb-1-positive-1", "rgb-1-negative-1"]
    assert imported.skipped == [
        "1 skipped: falsified passages (positive_wrong), which are not taken in (first: en.json, line 4)"
    ]


def test_crag(tmp_path: Path) -> None:
    body = " ".join(
        f"Sentence number {n} of the article says something about the harbour and its ships." for n in range(12)
    )
    page = {
        "page_name": "P",
        "page_url": "https://p.example",
        "page_snippet": "A snippet.",
        "page_result": f"<html><body><article><h1>Harbour</h1><p>{body}</p></article></body></html>",
    }
    rows: list[dict[str, Any]] = [
        {"interaction_id": "c1", "query_time": "03/13/2024, 10:19:56 PT", "query": "Who?", "answer": "Ann", "alt_ans": ["Anna"], "question_type": "simple", "domain": "open", "search_results": [page, page | {"page_result": ""}]},
        {"interaction_id": "c2", "query_time": "soon", "query": "Since when?", "answer": "invalid question", "question_type": "false_premise", "domain": "open", "search_results": [page | {"page_result": "", "page_snippet": ""}]},
        {"interaction_id": "c3", "query": "What?", "answer": "i don't know", "search_results": [page]},
    ]  # fmt: skip
    file = tmp_path / "crag.jsonl.bz2"
    file.write_bytes(bz2.compress("".join(json.dumps(row) + "\n" for row in rows).encode()))
    suite, articles, imported = taken("crag", file, tmp_path)
    assert (
        suite.cases[0].answer == ("Ann", "Anna")
        and suite.cases[0].as_of == "2024-03-13"
        and suite.cases[0].tags == ("simple", "open")
    )
    assert suite.cases[1].must_abstain and "Sentence number 11" in articles[0].body and articles[1].body == "A snippet."
    assert any("query time that is not read" in line for line in imported.skipped) and len(imported.skipped) == 3


def test_natural_questions(tmp_path: Path) -> None:
    file = lines(
        tmp_path / "nq.tsv",
        "question\tanswers",
        "who wrote it\t['Ann Lee', \"Lee's\"]",
        "when\t1911",
        "bad\t",
        "evil\t[__import__('os')]",
    )
    suite, _, imported = taken("natural-questions", file, tmp_path)
    assert [case.answer for case in suite.cases] == [("Ann Lee", "Lee's"), ("1911",)]
    assert imported.skipped == ["2 skipped: no question or no answers beside it (first: nq.tsv, line 4)"]


def test_ragas_and_deepeval(tmp_path: Path) -> None:
    long = "The port reopened on 9 April 2025 after 89 days. The first ship was the Anneke Dray."
    file = lines(tmp_path / "r.jsonl", {"user_input": "When?", "reference": "9 April 2025", "reference_contexts": ["It reopened on 9 April."]},
                 {"question": "What?", "ground_truths": [long]}, {"user_input": [{"content": "hi", "type": "human"}], "reference": "x"}, {"user_input": "Alone?"})  # fmt: skip
    suite, _, imported = taken("ragas", file, tmp_path / "a")
    assert suite.cases[0].facts == (("9 April 2025",),) and suite.cases[0].evidence == ("It reopened on 9 April.",)
    assert len(suite.cases[1].facts) == 2 and len(imported.skipped) == 2
    goldens = lines(
        tmp_path / "d.json",
        [
            {"input": "When?", "expected_output": "9 April", "context": ["C."], "actual_output": None},
            {"input": "", "expected_output": "x"},
        ],
    )
    suite, _, imported = taken("deepeval", goldens, tmp_path / "b")
    assert suite.cases[0].facts == (("9 April",),) and suite.cases[0].evidence == ("C.",) and len(imported.skipped) == 1
    table = lines(tmp_path / "g.csv", "input,expected_output,context", 'When?,9 April,"[""C1."", ""C2.""]"')
    assert taken("deepeval", table, tmp_path / "c")[0].cases[0].evidence == ("C1.", "C2.")


def test_promptfoo(tmp_path: Path) -> None:
    config = tmp_path / "promptfooconfig.yaml"
    config.write_text("""prompts: ['{{question}}']
tests:
  - description: The date
    vars: {question: 'When did it reopen?'}
    assert:
      - {type: icontains, value: 9 April}
      - {type: contains-any, value: [Skelmouth, port]}
      - {type: not-contains, value: 3 March}
      - {type: llm-rubric, value: is polite}
  - vars: {question: 'What is 2+2?'}
    assert: [{type: equals, value: '4'}]
  - vars: {question: 'Nice?'}
    assert: [{type: javascript, value: output.length > 3}]
  - vars: {topic: a, style: b}
    assert: [{type: contains, value: x}]
  - vars: {question: 'Code?'}
    assert: [{type: contains, value: 'file://x.js'}]
""")
    suite, _, imported = taken("promptfoo", config, tmp_path / "a")
    first, second = suite.cases
    assert (
        first.facts == (("9 April",), ("Skelmouth", "port"))
        and first.forbidden == ("3 March",)
        and first.note == "The date"
    )
    assert second.answer == ("4",)
    said = "\n".join(imported.skipped)
    assert "an assertion of type llm-rubric (first: promptfooconfig.yaml, test 1)" in said
    assert (
        "no variable that asks" in said and "code, a file or a template" in said and "2 skipped: no assertion" in said
    )
    table = lines(
        tmp_path / "t.csv",
        "question,__expected",
        "Who?,icontains: Ann",
        "Where?,Paris",
        '"Which?","contains-any: a, b"',
    )
    assert [(c.facts, c.answer) for c in taken("promptfoo", table, tmp_path / "b")[0].cases] == [
        ((("Ann",),), ()),
        ((), ("Paris",)),
        ((("a", "b"),), ()),
    ]


@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        ("nosuch", "", "is no kind that can be imported; known are beir, crag"),
        ("squad", "[1]", "is not in SQuAD's form"),
        ("squad", "{", "is not JSON"),
        ("ragas", '{"user_input": "a"}\n{bad\n', "line 2: not a JSON object"),
        ("ragas", "[1]", "item 1: expected an object, found int"),
        ("promptfoo", "tests: file://tests.csv", "holds no list of tests"),
        ("beir", "x", "holds no qrels"),
        ("natural-questions", "", "holds nothing to ask"),
    ],
)
def test_what_cannot_be_read_is_said(tmp_path: Path, kind: str, text: str, said: str) -> None:
    file = tmp_path / f"file.{'yaml' if kind == 'promptfoo' else 'json'}"
    file.write_text(text)
    with pytest.raises(DatelineError, match=said):
        import_suite(kind, tmp_path if kind == "beir" else file, tmp_path / "out")


def test_a_suite_can_be_run_by_kind_and_path_and_none_is_overwritten(tmp_path: Path) -> None:
    file = lines(tmp_path / "nq.tsv", "who\t['Ann']")
    with open_suite(f"natural-questions:{file}") as suite:
        assert suite.cases[0].question == "who"
    import_suite("natural-questions", file, tmp_path / "s")
    with pytest.raises(InvalidInput, match="holds a suite already"):
        import_suite("natural-questions", file, tmp_path / "s")
