"""Ask the C library to keep less memory that nobody uses."""

import ctypes
import os
import sys
from contextlib import suppress

_M_ARENA_MAX = -8  # of <malloc.h>
_ARENAS = 2


def spare_memory() -> None:
    """Have threads share two heaps of glibc, before they get one each; elsewhere nothing happens.

    A server has dozens of threads, and what one frees in a heap of its own no other can use: after seven minutes of
    mixed load a server held 780 MB with glibc's default, of which 90 could be given back, and 523 MB with two heaps.
    `MALLOC_ARENA_MAX` decides where it is set.
    """
    if sys.platform != "linux" or "MALLOC_ARENA_MAX" in os.environ:
        return
    with suppress(OSError, AttributeError):  # another C library
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, _ARENAS)
