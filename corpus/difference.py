"""What changed between two wordings of an article, sentence by sentence."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from corpus.article import Article
from corpus.sentence import TextSpan, sentence_spans


class ChangeKind(StrEnum):
    """What happened to a run of sentences."""

    EQUAL = "equal"
    INSERTED = "inserted"
    DELETED = "deleted"
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True)
class Difference:
    """A run of whole sentences in the old body and what stands for it in the new one; either may be empty."""

    kind: ChangeKind
    old: TextSpan
    new: TextSpan


# Share of words in common from which a sentence is another wording of one rather than a new one in its place.
_REWORDED = 0.5
_MOST_COMPARED = 2_500  # pairs of sentences: of whole articles written anew none is looked for


def differences(old: Article, new: Article) -> list[Difference]:
    """The way from the old body to the new one, in order. Every sentence of both is in exactly one difference."""
    olds, news = (sentence_spans(article.body, article.language) for article in (old, new))
    words, others = (
        [" ".join(article.body[span.start : span.end].split()) for span in spans]
        for article, spans in ((old, olds), (new, news))
    )
    steps = SequenceMatcher(None, words, others, autojunk=False).get_opcodes()
    return [
        Difference(_kind(tag, *part), _span(olds, *part[:2]), _span(news, *part[2:]))
        for tag, *block in steps
        for part in (_reworded(words, others, *block) if tag == "replace" else [block])
    ]


def _kind(tag: str, a: int, b: int, c: int, d: int) -> ChangeKind:
    if tag == "equal":
        return ChangeKind.EQUAL
    return ChangeKind.INSERTED if a == b else ChangeKind.DELETED if c == d else ChangeKind.REPLACED


def _reworded(words: Sequence[str], others: Sequence[str], a: int, b: int, c: int, d: int) -> Iterator[list[int]]:
    """Cut a block of sentences that stand in each other's place so that each reworded one stands beside its new words.

    The pairs are those, in order, that have most words in common (Needleman and Wunsch, 1970).
    """
    if (b - a) * (d - c) > _MOST_COMPARED:
        yield [a, b, c, d]
        return
    likeness = [[_likeness(words[x], others[y]) for y in range(c, d)] for x in range(a, b)]
    best = [[0.0] * (d - c + 1) for _ in range(b - a + 1)]  # from here to the end of both
    for x in reversed(range(b - a)):
        for y in reversed(range(d - c)):
            best[x][y] = max(best[x + 1][y], best[x][y + 1], best[x + 1][y + 1] + likeness[x][y])
    x = y = done_x = done_y = 0
    while x < b - a and y < d - c:
        if likeness[x][y] and best[x][y] == best[x + 1][y + 1] + likeness[x][y]:
            if x > done_x or y > done_y:
                yield [a + done_x, a + x, c + done_y, c + y]
            yield [a + x, a + x + 1, c + y, c + y + 1]
            x, y = x + 1, y + 1
            done_x, done_y = x, y
        elif best[x][y] == best[x + 1][y]:
            x += 1
        else:
            y += 1
    if a + done_x < b or c + done_y < d:
        yield [a + done_x, b, c + done_y, d]


def _likeness(one: str, other: str) -> float:
    """The share of words in common, or 0 when it is too small to mean anything."""
    ratio = SequenceMatcher(None, one.split(), other.split(), autojunk=False).ratio()
    return ratio if ratio >= _REWORDED else 0.0


def _span(sentences: Sequence[TextSpan], first: int, last: int) -> TextSpan:
    """From sentence `first` to before `last`; nothing where they meet, at the place where something is missing."""
    if first < last:
        return TextSpan(sentences[first].start, sentences[last - 1].end)
    place = sentences[first].start if first < len(sentences) else sentences[-1].end if sentences else 0
    return TextSpan(place, place)
