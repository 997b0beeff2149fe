from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import select, text

from corpus.accept import accept
from corpus.article import IncomingArticle
from corpus.database import Database
from corpus.embeddings import EmbeddingStore
from corpus.errors import NotFound, StoreUnavailable
from corpus.schema import articles, metadata, revisions
from corpus.selection import Moment, Selection
from corpus.store import ArticleStore
from corpus.writing import Change, Stored, content_hash
from retrieval.prepare import cut

MAY = datetime(2024, 5, 1, tzinfo=UTC)


@pytest.fixture
def database(where: Path | str) -> Iterator[Database]:
    database = Database(where)
    yield database
    database.close()


@pytest.fixture
def store(database: Database) -> ArticleStore:
    return ArticleStore(database)


def put(store: ArticleStore, body: str, seen: datetime | None = None, **fields: object) -> Stored:
    article = accept(IncomingArticle(**{"title": "Harbour", "id": "a", "published_at": MAY, "body": body, **fields}))  # type: ignore[arg-type]
    return store.put([(article, cut(article))], seen)[0]


def test_a_store_of_a_later_release_is_refused_in_one_sentence_and_left_alone(where: Path | str) -> None:
    with closing(Database(where)) as database, database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for _ in range(2):
        with pytest.raises(StoreUnavailable, match=r"later release.*9999.*backup"):
            Database(where)


def test_the_same_again_changes_nothing(store: ArticleStore) -> None:
    assert put(store, "The wall costs 4 million.").change is Change.ADDED
    assert put(store, "The wall costs 4 million.").change is Change.UNCHANGED
    assert store.revision_numbers("default", "a") == [1]


def test_a_changed_body_is_a_new_revision_and_both_are_kept(store: ArticleStore) -> None:
    put(store, "The wall costs 4 million.")
    assert put(store, "The wall costs 6 million.") == Stored("a", 2, Change.REVISED)
    assert store.article("default", "a").body == "The wall costs 6 million."
    assert store.article("default", "a", 1).body == "The wall costs 4 million."
    assert store.article("default", "a").is_current and not store.article("default", "a", 1).is_current


def test_reading_both_files_of_a_corrected_article_again_changes_nothing(store: ArticleStore) -> None:
    later = MAY + timedelta(days=2)
    for change in (Change.ADDED, Change.UNCHANGED):
        assert put(store, "The wall costs 4 million.").change is change
        again = put(store, "The wall costs 6 million.", updated_at=later)
        assert again.change is (Change.REVISED if change is Change.ADDED else Change.UNCHANGED)
    assert store.article("default", "a").revision == 2


def test_an_older_wording_that_arrives_late_is_history(store: ArticleStore) -> None:
    put(store, "New wording.", updated_at=MAY + timedelta(days=5))
    assert put(store, "Old wording.", updated_at=MAY + timedelta(days=1)).change is Change.REVISED
    assert store.article("default", "a").body == "New wording."


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"updated_at": MAY + timedelta(days=5)}, {}),
        ({}, {"published_at": MAY - timedelta(days=9)}),
        ({"updated_at": MAY + timedelta(days=5)}, {"published_at": None}),
        ({"updated_at": MAY + timedelta(days=5)}, {"published_at": MAY - timedelta(days=9)}),
    ],
)
def test_a_wording_that_does_not_say_when_it_was_updated_is_the_newest(
    database: Database, store: ArticleStore, first: dict[str, object], second: dict[str, object]
) -> None:
    put(store, "Three people died.", **first)  # type: ignore[arg-type]
    assert put(store, "Five people died.", **second) == Stored("a", 2, Change.REVISED)  # type: ignore[arg-type]
    assert store.article("default", "a").body == "Five people died."
    assert found(database, "died", Moment(as_of=datetime.now(UTC))) == [(2, "Five people died.")]


def test_a_corrected_publication_date_is_taken_also_when_it_is_earlier(store: ArticleStore) -> None:
    put(store, "The wall costs 4 million.")
    assert put(store, "The wall costs 4 million.", published_at=MAY - timedelta(days=9)).change is Change.REVISED
    assert store.article("default", "a").published_at == MAY - timedelta(days=9)


