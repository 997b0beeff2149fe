from hypothesis import given
from hypothesis import strategies as st

from retrieval.fusion import convex_combination

side = st.dictionaries(st.integers(0, 30), st.floats(-1, 50, allow_nan=False), max_size=20)
positive = st.dictionaries(st.integers(), st.floats(0.01, 50), max_size=20)


def test_the_best_of_both_sides_scores_one() -> None:
    assert convex_combination({"a": 0.8, "b": 0.4}, {"a": 12.0, "c": 6.0})[0] == ("a", 1.0)


def test_agreement_beats_being_best_on_one_side() -> None:
    fused = convex_combination({"x": 0.8, "a": 0.7}, {"y": 20.0, "a": 15.0})
    assert fused[0][0] == "a"


def test_a_near_best_score_counts_more_than_its_rank_says() -> None:
    fused = convex_combination({"a": 0.8, "b": 0.79, "c": 0.5}, {"c": 20.0, "b": 19.0, "a": 2.0})
    assert [item for item, _ in fused] == ["b", "c", "a"]


def test_what_vectors_found_far_off_does_not_come_before_the_best_of_the_words() -> None:
    # The embedder does not know the name: nothing that it found is near, and what holds the name is no nearer.
    assert convex_combination({"a": 0.38, "b": 0.36, "c": 0.01}, {"c": 20.0})[0][0] == "c"
    assert convex_combination({"a": 0.68, "b": 0.66, "c": 0.01}, {"c": 20.0})[0][0] == "a"
    assert convex_combination({"a": 0.38, "b": 0.19}, {}) == [("a", 1.0), ("b", 0.5)]


def test_nothing_found_gives_nothing_and_one_side_alone_has_all_the_weight() -> None:
    assert convex_combination({}, {}) == []
    assert convex_combination({}, {"a": 3.0, "b": 1.5}) == [("a", 1.0), ("b", 0.5)]


@given(side, side, st.floats(0, 1))
def test_every_item_comes_once_with_falling_scores_in_range(
    similar: dict[int, float], worded: dict[int, float], share: float
) -> None:
    fused = convex_combination(similar, worded, share)
    scores = [score for _, score in fused]
    expected = (similar.keys() if share > 0 else set()) | (worded.keys() if share < 1 else set())
    assert {item for item, _ in fused} == expected and len(fused) == len(expected)
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)


# By powers of two, so that no two scores are rounded to one.
@given(positive, st.sampled_from([0.125, 0.5, 2.0, 8.0]))
def test_one_side_keeps_its_order_whatever_its_scale(worded: dict[int, float], scale: float) -> None:
    order = [item for item, _ in convex_combination({}, worded)]
    assert order == sorted(worded, key=lambda item: -worded[item])
    scaled = convex_combination({}, {item: score * scale for item, score in worded.items()})
    assert [worded[item] for item, _ in scaled] == [worded[item] for item in order]
