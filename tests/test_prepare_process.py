"""Large batches are prepared in a process of their own: as here, and nothing is lost when that process is."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from corpus.article import IncomingArticle
from corpus.selection import Selection
from retrieval.prepare import Prepared, prepare
from retrieval.prepare_process import PrepareProcess, is_worth_it
from tests.chroma import until
from tests.small import Small, article, words

pytestmark = pytest.mark.usefixtures("real_starts")

_ROOT = Path(__file__).parent.parent
LARGE = [
    IncomingArticle("Report", "The ferry sails at noon. " * 1_000, "ferry", publisher="Coast Times"),
    IncomingArticle("Nothing", "...", "empty"),
    *(IncomingArticle(f"Part {n}", f"It is {words(str(n))}. " * 1_000) for n in range(5)),
]


def processes(of: int | None = None) -> list[int]:
    """Those that prepare, by number, started by this process or another one."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1]) if entry.name.isdigit() else 0
            command = (entry / "cmdline").read_bytes().split(b"\0")
        except OSError:  # it ended meanwhile
            continue
        if parent == (of or os.getpid()) and b"retrieval.prepare_process" in command:
            found.append(int(entry.name))
    return found


def told(prepared: Prepared) -> list[Any]:
    """All of it, in a form that can be compared."""
    placed = [(one.body, one.runs.tolist(), one.bands) for one in prepared.placings]
    failed = [(one.index, one.name, type(one.error), str(one.error)) for one in prepared.failed]
    return [list(prepared.good), placed, failed]


@pytest.fixture
def preparer() -> Iterator[PrepareProcess]:
    found = PrepareProcess()
    yield found
    found.close()


def test_a_large_batch_comes_back_as_if_prepared_here(preparer: PrepareProcess) -> None:
    assert is_worth_it(LARGE)
    here = told(prepare(LARGE))
    assert told(preparer.prepare(LARGE)) == here
    assert len(processes()) == 1
    assert [name for _, name, _, _ in here[2]] == ["empty"]
    assert told(preparer.prepare(LARGE[::-1])) == told(prepare(LARGE[::-1]))
    assert len(processes()) == 1


def test_what_comes_while_it_starts_need_not_wait(preparer: PrepareProcess) -> None:
    here = told(prepare(LARGE))

    def is_done_elsewhere() -> bool:
        calls: list[None] = []
        assert told(preparer.prepare(LARGE, lambda: calls.append(None), waits=False)) == here
        return not calls

    assert not is_done_elsewhere()
    assert len(processes()) == 1
    until(is_done_elsewhere)


def test_a_small_batch_starts_nothing(preparer: PrepareProcess) -> None:
    calls: list[None] = []
    assert told(preparer.prepare([article(1)], lambda: calls.append(None))) == told(prepare([article(1)]))
    assert calls and processes() == []


@pytest.mark.parametrize("with_signal", [signal.SIGKILL, signal.SIGSTOP])
def test_a_batch_whose_process_is_lost_or_hangs_is_prepared_here(with_signal: signal.Signals) -> None:
    preparer = PrepareProcess(deadline=5.0)
    preparer.prepare(LARGE)
    [process] = processes()
    os.kill(process, with_signal)
    assert told(preparer.prepare(LARGE)) == told(prepare(LARGE))
    assert process not in processes()
    assert told(preparer.prepare(LARGE)) == told(prepare(LARGE))
    assert len(processes()) == 1
    preparer.close()
    assert processes() == []


def test_it_leaves_when_it_is_not_needed_and_comes_back() -> None:
    preparer = PrepareProcess(idle=0.1)
    preparer.prepare(LARGE)
    until(lambda: processes() == [])
    assert told(preparer.prepare(LARGE)) == told(prepare(LARGE))
    preparer.close()


def test_a_terminal_that_tells_all_processes_to_stop_does_not_end_it(preparer: PrepareProcess) -> None:
    preparer.prepare(LARGE)
    [process] = processes()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        os.kill(process, number)
    preparer.prepare(LARGE)
    assert processes() == [process]


def test_it_ends_with_who_started_it() -> None:
    script = "from tests.test_prepare_process import *; kept = PrepareProcess(); kept.prepare(LARGE); print(flush=True); input()"
    owner = subprocess.Popen(
        [sys.executable, "-c", script], cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert owner.stdout and owner.stdout.readline()
    [process] = processes(owner.pid)
    owner.kill()
    owner.wait()
    until(lambda: not Path(f"/proc/{process}").exists())


def archive(batches: int) -> list[list[IncomingArticle]]:
    """Batches that are each worth the process, of different articles."""
    return [
        [IncomingArticle(f"Batch {b}", f"{words(f'{b}-{n}')} was there. " * 400, f"{b}-{n}") for n in range(12)]
        for b in range(batches)
    ]


def stored_in(folder: Path, batches: list[list[IncomingArticle]]) -> tuple[int, list[Any]]:
    """How many a folder takes in, and what is stored then: articles, chunks, clusters and the words found by."""
    small = Small(folder)
    try:
        count = sum(len(report.stored) for report in small.ingester.put_each(batches))
        keys = small.store.selected_chunks(Selection(), 100_000)
        held = small.store.candidates(keys, Selection()).values()
        chunks = sorted((c.article_id, c.chunk.start, c.chunk.end, c.cluster) for c in held)
        found = [
            small.searcher.search(words(batch[0].id or ""), Selection(), 1, sides="keyword").passages[0].article.id
            for batch in batches
        ]
        return count, [chunks, found]
    finally:
        small.close()


def test_an_archive_is_stored_whole_while_the_process_is_killed_again_and_again(tmp_path: Path) -> None:
    batches = archive(40)
    assert all(map(is_worth_it, batches))
    done = threading.Event()
    killed: set[int] = set()

    def kill() -> None:
        while not done.wait(0.9):
            for process in processes():
                killed.add(process)
                os.kill(process, signal.SIGKILL)

    undisturbed = stored_in(tmp_path / "undisturbed", batches)
    killing = threading.Thread(target=kill)
    killing.start()
    try:
        disturbed = stored_in(tmp_path / "disturbed", batches)
    finally:
        done.set()
        killing.join()
    assert killed
    assert disturbed == undisturbed
    assert undisturbed[0] == sum(map(len, batches))
