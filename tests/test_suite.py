"""Suites are read loudly: every fault is named with its file, line and field."""

import json
from pathlib import Path
from unicodedata import normalize

import pytest

from corpus.errors import InvalidInput, UnreadableFile
from corpus.folder import find_files
from corpus.reader import read_file
from evals.files import BUNDLED_SUITE, open_suite
from evals.suite import read_suite, write_suite

GOOD = {"question": "When did the port reopen?", "facts": ["9 April"]}


def write(folder: Path, settings: str = "name: mine\n", *cases: object) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "suite.yaml").write_text(settings)
    (folder / "cases.jsonl").write_text("".join((c if isinstance(c, str) else json.dumps(c)) + "\n" for c in cases))
    return folder


def test_a_folder_a_lines_file_and_a_yaml_file_are_suites(tmp_path: Path) -> None:
    folder = write(
        tmp_path / "s", "name: mine\ntop_k: 5\nas_of: 2025-04-10\naliases:\n  port: a-1\n", GOOD | {"relevant": "port"}
    )
    suite = read_suite(folder)
    assert suite.settings.name == "mine" and suite.settings.top_k == 5 and suite.settings.as_of == "2025-04-10"
    assert suite.cases[0].relevant == {"a-1": 1} and suite.cases[0].facts == (("9 April",),)
    lines = read_suite(folder / "cases.jsonl")
    assert lines.settings.name == "cases" and lines.cases[0].id == suite.cases[0].id
    one = tmp_path / "one.yaml"
    one.write_text(
        "name: one\ncases:\n  - question: Who?\n    answer: Orla\n    as_of: 2025-01-01\n  - question: Why?\n    must_abstain: true\n"
    )
    assert [case.answer for case in read_suite(one).cases] == [("Orla",), ()]


def test_the_digest_changes_with_any_expectation(tmp_path: Path) -> None:
    one = read_suite(write(tmp_path / "a", "name: x\n", GOOD)).digest
    assert read_suite(write(tmp_path / "b", "name: x\n", GOOD)).digest == one
    assert read_suite(write(tmp_path / "c", "name: x\n", GOOD | {"facts": ["8 April"]})).digest != one
    assert read_suite(write(tmp_path / "d", "name: x\ntop_k: 3\n", GOOD)).digest != one


@pytest.mark.parametrize(
    ("case", "said"),
    [
        ("{bad", "line 2: not a JSON object"),
        ("[1]", "line 2: expected an object with fields, found list"),
        ({"question": "Q?", "fact": ["x"]}, "line 2: the field 'fact' is not known; known are id, question"),
        ({"question": "Q?"}, "line 2: nothing is expected"),
        ({"question": "", "facts": ["x"]}, "line 2: question: String should have at least 1 character"),
        ({"facts": ["x"]}, "line 2: question: Field required"),
        ({"question": "Q?", "facts": ["x"], "as_of": "last week"}, "line 2: as_of: it 'last week' is not a date"),
        ({"question": "Q?", "must_abstain": True, "facts": ["x"]}, "line 2: a case that must abstain cannot expect facts"),
        ({"question": "Q?", "facts": ["x"], "reason": "does_not_say"}, "line 2: reason is of an abstention"),
        ({"question": "Q?", "must_abstain": True, "reason": "tired"}, "line 2: reason: Input should be 'empty_collection'"),
        ({"question": "Q?", "facts": [[]]}, "line 2: an empty list of alternatives can never be met"),
        ({"question": "Q?", "may_abstain": True, "must_abstain": True}, "line 2: may_abstain stands beside"),
        ({"question": "Q?", "facts": ["x"], "filters": {"publisher": "x"}}, "line 2: the field 'filters.publisher' is not known"),
        ({"question": "Q?", "facts": ["x"], "history": [{"role": "system", "content": "x"}]}, "line 2: history.0.role"),
        (GOOD | {"id": "one"}, "line 2: the id 'one' is taken by the case at"),
    ],
)  # fmt: skip
def test_a_bad_case_is_named_with_its_line(tmp_path: Path, case: object, said: str) -> None:
    folder = write(tmp_path / "s", "name: x\n", GOOD | {"id": "one"}, case)
    with pytest.raises(InvalidInput) as error:
        read_suite(folder)
    assert str(error.value).startswith(f"{folder / 'cases.jsonl'}, {said}"), str(error.value)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("name: x\ntopk: 3\n", "line 2: the field 'topk' is not known; known are name, description"),
        ("name: x\n\ntop_k: 99\n", "line 3: top_k: Input should be less than or equal to 50"),
        ("name: [\n", "line 2: not valid YAML"),
        ("- x\n", ": settings are names with values"),
    ],
)
def test_bad_settings_are_named_with_their_line(tmp_path: Path, settings: str, said: str) -> None:
    with pytest.raises(InvalidInput) as error:
        read_suite(write(tmp_path / "s", settings, GOOD))
    assert said in str(error.value) and "suite.yaml" in str(error.value)


def test_nothing_there_and_nothing_in_it_are_said(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="There is no suite"):
        read_suite(tmp_path / "missing")
    with pytest.raises(InvalidInput, match="holds no cases"):
        read_suite(write(tmp_path / "s", "name: x\n"))


def test_a_written_suite_is_read_again_and_not_overwritten(tmp_path: Path) -> None:
    assert (
        write_suite(tmp_path / "s", {"name": "größe", "top_k": 3}, [GOOD, {"question": "Q 🏮?", "must_abstain": True}])
        == 2
    )
    suite = read_suite(tmp_path / "s")
    assert suite.settings.name == "größe" and suite.cases[1].question == "Q 🏮?"
    with pytest.raises(InvalidInput, match="holds a suite already"):
        write_suite(tmp_path / "s", {}, [GOOD])


def test_the_bundled_suite_covers_what_it_says_and_names_only_bundled_articles() -> None:
    suite = read_suite(BUNDLED_SUITE)
    assert len(suite.cases) >= 120
    tags = {tag for case in suite.cases for tag in case.tags}
    assert tags == {
        "facts", "why", "who-said", "numbers", "follow-up", "as-of", "conflict", "duplicates", "near-miss",
        "unanswerable", "false-premise", "injection",
    }  # fmt: skip
    articles = Path("corpus/articles")
    urls = {found.outcome.url for file in find_files(articles) for found in read_file(file)}  # type: ignore[union-attr]
    named = {name for case in suite.cases for name in (*case.relevant, *(n for one in case.must_cite for n in one))}
    assert named <= urls and set(suite.settings.aliases.values()) == urls
    bodies = normalize("NFC", " ".join(file.read_text() for file in find_files(articles))).lower()
    for case in suite.cases:  # an expected fact stands in some article, in one of its wordings
        for fact in case.facts:
            assert any(normalize("NFC", words).lower() in bodies for words in fact), (case.id, fact)


def test_tags_choose_cases(tmp_path: Path) -> None:
    with open_suite("bundled", ["why"]) as suite:
        assert suite.cases and all("why" in case.tags for case in suite.cases)
    with (
        pytest.raises(InvalidInput, match="No case has the tag 'nosuch'; there are as-of"),
        open_suite("bundled", ["nosuch"]),
    ):
        pass
