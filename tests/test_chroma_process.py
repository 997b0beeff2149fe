"""Chroma in a process of its own: it may be lost, stopped or slow, and it never outlives who started it."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from corpus.errors import IndexUnavailable
from corpus.selection import Selection
from retrieval.chroma_process import alone_in
from retrieval.index import ChromaIndex
from tests.chroma import until
from tests.small import Small, article, words

pytestmark = pytest.mark.usefixtures("real_starts")

VECTORS = np.eye(3, dtype=np.float32)
IDS = ["a:0", "b:0", "c:0"]


def processes(folder: Path) -> list[int]:
    """Those that have the index in a folder, by number."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            command = (entry / "cmdline").read_bytes().split(b"\0")
        except OSError:  # it ended meanwhile
            continue
        if b"retrieval.chroma_process" in command and os.fsencode(folder) in command:
            found.append(int(entry.name))
    return found


@pytest.fixture
def index(tmp_path: Path) -> Iterator[ChromaIndex]:
    found = ChromaIndex("fp", tmp_path / "index", deadline=60.0)
    found.add("default", IDS, VECTORS, ["a", "b", "c"])
    yield found
    found.abandon()


def test_what_is_written_is_found_counted_and_listed(index: ChromaIndex) -> None:
    index.remove("default", ["c:0", "never"])
    assert [(hit.index_id, round(hit.similarity, 6)) for hit in index.query("default", VECTORS[1], 5)] == [
        ("b:0", 1.0),
        ("a:0", 0.0),
    ]
    assert (index.count("default"), index.ids("default"), index.ids("other")) == (2, {"a:0", "b:0"}, set())


def test_an_id_added_again_stays_as_it_is_and_one_dropped_before_is_new(index: ChromaIndex) -> None:
    index.add("default", IDS[:1], VECTORS[2:], ["a"])
    assert index.query("default", VECTORS[0], 1)[0].similarity == pytest.approx(1.0)
    index.remove("default", IDS[:1])
    index.add("default", IDS[:1], VECTORS[2:], ["a"])
    assert index.query("default", VECTORS[0], 1)[0].similarity == pytest.approx(0.0)
    index.drop("default")
    index.drop("never")
    assert index.ids("default") == set()


def test_what_is_closed_is_there_when_it_is_opened_again(index: ChromaIndex, tmp_path: Path) -> None:
    index.close()
    assert processes(tmp_path / "index") == []
    again = ChromaIndex("fp", tmp_path / "index")
    assert again.ids("default") == set(IDS)
    again.close()


def test_many_ask_at_once(index: ChromaIndex) -> None:
    found: list[str] = []

    def ask(number: int) -> None:
        for _ in range(10):
            found.append(index.query("default", VECTORS[number % 3], 1)[0].index_id)
            index.add("default", IDS[:1], VECTORS[:1], ["a"])

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == sorted(IDS * 40)


def test_what_chroma_refuses_is_named_and_the_next_call_is_answered(index: ChromaIndex) -> None:
    with pytest.raises(IndexUnavailable, match=r"failed \(InvalidArgumentError\)"):
        index.query("default", np.ones(7, dtype=np.float32), 1)
    assert index.count("default") == 3


def test_a_process_that_is_told_to_stop_goes_on_until_it_is_closed(index: ChromaIndex, tmp_path: Path) -> None:
    # A terminal and a service manager tell all processes at once, and what is in hand is still to be written.
    [process] = processes(tmp_path / "index")
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        os.kill(process, number)
    assert index.count("default") == 3


def test_one_that_hangs_is_given_up(tmp_path: Path) -> None:
    index = ChromaIndex("fp", tmp_path, deadline=0.2)
    [process] = processes(tmp_path)
    os.kill(process, signal.SIGSTOP)
    with pytest.raises(IndexUnavailable, match="did not answer"):
        index.count("default")
    index.abandon()
    assert processes(tmp_path) == []


def test_more_calls_than_it_takes_at_once_do_not_wait_for_ever(tmp_path: Path) -> None:
    index = ChromaIndex("fp", tmp_path, deadline=0.2)
    [process] = processes(tmp_path)
    os.kill(process, signal.SIGSTOP)
    for _ in range(12):
        with pytest.raises(IndexUnavailable, match="did not answer"):
            index.count("default")
    index.abandon()


def test_a_batch_that_nobody_reads_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("retrieval.chroma_process._SEND_SECONDS", 1)
    index = ChromaIndex("fp", tmp_path, deadline=8.0)
    index.add("default", ["a:0"], np.ones((1, 4_000), dtype=np.float32), ["a"])
    [process] = processes(tmp_path)
    os.kill(process, signal.SIGSTOP)
    until(lambda: Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "T")
    with pytest.raises(IndexUnavailable, match="did not answer"):
        index.add("default", [f"{n}:0" for n in range(250)], np.ones((250, 4_000), dtype=np.float32), ["a"] * 250)
    index.abandon()


def test_a_write_of_a_large_index_may_take_longer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("retrieval.index._WRITTEN_A_SECOND", 0.2)  # so that three entries are many
    index = ChromaIndex("fp", tmp_path, deadline=0.3)
    index.add("default", IDS, VECTORS, ["a", "b", "c"])
    [process] = processes(tmp_path)
    os.kill(process, signal.SIGSTOP)
    waking = threading.Timer(3.0, os.kill, (process, signal.SIGCONT))  # beyond the six times 0.3 of an empty one
    waking.start()
    index.add("default", ["d:0"], VECTORS[:1], ["d"])
    waking.join()
    until(lambda: index.count("default") == 4)
    index.close()


def test_an_index_whose_process_is_lost_is_opened_again_and_lacks_nothing(tmp_path: Path) -> None:
    small = Small(tmp_path, most_at_hand=0).start()
    small.ingester.put([article(number) for number in range(5)])
    small.settle()
    [process] = processes(tmp_path / "index" / "1")
    os.kill(process, signal.SIGKILL)
    found = small.searcher.search(words("n3"), Selection(), 3, sides="dense")  # answered without it
    assert "n3" in {passage.article.id for passage in found.passages}
    until(lambda: processes(tmp_path / "index" / "1") not in ([], [process]))
    small.settle().check(["n0", "n4"])
    small.close()
    assert processes(tmp_path / "index" / "1") == []


def test_it_ends_with_the_process_that_started_it_however_that_ends(tmp_path: Path) -> None:
    program = (
        "import sys, time\nfrom pathlib import Path\nfrom retrieval.index import ChromaIndex\n"
        "index = ChromaIndex('fp', Path(sys.argv[1]))\nprint('open', flush=True)\ntime.sleep(600)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None and owner.stdout.readline() == "open\n"
        assert len(processes(tmp_path)) == 1
        owner.kill()
    until(lambda: processes(tmp_path) == [])


def test_a_folder_that_somebody_still_writes_to_is_waited_for(tmp_path: Path) -> None:
    opened: list[ChromaIndex] = []
    with alone_in(tmp_path):
        opener = threading.Thread(target=lambda: opened.append(ChromaIndex("fp", tmp_path)))
        opener.start()
        until(lambda: len(processes(tmp_path)) == 1)
        opener.join(1.0)
        assert not opened
    opener.join(60)
    assert opened[0].count("default") == 0
    opened[0].close()
