"""Read the vectors off what an embedding server replied, trusting none of it."""

import json
from typing import Any

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]

_SHORTEST = 1e-6  # of a vector as it came: what is nearer to nothing has no direction


class UnusableReply(ValueError):
    """A reply that does not hold what was asked for; the message says in which way."""


def read_vectors(reply: bytes, count: int) -> Vectors:
    """The unit vectors of `count` texts, shape (count, dimensions), in the order of the texts.

    `reply` is JSON of OpenAI's embeddings endpoint; each of its `data` says by `index` of which text it is. Raises
    `UnusableReply` for another count, an index that is missing or there twice, vectors of unequal length, and numbers
    that are none.
    """
    rows = _rows(reply)
    if len(rows) != count:
        raise UnusableReply(f"sent {len(rows):,} vectors for {count:,} texts")
    by_index = {row.get("index"): _listed(row.get("embedding")) for row in rows if type(row.get("index")) is int}
    if by_index.keys() != set(range(count)):
        raise UnusableReply("did not say of each vector to which text it belongs")
    if any(type(number) not in (int, float) for row in by_index.values() for number in row):
        raise UnusableReply("sent something else than numbers")
    if len({len(row) for row in by_index.values()}) != 1:
        raise UnusableReply("sent vectors of unequal length")
    with np.errstate(over="ignore"):
        try:
            vectors = np.array([by_index[index] for index in range(count)], dtype=np.float32)
        except OverflowError:  # an integer beyond all floats
            raise UnusableReply("sent numbers without bounds") from None
    lengths = np.linalg.norm(vectors.astype(np.float64), axis=1, keepdims=True)
    if not np.isfinite(lengths).all() or (lengths < _SHORTEST).any():
        raise UnusableReply("sent vectors without a direction")
    return np.asarray(vectors / lengths, dtype=np.float32)


def _rows(reply: bytes) -> list[dict[str, Any]]:
    try:
        document = json.loads(reply)
    except (ValueError, RecursionError):
        raise UnusableReply("sent something that is not JSON") from None
    rows = document.get("data") if isinstance(document, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise UnusableReply("sent JSON without a list of vectors")
    return rows


def _listed(row: Any) -> list[Any]:
    if not isinstance(row, list) or not row:
        raise UnusableReply("sent something else than numbers")
    return row
