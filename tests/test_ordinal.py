"""The first and the second of a kind."""

import pytest

from answering.ordinal import ordinal_agreement
from answering.question import read_question


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
