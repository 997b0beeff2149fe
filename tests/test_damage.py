"""An index whose files are damaged is noticed, answered without, and made again from the store."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from corpus.selection import Selection
from retrieval.index import ChromaIndex
from retrieval.indexer import IndexState
from tests.small import HashedWords, Small, article, words

COUNT = 130


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder closed cleanly, with a graph on disk."""
    folder = tmp_path_factory.mktemp("sound") / "data"
    small = Small(folder).start()
    small.ingester.put([article(number) for number in range(COUNT)])
    small.settle().close()
    return folder


def truncated(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def zeroed(path: Path) -> None:
    path.write_bytes(b"\0" * path.stat().st_size)


def flipped(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    for at in range(0, len(raw), max(1, len(raw) // 50)):
        raw[at] ^= 0xFF
    path.write_bytes(raw)


def enormous(path: Path) -> None:
    os.truncate(path, 200 << 30)


DAMAGES: list[Callable[[Path], None]] = [truncated, zeroed, flipped, Path.unlink, enormous]
FILES = ["data_level0.bin", "header.bin", "length.bin", "link_lists.bin", "index_metadata.pickle", "chroma.sqlite3"]


# Every file damaged in every way, in turn after a clean end and after a crash; the other half of the pairs takes long too.
CASES = [
    pytest.param(
        name, damage, is_closed, id=f"{name}-{damage.__name__}-{'closed' if is_closed else 'crashed'}",
        marks=() if (row + column) % 2 == is_closed else pytest.mark.torture,
    )
    for row, name in enumerate(FILES) for column, damage in enumerate(DAMAGES) for is_closed in (True, False)
]  # fmt: skip


def reopened(folder: Path, in_between: Callable[[Small], None] = lambda _: None) -> None:
    small = Small(folder).start()
    try:
        in_between(small)
        small.settle()
        small.check([f"n{number}" for number in range(0, COUNT, 10)])
    finally:
        small.close()


@pytest.mark.parametrize(("name", "damage", "is_closed"), CASES)
def test_a_damaged_file_costs_nothing(
    sound: Path, tmp_path: Path, name: str, damage: Callable[[Path], None], is_closed: bool
) -> None:
    folder = tmp_path / "data"
    shutil.copytree(sound, folder)
    (path,) = (folder / "index").rglob(name)
    damage(path)
    if not is_closed:
        next((folder / "index").rglob("sound.json")).unlink()

    def answers_meanwhile(small: Small) -> None:
        found = small.searcher.search(words("n7"), Selection(), sides="dense").passages
        assert found and found[0].article.id == "n7"

    reopened(folder, answers_meanwhile)


def test_a_lost_index_is_made_again_and_said_to_be(sound: Path, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    shutil.copytree(sound, folder)
    shutil.rmtree(folder / "index")
    states = set()
    reopened(folder, lambda small: states.add(small.indexer.state))
    assert states <= {IndexState.STARTING, IndexState.REBUILDING, IndexState.READY}


def test_a_clean_close_is_trusted_without_a_probe(sound: Path, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    shutil.copytree(sound, folder)
    reopened(folder)
    assert [path.name for path in (folder / "index").iterdir()] == ["1"], "nothing was rebuilt"


def test_what_is_listed_and_not_found_by_its_vector_is_taken_anew(sound: Path, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    shutil.copytree(sound, folder)
    next((folder / "index").rglob("sound.json")).unlink()
    index = ChromaIndex(HashedWords.fingerprint, folder / "index" / "1")
    lost = sorted(index.ids("default"))[::40]
    elsewhere = HashedWords().embed_passages([f"elsewhere {id_}" for id_ in lost])
    index.remove("default", lost)
    index.add("default", lost, elsewhere, ["somewhere"] * len(lost))
    index.close()
    small = Small(folder).start().settle()
    try:
        small.check([f"n{number}" for number in range(COUNT)])
    finally:
        small.close()
    assert [path.name for path in (folder / "index").iterdir()] == ["1"], "nothing was rebuilt"
