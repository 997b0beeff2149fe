"""The one form in which languages are kept and compared: "en" for "en-GB", "EN" and "en_us"."""

import re

from corpus.clean import clean_line

_PRIMARY = re.compile(r"[A-Za-z]{2,3}(?=$|[-_])")


def language_code(value: str | None) -> str | None:
    """The primary language subtag ("en" of "en-GB"), which is what filters compare."""
    match = _PRIMARY.match((value or "").strip())
    return match[0].lower() if match else None


def kept_language(value: str | None) -> str | None:
    """A language as it is kept and looked for: its code; what is no language tag stays as it is, on one line."""
    return language_code(value) or clean_line(value or "") or None