def test_now_and_this_moment_see_the_same_wording(database: Database, store: ArticleStore) -> None:
    put(store, "One.", seen=MAY)
    put(store, "Two.", seen=MAY + timedelta(days=9))
    put(store, "Three.", seen=MAY + timedelta(days=10), updated_at=MAY + timedelta(days=5))
    for moment in (Moment(), Moment(as_of=MAY + timedelta(days=11)), Moment(known_by=MAY + timedelta(days=11))):
        assert found(database, "", moment) == [(3, "Three.")]


def test_a_wording_that_comes_back_is_current_again(store: ArticleStore) -> None:
    for body in ("One.", "Two.", "One."):
        put(store, body)
    assert store.article("default", "a").body == "One."
    assert store.revision_numbers("default", "a") == [1, 2, 3]


def found(database: Database, words: str, moment: Moment) -> list[tuple[int, str]]:
    selection = Selection(moment=moment)
    store = ArticleStore(database)
    chunks = store.with_words(list(store.candidates(store.selected_chunks(selection, 10), selection).values()))
    return sorted((c.chunk.revision, c.text) for c in chunks if words in c.text)


def test_each_moment_sees_the_wording_that_was_public_then(database: Database, store: ArticleStore) -> None:
    put(store, "The wall costs 4 million.", seen=MAY)
    put(store, "The wall costs 6 million.", seen=MAY + timedelta(days=3), updated_at=MAY + timedelta(days=2))
    day = timedelta(days=1)
    assert found(database, "wall", Moment(as_of=MAY - day)) == []
    assert found(database, "wall", Moment(as_of=MAY + day)) == [(1, "The wall costs 4 million.")]
    assert found(database, "wall", Moment(as_of=MAY + 2 * day)) == [(2, "The wall costs 6 million.")]
    assert found(database, "wall", Moment()) == [(2, "The wall costs 6 million.")]
    known = Moment(as_of=MAY + 9 * day, known_by=MAY + day)
    assert found(database, "wall", known) == [(1, "The wall costs 4 million.")]


def test_a_kept_revision_knows_that_it_is_no_longer_current(store: ArticleStore) -> None:
    def found(moment: Moment) -> list[tuple[str, bool]]:
        selection = Selection(moment=moment)
        candidates = store.candidates(store.selected_chunks(selection, 10), selection)
        return [(one.article.body, one.article.is_current) for one in store.with_words(list(candidates.values()))]

    put(store, "The wall costs 4 million.", seen=MAY)
    assert found(Moment()) == [("The wall costs 4 million.", True)]
    put(store, "The wall costs 6 million.")
    assert found(Moment()) == [("The wall costs 6 million.", True)]
    assert found(Moment(as_of=MAY)) == [("The wall costs 4 million.", False)]


def test_filters_let_pass_what_they_name(database: Database, store: ArticleStore) -> None:
    put(store, "The port opens.", id="a", publisher="Coast Times", language="en-GB", authors=("Ana Ruiz", "Åse Moe"))
    put(store, "The port shuts.", id="b", publisher="Økonomisk Ledger", published_at=MAY + timedelta(days=30))

    def ids(**filters: object) -> set[str]:
        selection = Selection(**filters)  # type: ignore[arg-type]
        keys = store.selected_chunks(selection, 10)
        assert store.candidates([1, 2, 3], selection).keys() == set(keys)
        return {one.article_id for one in store.candidates(keys, selection).values()}

    assert ids() == {"a", "b"}
    assert ids(publishers=("coast times",)) == {"a"}
    assert ids(publishers=("ØKONOMISK LEDGER",)) == {"b"}
    for language in ("en", "EN", "en-US", "en_gb"):
        assert ids(languages=(language,)) == {"a"}
    assert ids(languages=("fr", "english")) == set()
    assert ids(authors=("ana ruiz", "nobody")) == {"a"} and ids(authors=("Ana",)) == set()
    assert ids(authors=("Åse Moe",), publishers=("Coast Times",)) == {"a"}
    assert ids(article_ids=("b",)) == {"b"}
    assert ids(published_to=MAY) == {"a"}
    assert ids(published_from=MAY + timedelta(days=1)) == {"b"}
    assert ids(collection="other") == set()


