"""Words that answer: SQuAD's measures as its script describes them, and facts in a text."""

import re
import string
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.wording import exact_match, holds, normalised, says, token_f1, without_markers


def squad_normal(text: str) -> str:
    """The description of the official script: lower, punctuation, articles, white space, in this order."""
    text = "".join(c for c in text.lower() if c not in set(string.punctuation))
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", text).split())


def squad_f1(said: str, gold: str) -> float:
    one, two = squad_normal(said).split(), squad_normal(gold).split()
    if not one or not two:
        return float(one == two)
    same = sum((Counter(one) & Counter(two)).values())
    if same == 0:
        return 0.0
    precision, recall = same / len(one), same / len(two)
    return 2 * precision * recall / (precision + recall)


words = st.text(st.sampled_from("aTheans .,'\"-10"), max_size=20)


@given(words, st.lists(words, min_size=1, max_size=3))
def test_squad_measures_are_those_of_its_script(said: str, accepted: list[str]) -> None:
    assert normalised(said) == squad_normal(said)
    assert token_f1(said, accepted) == pytest.approx(max(squad_f1(said, one) for one in accepted), abs=1e-9)
    assert exact_match(said, accepted) == float(any(squad_normal(said) == squad_normal(one) for one in accepted))


def test_published_examples() -> None:
    assert exact_match("The Eiffel Tower!", ["eiffel tower"]) == 1.0
    assert token_f1("in the 10th and 11th centuries", ["10th and 11th centuries"]) == pytest.approx(8 / 9)
    assert exact_match("", []) == token_f1("", []) == 1.0 and token_f1("something", []) == 0.0


@pytest.mark.parametrize(
    ("text", "wanted", "is_there"),
    [
        ("The cut was 5,200 tonnes [1].", "5200 tonnes", True),
        ("It has 1,470 seats.", "47", False),
        ("“Light the tide”, it said", '"light the tide"', True),
        ("The Putin-Zelenskiy meeting", "Putin Zelenskiy", True),
        ("Third prize went to André Šťovíček-Lamm", "Šťovíček-Lamm", True),
        ("It is not free", "free ferry", False),
        ("x", "", False),
    ],
)
def test_a_text_holds_words_only_as_whole_words(text: str, wanted: str, is_there: bool) -> None:
    assert holds(text, wanted) is is_there


def test_a_short_fact_is_said_word_for_word_and_a_sentence_in_other_words() -> None:
    answer = "The council approved the charge by 14 votes to 9 on Wednesday [1]."
    assert says(answer, ["fourteen", "14 votes"])
    assert says(answer, ["The council approved the charge on Wednesday."])
    assert not says(answer, ["The council approved the charge by 19 votes to 4."])
    assert without_markers("It reopened [1][2]. Good [3].") == "It reopened. Good."
