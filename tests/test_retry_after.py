"""When a server says that it may be asked again."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from corpus.retry_after import seconds_of


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0),
        ("0.5", 0.5),
        ("-3", 0.0),
        ("", None),
        ("soon", None),
        ("Tue, 99 Foo 2026", None),
        ("inf", None),
        ("nan", None),
    ],
)
def test_numbers_are_seconds_and_anything_else_is_nothing(value: str, seconds: float | None) -> None:
    assert seconds_of(value) == seconds


def test_dates_are_told_from_now() -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    assert 85 < (seconds_of(later) or 0) <= 90
    assert seconds_of("Wed, 21 Oct 2015 07:28:00 GMT") == 0.0
