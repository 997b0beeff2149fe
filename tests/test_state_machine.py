"""Add, revise, delete, search, ask about the past, restart and crash, in any order, against a plain dictionary."""

import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import text

from corpus.article import IncomingArticle
from corpus.errors import NotFound
from corpus.selection import Moment, Selection
from tests.postgres import Cluster
from tests.small import Small, words

START = datetime(2024, 1, 1, tzinfo=UTC)
numbers = st.integers(0, 5)


class Archive(RuleBasedStateMachine):
    """The model: for each article its wordings, each with the day from which it is public."""

    # Empty in the end. A log that several indexes follow is not: it is cut when it has grown long.
    emptied: ClassVar = ["articles", "revisions", "chunks", "keyword_changes", "removals"]

    def where(self) -> str | None:
        """The address of an empty database; None for a file in the data folder."""
        return None

    def opened(self, folder: Path) -> Small:
        return Small(folder, sync_threshold=20, where=self.database).start()

    @initialize()
    def open(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.database = self.where()
        self.small = self.opened(self.folder / "data")
        self.model: dict[str, list[tuple[datetime, str]]] = {}
        self.day = 0
        self.crashes = 0

    @rule(number=numbers, wording=st.integers(0, 3))
    def put(self, number: int, wording: int) -> None:
        """Adds the article, revises it, or changes nothing."""
        self.day += 1
        article_id, when = f"n{number}", START + timedelta(days=self.day)
        body = f"Wording number {wording} of {words(article_id)} stands here."
        known = self.model.get(article_id, [])
        first = known[0][0] if known else when
        self.small.ingester.put(
            [IncomingArticle(words(article_id), body, article_id, published_at=first, updated_at=when)]
        )
        if not known or known[-1][1] != body:
            self.model.setdefault(article_id, []).append((when, body))

    @rule(number=numbers)
    def delete(self, number: int) -> None:
        article_id = f"n{number}"
        if self.model.pop(article_id, None):
            self.small.ingester.delete("default", article_id)
        else:
            with pytest.raises(NotFound):
                self.small.ingester.delete("default", article_id)

    @rule(number=numbers, back=st.integers(0, 10))
    def search_the_past(self, number: int, back: int) -> None:
        moment = START + timedelta(days=self.day - back, hours=1)
        wordings = [body for when, body in self.model.get(f"n{number}", []) if when <= moment]
        assert self._found(number, Selection(moment=Moment(as_of=moment))) == (wordings[-1] if wordings else None)

    @rule(number=numbers)
    def search_now(self, number: int) -> None:
        wordings = self.model.get(f"n{number}", [])
        assert self._found(number, Selection()) == (wordings[-1][1] if wordings else None)

    def _found(self, number: int, selection: Selection) -> str | None:
        passages = self.small.searcher.search(words(f"n{number}"), selection, 10).passages
        return next((p.article.body for p in passages if p.article.id == f"n{number}"), None)

    @rule()
    def restart(self) -> None:
        self.small.close()
        self.small = self.opened(self.small.folder)

    @rule()
    def crash(self) -> None:
        """What is on disk at this moment is all that a killed process leaves."""
        # A place of its own each time: Chroma keeps what it has open by path, and a new process would not have it open.
        self.crashes += 1
        left = self.folder / f"data{self.crashes}"
        self.small.indexer.close()
        shutil.copytree(self.small.folder, left)
        self.small.database.close()
        for note in left.rglob("sound.json"):
            note.unlink()
        shutil.rmtree(self.small.folder)
        self.small = self.opened(left)

    @invariant()
    def the_store_holds_what_the_model_holds(self) -> None:
        if not hasattr(self, "model"):
            return
        stored = {article.id: article.body for _, article in self.small.store.all_current("default")}
        assert stored == {article_id: wordings[-1][1] for article_id, wordings in self.model.items()}

    def teardown(self) -> None:
        if not hasattr(self, "small"):
            return
        try:
            self.small.settle()
            assert self.small.indexed() == self.small.expected()
            for article_id in list(self.model):
                self.small.ingester.delete("default", article_id)
            self.small.settle()
            assert self.small.indexed() == set()
            with self.small.database.read() as connection:
                for table in self.emptied:
                    count: Any = connection.execute(text(f"SELECT count(*) FROM {table}")).scalar()
                    assert count == 0, table
        finally:
            self.small.close()
            shutil.rmtree(self.folder, ignore_errors=True)


slow_is_fine = [HealthCheck.too_slow, HealthCheck.data_too_large]
TestArchive = Archive.TestCase
TestArchive.settings = settings(
    max_examples=8, stateful_step_count=15, deadline=None, suppress_health_check=slow_is_fine
)


class ArchiveInPostgresql(Archive):
    """The same with the store in PostgreSQL."""

    emptied: ClassVar = ["articles", "revisions", "chunks", "removals"]
    cluster: ClassVar[Cluster]

    def where(self) -> str | None:
        return self.cluster.fresh()


def in_postgresql(cluster: Cluster, examples: int, steps: int) -> None:
    how = settings(max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=slow_is_fine)
    ArchiveInPostgresql.cluster = cluster
    run_state_machine_as_test(ArchiveInPostgresql, settings=how)


def test_an_archive_in_postgresql(cluster: Cluster) -> None:
    in_postgresql(cluster, 5, 12)


@pytest.mark.torture
def test_an_archive_in_postgresql_long(cluster: Cluster) -> None:
    in_postgresql(cluster, 200, 30)


class LongArchive(Archive):
    """The same, for longer."""


TestLongArchive = pytest.mark.torture(LongArchive.TestCase)
TestLongArchive.settings = settings(
    max_examples=500, stateful_step_count=30, deadline=None, suppress_health_check=slow_is_fine
)
