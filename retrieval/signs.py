"""The signs of vectors, a bit a dimension: a first look at many, 32 times smaller than the vectors themselves."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Signs:
    """Which side of the mean each vector is on, in each dimension; shape of `words` is (words of 64 bits, vectors).

    The fewer bits differ, the smaller mostly the angle (Charikar, "Similarity Estimation Techniques from Rounding
    Algorithms", STOC 2002), so what is nearest is among those of which few do.
    """

    mean: Vectors
    words: NDArray[np.uint64]

    @classmethod
    def of(cls, matrix: Vectors) -> Self:
        """Of vectors of shape (vectors, dimensions)."""
        mean = matrix.mean(axis=0)
        return cls(mean, np.ascontiguousarray(_packed(matrix, mean).T))

    def nearest(self, vector: Vectors, count: int) -> NDArray[np.intp]:
        """The rows of the `count` vectors, fewer than there are, that differ from this one in the fewest bits."""
        differing = np.zeros(self.words.shape[1], dtype=np.uint16)
        for word, own in zip(self.words, _packed(vector[np.newaxis], self.mean)[0], strict=True):
            differing += np.bitwise_count(word ^ own)
        return np.argpartition(differing, count)[:count]


def _packed(matrix: Vectors, mean: Vectors) -> NDArray[np.uint64]:
    """Shape (vectors, words)."""
    bits = np.packbits(matrix > mean, axis=1)
    if spare := -bits.shape[1] % 8:  # mostly none, and padding with nothing takes long
        bits = np.pad(bits, ((0, 0), (0, spare)))
    return bits.view(np.uint64)
