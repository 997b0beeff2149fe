"""How much memory a process uses, with those that it started. Reads /proc, so on Linux only."""

from pathlib import Path


def megabytes(pid: int, what: str) -> float:
    """A line of the process's status, such as "VmRSS" (now) or "VmHWM" (at most so far), in MB; 0 when it is gone."""
    lines = _read(Path(f"/proc/{pid}/status")).splitlines()
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(what)), 0.0)


def with_children(pid: int, what: str) -> float:
    """As `megabytes`, of a process and all that it started together. What they share is counted for each."""
    return megabytes(pid, what) + sum(with_children(child, what) for child in children(pid))


def children(pid: int, running: str = "") -> list[int]:
    """The processes that one started and that live; only those with `running` in their command, if it is given."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        found += map(int, _read(task).split())
    return [child for child in found if running in _read(Path(f"/proc/{child}/cmdline"))]


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:  # it ended meanwhile
        return ""
