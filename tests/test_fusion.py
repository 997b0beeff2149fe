from hypothesis import given
from hypothesis import strategies as st

from retrieval.fusion import reciprocal_rank_fusion

rankings = st.lists(st.lists(st.integers(0, 30), max_size=20), max_size=4)


def test_first_everywhere_scores_one() -> None:
    assert reciprocal_rank_fusion([["a", "b"], ["a", "c"]])[0] == ("a", 1.0)


def test_agreement_beats_one_high_place() -> None:
    fused = reciprocal_rank_fusion([["x", "a", "b"], ["y", "a", "b"]])
    assert fused[0][0] == "a"


def test_no_rankings_give_nothing() -> None:
    assert reciprocal_rank_fusion([]) == []


@given(rankings)
def test_every_item_comes_once_with_falling_scores_in_range(given_rankings: list[list[int]]) -> None:
    fused = reciprocal_rank_fusion(given_rankings)
    scores = [score for _, score in fused]
    assert {item for item, _ in fused} == {item for ranking in given_rankings for item in ranking}
    assert len(fused) == len({item for item, _ in fused})
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score <= 1 for score in scores)


@given(st.lists(st.integers(), unique=True, max_size=20))
def test_one_ranking_keeps_its_order(ranking: list[int]) -> None:
    assert [item for item, _ in reciprocal_rank_fusion([ranking])] == ranking
