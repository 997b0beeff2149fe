"""What two spellings of one text share: quotation marks, hyphens, white space, the best-known long names.

Pure functions of the text, linear in its length; none raises on any text.
"""

import re
import unicodedata

_MARKS = {
    **dict.fromkeys("“”„‟«»″＂", '"'),
    **dict.fromkeys("‘’‚‛′`´ʼ＇", "'"),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u00ad", ""),
    "…": "...",
}
_TABLE = str.maketrans(_MARKS)
_SPACE = re.compile(r"[\s\x00]+")
_LONG_NAMES = {
    "united states of america": "US", "united states": "US", "united kingdom": "UK", "great britain": "UK",
    "united nations": "UN", "european union": "EU", "prime minister": "PM", "chief executive": "CEO",
    "north atlantic treaty organization": "NATO", "world health organization": "WHO",
    "international monetary fund": "IMF", "european central bank": "ECB",
}  # fmt: skip
_LONG_NAME = re.compile(rf"\b(?:{'|'.join(_LONG_NAMES)})\b", re.IGNORECASE)


def short_names(text: str) -> str:
    """`text` with the best-known long names in their short form, so that "United Nations" meets "UN"."""
    return _LONG_NAME.sub(lambda match: _LONG_NAMES[match.group().lower()], text)


def plain(text: str) -> str:
    """NFC, straight quotation marks, plain hyphens, single spaces, nothing invisible: what two spellings share."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text).translate(_TABLE)
    return _SPACE.sub(" ", text.replace("`", "'")).strip()
