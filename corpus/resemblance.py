"""How much two texts share: word shingles, and MinHash bands by which texts that share much find each other.

Shingles and resemblance after Broder, "On the resemblance and containment of documents" (1997). datasketch is used
here only.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

Runs = NDArray[np.uint64]

_WORD, _GAP = re.compile(r"\w+"), re.compile(r"\s")
_STRETCH = 20_000
_SHINGLE_WORDS = 3
# Any odd numbers of 64 bits will do; these are the ones of SplitMix64 (Steele et al., 2014) and xxHash.
_ODD = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xBF58476D1CE4E5B9], dtype=np.uint64)
# 42 bands of 3 rows: a pair with a Jaccard resemblance of 0.35 meets in some band 84 times of 100, with 0.5 in 99.6,
# and an unrelated pair (0.01) 4 times in 100,000. A text cut to half has 0.5 with the whole.
_BANDS, _ROWS = 42, 3
# Shingles hashed together: their products stay in the processor's cache, which more than halves the time.
_AT_ONCE = 200
# Share of the shorter text's shingles that the other holds, from which both are the same text. Chosen on the BBC
# articles of 2004-05 (docs/benchmarks.md): of different texts there, those that share 0.7 and more are one report in
# two states; follow-ups that repeat the background of an earlier report share up to 0.67.
SAME_TEXT = 0.7
# With less, both are still the same text when so much of the shorter one's words stands in the other in the same order:
# one word in ten replaced breaks up to three shingles in ten. On the same articles, of different texts of like length
# those that share most have up to 0.69; with one word in ten replaced by chance 0.86 and more is left, in seven 0.80.
SAME_WORDING = 0.8
# Words are not compared when fewer shingles are shared, when one text is much longer, so that common words fall into
# order by chance, or when they are so many that it would take more than some milliseconds.
_LEAST_SHARED, _LEAST_OF_LENGTH, _MOST_WORDS = 0.4, 0.75, 5_000
# Shorter texts ("The page was moved.") are copies of each other only when equal.
_FEWEST_SHINGLES = 20


@dataclass(frozen=True, slots=True)
class SharedRun:
    """A run of words that two texts share: `start:end` in the first, `other_start:other_end` in the second."""

    start: int
    end: int
    other_start: int
    other_end: int


def shingles(text: str) -> frozenset[int]:
    """The runs of three words, case and punctuation aside, each as a 64-bit number; a shorter text is one run."""
    return frozenset(runs(text).tolist())


def runs(text: str) -> Runs:
    """The shingles of a text in their order, repeated ones included, shape (runs,)."""
    words = [word for stretch in _stretches(text.lower()) for word in _WORD.findall(stretch)]
    number_of = {word: crc32(word.encode()) for word in set(words)}
    numbers = np.zeros(max(_SHINGLE_WORDS, len(words)), dtype=np.uint64)
    numbers[: len(words)] = [number_of[word] for word in words]
    first, second, third = (numbers[at : len(numbers) - 2 + at] for at in range(_SHINGLE_WORDS))
    mixed = first * _ODD[0] + second * _ODD[1] + third * _ODD[2]
    mixed = (mixed ^ (mixed >> np.uint64(32))) * _ODD[3]
    return np.asarray(mixed ^ (mixed >> np.uint64(29)), dtype=np.uint64)


def _stretches(text: str) -> Iterator[str]:
    """The text in parts that end at white space: what is looked for in one holds the interpreter until it is found."""
    begin = 0
    while begin < len(text):
        gap = _GAP.search(text, begin + _STRETCH)
        end = gap.start() if gap else len(text)
        yield text[begin:end]
        begin = end


def bands(collection: str, found: Runs) -> list[int]:
    """64-bit numbers, one a band: two texts of a collection whose shingles are much the same share some of them."""
    signature = _minhash().copy()
    hashed = (found >> np.uint64(32)).tolist()  # it wants 32 bits
    for at in range(0, len(hashed), _AT_ONCE):
        signature.update_batch(hashed[at : at + _AT_ONCE])
    rows = signature.hashvalues.reshape(_BANDS, _ROWS)
    digests = []
    for begun, row in zip(_digests(collection), rows, strict=True):
        digest = begun.copy()
        digest.update(row.tobytes())
        digests.append(digest.digest())
    return [int.from_bytes(digest, "big", signed=True) for digest in digests]


@lru_cache(maxsize=64)
def _digests(collection: str) -> list[Any]:
    """One digest a band, begun: equal rows in another band or collection are no resemblance."""
    key = collection.encode()[:64]
    return [hashlib.blake2b(digest_size=8, person=f"{band}".encode(), key=key) for band in range(_BANDS)]


@cache
def _minhash() -> Any:
    """A signature of nothing yet. datasketch brings scipy and takes most of a second to import."""
    from datasketch import MinHash

    return MinHash(_BANDS * _ROWS, hashfunc=int)


def share(one: frozenset[int], other: frozenset[int]) -> float:
    """The share of the smaller set that the other holds, 0..1."""
    return len(one & other) / max(1, min(len(one), len(other)))


def is_short(found: frozenset[int]) -> bool:
    """Whether a text with these shingles is too short to be the same as any but its equal."""
    return len(found) < _FEWEST_SHINGLES


def are_one_text(text: str, other: str, ours: frozenset[int], theirs: frozenset[int]) -> bool:
    """Whether the shorter of two texts stands in the other, but for light changes. Their shingles are given too."""
    if is_short(ours) or is_short(theirs):
        return ours == theirs
    shared = share(ours, theirs)
    return shared >= SAME_TEXT or (shared >= _LEAST_SHARED and in_order(text, other) >= SAME_WORDING)


def in_order(text: str, other: str) -> float:
    """The share of the shorter text's words that stand in the other in the same order, 0..1.

    0 for texts that are not compared, because they are too long or of too different length. The longest common
    subsequence, by the bits of one number (Hyyrö, "Bit-parallel LCS-length computation revisited", 2004).
    """
    words, others = sorted((_WORD.findall(one.lower()) for one in (text, other)), key=len)
    if not words or len(others) > _MOST_WORDS or len(words) < _LEAST_OF_LENGTH * len(others):
        return 0.0
    places: dict[str, int] = {}
    for at, word in enumerate(words):
        places[word] = places.get(word, 0) | 1 << at
    every = (1 << len(words)) - 1
    left = every  # a bit for each word that is not matched
    for word in others:
        met = left & places.get(word, 0)
        left = ((left + met) | (left - met)) & every
    return (len(words) - left.bit_count()) / len(words)


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
