"""Tell whether a feed carries an article or only its beginning."""

import re
from html import unescape

# A feed that carries this many characters of text carries the article; less is a teaser, and the page is fetched.
_WHOLE_ARTICLE = 1_500
_TAG = re.compile(r"<[^<>]*>")
# What ends a beginning, and perhaps the line that WordPress puts below it.
_ENDS_EARLY = re.compile(
    r"(?:\[\s?(?:…|\.\.\.)\s?\]|\b(?:read (?:more|the (?:full|whole|rest)\b.{0,60})|continue reading.{0,120}))\W{0,9}"
    r"(?:The post .{1,300} (?:appeared first on|first appeared on) .{1,100})?$",
    re.IGNORECASE,
)
_TAIL = 600


def is_whole_article(markup: str) -> bool:
    """Whether the body that a feed gives to an entry, as HTML, is the whole article."""
    text = _text(markup)
    return len(text) >= _WHOLE_ARTICLE and not _stops(text)


def ends_early(markup: str) -> bool:
    """Whether a body ends with what ends a beginning ("[…]", "Continue reading"), however long it is."""
    return _stops(_text(markup))


def _stops(text: str) -> bool:
    return _ENDS_EARLY.search(text[-_TAIL:]) is not None


def _text(markup: str) -> str:
    return " ".join(unescape(_TAG.sub(" ", markup)).split())
