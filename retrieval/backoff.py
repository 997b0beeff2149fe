"""When to try again what failed: soon at first, then less and less often."""

import time

_FIRST_S, _MOST_S = 0.5, 5.0


class Backoff:
    """Half a second after the first failure, twice as long after each further one, at most five. Not thread-safe."""

    def __init__(self) -> None:
        self._pause = self._until = 0.0

    @property
    def is_due(self) -> bool:
        """Whether nothing failed, or it may be tried again."""
        return time.monotonic() >= self._until

    def failed(self, at_least: float = 0.0) -> float:
        """It failed (again); gives the seconds until the next try, which are no fewer than `at_least`."""
        self._pause = min(self._pause * 2 or _FIRST_S, _MOST_S)
        wait = max(self._pause, at_least)
        self._until = time.monotonic() + wait
        return wait

    def put_off(self) -> None:
        """It is being tried: the next try after this is due as long from now as the last pause was."""
        self._until = time.monotonic() + self._pause

    def worked(self) -> None:
        """It works; the next failure is a first one."""
        self._pause = self._until = 0.0
