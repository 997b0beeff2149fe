"""What the forms of one word share."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answering.stem import WORD, joined, stem, stems


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("meetings", "meet"), ("refuses", "refused"), ("announcement", "announced"), ("city", "cities"),
        ("legitimise", "legitimize"), ("running", "runs"), ("Calder's", "Calder"), ("1,200", "1200"),
        ("French", "France"), ("U.S.", "American"), ("UK", "British"),
        ("broken", "break"), ("lay", "lies"), ("found", "finding"), ("written", "wrote"), ("left", "leaves"),
        ("agreed", "agree"), ("freed", "freeing"), ("guaranteed", "guarantees"), ("exceeded", "exceeds"), ("needs", "need"),
        ("cancelled", "cancel"), ("travelling", "travels"), ("controlled", "control"), ("killed", "kill"), ("spelled", "spell"),
    ],
)  # fmt: skip
def test_forms_of_a_word_share_a_stem(one: str, other: str) -> None:
    assert stem(one) == stem(other)


def test_the_pronoun_us_is_not_the_country() -> None:
    assert stem("us") != stem("US")


def test_what_was_founded_was_not_found() -> None:
    assert stem("founded") != stem("found")


@pytest.mark.parametrize(
    ("of_two", "plain"),
    [
        ("The tour kicked off in Tarn.", "The tour began in Tarn."), ("She stood down.", "She resigned."),
        ("They called it off.", "They cancelled."), ("He was sent off", "He was expelled"),
        ("Where did it turn up", "Where did it appear"), ("going to be made", "will be made"),
        ("TAKING PART", "participating"),
    ],
)  # fmt: skip
def test_verbs_of_two_words_are_read_as_plain_ones(of_two: str, plain: str) -> None:
    assert stems(of_two) == stems(plain)


@pytest.mark.parametrize(
    "text", ["He went to Tarn.", "off", "They called the doctor off the coast.", "going", "it it up"]
)
def test_other_words_stay_as_they_are(text: str) -> None:
    assert stems(text) == [stem(word) for word in WORD.findall(text)]


@given(st.lists(st.sampled_from("called kick off up it him down going to over the Tarn took part".split()), max_size=8))
def test_no_word_is_lost_or_read_twice(words: list[str]) -> None:
    assert [word for _, typed in joined(words) for word in typed.split()] == words


@given(st.text(max_size=200))
def test_any_text_has_stems(text: str) -> None:
    assert all(stems(text)) or not text.strip()
