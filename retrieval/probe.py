"""Find out whether an embedded index is sound, in a process of its own: a damaged one can crash the interpreter.

`python -m retrieval.probe FOLDER FD` sends the ids of every collection as JSON, or ends without.
"""

import hashlib
import json
import os
import resource
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

from corpus import subprogram
from retrieval.chroma import SAME, entries, nearest, take_up
from retrieval.chroma_process import alone_in

_MANIFEST = "sound.json"
# A sparse or corrupted file can claim any size; reading it must fail rather than take the machine's memory.
_SPARE_BYTES = 6 << 30
_SELF_QUERIES = 300
_HOLE_BYTES = 64 << 20
_END_SECONDS = 5.0
_GLANCE_S = 0.1  # between two looks whether the answer is still wanted


# Held while the graph may be put on disk.
_writing = threading.Lock()


@dataclass(frozen=True, slots=True)
class Probe:
    """What the index in a folder holds: ids by Chroma collection name; `sound` is false when it cannot be used."""

    sound: bool
    ids: dict[str, set[str]]


def probe(folder: Path, expected: int, unwanted: Callable[[], bool] = lambda: False) -> Probe:
    """Open the index in `folder` in a subprocess and read everything; `expected` entries set its time limit.

    Ends soon once the answer is `unwanted`; what it gives then says nothing of the index.
    """
    if not folder.exists():
        return Probe(expected == 0, {})
    if any(_is_hollow(path) for path in _files(folder)):
        return Probe(False, {})
    deadline = time.monotonic() + 60 + expected / 500
    here, there = socket.socketpair()
    with there:
        process = subprogram.started("retrieval.probe", str(folder), ends=[there.fileno()])
    try:
        with Connection(here.detach()) as end:
            while time.monotonic() < deadline and not unwanted():
                if end.poll(_GLANCE_S):
                    return Probe(True, {name: set(ids) for name, ids in json.loads(end.recv_bytes()).items()})
    except (EOFError, OSError):
        pass  # it ended without an answer
    finally:
        _ended(process)
    return Probe(False, {})


def _ended(process: subprocess.Popen[bytes]) -> None:
    """Let it finish what it may be writing: cut off there, a graph is damaged."""
    try:
        process.wait(_END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def write_manifest(folder: Path) -> None:
    """After a clean close: note every file's digest, so that the next start can trust the folder without a probe."""
    (folder / _MANIFEST).write_text(json.dumps(_digests(folder)))


def take_manifest(folder: Path) -> bool:
    """Whether the folder is exactly as a clean close left it. The note is used up: from now on files will change."""
    note = folder / _MANIFEST
    try:
        recorded = json.loads(note.read_text())
    except (OSError, ValueError):
        return False
    # Sizes first: a file grown to gigabytes is never read.
    sound = recorded == _digests(folder) if _sizes_agree(folder, recorded) else False
    note.unlink(missing_ok=True)
    return sound


def _is_hollow(path: Path) -> bool:
    """Whether a file claims a hundred times the space it takes: a hole of gigabytes would be read for minutes."""
    status = path.stat()
    return status.st_size > 100 * status.st_blocks * 512 + _HOLE_BYTES


def _sizes_agree(folder: Path, recorded: dict[str, list[int | str]]) -> bool:
    sizes = {str(path.relative_to(folder)): path.stat().st_size for path in _files(folder)}
    return sizes == {name: size for name, (size, _) in recorded.items()}


def _digests(folder: Path) -> dict[str, list[int | str]]:
    found: dict[str, list[int | str]] = {}
    for path in _files(folder):
        with open(path, "rb") as file:
            digest = hashlib.file_digest(file, "blake2b").hexdigest()
        found[str(path.relative_to(folder))] = [path.stat().st_size, digest]
    return found


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.name != _MANIFEST)


def main(folder: Path, end: Connection) -> None:
    """Read all ids and vectors, check that the vectors are whole, and that a sample of them finds itself."""
    # It outlives its owner by no more than a write: one left over would keep the next owner waiting.
    threading.Thread(target=_end_with_the_owner, args=(end.fileno(),), daemon=True).start()
    resource.setrlimit(resource.RLIMIT_AS, (_SPARE_BYTES, _SPARE_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with alone_in(folder):
        with _writing:
            take_up(folder)
        held = entries(folder)
        for name, (ids, vectors) in held.items():
            if not ids:
                continue
            lengths = np.linalg.norm(vectors, axis=1)
            if not np.all(np.abs(lengths - 1.0) < 1e-2):
                raise SystemExit(f"{name}: vectors are damaged")
            sample = np.random.default_rng(0).permutation(len(ids))[:_SELF_QUERIES]
            lost = sum(similarity < SAME for similarity in nearest(folder, name, vectors[sample]))
            # HNSW is approximate: one vector in a hundred may miss itself in a sound graph, a broken graph misses many.
            if lost > max(1, len(sample) // 50):
                raise SystemExit(f"{name}: {lost} of {len(sample)} vectors do not find themselves")
        end.send_bytes(json.dumps({name: ids for name, (ids, _) in held.items()}).encode())


def _end_with_the_owner(end: int) -> None:
    os.read(end, 1)  # returns when nobody waits for the answer any more
    with _writing:
        os._exit(1)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Connection(int(sys.argv[2])))
