"""Where sentences begin and end: sentencex splits, and a quotation stays with the words that attribute it."""

import re
from dataclasses import dataclass

from sentencex import get_sentence_boundaries

# sentencex holds the interpreter until it is done with what it is given, so a book in one line goes to it in pieces.
_LONGEST = 20_000
_LINE = re.compile(rf"[^\n]{{1,{_LONGEST}}}(?!\S)|[^\n]{{{_LONGEST}}}")
_SURROGATE = re.compile("[\ud800-\udfff]")
# What a quotation ends with.
_BEFORE_QUOTE_MARKS, _QUOTE_MARKS = "?!.,…", '”"’»'
# sentencex takes a month before a full stop for an abbreviation ("on 3 May. Fuel ..."); written out it is none.
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_MONTH_ENDS = re.compile(rf"\b(?:{_MONTHS})\.\s+(?=[\"“‘A-Z])")
_MONTHS_WITH_STOP = tuple(f"{month}." for month in _MONTHS.split("|"))
# "Schumer, D-N.Y., said": sentencex ends a sentence within initials that follow a hyphen.
_WITHIN_INITIALS = re.compile(r"(?<=-[A-Z]\.)(?=[A-Z]\.)")
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
    A line of more than 20,000 characters is split as if it were several.

    Spans never overlap, hold no surrounding white space, and together cover every other character of the text.
    """
    spans: list[TextSpan] = []
    # A lone surrogate cannot cross into the Rust library, so the text is split with it replaced: offsets stay.
    safe = text.encode("utf-8", "replace").decode("utf-8") if _SURROGATE.search(text) else text
    # Looked for plainly first, because most texts have none and the pattern takes ten times as long.
    has_months = any(month in text for month in _MONTHS_WITH_STOP)
    months = [match.end() for match in _MONTH_ENDS.finditer(text)] if has_months else []
    for line in _LINE.finditer(safe):
        first = len(spans)
        begin = line.start()
        for cut in _cuts(line, months, language or "en"):
            span = _stripped(text, begin, cut)
            begin = cut
            if span is None:
                continue
            if len(spans) > first and _belongs_to_quotation(text, spans[-1], span):
                span = TextSpan(spans.pop().start, span.end)
            spans.append(span)
    return tuple(spans)


def _cuts(line: re.Match[str], months: list[int], language: str) -> list[int]:
    """Where the sentences of a line end by sentencex, and by the ends of months; the last is the end of the line."""
    start, end = line.span()
    ends = {
        min(start + int(boundary["end_index"]), end) for boundary in get_sentence_boundaries(language, line.group())
    }
    ends.difference_update(match.start() for match in _WITHIN_INITIALS.finditer(line.string, start, end))
    ends.add(end)
    ends.update(at for at in months if start < at < end)
    return sorted(ends)


def _stripped(text: str, start: int, end: int) -> TextSpan | None:
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return TextSpan(start, end) if start < end else None


def _belongs_to_quotation(text: str, before: TextSpan, after: TextSpan) -> bool:
    """Whether `after` is the attribution ("she said") of the quotation that `before` closes."""
    return bool(
        text[before.end - 1] in _QUOTE_MARKS
        and text[max(before.start, before.end - 2)] in _BEFORE_QUOTE_MARKS
        and not text[after.start].isdigit()
        and _ATTRIBUTION.match(text[after.start : after.end])
    )
