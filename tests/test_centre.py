"""The mean vector of an article: read once, forgotten with the store's changes, one for each revision."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from corpus.article import IncomingArticle
from corpus.selection import Selection
from corpus.touched import Touched
from retrieval.centre import Centres, with_centres
from tests.small import Small

HARBOUR = "The harbour wall broke in the storm. " * 30
SCHOOL = "The school choir sang in Velm. " * 30


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    small = Small(tmp_path).start()
    yield small
    small.close()


def key_of(small: Small, article_id: str) -> int:
    selected = small.store.candidates(range(1, 50), Selection())
    return next(one.chunk.article_key for one in selected.values() if one.article_id == article_id)


def put(small: Small, *articles: IncomingArticle) -> None:
    small.ingester.put(articles)
    small.settle()


def test_an_article_is_as_near_as_all_of_it(small: Small) -> None:
    put(small, IncomingArticle("Storm", HARBOUR + "\n\n" + SCHOOL, "both"), IncomingArticle("Wall", HARBOUR, "harbour"))
    both, harbour = key_of(small, "both"), key_of(small, "harbour")
    question = small.embedder.embed_questions(["harbour wall storm"])[0]
    centres = Centres(small.embeddings)
    found = centres.cosines([(both, 1), (harbour, 1), (99, 1)], question)
    assert set(found) == {(both, 1), (harbour, 1)} and found[harbour, 1] > found[both, 1]
    chunks, vectors = small.embeddings.of_articles([both])
    mean = vectors.mean(axis=0)
    assert len(chunks) > 1
    assert found[both, 1] == pytest.approx(float(mean @ question / np.linalg.norm(mean)), abs=1e-5)


def test_what_changed_is_read_anew_once_forgotten(small: Small) -> None:
    put(small, IncomingArticle("Wall", HARBOUR, "a"))
    key, question = key_of(small, "a"), small.embedder.embed_questions(["school choir"])[0]
    centres = Centres(small.embeddings)
    before = centres.cosines([(key, 1)], question)
    put(small, IncomingArticle("Choir", SCHOOL, "a"))
    assert centres.cosines([(key, 1)], question) == before
    centres.forget(Touched(frozenset([key + 1])))
    assert centres.cosines([(key, 1)], question) == before
    centres.forget(Touched(frozenset([key])))
    both = centres.cosines([(key, 1), (key, 2)], question)
    assert both[key, 1] == pytest.approx(before[key, 1]) and both[key, 2] > both[key, 1]


def test_a_chunk_moves_towards_its_article_and_stays_without_one() -> None:
    moved = with_centres({1: 0.5, 2: 0.5, 3: 0.4}, {1: (1, 1), 2: (2, 1), 3: (3, 1)}, {(1, 1): 0.9, (2, 1): 0.1})
    assert moved[1] > 0.5 > moved[2] and moved[3] == pytest.approx(0.4)
