"""Where suites come from and where runs go: names on the command line, files on the disk."""

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from corpus.errors import InvalidInput, UnwritableFile
from evals.junit import junit
from evals.loaders.kinds import KINDS, import_suite
from evals.report_page import render
from evals.results import RESULTS, Results
from evals.suite import Suite, read_suite

BUNDLED = "bundled"
BUNDLED_SUITE = Path(__file__).parent / "bundled"


@dataclass(frozen=True, slots=True)
class RunFiles:
    """What a run leaves in its folder."""

    results: Path
    report: Path
    junit: Path


@contextmanager
def open_suite(name: str, tags: Sequence[str] = ()) -> Iterator[Suite]:
    """The suite of a path, of `bundled`, or of KIND:PATH while it is open; only cases with one of `tags`, if any."""
    with tempfile.TemporaryDirectory(prefix="dateline-suite-") as scratch:
        suite = read_suite(_path(name, Path(scratch)))
        if tags:
            cases = tuple(case for case in suite.cases if set(tags) & set(case.tags))
            if not cases:
                known = ", ".join(sorted({tag for case in suite.cases for tag in case.tags})) or "none"
                raise InvalidInput(f"No case has the tag {tags[0]!r}; there are {known}.")
            suite = replace(suite, cases=cases)
        yield suite


def write_run(results: Results, out: Path) -> RunFiles:
    """Write results, report and JUnit XML; each appears whole or not at all. Raises `UnwritableFile`."""
    files = RunFiles(out / RESULTS, out / "report.html", out / "junit.xml")
    try:
        out.mkdir(parents=True, exist_ok=True)
        _write(files.results, results.model_dump_json(indent=1) + "\n")
        _write(files.report, render(results))
        _write(files.junit, junit(results))
    except OSError as error:
        raise UnwritableFile(f"{out} cannot be written: {error.strerror or error}.") from None
    return files


def _path(name: str, scratch: Path) -> Path:
    kind, colon, path = name.partition(":")
    if colon and kind in KINDS:
        import_suite(kind, Path(path), scratch / "suite")
        return scratch / "suite"
    if name == BUNDLED and not Path(name).exists():
        return BUNDLED_SUITE
    return Path(name)


def _write(file: Path, text: str) -> None:
    new = file.with_name(f".{file.name}.new")
    new.write_text(text, encoding="utf-8", errors="replace")
    os.replace(new, file)
