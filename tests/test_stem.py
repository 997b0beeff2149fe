"""What the forms of one word share."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answering.stem import stem, stems


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("meetings", "meet"), ("refuses", "refused"), ("announcement", "announced"), ("city", "cities"),
        ("legitimise", "legitimize"), ("running", "runs"), ("Calder's", "Calder"), ("1,200", "1200"),
        ("French", "France"), ("U.S.", "American"), ("UK", "British"),
        ("broken", "break"), ("lay", "lies"), ("found", "finding"), ("written", "wrote"), ("left", "leaves"),
        ("agreed", "agree"), ("freed", "freeing"), ("guaranteed", "guarantees"), ("exceeded", "exceeds"), ("needs", "need"),
    ],
)  # fmt: skip
def test_forms_of_a_word_share_a_stem(one: str, other: str) -> None:
    assert stem(one) == stem(other)


def test_the_pronoun_us_is_not_the_country() -> None:
    assert stem("us") != stem("US")


def test_what_was_founded_was_not_found() -> None:
    assert stem("founded") != stem("found")


@given(st.text(max_size=200))
def test_any_text_has_stems(text: str) -> None:
    assert all(stems(text)) or not text.strip()
