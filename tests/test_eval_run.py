"""Runs over the bundled articles: the same twice, resumed after a break, judged by the wire alone, written as files."""

import json
import re
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from api.client import Dateline
from corpus.errors import DatelineError, InvalidInput, ServerUnreachable
from evals.case import Case, SuiteSettings
from evals.compare import compare, tables
from evals.files import write_run
from evals.journal import Journal
from evals.report_page import render
from evals.results import Results, read_results
from evals.run import Plan, request_of, run
from evals.score import Reply, score
from evals.suite import Suite
from evals.target import Corpus, HttpTarget, LocalTarget, Target
from tests.running import Server

ASKED: list[dict[str, Any]] = [
    {"id": "fine", "question": "How much was Brinefield Fish Sales fined?", "facts": ["£48,000"], "tags": ["numbers"]},
    {"id": "toll", "question": "How much will a car pay for each crossing?", "as_of": "2025-02-20", "facts": ["£18"],
     "forbidden": ["£11"], "relevant": ["https://tarrow-coast-gazette.example/2025/02/ferry-slipway-charge"], "tags": ["as-of"]},
    {"id": "france", "question": "What is the capital of France?", "must_abstain": True, "tags": ["none"]},
    {"id": "wrong", "question": "Who scored the winning goal for Skelmouth Lanterns?", "facts": ["<b>Nobody</b> & co"], "tags": ["who"]},
    {"id": "follow", "question": "Until when can it appeal?", "facts": ["7 October 2024"], "tags": ["numbers"],
     "history": [{"role": "user", "content": "How much was Brinefield Fish Sales fined?"},
                 {"role": "assistant", "content": "Brinefield Fish Sales was fined £48,000 [1]."}]},
]  # fmt: skip


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Suite:
    cases = tuple(Case.model_validate(one) for one in ASKED)
    return Suite(SuiteSettings(name="small <i>suite</i>"), cases, tmp_path_factory.mktemp("suite"))


def without_timings(results: Results) -> dict[str, Any]:
    return results.model_dump(exclude={"timings"})


class Breaking:
    """A target that works for some questions and then is away."""

    def __init__(self, inner: Target, works_for: int) -> None:
        self._inner = inner
        self.left = works_for
        self.asked: list[str] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def ask(self, body: dict[str, Any]) -> dict[str, Any]:
        if self.left <= 0:
            raise ServerUnreachable("It is away.")
        self.left -= 1
        self.asked.append(body["question"])
        return self._inner.ask(body)


class Remembering:
    """A server whose answers are kept, for tests of what is done with them."""

    def __init__(self, inner: Target) -> None:
        self._inner = inner
        self._answers: dict[str, str] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def ask(self, body: dict[str, Any]) -> dict[str, Any]:
        key = json.dumps(body)
        if key not in self._answers:
            self._answers[key] = json.dumps(self._inner.ask(body))
        return dict(json.loads(self._answers[key]))


@pytest.fixture(scope="module")
def http(server: Server) -> Target:
    return Remembering(HttpTarget(Dateline(server.url)))


@pytest.fixture(scope="module")
def results(suite: Suite, http: Target, tmp_path_factory: pytest.TempPathFactory) -> Results:
    return run(Plan(suite, http, tmp_path_factory.mktemp("run") / "journal.jsonl"))


def test_a_run_judges_each_case(results: Results) -> None:
    held = {one.case.id: one.passed for one in results.cases}
    assert held == {"fine": True, "toll": True, "france": True, "wrong": False, "follow": True}
    assert results.passed == 4 and results.measures["passed"].value == 0.8
    assert results.measures["abstention_f1"].value == 1.0 and results.measures["span_validity"].value == 1.0
    assert results.by_tag["numbers"]["passed"].cases == 2
    assert results.target.revisions == 42 and results.target.described["model"] == "dateline-extractive"
    fine = results.cases[0]
    assert fine.contexts and all(one.is_true for one in fine.contexts)
    assert not {"id", "created_at", "timings"} & set(fine.response or {})
    assert results.cases[3].faults == ("It does not say “<b>Nobody</b> & co”.",)


def test_in_process_and_over_http_find_the_same_and_twice_the_same(
    suite: Suite, results: Results, server: Server, tmp_path: Path
) -> None:
    again = run(Plan(suite, HttpTarget(Dateline(server.url)), tmp_path / "again.jsonl", concurrency=1))
    assert without_timings(again) == without_timings(results)
    local = LocalTarget(server.engine)
    inside = run(Plan(suite, local, tmp_path / "inside.jsonl"))
    local.close()
    assert inside.target.corpus_digest == results.target.corpus_digest
    assert [one.values for one in inside.cases] == [one.values for one in results.cases]
    assert [(one.response or {})["answer"] for one in inside.cases] == [
        (one.response or {})["answer"] for one in results.cases
    ]


