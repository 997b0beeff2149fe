"""Make an incoming body fit to store and cite: one Unicode form, tidy white space, no boilerplate lines."""

import re
import unicodedata
from dataclasses import dataclass

# "The post HEADLINE appeared first on SITE": WordPress's feed footer. The headline in it may be the only one there is.
# Prose goes on in small letters, and says more than a name after it.
_SYNDICATION = re.compile(
    r"The post (?P<title>[^a-z\s].*?) (?:appeared first on|first appeared on) "
    r"(?P<publisher>[^\s.!?](?:[^.!?]|\.(?=[^\s.])){0,59})\.?"
)
# Lines that carry no news. A pattern must match a whole line, so that prose that mentions them stays.
_BOILERPLATE = re.compile(
    "|".join(
        (
            r"(?:sign up|subscribe) (?:here |now |today )?(?:to|for) (?:our|the|the \w+) (?:[\w ]+ )?"
            r"newsletters?\b.{0,80}",
            r"(?:read|see|watch) (?:more|also|next)\s*:.{0,160}",
            r"(?:follow|like) us on (?:twitter|facebook|x|instagram|linkedin).{0,80}",
            r"(?:©|\(c\)|copyright) .{0,20}\d{4}.{0,120}(?:all rights reserved\.?)?",
            r"all rights reserved\.?",
            r"this (?:material|story|article) may not be published, broadcast, rewritten,? or redistributed.{0,80}",
            r"(?:share|print|email|save) this (?:article|story)\.?",
            r"advertisement|story continues below(?: advertisement)?|continue reading(?: below)?",
            r"our standards:\s+the thomson reuters trust principles\.?.{0,20}",
        )
    ),
    re.IGNORECASE,
)
_ZERO_WIDTH = re.compile("[\ufeff\u200b\u2060\u00ad]")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_MANY_BREAKS = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True)
class CleanText:
    """A cleaned body, and the headline and outlet that a removed syndication line named (None when there was none)."""

    body: str
    syndicated_title: str | None = None
    syndicated_publisher: str | None = None


def clean_line(text: str) -> str:
    """One line of text (a title, a name) in NFC with single spaces and without control characters."""
    return " ".join(_characters(text).split())


def clean_body(text: str, title: str = "") -> CleanText:
    """The body as stored: NFC, `\\n` line ends, single spaces, at most one empty line, no boilerplate lines.

    A syndication line goes from its end, where it names the article's `title` or that is not known.
    """
    lines = (" ".join(raw.split()) for raw in _characters(text).split("\n"))
    kept = [line for line in lines if not _BOILERPLATE.fullmatch(line)]
    named = publisher = None
    while kept and (not kept[-1] or _syndication(kept[-1], title)):
        named, publisher = _syndication(kept.pop(), title) or (named, publisher)
    body = "\n".join(kept).strip()
    if "\n\n\n" in body:
        body = _MANY_BREAKS.sub("\n\n", body)
    # Removing characters can bring a base and a combining mark together, so the form is made last as well as first.
    return CleanText(unicodedata.normalize("NFC", body), named, publisher)


def _syndication(line: str, title: str) -> tuple[str, str] | None:
    """The headline and the outlet that a syndication line of the article names."""
    if not (found := _SYNDICATION.fullmatch(line)):
        return None
    named, known = ("".join(filter(str.isalnum, one.lower())) for one in (found["title"], title))
    return (found["title"], found["publisher"]) if named in known or known in named else None


def is_storable(text: str) -> bool:
    """Whether text is in NFC and holds no control characters and no lone surrogates, as everything stored is."""
    return unicodedata.is_normalized("NFC", text) and not _CONTROLS.search(text)


def _characters(text: str) -> str:
    """NFC text with `\\n` line ends and without control characters, zero-width characters and lone surrogates."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n\n")
    return unicodedata.normalize("NFC", _ZERO_WIDTH.sub("", _CONTROLS.sub("", text)))
