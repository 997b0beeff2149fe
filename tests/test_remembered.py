from hypothesis import given
from hypothesis import strategies as st

from retrieval.remembered import Remembered


@given(st.integers(1, 5), st.lists(st.lists(st.integers(0, 9), max_size=8), max_size=12))
def test_results_are_those_of_the_function_and_no_more_are_kept_than_may(most: int, calls: list[list[int]]) -> None:
    remembered: Remembered[int, int] = Remembered(most)
    for keys in calls:
        assert remembered.of(keys, lambda missing: [-key for key in missing]) == [-key for key in keys]
        assert len(remembered._kept) <= most


def test_what_is_kept_is_not_made_again_and_the_longest_unused_goes_first() -> None:
    remembered: Remembered[str, str] = Remembered(2)
    made: list[str] = []

    def make(missing: list[str]) -> list[str]:
        made.extend(missing)
        return [key.upper() for key in missing]

    assert remembered.of(["a", "b", "a"], make) == ["A", "B", "A"] and made == ["a", "b"]
    remembered.of(["a"], make)
    remembered.of(["c"], make)  # takes the place of b
    remembered.of(["a"], make)
    assert made == ["a", "b", "c"]
    remembered.of(["b"], make)
    assert made == ["a", "b", "c", "b"]
