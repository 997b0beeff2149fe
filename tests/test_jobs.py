"""Jobs and subscriptions as rows of the store, in both engines."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from corpus.database import Database
from corpus.errors import InvalidInput, NotFound
from corpus.feed import Entry, Feed
from corpus.feeds import FeedStore
from corpus.fetch import Fetched
from corpus.jobs import Item, JobFailure, JobStore, NewItem, Outcome

FEED = "https://coast.example/feed"
LONG = "https://coast.example/" + "a" * 3_000


@pytest.fixture
def database(where: Path | str) -> Iterator[Database]:
    with closing(Database(where)) as database:
        yield database


@pytest.fixture
def jobs(database: Database) -> JobStore:
    return JobStore(database)


def item(jobs: JobStore, job_id: str) -> Item:
    """The first that waits."""
    found = jobs.item(jobs.waiting(job_id, 1)[0][0])
    assert found is not None
    return found


def test_a_job_is_done_when_each_address_and_what_it_led_to_is(jobs: JobStore) -> None:
    entry = {"title": "Ærø’s ferry", "authors": ["Ana"]}
    job_id = jobs.create("default", [NewItem("https://a.example/", entry=entry), NewItem("https://a.example/")])
    other = jobs.create("other", [NewItem("https://b.example/")])
    assert [url for _, url in jobs.waiting(None, 10)] == ["https://a.example/", "https://b.example/"]
    first = item(jobs, job_id)
    assert (first.collection, first.entry, first.depth) == ("default", entry, 0)
    again = NewItem("https://a.example/")
    jobs.finish(first, Outcome(added=2), [again, NewItem("https://c.example/", 1), NewItem(LONG)])
    assert jobs.job(job_id).status == "running"
    jobs.finish(item(jobs, job_id), Outcome(unchanged=1, reason="It cannot be read."))
    job = jobs.job(job_id)
    assert (job.total, job.done, job.added, job.unchanged, job.failed) == (2, 2, 2, 1, 1) and job.is_finished
    assert job.failures == (JobFailure("https://c.example/", "It cannot be read."),)
    assert [one.id for one in jobs.recent(5)] == [other, job_id] and jobs.waiting(job_id, 5) == []


def test_what_is_no_job_and_what_is_too_long(jobs: JobStore, database: Database) -> None:
    with pytest.raises(NotFound):
        jobs.job("job_none")
    assert jobs.item(7) is None
    with pytest.raises(InvalidInput, match="too long"):
        jobs.create("default", [NewItem(LONG)])
    with pytest.raises(InvalidInput, match="too long"):
        FeedStore(database).add("default", LONG)


def test_a_feed_is_due_asked_for_what_is_new_and_rests_longer_after_each_failure(
    jobs: JobStore, database: Database
) -> None:
    feeds = FeedStore(database, timedelta(minutes=10))
    feed = feeds.add("default", FEED)
    with pytest.raises(InvalidInput):
        feeds.add("default", FEED)
    now = datetime.now(UTC)
    assert [one.url for one in feeds.due(now)] == [FEED]
    feeds.put_off(feeds.due(now), now)
    assert feeds.due(now) == [] and feeds.due(now + timedelta(minutes=11)) == feeds.all()

    def poll(*entries: Entry) -> int:
        job_id = jobs.create("default", [NewItem(FEED, feed_key=feed.key)])
        fetched = Fetched(FEED, b"", "application/rss+xml", "tag")
        return feeds.polled(item(jobs, job_id), fetched, Feed("Coast Times", entries))

    one, two = Entry("https://coast.example/1", title="One"), Entry("https://coast.example/2", title="Two")
    assert poll(one, two, Entry(LONG)) == 2
    assert poll(one, Entry(two.url, title="Two, corrected")) == 1 and poll(one) == 0
    known = feeds.get(feed.key)
    assert known is not None and (known.title, known.etag, known.failures) == ("Coast Times", "tag", 0)
    for expected in (10, 20, 40):
        feeds.failed(feed.key, "status 500", None)
        failed = feeds.all()[0]
        assert failed.polled_at is not None
        assert failed.next_poll_at - failed.polled_at == timedelta(minutes=expected)
    feeds.remove("default", FEED)
    assert feeds.all() == [] and feeds.get(feed.key) is None
