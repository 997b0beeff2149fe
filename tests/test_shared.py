"""Several processes over one PostgreSQL and one Chroma server: each finds everything, and one does what one must do."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from api.commands.backup import backup, restore
from api.settings import read_settings
from corpus.accept import accept
from corpus.addresses import Allowed
from corpus.article import IncomingArticle
from corpus.database import Database
from corpus.errors import IndexUnavailable, InvalidInput, InvalidSettings, StoreUnavailable
from corpus.feeds import FeedStore
from corpus.fetch import Fetcher
from corpus.jobs import JobStore, NewItem
from corpus.keyword_log import KeywordLog
from corpus.lease import Lease
from corpus.politeness import Politeness
from corpus.rests import Rests
from corpus.selection import Selection
from corpus.store import ArticleStore
from retrieval.collect import Collector
from retrieval.courtesy import no_pause
from retrieval.embedder import Vectors
from retrieval.prepare import cut
from tests.chroma import ChromaServer, until
from tests.postgres import Cluster
from tests.small import HashedWords, Small, article, words
from tests.web import item, opened, page, rss


class Counting(HashedWords):
    """Knows how many passages it embedded."""

    def __init__(self) -> None:
        self.passages = 0

    def embed_passages(self, passages: Sequence[str], between: Callable[[], None] = no_pause) -> Vectors:
        self.passages += len(passages)
        return super().embed_passages(passages, between)


@pytest.fixture
def url(cluster: Cluster) -> str:
    return cluster.fresh()


@pytest.fixture
def pair(tmp_path: Path, url: str, chroma: ChromaServer) -> Iterator[tuple[Small, Small]]:
    """Two machines: folders of their own over one store and one index."""
    both = [
        Small(tmp_path / name, embedder=Counting(), url=chroma.url, most_at_hand=0, where=url).start()
        for name in ("one", "two")
    ]
    yield both[0], both[1]
    for small in both:
        small.close()


def embedded(small: Small) -> int:
    assert isinstance(small.embedder, Counting)
    return small.embedder.passages


def found(small: Small, article_id: str) -> list[str]:
    passages = small.searcher.search(words(article_id), Selection(), 3, sides="keyword").passages
    return [passage.article.id for passage in passages if article_id in passage.text]


def test_what_one_stores_the_other_finds_and_one_of_them_embeds(pair: tuple[Small, Small]) -> None:
    for number in range(10):
        pair[number % 2].ingester.put([article(number)])
    for small in pair:
        small.settle().check([f"n{number}" for number in range(10)])
    assert sorted(map(embedded, pair)) == [0, 10]
    pair[0].ingester.put([article(3, "It was corrected.")])
    pair[1].ingester.delete("default", "n4")
    until(lambda: found(pair[0], "n4") == [])
    until(lambda: "corrected" in pair[1].searcher.search(words("n3"), Selection(), 1).passages[0].text)
    for small in pair:
        small.settle().check(["n0", "n3", "n9"])


def test_the_other_goes_on_where_the_one_that_embeds_ends(pair: tuple[Small, Small]) -> None:
    pair[0].ingester.put([article(0)])
    pair[0].settle()
    first = next(small for small in pair if embedded(small))
    second = next(small for small in pair if small is not first)
    first.close()
    second.ingester.put([article(1)])
    second.settle().check(["n0", "n1"])
    assert embedded(second) == 1


def test_an_index_that_was_emptied_is_filled_again_whoever_meets_it(
    pair: tuple[Small, Small], chroma: ChromaServer
) -> None:
    pair[0].ingester.put([article(number) for number in range(10)])
    pair[0].settle()
    chroma.empty()
    for small in pair:
        small.searcher.search(words("n7"), Selection(), sides="dense")
    until(lambda: len(pair[1].settle().indexed()) == 10)
    for small in pair:
        small.settle().check(["n0", "n9"])


def test_a_lease_has_one_holder_and_goes_on_when_he_is_silent(url: str) -> None:
    with closing(Database(url)) as here, closing(Database(url)) as there:
        one, other = Lease(here, "work", seconds=1.0), Lease(there, "work", seconds=1.0)
        assert one.held() and not other.held() and Lease(there, "other work").held()
        until(other.held)
        until(lambda: not one.held())
        other.release()
        until(one.held)


def test_one_of_many_that_ask_at_once_gets_the_lease(url: str) -> None:
    with closing(Database(url)) as database:
        leases = [Lease(database, "work") for _ in range(12)]
        held: list[bool] = []
        threads = [threading.Thread(target=lambda lease=lease: held.append(lease.held())) for lease in leases]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(held) == [False] * 11 + [True]


def put(database: Database, *ids: str) -> None:
    good = [accept(IncomingArticle(f"Report {one}", f"The text of {one}.", one)) for one in ids]
    ArticleStore(database).put([(one, cut(one)) for one in good])


def taken(log: KeywordLog, limit: int = 3) -> list[int]:
    """What an index that follows the log takes in, until nothing waits."""
    keys: list[int] = []
    while pending := log.pending(limit):
        keys += [chunk.key for chunk in pending.chunks]
        log.done(pending)
    return keys


def test_a_follower_loses_nothing_of_what_writers_store_at_a_time(url: str, tmp_path: Path) -> None:
    with closing(Database(url)) as here, closing(Database(url)) as there:
        log = KeywordLog(here, tmp_path)
        log.begin_again()

        def write(database: Database, writer: int) -> None:
            for number in range(15):
                put(database, f"w{writer}a{number}")

        writers = [
            threading.Thread(target=write, args=(database, n)) for n, database in enumerate((here, there, here, there))
        ]
        for writer in writers:
            writer.start()
        keys: list[int] = []
        while any(writer.is_alive() for writer in writers):
            keys += taken(log)
        keys += taken(log)
        with here.read() as connection:
            stored = connection.execute(text("SELECT key FROM chunks")).scalars().all()
        assert sorted(set(keys)) == sorted(stored) and len(stored) == 60
        assert log.may_hold(60) and not log.may_hold(59)


def test_a_follower_goes_on_where_it_was_and_a_new_one_takes_everything_newest_first(url: str, tmp_path: Path) -> None:
    with closing(Database(url)) as database:
        put(database, *"abcdefg")
        log = KeywordLog(database, tmp_path / "one")
        log.begin_again()
        first = log.pending(3)
        assert first is not None and log.count() == 7
        assert {chunk.key for chunk in first.chunks} == {7, 6, 5}
        log.done(first)
        put(database, "h")
        assert KeywordLog(database, tmp_path / "one").count() == 5
        first_new, *older, last = taken(KeywordLog(database, tmp_path / "one"))
        assert (first_new, set(older), last) == (8, {4, 3, 2}, 1)
        assert KeywordLog(database, tmp_path / "one").count() == 0


def test_a_follower_that_missed_too_much_begins_again(url: str, tmp_path: Path) -> None:
    with closing(Database(url)) as database:
        behind, log = KeywordLog(database, tmp_path / "one", most_kept=5), KeywordLog(database, tmp_path / "two", 5)
        for follower in (behind, log):
            follower.begin_again()
            taken(follower)
        put(database, *(f"a{n}" for n in range(20)))
        taken(log)
        log.prune()
        assert taken(log) == [] and log.may_hold(20)
        with pytest.raises(IndexUnavailable):
            behind.pending(10)
        assert not behind.may_hold(0)
        behind.begin_again()
        assert len(taken(behind, 6)) == 20 and behind.may_hold(20)


def test_a_database_that_is_away_is_named_and_comes_back_by_itself(cluster: Cluster, url: str) -> None:
    with closing(Database(url)) as database:
        put(database, "a")
        cluster.kill()
        try:
            for attempt in (lambda: put(database, "b"), lambda: database.fact("x"), lambda: Database(url)):
                with pytest.raises(StoreUnavailable, match="PostgreSQL database"):
                    attempt()
        finally:
            cluster.start()
        put(database, "b")
        assert ArticleStore(database).coverage("default").articles == 2


def test_a_text_that_the_database_cannot_hold_is_refused(url: str) -> None:
    with closing(Database(url)) as database, pytest.raises(InvalidInput, match="NUL"):
        ArticleStore(database).article("default", "a\x00b")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"workers": 2}, "PostgreSQL"),
        ({"workers": 2, "chroma_url": "http://127.0.0.1:1"}, "PostgreSQL"),
        ({"database_url": "postgresql://here/dateline"}, "DATELINE_CHROMA_URL"),
    ],
)
def test_settings_that_would_lose_articles_are_refused(settings: dict[str, object], words: str) -> None:
    with pytest.raises(InvalidSettings, match=words):
        read_settings(**settings)


@pytest.mark.parametrize("address", ["mysql://root:secret@here/dateline", "no address: secret"])
def test_what_is_no_postgresql_is_refused_without_its_password(address: str) -> None:
    with pytest.raises(InvalidSettings) as refusal:
        Database(address)
    assert "secret" not in str(refusal.value) and "DATELINE_DATABASE_URL" in str(refusal.value)


def test_a_backup_of_postgresql_is_left_to_its_own_tools(url: str, tmp_path: Path) -> None:
    settings = read_settings(data=tmp_path, database_url=url, chroma_url="http://127.0.0.1:1")
    with pytest.raises(InvalidInput, match="pg_dump"):
        backup(settings, tmp_path / "copy", quiet=True)
    with pytest.raises(InvalidInput, match="pg_restore"):
        restore(settings, tmp_path / "copy", wait=False, quiet=True)


def collector(small: Small) -> Collector:
    fetcher = Fetcher(Allowed.parse(["127.0.0.1"]), "Dateline/test")
    jobs, feeds = JobStore(small.database), FeedStore(small.database)
    lease, courtesy = Lease(small.database, "fetching"), small.indexer.courtesy
    return Collector(
        jobs, feeds, fetcher, Politeness(fetcher, Rests(small.database), 0), small.ingester, lease, courtesy
    )


def test_each_address_and_feed_is_asked_by_one_process_and_the_next_goes_on_when_it_ends(
    url: str, tmp_path: Path
) -> None:
    both = [Small(tmp_path / name, where=url) for name in ("one", "two")]
    jobs, feeds = JobStore(both[0].database), FeedStore(both[0].database)
    with opened() as web:
        links = [web.gives(f"/p/{n}", page(f"Port{n}", cost=n)) for n in range(6)]
        feeds.add("default", web.gives("/feed", rss(*(item(link) for link in links[3:])), "application/rss+xml"))
        first = jobs.create("default", [NewItem(link) for link in links[:3]])
        collectors = [collector(small) for small in both]
        for one in collectors:
            one.start()
        until(lambda: both[0].store.coverage("default").articles == 6 and not jobs.waiting(None, 1))
        # What is fetched but not yet stored when its process ends is asked for again, so all of it has come to its end.
        assert jobs.job(first).is_finished
        # Whoever fetches gives the lease back when it ends, and the other takes it.
        collectors[0].close()
        later = jobs.create("default", [NewItem(web.gives("/p/7", page("Port7")))])
        until(lambda: jobs.job(later).is_finished)
        for one in collectors:
            one.close()
        del web.asked["/robots.txt"]
        assert web.asked == {**{f"/p/{n}": 1 for n in (0, 1, 2, 3, 4, 5, 7)}, "/feed": 1}
    assert both[0].store.coverage("default").articles == 7
    for small in both:
        small.close()
