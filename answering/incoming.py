"""Claims of a model's reply while it still comes in: each as soon as its sentence and its markers are complete."""

import re
from collections.abc import Sequence

from answering.answer import Claim
from answering.citations import parse_claims
from retrieval.passage import Passage

# A sentence is complete when a marker and a full stop, in either order, stand behind it and something else has begun:
# another marker would belong to it, and a lower-case word would go on with it.
_COMPLETE = re.compile(
    r"(?:[\]】]\s?[.?!][\"”’»)]*|[.?!…][\"”’»)]*\s?(?:[\[【][^\]】\n]{1,60}[\]】]\s?)+)\s+(?=[^\s\[【a-z])"
)
_MOST_READINGS = 60  # of what came so far; a reply has six sentences or so


class IncomingClaims:
    """Reads a reply piece by piece. What was given is never taken back; the whole reply decides over the rest."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self._passages = passages
        self._text = ""
        self._complete = 0
        self._readings = 0
        self._given: list[Claim] = []

    @property
    def text(self) -> str:
        """All that came in."""
        return self._text

    def take(self, piece: str, is_whole: bool = False) -> tuple[Claim, ...]:
        """The claims that are complete with this piece and were not before; all of them when the piece `is_whole`."""
        self._text += piece
        end = max((match.end() for match in _COMPLETE.finditer(self._text, self._complete)), default=0)
        end = len(self._text) if is_whole else end
        if not end or self._readings >= _MOST_READINGS:
            return ()
        self._complete = end
        self._readings += 1
        return self._new(self._text[:end])

    def finish(self) -> tuple[Claim, ...]:
        """The claims that remain when nothing more comes."""
        return self._new(self._text)

    def _new(self, text: str) -> tuple[Claim, ...]:
        given = {claim.text for claim in self._given}
        new = tuple(claim for claim in parse_claims(text, self._passages) if claim.text not in given)
        self._given += new
        return new
