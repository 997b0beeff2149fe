"""The keyword index: what it finds, how it follows the store, and that no damage to its files is felt."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from corpus.accept import accept
from corpus.article import IncomingArticle
from corpus.database import Database
from corpus.errors import IndexUnavailable
from corpus.store import ArticleStore
from retrieval.keyword import KeywordIndex
from retrieval.prepare import cut


class Words:
    """A store and the keyword index beside it."""

    def __init__(self, folder: Path, where: Path | str | None = None) -> None:
        self.folder = folder
        self.database = Database(where or folder / "dateline.sqlite")
        self.store = ArticleStore(self.database)
        self.index = KeywordIndex(self.database, folder / "keyword")

    def put(self, article_id: str, body: str, title: str = "T", collection: str = "default") -> None:
        article = accept(IncomingArticle(title=title, body=body, id=article_id, collection=collection))
        self.store.put([(article, cut(article))])
        self.index.catch_up()

    def found(self, question: str, collection: str = "default", past: bool = False) -> list[str]:
        hits = self.index.search(question, collection, 5, past=past)
        with self.database.read() as connection:
            rows = connection.exec_driver_sql("SELECT c.key, a.id FROM chunks c JOIN articles a ON a.key = article_key")
            ids = {row[0]: row[1] for row in rows}
        return [ids[hit.key] for hit in hits]

    def close(self) -> None:
        self.index.close()
        self.database.close()


@pytest.fixture
def words(tmp_path: Path, where: Path | str) -> Iterator[Words]:
    words = Words(tmp_path, where)
    yield words
    words.close()


def test_the_rarest_word_counts_most_and_a_headline_more_than_a_text(words: Words) -> None:
    words.put("a", "The harbour opened. The ferry sailed.")
    words.put("b", "The harbour opened. The harbour is large.")
    words.put("c", "Nothing of note.", title="Ferry and harbour")
    assert words.found("the ferry in the harbour")[0] == "c"
    assert words.found("ferry") == ["c", "a"]


def test_words_are_met_in_other_forms_cases_and_without_accents(words: Words) -> None:
    words.put("a", "Protesters gathered in a café in Reykjavík.")
    for question in ("protester", "GATHERING", "cafe", "reykjavik?", "Café's"):
        assert words.found(question) == ["a"], question


def test_what_is_no_word_finds_nothing(words: Words) -> None:
    words.put("a", "The port opens.")
    for question in ("?!", "", '"', "AND OR NOT", "title:", "zebra", "🚢"):
        assert words.found(question) == [], question


def test_a_revision_replaces_the_words_and_the_past_is_kept_apart(words: Words) -> None:
    words.put("a", "The wall costs four million.")
    words.put("a", "The wall costs six million.")
    assert words.found("four") == []
    assert words.found("six") == ["a"]
    assert words.found("four", past=True) == ["a"]
    assert len(words.found("wall", past=True)) == 2


def test_the_past_of_one_article_does_not_push_others_out(words: Words) -> None:
    words.put("b", "The wall stands, among other things that are told here at some length.")
    for number in range(30):
        words.put("a", f"Wall wall wall {number}.")
    assert set(words.found("wall")) == {"a", "b"}


def test_collections_are_apart_and_a_deleted_article_is_gone(words: Words) -> None:
    words.put("a", "The port opens.")
    words.put("b", "The port opens.", collection="other")
    assert words.found("port") == ["a"]
    words.store.delete("default", "a")
    words.index.catch_up()
    assert words.found("port") == []
    assert words.found("port", "other") == ["b"]


def test_only_the_keys_asked_for(words: Words) -> None:
    words.put("a", "The port opens.")
    words.put("b", "The port shuts.")
    every = words.index.search("port", "default", 5)
    (one,) = words.index.search("port", "default", 5, among=[every[1].key])
    assert one.key == every[1].key
    assert words.index.search("port", "default", 5, among=[]) == []


def test_what_was_stored_when_the_process_died_is_taken_in_at_the_next_start(tmp_path: Path, where: Path | str) -> None:
    words = Words(tmp_path, where)
    words.put("a", "The port opens.")
    article = accept(IncomingArticle(title="T", body="The ferry sails.", id="b"))
    words.store.put([(article, cut(article))])
    words.close()
    words = Words(tmp_path, where)
    assert words.found("ferry") == []
    while words.index.catch_up():
        pass
    assert words.found("ferry") == ["b"] and words.found("port") == ["a"]
    words.close()


def truncated(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def emptied(path: Path) -> None:
    os.truncate(path, 0)


def flipped(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 3] ^= 0xFF
    path.write_bytes(raw)


def enormous(path: Path) -> None:
    os.truncate(path, 200 << 30)


@pytest.mark.parametrize("damage", [truncated, emptied, flipped, enormous, Path.unlink], ids=lambda f: f.__name__)
@pytest.mark.parametrize("kind", ["meta.json", ".idx", ".term", ".store", ".fast", ".fieldnorm"])
def test_a_damaged_file_is_noticed_and_the_index_made_again(
    tmp_path: Path, kind: str, damage: Callable[[Path], None]
) -> None:
    words = Words(tmp_path)
    for number in range(8):
        words.put(f"a{number}", f"The port number{number} opens.")
    words.close()
    victims = [path for path in (tmp_path / "keyword").rglob("*") if path.name.endswith(kind)]
    assert victims
    damage(victims[0])
    words = Words(tmp_path)
    assert words.found("number7") in ([], ["a7"])
    while words.index.catch_up():
        pass
    for number in range(8):
        assert words.found(f"number{number}") == [f"a{number}"]
    words.close()


def test_an_index_that_fails_is_said_to_be_unavailable_and_works_again(words: Words) -> None:
    words.put("a", "The port opens.")
    folder = next((words.folder / "keyword").glob("[0-9]*"))
    folder.chmod(0o500)
    moved = folder.with_name("moved")
    folder.rename(moved)
    article = accept(IncomingArticle(title="T", body="The ferry sails.", id="b"))
    words.store.put([(article, cut(article))])
    with pytest.raises(IndexUnavailable):
        words.index.catch_up()
    moved.chmod(0o700)
    moved.rename(folder)
    while words.index.catch_up():
        pass
    assert words.found("ferry") == ["b"] and words.found("port") == ["a"]
