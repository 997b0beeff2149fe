"""What a question asks for, read by rules."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answering.question import Kind, read_question
from answering.stem import stem, stems


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Who built the lighthouse?", Kind.WHO),
        ("Which company bought the ferry line?", Kind.WHO),
        ("When did the port reopen?", Kind.WHEN),
        ("In what year was the bridge closed?", Kind.WHEN),
        ("Where is the new depot?", Kind.WHERE),
        ("Which city lost its station?", Kind.WHERE),
        ("How many ships waited outside?", Kind.HOW_MANY),
        ("How far away is the island?", Kind.HOW_MANY),
        ("What percentage of crews went on strike?", Kind.HOW_MANY),
        ("What share of crews went on strike?", Kind.HOW_MANY),
        ("Why was the tender cancelled?", Kind.WHY),
        ("What caused the fire?", Kind.WHY),
        ("What were the reasons for the delay?", Kind.WHY),
        ("Did the council agree?", Kind.YES_NO),
        ("How did the crew get out?", Kind.HOW),
        ("What did the mayor announce?", Kind.WHAT),
        ("tell me about the harbour", Kind.WHAT),
        ("Who was mayor when the storm came?", Kind.WHO),
        ("What did the people who lost their homes get?", Kind.WHAT),
        ("Where was the crew when the ship sank?", Kind.WHERE),
        ("When and where did they meet?", Kind.WHEN),
        ("Is there a place where ships can wait?", Kind.YES_NO),
        ("Do you know when the port reopens?", Kind.WHEN),
        ("Has the board said how many fell ill?", Kind.HOW_MANY),
        ("What infection did people fall ill with?", Kind.WHAT),
        ("What broke the sea wall?", Kind.WHY),
        ("What does the new tunnel cost?", Kind.HOW_MANY),
    ],
)
def test_the_kind_of_a_question(text: str, kind: Kind) -> None:
    assert read_question(text).kind is kind


def test_names_numbers_and_phrases_are_found() -> None:
    read = read_question("What did Ines Calder call “a bad bargain” in 2023?")
    assert [read.shown[n] for n in read.names] == ["Ines", "Calder"]
    assert read.numbers == ("2023",)
    assert read.phrases == ("a bad bargain",)
    assert read.asks_what_was_said
    assert read.speaker == frozenset(stems("Ines Calder"))


def test_words_of_asking_are_not_terms() -> None:
    assert read_question("What is the name of the ferry?").terms == (stem("ferry"),)


def test_what_is_asked_for_is_the_focus() -> None:
    read = read_question("Which harbour will close?")
    assert stem("harbour") in read.focus and stem("close") not in read.focus


def test_a_sentence_that_asks_nothing_is_background() -> None:
    read = read_question("Fuel prices rose this spring. How much does a litre cost in Marrow?")
    assert stem("spring") in read.background
    assert stem("litre") not in read.background and stem("Marrow") not in read.background


def test_a_question_in_capitals_names_nobody() -> None:
    assert read_question("WHY DID THE FERRY COMPANY CLOSE").names == ()


@given(st.text(max_size=300))
def test_any_text_can_be_read(text: str) -> None:
    read = read_question(text)
    assert set(read.names) | set(read.numbers) | read.background <= set(read.terms)
    assert set(read.shown) == set(read.terms)


@pytest.mark.parametrize(
    ("text", "names", "numbers"),
    [
        ("What did the UN decide between 3 and 5 May 2024?", ("un",), ("2024",)),
        ("What did 12 ships do on 19 and 20 November?", (), ("12",)),
        ("What did the UN decide in Q1 2024?", ("un",), ("2024",)),
        ("What did the UN decide in the last 24 hours?", ("un",), ()),
        ("What did the UN decide on 7/3/2024?", ("un",), ("2024",)),
        ("What did the UN decide on 04.07.2025?", ("un",), ()),
        ("What did the UN decide in 2020/21?", ("un",), ("2020",)),
        ("What did the UN decide in the 1990s?", ("un",), ()),
        ("What did the UN decide on 5 May 2024?", ("un", "may"), ("5", "2024")),
        ("What did the UN decide in the 24 states?", ("un",), ("24",)),
    ],
)
def test_what_only_bounds_a_time_is_no_name_and_no_number(
    text: str, names: tuple[str, ...], numbers: tuple[str, ...]
) -> None:
    question = read_question(text)
    assert (question.names, question.numbers) == (names, numbers)
