"""What is said when nothing is: the question's own words, in the order of a statement."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from answering.abstention import reason_for
from answering.answer import ReasonCode
from answering.evidence import read_passages
from answering.question import read_question
from corpus.article import Article
from retrieval.passage import Passage

NOW = datetime(2025, 3, 11, tzinfo=UTC)
BODY = (
    "The lighthouse of Velm, whose king and queen are old, has a population of gulls that settled and decided little."
)
ARTICLE = Article("1", 1, "Velm", BODY, "Coast Times", (), None, "en", NOW, None, NOW)
PASSAGE = Passage(1, 1.0, 0.3, ARTICLE, 0, len(BODY))


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("Where was the population of Velm largely settled?", "says where the population of Velm was largely settled"),
        ("When was the lighthouse of Velm built?", "says when the lighthouse of Velm was built"),
        ("Where is the queen of Velm?", "says where the queen of Velm is"),
        ("Who is the king of Velm?", "says who the king of Velm is"),
        ("What was decided in Velm?", "says what was decided in Velm"),
        ("When was the lighthouse of Velm painted in white?", "says when the lighthouse of Velm was painted in white"),
        ("How old is the king of Velm?", "says how old the king of Velm is"),
        ("Who is buying Velm?", "says who is buying Velm"),
        ("What was Velm accused of?", "answers “What was Velm accused of?”"),
        ("Who is Velm meeting?", "answers “Who is Velm meeting?”"),
        ("How much does Velm pay?", "answers “How much does Velm pay?”"),
    ],
)
def test_the_reason_is_a_sentence(question: str, told: str) -> None:
    asked = read_question(question)
    reason = reason_for(asked, read_passages(asked, [PASSAGE]))
    assert reason.code is ReasonCode.DOES_NOT_SAY
    assert reason.message.endswith(f"but none {told}.")


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("How many homes were built?", "None of the articles found bears on “How many homes were built?”."),
        ("Who won in Brazil or Peru?", "None of the articles found mentions Brazil or Peru."),
        (
            "Who sold the Isle of Man for £62 million?",
            "None of the articles found mentions the Isle of Man or £62 million.",
        ),
        ("Where is the old queen of gulls?", "None of the articles found says where the old queen of gulls is."),
    ],
)
def test_words_are_not_strung_together(question: str, told: str) -> None:
    asked = read_question(question)
    assert reason_for(asked, read_passages(asked, [PASSAGE])).message == told


def test_what_is_told_in_other_words_is_near_all_the_same() -> None:
    asked = read_question("How many homes were built?")
    reason = reason_for(asked, read_passages(asked, [replace(PASSAGE, similarity=0.6)]))
    assert reason.code is ReasonCode.DOES_NOT_SAY
    assert reason.message == "None of the articles found answers “How many homes were built?”."


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("Who won the 2030 World Cup?", "None of the articles found mentions the 2030 World Cup."),
        ("The 2030 World Cup was won by whom?", "None of the articles found mentions the 2030 World Cup."),
        ("Who won World Cup 2030?", "None of the articles found mentions World Cup 2030."),
        ("Who runs the Quernby library?", "None of the articles found mentions Quernby."),
        ("Who leads the Isle of Man's council?", "None of the articles found mentions the Isle of Man."),
    ],
)
def test_a_name_keeps_its_article(question: str, told: str) -> None:
    asked = read_question(question)
    assert reason_for(asked, read_passages(asked, [PASSAGE])).message == told
