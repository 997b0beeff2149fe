"""What changed between two wordings of an article, sentence by sentence."""

from collections.abc import Sequence
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


_KINDS = {
    "equal": ChangeKind.EQUAL,
    "insert": ChangeKind.INSERTED,
    "delete": ChangeKind.DELETED,
    "replace": ChangeKind.REPLACED,
}


def differences(old: Article, new: Article) -> list[Difference]:
    """The way from the old body to the new one, in order. Every sentence of both is in exactly one difference."""
    olds, news = (sentence_spans(article.body, article.language) for article in (old, new))
    words, others = (
        [" ".join(article.body[span.start : span.end].split()) for span in spans]
        for article, spans in ((old, olds), (new, news))
    )
    steps = SequenceMatcher(None, words, others, autojunk=False).get_opcodes()
    return [Difference(_KINDS[tag], _span(olds, a, b), _span(news, c, d)) for tag, a, b, c, d in steps]


def _span(sentences: Sequence[TextSpan], first: int, last: int) -> TextSpan:
    """From sentence `first` to before `last`; nothing where they meet, at the place where something is missing."""
    if first < last:
        return TextSpan(sentences[first].start, sentences[last - 1].end)
    place = sentences[first].start if first < len(sentences) else sentences[-1].end if sentences else 0
    return TextSpan(place, place)