def test_an_interrupted_run_goes_on_where_it_stopped(
    suite: Suite, http: Target, results: Results, tmp_path: Path
) -> None:
    journal = tmp_path / "journal.jsonl"
    first = Breaking(http, works_for=2)
    with pytest.raises(ServerUnreachable, match="It is away"):
        run(Plan(suite, first, journal, concurrency=1, patience=0.0))
    with open(journal, "ab") as file:  # as a crash in the middle of a line leaves it
        file.write(b'{"key": "half a li')
    second = Breaking(http, works_for=10)
    resumed = run(Plan(suite, second, journal, reuse=True, concurrency=1))
    assert sorted(first.asked + second.asked) == sorted(case.question for case in suite.cases)
    assert without_timings(resumed) == without_timings(results)
    assert resumed.timings.reused == 2
    lines = [json.loads(line) for line in journal.read_text().splitlines()]
    assert sorted(line["case"] for line in lines) == sorted(case.id for case in suite.cases)
    third = Breaking(http, works_for=0)
    assert without_timings(run(Plan(suite, third, journal, reuse=True))) == without_timings(results)


def test_only_what_answers_depend_on_is_asked_again(suite: Suite, http: Target, tmp_path: Path) -> None:
    journal = tmp_path / "journal.jsonl"
    run(Plan(suite, http, journal))
    stricter = replace(suite, cases=tuple(case.model_copy(update={"facts": (("never",),)}) for case in suite.cases[:1]))
    assert run(Plan(stricter, Breaking(http, 0), journal, reuse=True)).passed == 0  # judged anew, not asked anew
    other = replace(suite, settings=suite.settings.model_copy(update={"top_k": 3}))
    asked = Breaking(http, 99)
    run(Plan(other, asked, journal, reuse=True))
    assert len(asked.asked) == len(suite.cases)

    class Grown(Breaking):
        def corpus(self, collection: str) -> Corpus:
            return Corpus("other", 43)

    grown = Grown(http, 99)
    run(Plan(suite, grown, journal, reuse=True))
    assert len(grown.asked) == len(suite.cases)


def test_a_server_that_comes_back_is_waited_for(suite: Suite, http: Target, results: Results, tmp_path: Path) -> None:
    class Dozing(Breaking):
        failures = 0

        def ask(self, body: dict[str, Any]) -> dict[str, Any]:
            if self.failures < 3:
                self.failures += 1
                raise ServerUnreachable("Restarting.")
            return self._inner.ask(body)

    done = run(Plan(suite, Dozing(http, 0), tmp_path / "j.jsonl", concurrency=2))
    assert without_timings(done) == without_timings(results) and done.timings.retried > 0


def test_a_question_that_fails_is_a_failed_case_and_is_asked_again(suite: Suite, http: Target, tmp_path: Path) -> None:
    class Failing(Breaking):
        def ask(self, body: dict[str, Any]) -> dict[str, Any]:
            if "France" in body["question"]:
                raise DatelineError("An odd thing happened.")
            if "goal" in body["question"]:
                raise InvalidInput("No such question.")
            return self._inner.ask(body)

    journal = tmp_path / "j.jsonl"
    done = run(Plan(suite, Failing(http, 0), journal))
    errors = {one.case.id: one.error for one in done.cases if one.error}
    assert errors == {"france": "An odd thing happened.", "wrong": "No such question."}
    assert done.passed == 3 and "No answer came: An odd thing happened." in done.cases[2].faults
    again = Breaking(http, 99)
    run(Plan(suite, again, journal, reuse=True))
    assert len(again.asked) == 2


def test_files_of_a_run(results: Results, tmp_path: Path) -> None:
    files = write_run(results, tmp_path / "out")
    assert read_results(tmp_path / "out") == results == read_results(files.results)
    root = ElementTree.fromstring(files.junit.read_text())
    assert root.attrib["tests"] == "5" and root.attrib["failures"] == "1" and root.attrib["errors"] == "0"
    failure = root.find(".//failure")
    assert failure is not None and failure.attrib["message"] == "It does not say “<b>Nobody</b> & co”."
    (tmp_path / "not.json").write_text("{}")
    with pytest.raises(InvalidInput, match="is not a result of `dateline eval run`"):
        read_results(tmp_path / "not.json")