def test_languages_of_an_older_store_are_found_and_their_articles_the_same(where: Path | str) -> None:
    kept = {"a": "en-GB", "b": "EN", "c": "en", "d": "English", "e": None}
    with closing(Database(where)) as database:
        older = ArticleStore(database)
        for name in kept:
            put(older, f"The port {name} opens.", id=name, language="en", authors=("Ana Ruiz",))
        put(older, "The port a is open.", id="a", language="en", updated_at=MAY + timedelta(days=1))
        with database.write() as connection:  # as migration 0012 left it
            connection.execute(text("UPDATE alembic_version SET version_num = '0012'"))
            connection.execute(text("DROP TABLE rests"))
            connection.execute(text("ALTER TABLE job_items DROP COLUMN notice"))
            for row in connection.execute(select(revisions, articles.c.id).join(articles)).all():
                article = replace(older.article("default", row.id, row.number), language=kept[row.id])
                here = (revisions.c.article_key == row.article_key) & (revisions.c.number == row.number)
                before = {"language": article.language, "content_hash": content_hash(article)}
                connection.execute(revisions.update().where(here).values(**before))
    with closing(Database(where)) as database:
        store = ArticleStore(database)
        found = {article.id: article.language for _, article in store.page(Selection(), 10)}
        assert found == {"a": "en", "b": "en", "c": "en", "d": "English", "e": None}
        assert {article.id for _, article in store.page(Selection(languages=("en",)), 10)} == {"a", "b", "c"}
        for name, language in kept.items():
            again = put(store, f"The port {name} opens.", id=name, language=language, authors=("Ana Ruiz",))
            assert again.change is Change.UNCHANGED


def test_deletion_leaves_nothing(database: Database, store: ArticleStore) -> None:
    put(store, "The port opens.")
    put(store, "The port shuts.")
    assert store.delete("default", "a") == 2
    with pytest.raises(NotFound):
        store.article("default", "a")
    with database.read() as connection:
        for table in ("articles", "revisions", "chunks"):
            assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar() == 0
    assert EmbeddingStore(database).backlog().to_remove == 2


def test_a_batch_is_stored_whole_or_not_at_all(database: Database, store: ArticleStore) -> None:
    good = accept(IncomingArticle(title="T", body="Text.", id="good"))
    with pytest.raises(AssertionError):
        store.put([(good, cut(good)), (IncomingArticle(title="T", body="No id."), [])])
    assert store.coverage("default").articles == 0


def test_pages_go_through_everything_once_newest_first(store: ArticleStore) -> None:
    for number in range(7):
        put(store, "Text.", id=f"a{number}", published_at=MAY + timedelta(days=number // 2))
    seen: list[str] = []
    before = None
    while rows := store.page(Selection(), 3, before):
        seen += [article.id for _, article in rows]
        before = rows[-1][0]
    assert seen == ["a6", "a5", "a4", "a3", "a2", "a1", "a0"]


def test_equal_chunks_share_their_embedding(database: Database, store: ArticleStore) -> None:
    import numpy as np

    embeddings = EmbeddingStore(database)
    put(store, "The port opens.")
    put(store, "The port opens.", id="twin")
    waiting = embeddings.to_embed(10)
    assert len(waiting) == 1 and embeddings.backlog().to_embed == 2
    embeddings.save([item.text_hash for item in waiting], np.ones((1, 4), dtype=np.float32))
    put(store, "The port opens.", id="copy")
    assert embeddings.backlog().to_embed == 0


def test_the_database_is_set_up_to_keep_what_it_acknowledges(database: Database) -> None:
    with database.read() as connection:
        if connection.dialect.name == "postgresql":
            assert connection.execute(text("SHOW synchronous_commit")).scalar() == "on"
            return
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(text("PRAGMA synchronous")).scalar() == 2


def test_the_tables_are_those_that_the_code_knows(database: Database) -> None:
    with database.read() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
    # What comes as a list is another type of a column: SQLite keeps the narrower ones of earlier releases. And what it
    # needs to read a row without its body, PostgreSQL does not.
    rest = [one for one in differences if not isinstance(one, list) and "ix_revisions_ranking" not in str(one)]
    assert rest == []
