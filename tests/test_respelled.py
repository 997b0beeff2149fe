"""Words of a question that the articles write otherwise."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answering.respelled import respelled

TEXTS = [
    "Judges of the International Criminal Court in The Hague said so.",
    "The delegation met in Istanbul. Lutsevich and Zelenskiy spoke of Ireland. Ushakov was there.",
]


@pytest.mark.parametrize(
    ("question", "read"),
    [
        ("Is Mongolia a member of the ICC?", "Is Mongolia a member of the International Criminal Court?"),
        ("Who led the delegaton in Istambul?", "Who led the delegation in Istanbul?"),
        ("What does Lutsevitch think?", "What does Lutsevich think?"),
        ("What does Zelensky think?", "What does Zelenskiy think?"),
        ("What does Zelneskiy think?", "What does Zelenskiy think?"),
        # Words that are words, persons of one family, and what is further away.
        ("What does Iceland think?", "What does Iceland think?"),
        ("What does Ushakova think?", "What does Ushakova think?"),
        ("What do the delegations think?", "What do the delegations think?"),
        ("What does UNHCR think of Brazzaville?", "What does UNHCR think of Brazzaville?"),
    ],
)
def test_slips_and_abbreviations_are_read_as_the_articles_write_them(question: str, read: str) -> None:
    assert respelled(question, TEXTS)[0] == read


def test_what_was_read_as_what_is_said() -> None:
    assert respelled("Who met in Istambul?", TEXTS)[1] == (("Istambul", "Istanbul"),)


@given(st.text(max_size=80), st.lists(st.text(max_size=80), max_size=3))
def test_any_text_is_read(question: str, texts: list[str]) -> None:
    read, words = respelled(question, texts)
    assert read == question or words