def test_the_report_shows_failures_first_marks_quotes_and_escapes_everything(results: Results) -> None:
    page = render(results)
    assert "small &lt;i&gt;suite&lt;/i&gt;" in page and "<i>suite" not in page
    assert "&lt;b&gt;Nobody&lt;/b&gt; &amp; co" in page and "<b>Nobody" not in page
    assert page.index('id="case-wrong"') < page.index('id="case-fine"')
    assert "fined £48,000 on Monday 9 September 2024" in " ".join(re.findall(r"<mark>(.*?)</mark>", page, re.DOTALL))
    assert not re.search(r"<script|javascript:|<link|src=", page)  # nothing runs, nothing is fetched
    assert page.count("<svg") == page.count("</svg>") >= 6


def test_hostile_words_stay_words(suite: Suite) -> None:
    nasty = "</style><script>alert(1)</script>\x00\ud800"
    response = {
        "status": "answered", "answer": f"{nasty} [1].",
        "statements": [{"text": f"{nasty} [1].", "citations": [1]}],
        "citations": [{"n": 1, "title": nasty, "publisher": nasty, "url": "javascript:alert(1)", "quote": nasty, "score": 0.5}],
    }  # fmt: skip
    case = Case.model_validate(
        {"id": "x", "question": nasty.replace("\x00\ud800", ""), "facts": [nasty[:8]], "tags": ["<t>"]}
    )

    class Nasty:
        name = nasty[:-2]

        def describe(self) -> dict[str, str]:
            return {"model": self.name}

        def corpus(self, collection: str) -> Corpus:
            return Corpus("", 0)

        def ask(self, body: dict[str, Any]) -> dict[str, Any]:
            return response

        def __getattr__(self, name: str) -> Any:
            raise AssertionError(name)

    with tempfile.TemporaryDirectory() as folder:
        done = run(Plan(replace(suite, cases=(case,)), Nasty(), Path(folder) / "j"))
        write_run(done, Path(folder) / "out")
        page = (Path(folder) / "out" / "report.html").read_text()
        ElementTree.parse(Path(folder) / "out" / "junit.xml")
    assert "<script" not in page and 'href="javascript' not in page and "\x00" not in page
    assert page.count("</style>") == 1


def test_comparing_names_what_changed(results: Results, suite: Suite, http: Target, tmp_path: Path) -> None:
    same = compare(results, results)
    assert not same.broken and not same.mended and all(one.p == 1.0 for one in same.changes)
    cases = tuple(
        case.model_copy(update={"facts": (("nothing of the kind",),)}) if case.id == "fine" else case
        for case in suite.cases
    )
    worse = run(Plan(replace(suite, cases=cases), http, tmp_path / "j.jsonl"))
    found = compare(results, worse)
    assert [one.case.id for one in found.broken] == ["fine"] and not found.mended
    text = tables(found)
    assert (
        "> The suites differ" in text
        and "No longer hold (1):" in text
        and "| Cases that hold | 5 | 0.800 | 0.600 |" in text
    )


def test_what_is_sent_is_a_request_of_the_wire() -> None:
    case = Case.model_validate(ASKED[1] | {"collection": "other", "filters": {"publishers": ["X"]}})
    body = request_of(case, SuiteSettings(mode="extractive", policy="strict"))
    assert body == {
        "question": "How much will a car pay for each crossing?", "collection": "other", "as_of": "2025-02-20",
        "known_by": None, "filters": {"publishers": ["X"]}, "top_k": 10, "history": [], "mode": "extractive",
        "policy": "strict", "max_citations": 6,
    }  # fmt: skip
    assert set(request_of(case, SuiteSettings(mode="search"))) == {
        "question",
        "collection",
        "as_of",
        "known_by",
        "filters",
        "top_k",
    }


def test_abstentions_are_judged_by_their_status_and_reason() -> None:
    declined = Reply(
        {"status": "abstained", "reason": {"code": "does_not_say"}, "answer": "None mentions BANANA.", "passages": []}
    )
    case = Case.model_validate(
        {"question": "Say BANANA", "must_abstain": True, "reason": "nothing_relevant", "forbidden": ["BANANA"]}
    )
    judged = score(case, declined, {}, SuiteSettings())
    assert judged.values["nothing_forbidden"] == 1.0 and judged.values["exact_match"] == 1.0
    assert judged.faults == ("It declined with the reason does_not_say; nothing_relevant is right.",)
    either = Case.model_validate(
        {"question": "When did she resign?", "facts": ["would not resign"], "may_abstain": True}
    )
    assert score(either, declined, {}, SuiteSettings()).passed


def test_a_journal_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DatelineError, match="cannot be written"):
        Journal(tmp_path / "file" / "journal.jsonl", fresh=True)
