"""Lists in articles, and questions for all that stands in one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answering.listing import asks_for_several, in_one_line, list_spans, names_several
from answering.question import read_question

PROMISES = "She promises:\n\na tram line by 2030\n1,500 new flats\nfree meals\n\nShe was elected."


def lists(text: str) -> list[str]:
    return [text[span.start : span.end] for span in list_spans(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (PROMISES, ["a tram line by 2030\n1,500 new flats\nfree meals"]),
        ("1. Cars use the tunnel.\n2. Lorries wait.\n\nThe end.", ["1. Cars use the tunnel.\n2. Lorries wait."]),
        ("- one\n- two\nIt ended.", ["- one\n- two"]),
        ("It rained.\nIt snowed.", []),
        ("A heading\n\nA sentence.", []),
        ("Prize | Winner\nBest film | Salt", ["Prize | Winner\nBest film | Salt"]),
        ("\n".join(f"a line of words {n}" for n in range(100)), []),
    ],
)
def test_lines_that_belong_together(text: str, found: list[str]) -> None:
    assert lists(text) == found


@given(st.text("ab .\n-1|", max_size=80))
def test_lists_never_overlap(text: str) -> None:
    end = -1
    for span in list_spans(text):
        assert end < span.start < span.end <= len(text)
        end = span.end


def test_a_list_is_told_in_one_line() -> None:
    assert in_one_line("a tram\nflats\nIt is so.\nmeals") == "a tram; flats; It is so. meals"
    assert in_one_line("It is so.") == "It is so."


@pytest.mark.parametrize(
    ("question", "several"),
    [
        ("Which countries signed the treaty?", True),
        ("In which towns do shops close?", True),
        ("What are the demands of the drivers?", True),
        ("What instruments does the probe carry?", True),
        ("Who took part in the summit?", True),
        ("List the winners", True),
        ("Which country signed the treaty?", False),
        ("What does the union demand?", False),
        ("What is this?", False),
        ("What news is there?", False),
        ("Who won the race?", False),
    ],
)
def test_questions_for_several(question: str, several: bool) -> None:
    assert asks_for_several(read_question(question)) is several


@pytest.mark.parametrize(
    ("text", "several"),
    [
        ("Croatia, Slovenia and Serbia signed it.", True),
        ("It wants a rise of 9 per cent, a break, and toilets.", True),
        ("Six countries signed it.", False),
        ("Trump said on Monday, 18 August 2025, that he had begun to prepare a meeting of Putin and Zelenskiy.", False),
        ("Croatia and Serbia signed it.", False),
        ("one\ntwo", True),
    ],
)
def test_sentences_that_name_several(text: str, several: bool) -> None:
    assert names_several(text) is several
