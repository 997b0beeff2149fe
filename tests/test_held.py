"""Vectors held in memory follow what changes, and are those that the store holds."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.article import IncomingArticle
from corpus.candidates import Candidates
from corpus.selection import Selection
from corpus.touched import Touched
from retrieval import held as held_module
from retrieval.exact import ExactSearch
from retrieval.held import HeldVectors, Rows, Vectors
from tests.small import Small

DIMENSIONS = 8


def vectors_of(keys: list[int]) -> Vectors:
    """A unit vector for each key, always the same."""
    made = [np.random.default_rng(key).standard_normal(DIMENSIONS) for key in keys]
    if not made:
        return np.empty((0, 0), dtype=np.float32)
    return np.asarray([one / np.linalg.norm(one) for one in made], dtype=np.float32)


def rows_of(stored: dict[int, list[int]]) -> Rows:
    """Of articles, each with the keys of its chunks."""
    pairs = sorted((key, article) for article, keys in stored.items() for key in keys)
    return Rows.of([key for key, _ in pairs], [article for _, article in pairs], vectors_of([key for key, _ in pairs]))


# Of up to twelve articles, which change, and how many chunks each has afterwards; chunks have new keys or their old ones.
changes = st.lists(
    st.dictionaries(st.integers(1, 12), st.tuples(st.integers(0, 4), st.booleans()), min_size=1, max_size=4), max_size=8
)


@pytest.mark.parametrize("worth_signs", [2, 10, 4_000])
@settings(deadline=None)
@given(changes, changes)
def test_after_any_changes_the_same_is_found_as_in_what_is_read_anew(
    worth_signs: int,
    first: list[dict[int, tuple[int, bool]]],
    later: list[dict[int, tuple[int, bool]]],
) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(held_module, "_WORTH_SIGNS", worth_signs)
        patched.setattr(held_module, "_PER_WANTED", 1_000)  # signs lose none
        stored: dict[int, list[int]] = {}
        last = 0
        held = HeldVectors.of(rows_of(stored))
        for number, change in enumerate(first + later):
            for article, (count, anew) in change.items():
                before = stored.get(article, [])
                kept = [] if anew else before[:count]
                stored[article] = kept + list(range(last + 1, last + 1 + count - len(kept)))
                last += count
            now = rows_of({article: stored[article] for article in change})
            held = HeldVectors.of(rows_of(stored)) if number == len(first) else held.after(change, now)
            every = sorted(key for keys in stored.values() for key in keys)
            question = vectors_of([10_000])[0]
            expected = sorted(every, key=lambda key: -float(vectors_of([key])[0] @ question))
            assert [hit.key for hit in held.nearest(question, len(every) + 3)] == expected
            found, matrix = held.vectors_of(np.asarray([*every, 99_999], dtype=np.int64))
            assert set(every) <= set(found) and 99_999 not in found
            assert np.array_equal(matrix, vectors_of(found)) if found else not len(matrix)
            assert {article for article, keys in stored.items() if keys} == held.centres.keys()
            for article, centre in held.centres.items():
                mean = vectors_of(stored[article]).mean(axis=0)
                assert centre == pytest.approx(mean / np.linalg.norm(mean), abs=1e-5)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    small = Small(tmp_path).start()
    yield small
    small.close()


def hits(exact: ExactSearch, small: Small, *, current: bool) -> list[tuple[int, float]]:
    vector = small.embedder.embed_questions(["the ferry and the harbour wall"])[0]
    found = exact.at_hand("default", vector, 50, current=current)
    assert found is not None
    return [(hit.key, round(hit.similarity, 5)) for hit in found]


def test_what_is_kept_follows_what_comes_is_revised_and_goes(small: Small) -> None:
    def put(article_id: str, body: str) -> None:
        small.ingester.put([IncomingArticle(f"Report {article_id}", body, article_id)])

    def agree() -> None:
        small.settle()
        fresh = ExactSearch(small.embeddings)
        for current in (True, False):
            fresh.keep("default", current=current)
            assert hits(small.indexer.exact, small, current=current) == hits(fresh, small, current=current)
        keys = range(1, 60)
        assert small.store.candidates(keys, Selection()) == Candidates(small.database).of(keys, Selection())

    put("a", "The ferry sails at noon from the harbour. " * 20)
    small.settle()
    for current in (True, False):
        small.indexer.exact.keep("default", current=current)
    agree()
    put("b", "The harbour wall broke. " * 40)
    agree()
    put("copy", "The harbour wall broke. " * 40)
    agree()
    assert small.store.candidates(range(1, 60), Selection())
    put("b", "The harbour wall holds, says the council. " * 30)
    agree()
    small.store.delete("default", "a")
    small.indexer.wake()
    agree()
    put("a", "The ferry sails at one. " * 30)
    agree()


def test_what_grows_too_large_is_let_go(tmp_path: Path) -> None:
    small = Small(tmp_path, most_at_hand=3).start()
    try:
        small.ingester.put([IncomingArticle("Ferry", "The ferry sails at noon.", "a")])
        small.settle()
        small.indexer.exact.keep("default")
        small.ingester.put([IncomingArticle("Wall", "The harbour wall broke in the storm. " * 100, "b")])
        small.settle()
        assert not small.indexer.exact.is_at_hand("default", current=True)
    finally:
        small.close()


def test_what_searches_need_is_read_while_nothing_else_is_to_do(small: Small) -> None:
    small.ingester.put([IncomingArticle(f"Ferry {n}", f"Ferry {n} sails at noon. " * 40, f"{n}") for n in range(30)])
    small.settle()
    small.indexer.exact.keep("default")
    keys = small.indexer.exact.keys("default")
    given = [one for page in small.store.read_ahead("default", keys) for one in page]
    assert [one.chunk.key for one in given] == keys == sorted(keys, reverse=True)
    assert all(one.text.startswith("Ferry") for one in given)


def test_what_is_not_held_is_read(small: Small) -> None:
    small.ingester.put([IncomingArticle("Ferry", "The ferry sails at noon.", "a")])
    small.settle()
    small.ingester.put([IncomingArticle("Ferry", "The ferry sails at one.", "a")])
    small.settle()
    exact = small.indexer.exact
    exact.keep("default")
    [now] = exact.keys("default")
    for _ in range(2):
        for keys in ([now - 1], [now, now - 1], [now]):
            found, matrix = exact.vectors("default", keys)
            assert found == keys and len(matrix) == len(keys)
        exact.changed(Touched(frozenset([99])), 1_000)  # an article of which nothing is embedded
