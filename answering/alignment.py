"""Where the quotes hold the words of a statement, and what it costs to read the statement off them in order."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from answering.lexicon import ALIKE, OPPOSITES
from answering.name import same_name
from answering.tokens import Text, Word

# A word that stands in the quotes very often is looked for in its first places.
PLACES = 12


class Index:
    """Where the quotes hold a word: as it is, as another spelling of a name, or as a word that says the same."""

    def __init__(self, text: Text) -> None:
        self.words = text.words
        self._stems: dict[str, list[int]] = {}
        self._keys: dict[str, list[int]] = {}
        self._names: dict[str, list[str]] = {}
        self._groups: dict[int, list[int]] = {}
        self._roots: dict[str, list[int]] = {}
        for at, word in enumerate(text.words):
            self._stems.setdefault(word.stem, []).append(at)
            if word.shown[0].isupper():
                if word.key not in self._keys:
                    self._names.setdefault(word.key[:_STEM_OF_NAME], []).append(word.key)
                self._keys.setdefault(word.key, []).append(at)
            if word.weight:
                for group in ALIKE.get(word.stem, ()):
                    self._groups.setdefault(group, []).append(at)
                if len(word.stem) > _ROOT:
                    self._roots.setdefault(word.stem[:_ROOT], []).append(at)

    def exact(self, word: Word) -> list[int]:
        """The first places of the word itself, inflected or as another spelling of the name."""
        places = self._stems.get(word.stem) or self._keys.get(word.key)
        if not places and word.shown[0].isupper():
            like = self._names.get(word.key[:_STEM_OF_NAME], ())[: PLACES * PLACES]
            places = next((self._keys[key] for key in like if same_name(word.key, key)), None)
        return places[:PLACES] if places else []

    def stems(self) -> Mapping[str, Sequence[int]]:
        """Every stem of the quotes and its places."""
        return self._stems

    def alike(self, word: Word) -> list[int]:
        """The first places of words that may stand for it: of one group in `ALIKE`, or grown from the same root."""
        opposite = OPPOSITES.get(word.stem, frozenset())
        places = [at for group in ALIKE.get(word.stem, ()) for at in self._groups.get(group, ())[:PLACES]]
        if len(word.stem) > _ROOT and not word.name:
            places += self._roots.get(word.stem[:_ROOT], [])[:PLACES]
        return sorted({at for at in places if self.words[at].stem not in opposite})[:PLACES]


_STEM_OF_NAME = 4  # letters that a land and its people share at least
_ROOT = 5  # letters that two words of one root share: "negotiate", "negotiator"
_ALIKE_CREDIT = 0.7


@dataclass(slots=True)
class Match:
    """A telling word of the statement, where the quotes have it, and how well."""

    word: Word
    at: int
    places: list[int]
    credit: float


def match_word(word: Word, at: int, index: Index) -> Match:
    """The word, `at` its place in the statement, with its places in the quotes."""
    if places := index.exact(word):
        return Match(word, at, places, 1.0)
    places = index.alike(word)
    return Match(word, at, places, _ALIKE_CREDIT if places else 0.0)


def shares_of(matches: Sequence[Match], words: Sequence[Word], sentences: int) -> list[float]:
    """For each sentence of the quotes, the weighted share of the statement's telling words that it holds."""
    shares = [0.0] * sentences
    for match in matches:
        for sentence in {words[at].sentence for at in match.places}:
            shares[sentence] += match.word.weight * match.credit
    total = sum(m.word.weight for m in matches) or 1.0
    return [share / total for share in shares]


def broken(mine: Text, index: Index) -> float:
    """The cost of reading every word of the statement off the quotes in order."""
    return walk([(index.exact(word), 0.3) for word in mine.words], index.words, 0.3, 0.7)


def walk(steps: Sequence[tuple[Sequence[int], float]], words: Sequence[Word], gap: float, back: float) -> float:
    """The least cost of visiting a place of each word in order; a word's second number is the cost of leaving it out.

    Going on to the next word is free, leaving words of the quote out costs `gap`, going back `back`, going to another
    sentence 1. A Viterbi search over places, as in word alignment by hidden Markov models (Vogel et al., 1996).
    """
    costs: dict[int, float] = {}
    skipped = 0.0
    for places, missing in steps:
        if not places:
            skipped += missing
            continue
        reached = _reached(places, costs, words, gap, back)
        best = min(reached.values())
        for at, cost in costs.items():
            if cost + missing < min(best + 1.0, reached.get(at, math.inf)):
                reached[at] = cost + missing
        costs = reached
    return min(costs.values(), default=0.0) + skipped


def _reached(
    places: Sequence[int], costs: Mapping[int, float], words: Sequence[Word], gap: float, back: float
) -> dict[int, float]:
    """The least cost of standing at each place, coming from where `costs` tells."""
    if not costs:
        return dict.fromkeys(places, 0.0)
    nearest: dict[int, tuple[float, int]] = {}
    for at, cost in costs.items():
        sentence = words[at].sentence
        if sentence not in nearest or (cost, at) < nearest[sentence]:
            nearest[sentence] = (cost, at)
    jump = min(costs.values()) + 1.0
    reached = {}
    for at in places:
        cost, before = nearest.get(words[at].sentence, (math.inf, 0))
        reached[at] = min(cost + (gap if before < at else back), costs.get(at - 1, math.inf), jump)
    return reached
