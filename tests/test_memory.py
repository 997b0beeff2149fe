"""Threads of the service share few heaps."""

import os
import subprocess
import sys

import pytest

# Each thread takes and gives back small pieces of memory while all others live, so that each has a heap of its own if
# it may. glibc writes about its heaps to standard error.
_PROGRAM = """
import ctypes, threading
from corpus.memory import spare_memory
spare_memory()
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
libc.free.argtypes = [ctypes.c_void_p]
barrier = threading.Barrier(12)
def work():
    pieces = [libc.malloc(1000) for _ in range(50)]
    barrier.wait()
    for piece in pieces:
        libc.free(piece)
threads = [threading.Thread(target=work) for _ in range(12)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
libc.malloc_stats()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="heaps of glibc")
@pytest.mark.parametrize(("environment", "most"), [({}, 2), ({"MALLOC_ARENA_MAX": "3"}, 3)])
def test_twelve_threads_have_two_heaps_unless_the_environment_says_otherwise(
    environment: dict[str, str], most: int
) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "MALLOC_ARENA_MAX"} | environment
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM], env=environment, capture_output=True, text=True, timeout=60, check=True
    )
    if "Arena" not in done.stderr:
        pytest.skip("this C library says nothing of its heaps")
    assert done.stderr.count("Arena ") == most
