"""Copies are folded as comparing each with each would fold them."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from corpus.article import Article, Chunk
from corpus.store import FoundChunk
from retrieval.copies import Scored, Shingled, without_copies

_WORDS = "the port of Skelmouth was closed for six days after a barge broke its moorings in the storm".split()


def chunk(key: int, article: str, words: list[str], day: int = 1) -> Scored:
    """The first chunk of an article that consists of it."""
    body = " ".join(words)
    when = datetime(2026, 1, day, tzinfo=UTC)
    stored = Article(
        id=article, revision=1, title="", body=body, publisher=None, authors=(), url=None, language="en",
        published_at=when, updated_at=None, first_seen_at=when, collection="default", is_current=True, guessed=(),
    )  # fmt: skip
    return Scored(FoundChunk(Chunk(key, key, 1, 0, 0, len(body)), stored, None), 1.0 - key / 100)


def runs(words: list[str]) -> set[tuple[str, ...]]:
    return {tuple(words[at : at + 5]) for at in range(len(words) - 4)} or {tuple(words)}


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 12), st.integers(1, 18)), max_size=12))
def test_a_chunk_is_folded_where_an_earlier_one_says_the_same(cuts: list[tuple[str, int, int]]) -> None:
    texts = [_WORDS[start : start + length] or ["storm"] for _, start, length in cuts]
    ranked = [chunk(key, cut[0], words) for key, (cut, words) in enumerate(zip(cuts, texts, strict=True))]
    kept: list[int] = []
    for at, one in enumerate(ranked):
        here = runs(texts[at])
        others = (of for of in kept if ranked[of].found.article.id != one.found.article.id)
        if not any(len(here & runs(texts[of])) > 0.6 * min(len(here), len(runs(texts[of]))) for of in others):
            kept.append(at)
    assert [one.found.chunk.key for one in without_copies(ranked, Shingled())] == kept


def test_the_article_published_first_is_shown() -> None:
    late, early, other = chunk(0, "late", _WORDS, day=3), chunk(1, "early", _WORDS), chunk(2, "other", _WORDS[:3])
    shown, alone = without_copies([late, early, other], Shingled())
    assert shown.found.article.id == "early"
    assert [copy.id for copy in shown.copies] == ["late"]
    assert alone.copies == ()


def test_words_are_compared_without_their_punctuation_and_a_hyphen_parts_them() -> None:
    plain = "Thirty one people fell ill after the harbour dinner in Skelmouth, the clinic said on Thursday."
    typeset = "“Thirty-one people fell ill after the harbour dinner in Skelmouth”, the clinic said on Thursday"
    assert len(without_copies([chunk(0, "a", [plain]), chunk(1, "b", [typeset])], Shingled())) == 1


def test_nothing_found_is_nothing() -> None:
    assert without_copies([], Shingled()) == []
