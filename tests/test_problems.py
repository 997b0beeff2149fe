import inspect

from api import problems
from corpus import errors
from corpus.errors import DatelineError


def test_every_error_of_the_tree_has_a_status() -> None:
    tree = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, DatelineError)]
    assert set(tree) == set(problems.STATUS)
    for kind in tree:
        assert problems.status_of(kind("x")) == problems.STATUS[kind]


def test_codes_are_distinct() -> None:
    codes = [kind.code for kind in problems.STATUS]
    assert len(codes) == len(set(codes))
