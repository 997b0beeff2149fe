"""What is nearest is among those whose signs are nearest."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as shapes

from retrieval.signs import Signs, Vectors


def news(chunks: int, topics: int, dimensions: int = 384) -> Vectors:
    """Vectors around some topics and away from the origin, as those of one archive are; unit length."""
    rng = np.random.default_rng(1)
    centres = rng.normal(size=(topics, dimensions)) + 0.5
    vectors = centres[rng.integers(topics, size=chunks)] + rng.normal(size=(chunks, dimensions))
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


def test_the_nearest_are_among_a_twentieth() -> None:
    vectors = news(6_000, 40)
    signs = Signs.of(vectors)
    found = []
    for question in vectors[::60]:
        exact = set(np.argsort(-(vectors @ question))[:10].tolist())
        found.append(len(exact & set(signs.nearest(question, 300).tolist())) / 10)
    assert np.mean(found) >= 0.99
    assert min(found) >= 0.7


@pytest.mark.parametrize("dimensions", [1, 63, 64, 65, 384])
def test_any_number_of_dimensions(dimensions: int) -> None:
    vectors = news(50, 5, dimensions)
    assert 7 in Signs.of(vectors).nearest(vectors[7], 49)


@given(shapes.arrays(np.float32, (20, 70), elements=st.floats(-1, 1, width=32)), st.integers(1, 19))
def test_no_other_differs_in_fewer_bits(vectors: Vectors, count: int) -> None:
    found = Signs.of(vectors).nearest(vectors[0], count)
    is_above = vectors > vectors.mean(axis=0)
    differing = (is_above != is_above[0]).sum(axis=1)
    assert len(set(found.tolist())) == count
    assert differing[found].max() <= np.sort(differing)[count - 1]
