"""How much two texts share: word shingles, and MinHash bands by which texts that share much find each other.

Shingles and resemblance after Broder, "On the resemblance and containment of documents" (1997). datasketch is used
here only.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

_WORD = re.compile(r"\w+")
_SHINGLE_WORDS = 3
# 42 bands of 3 rows: a pair with a Jaccard resemblance of 0.35 meets in some band 84 times of 100, with 0.5 in 99.6,
# and an unrelated pair (0.01) 4 times in 100,000. A text cut to half has 0.5 with the whole.
_BANDS, _ROWS = 42, 3
# Share of the shorter text's shingles that the other holds, from which both are the same text. Chosen on the BBC
# articles of 2004-05 (docs/benchmarks.md): of different texts there, those that share 0.7 and more are one report in
# two states; follow-ups that repeat the background of an earlier report share up to 0.67.
SAME_TEXT = 0.7
# Shorter texts ("The page was moved.") are copies of each other only when equal.
_FEWEST_SHINGLES = 20


@dataclass(frozen=True, slots=True)
class SharedRun:
    """A run of words that two texts share: `start:end` in the first, `other_start:other_end` in the second."""

    start: int
    end: int
    other_start: int
    other_end: int


def shingles(text: str) -> frozenset[bytes]:
    """The runs of three words, case and punctuation aside, each as an eight-byte digest."""
    words = [word.encode() for word in _WORD.findall(text.lower())]
    runs = zip(*(words[at:] for at in range(_SHINGLE_WORDS)), strict=False)
    found = frozenset(hashlib.blake2b(b" ".join(run), digest_size=8).digest() for run in runs)
    return found or frozenset([hashlib.blake2b(b" ".join(words), digest_size=8).digest()])


def bands(collection: str, text: str) -> list[int]:
    """64-bit numbers, one a band: two texts of a collection that share much share at least one of them."""
    from datasketch import MinHash

    values = MinHash.bulk([list(shingles(text))], num_perm=_BANDS * _ROWS)[0].hashvalues
    numbers = []
    for band in range(_BANDS):
        rows = values[band * _ROWS : (band + 1) * _ROWS].tobytes()
        digest = hashlib.blake2b(rows, digest_size=8, person=f"{band}".encode(), key=collection.encode()[:64]).digest()
        numbers.append(int.from_bytes(digest, "big", signed=True))
    return numbers


def share(one: frozenset[bytes], other: frozenset[bytes]) -> float:
    """The share of the smaller set that the other holds, 0..1."""
    return len(one & other) / max(1, min(len(one), len(other)))


def are_one_text(one: frozenset[bytes], other: frozenset[bytes]) -> bool:
    """Whether the shorter of two texts stands in the other, but for light changes."""
    if min(len(one), len(other)) < _FEWEST_SHINGLES:
        return one == other
    return share(one, other) >= SAME_TEXT


def shared_runs(text: str, other: str, fewest_words: int = 8) -> Sequence[SharedRun]:
    """The longest runs of words in both texts, longest first, each at least `fewest_words` long."""
    from difflib import SequenceMatcher

    ours, theirs = ([*_WORD.finditer(t)] for t in (text, other))
    words, others = ([match[0].lower() for match in matches] for matches in (ours, theirs))
    blocks = SequenceMatcher(None, words, others, autojunk=False).get_matching_blocks()
    runs = [
        SharedRun(ours[a].start(), ours[a + n - 1].end(), theirs[b].start(), theirs[b + n - 1].end())
        for a, b, n in blocks
        if n >= fewest_words
    ]
    return sorted(runs, key=lambda run: run.start - run.end)
