from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from api.engine import Engine
from corpus.article import IncomingArticle
from corpus.selection import Moment, Selection
from retrieval.recency import bonus, newest

NOW = datetime(2024, 11, 20, tzinfo=UTC)
days = st.floats(0, 10_000).map(lambda n: timedelta(days=n))


@given(days, days, st.booleans())
def test_newer_never_gets_less_and_all_stay_in_bounds(one: timedelta, more: timedelta, present: bool) -> None:
    new, old = (bonus(NOW - age, NOW, asks_for_present=present) for age in (one, one + more))
    assert 1.0 <= old <= new <= 1.5


def test_an_undated_article_and_one_of_long_ago_get_nothing() -> None:
    assert bonus(None, NOW) == 1.0
    assert bonus(NOW - timedelta(days=3_000), NOW) < 1.0001
    assert bonus(NOW - timedelta(days=10), NOW) == 1.15
    assert bonus(NOW + timedelta(days=1), NOW) == 1.3, "dated ahead, as newspapers are, it is new"


def test_newest_is_of_what_was_out() -> None:
    days = [NOW - timedelta(days=9), None, NOW + timedelta(days=1), NOW - timedelta(days=3)]
    assert newest(days, NOW) == NOW - timedelta(days=3)
    assert newest([None], NOW) == NOW


def report(number: int, body: str, when: datetime) -> IncomingArticle:
    return IncomingArticle(f"Ferry report {number}", body, f"ferry-{number}", published_at=when)


def test_of_like_reports_the_one_published_just_before_the_moment_comes_first(engine: Engine) -> None:
    engine.ingester.put(
        [
            report(1, "The Vannow ferry was delayed by fog off Skelmouth.", NOW - timedelta(days=400)),
            report(2, "The Vannow ferry was delayed by a strike at Skelmouth.", NOW - timedelta(days=2)),
            report(3, "The captain of the ferry is Ida Renn, who took command at Calder.", NOW - timedelta(days=900)),
            report(4, "The Vannow ferry was delayed by ice near Skelmouth.", NOW + timedelta(days=30)),
        ]
    )
    assert engine.indexer.wait_until_current(lambda _: None, 60)

    def first(question: str, moment: datetime) -> str:
        return engine.searcher.search(question, Selection(moment=Moment(as_of=moment))).passages[0].article.id

    assert first("Why was the Vannow ferry delayed at Skelmouth?", NOW) == "ferry-2"
    assert first("Why was the Vannow ferry delayed at Skelmouth?", NOW + timedelta(days=31)) == "ferry-4"
    assert first("Who is the captain of the ferry?", NOW) == "ferry-3", "an old article that alone answers stays first"
