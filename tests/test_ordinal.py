"""The first and the second of a kind."""

import pytest

from answering.ordinal import ordinal_agreement, the_one_asked, the_thing_asked
from answering.question import read_question
from answering.stem import stems


@pytest.mark.parametrize(
    ("question", "sentence", "agreement"),
    [
        ("Who won second prize?", "Second prize went to three glass-blowers.", 1),
        ("Who won second prize?", "Third prize went to a café owner.", -1),
        ("Who won second prize?", "Third prize went to Oda, and second prize to Tam.", 1),
        ("Who won second prize?", "The prize for the best lantern went to a sculptor.", 0),
        ("Who won the prize?", "Third prize went to a café owner.", 0),
    ],
)
def test_the_one_asked_for_is_told_from_the_others(question: str, sentence: str, agreement: int) -> None:
    assert ordinal_agreement(read_question(question), sentence) == agreement


@pytest.mark.parametrize(
    ("question", "sentence", "is_told"),
    [
        ("Who was the first mayor of Tarn?", "Oda Brandt was re-elected mayor of Tarn.", False),
        ("Who was the first mayor of Tarn?", "Oda Brandt was the first mayor of Tarn.", True),
        ("Who was the first mayor of Tarn?", "The earliest mayor of Tarn was Oda Brandt.", True),
        ("Who won the last stage?", "Brandt won the final stage.", True),
        ("Who won the last stage?", "Brandt won the second stage.", False),
        ("What is the largest ship of the line?", "The Maid is the biggest ship of the line.", True),
        ("What is the largest ship of the line?", "The Maid is a ship of the line.", False),
        ("How old is the oldest tree?", "The tree is 300 years old.", False),
        ("What is the most common side effect?", "Fever was the most common side effect.", True),
        ("What is the most common side effect?", "Fever is a common side effect.", False),
        ("When did the drivers' last strike end?", "The strike ended on Monday.", False),
    ],
)
def test_the_first_and_the_largest_have_to_be_told(question: str, sentence: str, is_told: bool) -> None:
    one = the_one_asked(read_question(question))
    assert one is not None and one.isdisjoint(stems(sentence)) is not is_told


@pytest.mark.parametrize(
    "question",
    [
        "Who won the race last year?",
        "How many died in the last ten years?",
        "Who lives on the west coast?",
        "Who fought in the Second World War?",
        "When did they last meet?",
        "Why was the first estimate wrong?",
        "Is she the first mayor?",
        "Who won the best prize?",
    ],
)
def test_other_questions_may_be_answered_by_any(question: str) -> None:
    assert the_one_asked(read_question(question)) is None


@pytest.mark.parametrize(
    ("question", "thing"),
    [
        ("When does the first ferry leave?", "ferry"), ("Who was the first mayor of Tarn?", "mayor"),
        ("Who was the first person on the moon?", None), ("Who was the first female mayor of Tarn?", None),
        ("When does the ferry leave?", None), ("Why was the first ferry late?", None),
    ],
)  # fmt: skip
def test_what_the_one_asked_for_is(question: str, thing: str | None) -> None:
    assert the_thing_asked(read_question(question)) == (stems(thing)[0] if thing else None)
