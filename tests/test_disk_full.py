"""A full disk refuses writes in words; reads go on; with room again nothing is lost and nobody has to do anything."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.small import Small

# No file may grow beyond a limit, as on a full disk; what was acknowledged is printed.
_WRITER = """
import resource, sys
from pathlib import Path
from corpus.errors import DatelineError
from corpus.selection import Selection
from tests.small import Small, article, words
small = Small(Path(sys.argv[1])).start()
small.ingester.put([article(0)])
small.settle()
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
refused = 0
for number in range(1, 400):
    try:
        for stored in small.ingester.put([article(number, "padding " * 200)]).stored:
            print(stored.id)
    except DatelineError as error:
        refused += 1
        assert str(error).endswith("."), error
        if refused > 3:
            break
assert refused, "the limit was never met"
assert small.searcher.search(words("n0"), Selection()).passages[0].article.id == "n0"
print("refused", flush=True)
import os
os._exit(0)
"""


def filled(tmp_path: Path, kilobytes: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _WRITER, str(tmp_path / "data"), str(kilobytes << 10)],
        capture_output=True, text=True, timeout=120, cwd=Path(__file__).parent.parent,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    lines = done.stdout.split()
    assert lines[-1] == "refused"
    small = Small(tmp_path / "data").start().settle()
    try:
        small.check(["n0", *lines[:-1][:50]])
        assert small.store.coverage("default").articles >= len(lines)
    finally:
        small.close()


@pytest.mark.parametrize("kilobytes", [300, 700, 1500])
def test_a_full_disk_loses_nothing(tmp_path: Path, kilobytes: int) -> None:
    filled(tmp_path, kilobytes)


@pytest.mark.torture
@pytest.mark.parametrize("kilobytes", [250, 400, 550, 850, 1000, 1250, 1800, 2400])
def test_a_full_disk_loses_nothing_long(tmp_path: Path, kilobytes: int) -> None:
    filled(tmp_path, kilobytes)
