"""Words of a question that the articles write otherwise: "ICC" for a court written out, "Istambul" for Istanbul."""

import json
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from retrieval.embedder import bundled_tokenizer

_SHORT = re.compile(r"\b[A-Z]{3,6}\b")
_WORD = re.compile(r"[^\W\d_]+")
_LONG_ENOUGH = 6  # letters; of shorter words too many differ in one letter only
_NAME_RUN = re.compile(r"[A-Z][\w’'-]*(?: (?:of the|of|for|and|on|the|in)? ?[A-Z][\w’'-]*)+")


def respelled(question: str, texts: Sequence[str]) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The question as the texts would write it, and which words were read as which.

    An abbreviation that no text has is read as the run of names with its initials; a word of six letters or more that
    is neither in the texts nor in the vocabulary of the bundled model, as the one of theirs that differs in a letter.
    """
    text = "\n".join(texts)
    written = set(_WORD.findall(text))
    read: dict[str, str] = {}
    for typed in _SHORT.findall(question):
        if typed not in written and (name := _with_initials(typed, text)):
            read[typed] = name
    known = {word.lower() for word in written}
    for typed in _WORD.findall(question):
        if len(typed) >= _LONG_ENOUGH and typed.lower() not in known and typed.lower() not in _vocabulary():
            near = {word.lower(): word for word in written if _is_slip(typed.lower(), word.lower())}
            if len(near) == 1:
                read[typed] = next(iter(near.values()))
    for typed, word in read.items():
        question = re.sub(rf"\b{typed}\b", word, question)
    return question, tuple(read.items())


def _with_initials(letters: str, text: str) -> str | None:
    for run in _NAME_RUN.finditer(text):
        words = run[0].split()
        for first in (i for i, word in enumerate(words) if word[0].isupper()):
            initials = ""
            for last in range(first, len(words)):
                initials += words[last][0] if words[last][0].isupper() else ""
                if initials == letters:
                    return " ".join(words[first : last + 1])
    return None


def _is_slip(typed: str, word: str) -> bool:
    """Whether one letter more, less or another, or two exchanged, lie between them; not the first, nor a last "a"."""
    if abs(len(typed) - len(word)) > 1 or typed[0] != word[0] or word in (typed + "a", typed + "s", typed[:-1]):
        return False
    return any(made == word for made in _shortened(typed, word))


def _shortened(typed: str, word: str) -> Iterator[str]:
    at = next((i for i, (a, b) in enumerate(zip(typed, word, strict=False)) if a != b), min(len(typed), len(word)))
    yield typed[:at] + typed[at + 1 :]
    yield typed[:at] + word[at : at + 1] + typed[at:]
    yield typed[:at] + word[at : at + 1] + typed[at + 1 :]
    yield typed[:at] + typed[at + 1 : at + 2] + typed[at : at + 1] + typed[at + 2 :]


@lru_cache(maxsize=1)
def _vocabulary() -> frozenset[str]:
    return frozenset(json.loads(bundled_tokenizer().read_text("utf-8"))["model"]["vocab"])
