"""The short form of the soak: twenty seconds of everything at once, on the real server; and that it would notice."""

from pathlib import Path

import httpx
import pytest

from evals.soak import Sample, Soak, _differences, _Load, soak
from tests.running import Server, share_model


def test_twenty_seconds_of_everything(tmp_path: Path, made_files: Path, embedder: object) -> None:
    share_model(made_files, tmp_path / "data")
    result = soak(tmp_path / "data", seconds=20, rate=12)
    assert result.faults == [], result.report()
    assert set(result.done) == {"ask", "search", "push", "delete"} and sum(result.done.values()) >= 20
    assert result.samples and result.report()["peak_mb"] > 50


def test_memory_that_grows_is_seen() -> None:
    def run(*megabytes: float) -> float:
        return Soak(samples=[Sample(n, mb, 9) for n, mb in enumerate(megabytes)]).growth

    assert run(*[100.0] * 8) == 0 and run(50, 90, 100, 100, 100, 100, 100, 100) == pytest.approx(0.0)
    assert run(*range(100, 180, 10)) == pytest.approx(165 / 125 - 1)


def test_what_is_lost_or_left_or_answered_wrongly_is_seen(server: Server) -> None:
    assert any(fault.startswith("1 articles lost") for fault in _differences(server.url, {"never stored"}))
    load = _Load(server.url, Soak())
    load._note("ask", "x", httpx.Response(500, text="oh"), 1.0)
    load._note("ask", "x", httpx.Response(503, text="without a word of when"), 1.0)
    load._note("ask", "x", httpx.Response(503, headers={"Retry-After": "5"}), 1.0)
    load._note("delete", "x", httpx.Response(404), 1.0)
    load.stored.add("x")
    load._note("delete", "x", httpx.Response(404), 1.0)
    assert [error[:8] for error in load.soak.errors] == ["ask: 500", "ask: 503", "delete: "]
    assert load.soak.refused == {"ask 503": 1} and load.soak.done == {"delete": 1}
