"""What is said when nothing is: the question's own words, in the order of a statement."""

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
PASSAGE = Passage(1, 1.0, 0.5, ARTICLE, 0, len(BODY))


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("Where was the population of Velm largely settled?", "says where the population of Velm was largely settled"),
        ("When was the lighthouse of Velm built?", "says when the lighthouse of Velm was built"),
        ("Where is the queen of Velm?", "says where the queen of Velm is"),
        ("Who is the king of Velm?", "says who the king of Velm is"),
        ("What was decided in Velm?", "says what was decided in Velm"),
    ],
)
def test_the_reason_is_a_sentence(question: str, told: str) -> None:
    asked = read_question(question)
    reason = reason_for(asked, read_passages(asked, [PASSAGE]))
    assert reason.code is ReasonCode.DOES_NOT_SAY
    assert reason.message.endswith(f"but none {told}.")
