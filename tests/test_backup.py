"""A backup of a store in use is whole, and put back it answers as before."""

import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from api.commands.backup import backup, restore
from api.settings import Settings, read_settings
from corpus.backup import back_up, check
from corpus.errors import InvalidInput, StoreUnavailable, UnreadableFile
from corpus.owner import Ownership
from corpus.selection import Selection
from tests.commands import run
from tests.small import Small, article, outcome, words
from tests.test_kill import write

ROOT = Path(__file__).parent.parent


def quiet(done: int, total: int) -> None:
    """Shows nothing."""


@pytest.fixture
def stored(tmp_path: Path) -> Settings:
    """The settings of a data folder with some articles."""
    small = Small(tmp_path / "data").start()
    small.ingester.put([article(number) for number in range(30)])
    small.ingester.put([article(0, "changed")])
    small.settle().close()
    return read_settings(data=tmp_path / "data", sample=False)


def found(small: Small) -> list[Any]:
    questions = [words(f"n{number}") for number in (0, 7, 29)]
    return [outcome(small.searcher.search(question, Selection())) for question in questions]


def test_there_and_back_without_embedding_again(stored: Settings, tmp_path: Path) -> None:
    report = backup(stored, tmp_path / "copy.sqlite", quiet=True)
    assert (report.articles, report.revisions) == (30, 31)
    back = read_settings(data=tmp_path / "back", sample=False)
    assert restore(back, tmp_path / "copy.sqlite", wait=False, quiet=True) == report
    before, after = Small(stored.data).start().settle(), Small(back.data)
    assert after.embeddings.backlog().to_embed == 0
    after.start().settle()
    assert found(after) == found(before)
    after.check([f"n{number}" for number in range(30)])
    before.close()
    after.close()


def test_a_backup_while_another_process_writes_is_of_one_moment(tmp_path: Path) -> None:
    writer = write(tmp_path / "data", 0, 600)
    assert writer.stdout is not None and writer.stdout.readline() == "ready\n"
    try:
        for round_ in range(4):
            acknowledged = [writer.stdout.readline().strip() for _ in range(40)]
            report = back_up(tmp_path / "data" / "dateline.sqlite", tmp_path / "copy.sqlite", quiet)
            assert check(tmp_path / "copy.sqlite") == report
            assert report.articles >= 40 * (round_ + 1)
    finally:
        writer.send_signal(signal.SIGKILL)
        writer.communicate()
    restore(read_settings(data=tmp_path / "back"), tmp_path / "copy.sqlite", wait=False, quiet=True)
    small = Small(tmp_path / "back").start().settle()
    small.check(acknowledged)
    small.close()


_SLOW = """
import sys, time
from pathlib import Path
from corpus import backup
backup._PAGES_AT_ONCE = 1
def show(done, total):
    print(done, flush=True)
    time.sleep(0.01)
backup.back_up(Path(sys.argv[1]), Path(sys.argv[2]), show)
"""


@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGTERM])
def test_a_killed_backup_leaves_the_earlier_one(stored: Settings, tmp_path: Path, by: signal.Signals) -> None:
    copies = tmp_path / "copies"
    copies.mkdir()
    target = copies / "copy.sqlite"
    for earlier in (None, check(stored.data / "dateline.sqlite")):
        command = [sys.executable, "-c", _SLOW, str(stored.data / "dateline.sqlite"), str(target)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        assert process.stdout is not None
        for _ in range(5):
            process.stdout.readline()
        process.send_signal(by)
        assert process.wait(10) != 0
        process.stdout.close()
        assert target.exists() is (earlier is not None)
        assert earlier is None or check(target) == earlier
        if earlier is None:
            backup(stored, target, quiet=True)
    assert {path.name for path in copies.iterdir() if ".part" not in path.name} == {"copy.sqlite"}


def test_through_the_command_line_and_refusals(stored: Settings, tmp_path: Path) -> None:
    copy = tmp_path / "copy.sqlite"
    with Ownership(stored.data):  # as a server holds it
        assert "31 revisions of 30 articles" in run("backup", str(copy), data=stored.data).stdout
    assert copy.stat().st_mode & 0o077 == 0
    assert copy.read_bytes()[18] == 1, "a file by itself: it wants no write-ahead log beside it"
    refused = run("restore", str(copy), data=stored.data, check=2).stderr
    assert "not empty" in refused and "DATELINE_DATA" in refused
    assert "30 articles are back" in run("restore", str(copy), "--no-wait", data=tmp_path / "back").stdout


def test_what_is_no_backup_is_refused(stored: Settings, tmp_path: Path) -> None:
    copy = tmp_path / "copy.sqlite"
    backup(stored, copy, quiet=True)
    sound = copy.read_bytes()
    other = tmp_path / "other.sqlite"
    sqlite3.connect(other).execute("CREATE TABLE t (x)")
    back = read_settings(data=tmp_path / "back")
    for content, words_ in (
        (b"text", "not a"),
        (sound[: len(sound) // 2], "damaged|not a sound|malformed"),
        (sound[:20_000] + bytes(20_000) + sound[40_000:], "damaged|not a sound|malformed"),
        (other.read_bytes(), "no articles table"),
    ):
        copy.write_bytes(content)
        with pytest.raises(UnreadableFile, match=words_):
            restore(back, copy, wait=False, quiet=True)
    with pytest.raises(UnreadableFile, match="There is no file"):
        restore(back, tmp_path / "missing", wait=False, quiet=True)
    copy.write_bytes(sound)
    restore(back, copy, wait=False, quiet=True)


def test_a_backup_needs_a_store_and_another_folder(stored: Settings, tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="no article store"):
        backup(read_settings(data=tmp_path / "none"), tmp_path / "copy", quiet=True)
    with pytest.raises(InvalidInput, match="data folder itself"):
        backup(stored, stored.data / "dateline.sqlite", quiet=True)
    with pytest.raises(InvalidInput, match="cannot be written"):
        backup(stored, tmp_path / "no" / "copy", quiet=True)
