"""Whether words answer: SQuAD's exact match and token F1 (Rajpurkar et al., 2016), and which facts a text holds."""

import re
import string
from collections import Counter
from collections.abc import Sequence
from unicodedata import normalize

from answering.answer import Verdict
from answering.verify import verify

_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)
_MARKERS = re.compile(r"\s*\[\d+\]")
_TYPOGRAPHIC = str.maketrans({"“": '"', "”": '"', "’": "'", "‘": "'", "–": "-", "—": "-", "\u00a0": " "})
# A fact of at least so many words is a sentence, and may be told in other words.
_SENTENCE = 5


def normalised(text: str) -> str:
    """Lower case, without punctuation and articles, single spaces: as SQuAD's script compares."""
    bare = text.lower().translate(_PUNCTUATION)
    return " ".join(_ARTICLES.sub(" ", bare).split())


def exact_match(said: str, accepted: Sequence[str]) -> float:
    """1 when `said` is one of the accepted answers. None accepted means that saying nothing is right."""
    return float(any(normalised(said) == normalised(one) for one in accepted or [""]))


def token_f1(said: str, accepted: Sequence[str]) -> float:
    """The best F1 of shared words over the accepted answers; both empty gives 1, one empty 0."""
    return max(_f1(normalised(said).split(), normalised(one).split()) for one in accepted or [""])


def _f1(said: list[str], gold: list[str]) -> float:
    if not said or not gold:
        return float(said == gold)
    shared = (Counter(said) & Counter(gold)).total()
    precision, recall = shared / len(said), shared / len(gold)
    return 2 * precision * recall / (precision + recall) if shared else 0.0


def holds(text: str, words: str) -> bool:
    """Whether `words` stand in `text` as whole words, letter case, punctuation and articles aside."""
    wanted = _comparable(words)
    return bool(wanted) and f" {wanted} " in f" {_comparable(text)} "


def says(text: str, accepted: Sequence[str]) -> bool:
    """Whether `text` says any of the accepted wordings: word for word, or in other words where it is a sentence."""
    if any(holds(text, one) for one in accepted):
        return True
    sentences = [one for one in accepted if len(one.split()) >= _SENTENCE]
    return any(verify(one, [text]).verdict is Verdict.SUPPORTED for one in sentences)


def without_markers(text: str) -> str:
    """The text without `[1]` and the like."""
    return _MARKERS.sub("", text)


def _comparable(text: str) -> str:
    plain = normalize("NFC", without_markers(text)).translate(_TYPOGRAPHIC)
    return normalised(plain.replace("-", " "))
