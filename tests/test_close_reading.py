"""Which windows are read: the best sentences' first, then one of each further article."""

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pytest

from answering.close_reading import read_closely
from answering.evidence import read_passages
from answering.question import read_question
from answering.reader import Look, RememberingReader
from corpus.article import Article
from retrieval.passage import Passage

WHEN, WHY = "When did the harbour of Skelmouth reopen?", "Why did the harbour of Skelmouth close?"


class Listed:
    """Keeps what it was given to read, and sees nothing in it."""

    def __init__(self) -> None:
        self.read_texts: list[str] = []

    def read(self, question: str, texts: Sequence[str]) -> list[Look]:
        self.read_texts += texts
        nothing = np.zeros(0, dtype=np.float32)
        return [Look(0.0, nothing, nothing, []) for _ in texts]


def passage(name: str, sentences: int) -> Passage:
    body = " ".join(
        f"Report {n} of {name} says that the harbour of Skelmouth reopened to ships on {n + 1} May after divers had "
        f"cleared the wreck from the channel and the pilots had sounded its whole length twice."
        for n in range(sentences)
    )
    article = Article(
        id=name, revision=1, title=f"Title of {name}", body=body, publisher=None, authors=(), url=None, language="en",
        published_at=None, updated_at=None, first_seen_at=dt.datetime(2024, 5, 1, tzinfo=dt.UTC),
    )  # fmt: skip
    return Passage(1, 1.0, None, article, 0, len(body))


@pytest.mark.parametrize(("asked", "of_the_long", "in_all"), [(WHEN, 4, 6), (WHY, 10, 10)])
def test_other_articles_are_read_too_but_for_reasons_more_of_the_best(
    asked: str, of_the_long: int, in_all: int
) -> None:
    question, reader = read_question(asked), Listed()
    reading = read_passages(question, [passage("long", 30), passage("second", 30), passage("third", 1)])
    read_closely(question, reading, range(len(reading.candidates)), reader)
    assert len(reader.read_texts) == in_all
    assert sum(text.startswith("Title of long") for text in reader.read_texts) == of_the_long
    assert sum(text.startswith("Title of third") for text in reader.read_texts) == (1 if in_all == 6 else 0)


def test_what_was_read_of_a_question_is_not_read_again() -> None:
    inner = Listed()
    reader = RememberingReader(inner, most=3)
    for question, texts in (("a", ["x", "y"]), ("a", ["y", "x"]), ("b", ["x"])):
        assert len(reader.read(question, texts)) == len(texts)
    assert inner.read_texts == ["x", "y", "x"]
