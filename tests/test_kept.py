"""What is kept in memory is what is stored."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from corpus.database import Database
from corpus.kept import KeptOfArticles
from corpus.touched import Touched, touch, touch_everything

Value = tuple[int, str]  # an article's key and what is kept of it


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(tmp_path / "dateline.sqlite")


def kept_of(database: Database, most: int = 10) -> KeptOfArticles[str, Value]:
    return KeptOfArticles(database, most, lambda value: value[0])


def change(database: Database, *articles: int) -> None:
    with database.write() as connection:
        touch(connection, articles)


class Stored:
    """Gives what is stored under keys, and remembers what it was asked."""

    def __init__(self, **values: Value) -> None:
        self.values = values
        self.asked: list[list[str]] = []

    def __call__(self, keys: list[str]) -> Mapping[str, Value]:
        self.asked.append(keys)
        return {key: self.values[key] for key in keys if key in self.values}


def test_what_is_known_is_read_once_until_its_article_changes(database: Database) -> None:
    kept = kept_of(database)
    stored = Stored(a=(1, "old"), b=(2, "old"), c=(1, "old"))
    assert list(kept.get(["b", "none", "a", "c"], stored)) == ["b", "a", "c"]
    assert list(kept.get(["a", "b", "c"], stored)) == ["a", "b", "c"]
    assert stored.asked == [["b", "none", "a", "c"]]
    stored.values |= {"a": (1, "new"), "b": (2, "new"), "c": (1, "new")}
    change(database, 1)
    assert kept.get(["a", "b", "c"], stored) == {"a": (1, "new"), "b": (2, "old"), "c": (1, "new")}
    assert stored.asked[1:] == [["a", "c"]]


def test_what_concerns_no_article_changes_nothing(database: Database) -> None:
    kept, stored = kept_of(database), Stored(a=(1, "old"))
    kept.get(["a"], stored)
    database.set_fact("anything", "new")
    kept.get(["a"], stored)
    assert stored.asked == [["a"]]


def test_nothing_is_known_any_more_when_everything_changed_or_too_much_was_missed(database: Database) -> None:
    kept, stored = kept_of(database), Stored(a=(1, "old"))
    kept.get(["a"], stored)
    with database.write() as connection:
        touch_everything(connection)
        touch(connection, [7])
    kept.get(["a"], stored)
    for number in range(1_001):
        database.touched.add(Touched(frozenset([number + 10])))
    kept.get(["a"], stored)
    assert len(stored.asked) == 3


def test_what_was_read_while_its_article_changed_is_not_kept(database: Database) -> None:
    kept = kept_of(database)

    def old(keys: list[str]) -> dict[str, Value]:
        change(database, 1)
        return {"a": (1, "old"), "b": (2, "old")}

    assert kept.get(["a", "b"], old) == {"a": (1, "old"), "b": (2, "old")}
    stored = Stored(a=(1, "new"), b=(2, "new"))
    assert kept.get(["a", "b"], stored) == {"a": (1, "new"), "b": (2, "old")}


def test_a_change_that_failed_is_none(database: Database) -> None:
    kept, stored = kept_of(database), Stored(a=(1, "old"))
    kept.get(["a"], stored)
    with pytest.raises(ZeroDivisionError), database.write() as connection:
        touch(connection, [1])
        raise ZeroDivisionError
    change(database, 2)
    kept.get(["a"], stored)
    assert stored.asked == [["a"]]


def test_no_more_is_kept_than_was_allowed(database: Database) -> None:
    kept = kept_of(database, 2)
    stored = Stored(a=(1, "1"), b=(2, "2"), c=(3, "3"), d=(4, "4"))
    kept.get(["a", "b"], stored)
    kept.get(["c"], stored)
    kept.get(["c"], stored)
    kept.get(["a"], stored)
    assert stored.asked == [["a", "b"], ["c"], ["a"]]
