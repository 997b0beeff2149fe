"""Processes killed while they write lose nothing that they acknowledged, and the next start needs nobody."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from retrieval.probe import probe
from tests.small import Small


def write(folder: Path, first: int, count: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.small", str(folder), str(first), str(count)]
    root = Path(__file__).parent.parent
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root)


def graph_files(folder: Path) -> dict[Path, int]:
    found = {}
    for path in (folder / "index").rglob("*.bin"):
        try:
            found[path] = path.stat().st_mtime_ns
        except FileNotFoundError:
            continue
    return found


def kill_at_a_bad_moment(writer: subprocess.Popen[str], folder: Path, chance: random.Random) -> None:
    """0 to 60 ms after a file of the graph changes, which is when a kill can damage it; or at random."""
    before = graph_files(folder)
    deadline = time.monotonic() + chance.uniform(1, 6)
    while time.monotonic() < deadline and graph_files(folder) == before and writer.poll() is None:
        time.sleep(0.002)
    time.sleep(chance.uniform(0, 0.06))
    writer.send_signal(signal.SIGKILL)


def killed_again_and_again(folder: Path, rounds: int, seed: int) -> None:
    chance = random.Random(seed)
    acknowledged: list[str] = []
    for round_ in range(rounds):
        writer = write(folder, round_ * 10_000, 5_000)
        assert writer.stdout is not None and writer.stdout.readline() == "ready\n"
        kill_at_a_bad_moment(writer, folder, chance)
        acknowledged += [line.strip() for line in writer.stdout if line.endswith("\n")]
        writer.wait(10)
    small = Small(folder).start().settle()
    try:
        assert small.store.coverage("default").articles >= len(acknowledged) > rounds
        small.check(chance.sample(acknowledged, min(200, len(acknowledged))))
        found = small.store.all_current("default", limit=1_000_000)
        assert {article.id for _, article in found} >= set(acknowledged)
        assert len(found) == len({article.id for _, article in found})
    finally:
        small.close()


def test_killed_writers_lose_nothing(tmp_path: Path) -> None:
    killed_again_and_again(tmp_path / "data", rounds=8, seed=7)


@pytest.mark.torture
@pytest.mark.parametrize("seed", range(15))
def test_killed_writers_lose_nothing_long(tmp_path: Path, seed: int) -> None:
    killed_again_and_again(tmp_path / "data", rounds=20, seed=seed)


def terminated(folder: Path, rounds: int) -> None:
    for round_ in range(rounds):
        writer = write(folder, round_ * 10_000, 5_000)
        assert writer.stdout is not None and writer.stdout.readline() == "ready\n"
        time.sleep(0.2 + 0.1 * round_)
        writer.send_signal(signal.SIGTERM)
        writer.stdout.read()
        assert writer.wait(30) == 0
        assert probe(folder / "index" / "1", 1).sound


def test_terminated_writers_stop_in_time_and_leave_a_sound_index(tmp_path: Path) -> None:
    terminated(tmp_path / "data", rounds=4)


@pytest.mark.torture
def test_terminated_writers_stop_in_time_and_leave_a_sound_index_long(tmp_path: Path) -> None:
    terminated(tmp_path / "data", rounds=20)
