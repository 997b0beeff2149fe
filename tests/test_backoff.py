"""Pauses between tries grow, and are forgotten when something works."""

import time

import pytest

from retrieval.backoff import Backoff


def test_pauses_double_up_to_five_seconds_and_begin_anew() -> None:
    backoff = Backoff()
    assert backoff.is_due
    assert [backoff.failed() for _ in range(6)] == [0.5, 1, 2, 4, 5, 5]
    assert not backoff.is_due
    backoff.worked()
    assert backoff.is_due
    assert backoff.failed() == 0.5


def test_who_asks_for_a_longer_pause_gets_it(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    backoff = Backoff()
    assert backoff.failed(at_least=30) == 30
    now = 129.0
    assert not backoff.is_due
    now = 130.0
    assert backoff.is_due
    backoff.put_off()
    assert not backoff.is_due
    now = 130.5
    assert backoff.is_due
