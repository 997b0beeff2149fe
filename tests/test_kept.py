"""What is kept in memory is what is stored."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from corpus.database import Database
from corpus.kept import KeptUntilWritten


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(tmp_path / "dateline.sqlite")


class Stored:
    """Gives what is stored under keys, and remembers what it was asked."""

    def __init__(self, **values: str) -> None:
        self.values = values
        self.asked: list[list[str]] = []

    def __call__(self, keys: list[str]) -> Mapping[str, str]:
        self.asked.append(keys)
        return {key: self.values[key] for key in keys if key in self.values}


def test_what_is_known_is_read_once_until_something_is_written(database: Database) -> None:
    kept: KeptUntilWritten[str, str] = KeptUntilWritten(database, 10)
    stored = Stored(a="1", b="2")
    assert kept.get(["b", "none", "a"], stored) == {"b": "2", "a": "1"}
    assert kept.get(["a", "b", "none"], stored) == {"a": "1", "b": "2"}
    assert stored.asked == [["b", "none", "a"]]
    stored.values["a"] = "3"
    database.set_fact("anything", "new")
    assert kept.get(["a"], stored) == {"a": "3"}


def test_what_was_read_while_something_was_written_is_not_kept(database: Database) -> None:
    kept: KeptUntilWritten[str, str] = KeptUntilWritten(database, 10)

    def old(keys: list[str]) -> dict[str, str]:
        database.set_fact("anything", "new")
        return dict.fromkeys(keys, "old")

    assert kept.get(["a"], old) == {"a": "old"}
    assert kept.get(["a"], Stored(a="new")) == {"a": "new"}


def test_no_more_is_kept_than_was_allowed(database: Database) -> None:
    kept: KeptUntilWritten[str, str] = KeptUntilWritten(database, 2)
    stored = Stored(a="1", b="2", c="3", d="4")
    kept.get(["a", "b", "c"], stored)
    kept.get(["a"], stored)
    assert stored.asked == [["a", "b", "c"], ["a"]]
