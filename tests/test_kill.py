"""Processes killed while they write lose nothing that they acknowledged, and the next start needs nobody."""

import os
import random
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tests.small import Small
from tests.torture import PATIENCE, Died, Worker, check_whole, contents, put, state

BATCH = 5


def graph_files(folder: Path) -> dict[Path, tuple[int, int]]:
    """The files of the HNSW graphs with their times and sizes."""
    found = {}
    for path in (folder / "index").rglob("*.bin"):
        try:
            status = path.stat()
        except FileNotFoundError:
            continue
        found[path] = (status.st_mtime_ns, status.st_size)
    return found


def kill_at_a_bad_moment(worker: Worker, folder: Path, chance: random.Random) -> None:
    """Half of the times at random; else 0 to 60 ms after a graph file changes, which is when a kill can damage it."""
    before = graph_files(folder)
    deadline = time.monotonic() + chance.uniform(0.0, 3.0)
    aimed = chance.random() < 0.5
    while time.monotonic() < deadline + (PATIENCE if aimed else 0):
        if aimed and graph_files(folder) != before:
            # The files of a small graph are written within a few milliseconds, so most aimed kills come early.
            time.sleep(chance.choice([0.0, chance.uniform(0, 0.005), chance.uniform(0, 0.06)]))
            break
        time.sleep(0.0005)
    worker.kill()


def write_until_killed(worker: Worker, first: int) -> list[str]:
    """The ids that were acknowledged."""
    acknowledged: list[str] = []
    try:
        while True:
            acknowledged += worker.do(put, range(first, first + BATCH))
            first += BATCH
    except Died:
        return acknowledged


def killed_again_and_again(folder: Path, rounds: int, seed: int) -> None:
    chance = random.Random(seed)
    acknowledged: list[str] = []
    for round_ in range(rounds):
        worker = Worker(folder)
        if round_ and chance.random() < 0.6:
            sample = chance.sample(acknowledged, min(25, len(acknowledged))) + acknowledged[-25:]
            worker.do(check_whole, acknowledged, sample)
        # Else the kill may also meet the start: the probe, a repair or a rebuild.
        killer = threading.Thread(target=kill_at_a_bad_moment, args=(worker, folder, chance))
        killer.start()
        acknowledged += write_until_killed(worker, round_ * 100_000)
        killer.join()
    worker = Worker(folder)
    whole = worker.do(check_whole, acknowledged, acknowledged[-100:] + chance.sample(acknowledged, 100))
    worker.close()
    print(f"{rounds} kills, {len(acknowledged)} acknowledged, {whole.generation - 1} indexes rebuilt")


def test_killed_writers_lose_nothing(tmp_path: Path) -> None:
    killed_again_and_again(tmp_path / "data", rounds=20, seed=7)


@pytest.mark.torture
@pytest.mark.parametrize("seed", range(15))
def test_killed_writers_lose_nothing_long(tmp_path: Path, seed: int) -> None:
    killed_again_and_again(tmp_path / "data", rounds=20, seed=seed)
