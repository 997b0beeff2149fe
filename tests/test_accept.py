from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from corpus.accept import accept, canonical_url, parse_time
from corpus.article import IncomingArticle
from corpus.errors import InvalidInput


@pytest.mark.parametrize("body", ["", "  \n ", "\x00", "...", "Sign up for our newsletter"])
def test_an_article_without_text_is_refused(body: str) -> None:
    with pytest.raises(InvalidInput, match="no text"):
        accept(IncomingArticle(title="T", body=body))


def test_a_missing_title_comes_from_the_syndication_line_or_the_first_line() -> None:
    assert accept(IncomingArticle(title="", body="A.\nThe post Big news appeared first on X")).title == "Big news"
    assert accept(IncomingArticle(title="", body="First line.\nSecond.")).title == "First line."


def test_the_same_page_has_one_id_whatever_led_to_it() -> None:
    ids = {
        accept(IncomingArticle(title="T", body="Text.", url=url)).id
        for url in ("https://A.example/p?utm_source=x#top", "https://a.example/p", "HTTPS://a.example/p?fbclid=1")
    }
    assert len(ids) == 1


def test_an_id_does_not_change_with_the_body() -> None:
    one, two = (accept(IncomingArticle(title="T", body=body, publisher="P")) for body in ("One.", "Two."))
    assert one.id == two.id


@pytest.mark.parametrize("url", ["ftp://x/y", "javascript:alert(1)", "not a url", "http://", "http://[::1"])
def test_a_url_that_is_not_http_is_refused(url: str) -> None:
    with pytest.raises(InvalidInput, match="http"):
        canonical_url(url)


@pytest.mark.parametrize("url", ["https://x.example/?q=\ud800", "https://x.example/\udfff", "https://\ud800.example/"])
def test_half_a_surrogate_pair_in_a_url_is_refused_with_the_reason(url: str) -> None:
    with pytest.raises(InvalidInput, match="surrogate"):
        accept(IncomingArticle(title="T", body="Text.", url=url))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("http://a.example/?title=%C4%E5&utm_source=x", "http://a.example/?title=%C4%E5"),
        ("http://a.example?rss", "http://a.example/?rss"),
        ("http://a.example/?p=1&&utm%5Fmedium=x&q=a%20b", "http://a.example/?p=1&q=a+b"),
        ("http://a.example/?p=", "http://a.example/?p="),
        ("http://[::1]:8612/", "http://[::1]:8612/"),
        ("http://[2001:DB8::1]", "http://[2001:db8::1]/"),
    ],
)
def test_what_names_a_page_is_kept(given: str, expected: str) -> None:
    assert canonical_url(given) == expected == canonical_url(expected)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("2024-05-03", datetime(2024, 5, 3, tzinfo=UTC)),
        ("2024-05-03T06:00:00Z", datetime(2024, 5, 3, 6, tzinfo=UTC)),
        ("2024-05-03T06:00:00+02:00", datetime(2024, 5, 3, 4, tzinfo=UTC)),
        ("Fri, 03 May 2024 06:00:00 GMT", datetime(2024, 5, 3, 6, tzinfo=UTC)),
        (date(2024, 5, 3), datetime(2024, 5, 3, tzinfo=UTC)),
        (1712102400, datetime(2024, 4, 3, tzinfo=UTC)),
        ("1712102400000", datetime(2024, 4, 3, tzinfo=UTC)),
        ("May 3, 2024 6:00 pm", datetime(2024, 5, 3, 18, tzinfo=UTC)),
        ("Fri, 03 May 2024 12:05:09 AM EDT", datetime(2024, 5, 3, 4, 5, 9, tzinfo=UTC)),
        ("2024-05-03 6 p.m.", datetime(2024, 5, 3, 18, tzinfo=UTC)),
        (None, None),
        ("", None),
    ],
)
def test_times_are_read_as_utc(given: object, expected: datetime | None) -> None:
    assert parse_time(given, "date") == expected


EDGES = [
    datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=1))),
    datetime.max.replace(tzinfo=timezone(-timedelta(hours=5))),
]


@pytest.mark.parametrize("given", ["yesterday", "2024-13-40", "2024-02-30", "99999", "\ud800", *EDGES])
def test_a_bad_date_names_the_field(given: object) -> None:
    with pytest.raises(InvalidInput, match="publication date"):
        parse_time(given, "The publication date")


def test_a_bare_day_can_mean_its_end() -> None:
    found = parse_time("2024-05-03", "as_of", end_of_day=True)
    assert found is not None and found > datetime(2024, 5, 3, 23, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("en", "en"), ("EN", "en"), ("en-GB", "en"), ("en_us", "en"), (" pt-BR ", "pt"), ("zh-Hant-TW", "zh"),
        ("sco", "sco"), ("English", "English"), ("British  English", "British English"), (" ", None), ("", None),
        (None, None),
    ],
)  # fmt: skip
def test_a_language_is_kept_as_its_primary_subtag(given: str | None, kept: str | None) -> None:
    assert accept(IncomingArticle(title="T", body="Text.", language=given)).language == kept


@pytest.mark.parametrize("name", [".", "..", "a\nb", "x" * 201])
def test_an_id_that_names_nothing_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput, match="is not valid"):
        accept(IncomingArticle(title="T", body="Text.", id=name))


@pytest.mark.parametrize("name", ["...", ".a", "a/..", "a/../b"])
def test_points_in_an_id_are_no_fault(name: str) -> None:
    assert accept(IncomingArticle(title="T", body="Text.", id=name)).id == name


@pytest.mark.parametrize("name", ["", "Upper", "a b", "-x", "x" * 64, "../x"])
def test_a_bad_collection_name_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput, match="collection name"):
        accept(IncomingArticle(title="T", body="Text.", collection=name))
