"""Citation recall and precision in the sense of ALCE, and quotes that must be what stands in the article."""

from typing import Any

from evals.citing import Cited, citation_precision, citation_recall, is_true, span_validity

PORT = "The port of Skelmouth reopened on 9 April 2025."
SHIP = "The first ship to enter was the coaster Anneke Dray."


def test_recall_counts_statements_and_precision_citations() -> None:
    good = Cited(PORT, (PORT,))
    wrong = Cited("The port of Skelmouth reopened on 3 March 2025.", (PORT,))
    bare = Cited(PORT, ())
    assert citation_recall([good]) == citation_precision([good]) == 1.0
    assert citation_recall([good, wrong, bare]) == 1 / 3
    assert citation_precision([good, wrong, bare]) == 1 / 3
    assert citation_recall([]) == citation_precision([]) == 0.0


def test_a_citation_that_adds_nothing_is_wrong_and_one_that_is_needed_is_not() -> None:
    assert citation_precision([Cited(PORT, (PORT, SHIP))]) == 0.5
    joined = Cited(f"{PORT[:-1]} and the first ship to enter was the coaster Anneke Dray.", (PORT, SHIP))
    assert citation_recall([joined]) == 1.0 and citation_precision([joined]) == 1.0


def test_pasting_a_passage_twice_needs_neither_less() -> None:
    assert citation_precision([Cited(PORT, (PORT, PORT))]) == 1.0  # each carries it alone, so neither is idle


def test_a_quote_must_be_what_stands_at_its_place() -> None:
    body = f"Yesterday. {PORT} 🏮 Later."
    start = body.index(PORT)
    citation: dict[str, Any] = {
        "article_id": "a",
        "revision": 2,
        "start": start,
        "end": start + len(PORT),
        "quote": PORT,
    }
    bodies = {("a", 2): body}
    assert is_true(citation, bodies) and span_validity([citation], bodies) == 1.0
    for change in (
        {"start": start + 1}, {"end": 10_000}, {"revision": 1}, {"article_id": "b"}, {"quote": PORT.upper()},
        {"start": start + len(PORT)}, {"start": -5, "end": -1}, {"start": None}, {"revision": "2"},
    ):  # fmt: skip
        assert not is_true(citation | change, bodies), change
    assert span_validity([citation, citation | {"quote": "no"}], bodies) == 0.5
