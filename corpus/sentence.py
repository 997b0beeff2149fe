"""Where sentences begin and end: sentencex splits, and a quotation stays with the words that attribute it."""

import re
from dataclasses import dataclass
from itertools import pairwise

from sentencex import get_sentence_boundaries

_LINE = re.compile(r"[^\n]+")
_SURROGATE = re.compile("[\ud800-\udfff]")
_CLOSES_QUOTE = re.compile(r"[?!.,…][”\"’»]\s*$")
# sentencex takes a month before a full stop for an abbreviation ("on 3 May. Fuel ..."); written out it is none.
_MONTH_ENDS = re.compile(
    r"\b(?:January|February|March|April|May|June|July|August|September|October|November|December)\.\s+(?=[\"“‘A-Z])"
)
_SPEECH_VERBS = (
    "said|says|told|added|adds|argued|argues|asked|asks|wrote|writes|warned|warns|replied|insisted|claimed|claims|"
    "explained|noted|recalled|announced|declared|stated|tweeted|posted|joked|quipped|continued|concluded|suggested|"
    "according"
)
# "Lutsevich argued, ...", "the mayor of Calder told ...", "he said.": at most six words before the verb.
_ATTRIBUTION = re.compile(rf"^(?:[a-z]|(?:\S+\s+){{0,6}}(?:{_SPEECH_VERBS})\b)")


@dataclass(frozen=True, slots=True)
class TextSpan:
    """Half-open code points `start:end` into the text that was split, without surrounding white space."""

    start: int
    end: int


def sentence_spans(text: str, language: str | None = "en") -> tuple[TextSpan, ...]:
    """The sentences of `text` in order. A line break always ends a sentence; a quotation and its attribution are one.

    Spans never overlap, hold no surrounding white space, and together cover every other character of the text.
    """
    spans: list[TextSpan] = []
    for line in _LINE.finditer(text):
        in_line: list[TextSpan] = []
        for start, end in _pieces(line.group(), language or "en"):
            span = _stripped(text, line.start() + start, line.start() + end)
            if span is None:
                continue
            if in_line and _belongs_to_quotation(text, in_line[-1], span):
                span = TextSpan(in_line.pop().start, span.end)
            in_line.append(span)
        spans.extend(in_line)
    return tuple(spans)


def _pieces(line: str, language: str) -> list[tuple[int, int]]:
    """sentencex's boundaries of one line, as a gapless partition of it.

    A lone surrogate cannot cross into the Rust library, so such a line is split with it replaced: offsets stay.
    """
    safe = line.encode("utf-8", "replace").decode("utf-8") if _SURROGATE.search(line) else line
    cuts = {0, len(line)}
    cuts.update(min(int(boundary["end_index"]), len(line)) for boundary in get_sentence_boundaries(language, safe))
    cuts.update(match.end() for match in _MONTH_ENDS.finditer(line))
    return list(pairwise(sorted(cuts)))


def _stripped(text: str, start: int, end: int) -> TextSpan | None:
    piece = text[start:end]
    start += len(piece) - len(piece.lstrip())
    end -= len(piece) - len(piece.rstrip())
    return TextSpan(start, end) if start < end else None


def _belongs_to_quotation(text: str, before: TextSpan, after: TextSpan) -> bool:
    """Whether `after` is the attribution ("she said") of the quotation that `before` closes."""
    return bool(
        _CLOSES_QUOTE.search(text[before.start : before.end])
        and not text[after.start].isdigit()
        and _ATTRIBUTION.match(text[after.start : after.end])
    )
