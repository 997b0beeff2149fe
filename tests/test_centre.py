"""The mean vector of an article: read once, forgotten with the store's changes, one for each revision."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from corpus.article import Chunk, IncomingArticle
from corpus.candidates import Candidate
from corpus.selection import Selection
from corpus.touched import Touched
from retrieval.centre import Centres, with_centres
from retrieval.exact import ExactSearch
from tests.small import Small

HARBOUR = "The harbour wall broke in the storm. " * 30
SCHOOL = "The school choir sang in Velm. " * 30


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    small = Small(tmp_path).start()
    yield small
    small.close()


def candidates_of(small: Small, *article_ids: str) -> list[Candidate]:
    """The current chunks of these articles."""
    selected = small.store.candidates(range(1, 50), Selection())
    return [one for one in selected.values() if one.article_id in article_ids]


def key_of(small: Small, article_id: str) -> int:
    return candidates_of(small, article_id)[0].chunk.article_key


def put(small: Small, *articles: IncomingArticle) -> None:
    small.ingester.put(articles)
    small.settle()


@pytest.mark.parametrize("at_hand", [True, False])
def test_an_article_is_as_near_as_all_of_it(small: Small, at_hand: bool) -> None:
    put(small, IncomingArticle("Storm", HARBOUR + "\n\n" + SCHOOL, "both"), IncomingArticle("Wall", HARBOUR, "harbour"))
    both, harbour = key_of(small, "both"), key_of(small, "harbour")
    question = small.embedder.embed_questions(["harbour wall storm"])[0]
    exact = ExactSearch(small.embeddings)
    if at_hand:
        exact.keep("default")
    of = candidates_of(small, "both", "harbour")
    gone = replace(of[0], chunk=replace(of[0].chunk, article_key=99))
    found = Centres(small.embeddings, exact).cosines("default", [*of, gone], question)
    assert set(found) == {(both, 1), (harbour, 1)} and found[harbour, 1] > found[both, 1]
    chunks, vectors = small.embeddings.of_articles([both])
    mean = vectors.mean(axis=0)
    assert len(chunks) > 1
    assert found[both, 1] == pytest.approx(float(mean @ question / np.linalg.norm(mean)), abs=1e-5)


def test_what_changed_is_read_anew_once_forgotten(small: Small) -> None:
    put(small, IncomingArticle("Wall", HARBOUR, "a"))
    key, question = key_of(small, "a"), small.embedder.embed_questions(["school choir"])[0]
    centres = Centres(small.embeddings, ExactSearch(small.embeddings))
    old = candidates_of(small, "a")
    before = centres.cosines("default", old, question)
    put(small, IncomingArticle("Choir", SCHOOL, "a"))
    assert centres.cosines("default", old, question) == before
    centres.forget(Touched(frozenset([key + 1])))
    assert centres.cosines("default", old, question) == before
    centres.forget(Touched(frozenset([key])))
    both = centres.cosines("default", [*old, *candidates_of(small, "a")], question)
    assert both[key, 1] == pytest.approx(before[key, 1]) and both[key, 2] > both[key, 1]


def test_a_chunk_moves_towards_its_article_and_stays_without_one() -> None:
    def candidate(key: int, article_key: int) -> Candidate:
        return Candidate(Chunk(key, article_key, 1, 0, 0, 9), "a", None, None, None, True)

    of = {1: candidate(1, 1), 2: candidate(2, 2), 3: candidate(3, 3)}
    moved = with_centres({1: 0.5, 2: 0.5, 3: 0.4}, of, {(1, 1): 0.9, (2, 1): 0.1})
    assert moved[1] > 0.5 > moved[2] and moved[3] == pytest.approx(0.4)
