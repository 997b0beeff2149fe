"""Tables and pictures of one bench run."""

import platform
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from corpus.errors import InvalidInput
from evals.bootstrap import estimate
from evals.dated import Question, gold_figures

BEGIN, END = "<!-- bench: written by `dateline bench --report` -->", "<!-- bench: end -->"
_QUALITY = ("gold Hits@4", "gold Hits@10", "gold MRR@10", "answer string in the first 5 passages")
_OURS, _THEIRS = "#1f6f5c", "#9aa3ad"


@dataclass(frozen=True, slots=True)
class Run:
    """What each framework did, by its name, Dateline first; `results` are as `evals.peers` and `evals.ours` print.

    `failures` says why others could not be run. `is_part` when only the first articles of a file were taken in, so that
    most answers are missing.
    """

    results: dict[str, dict[str, Any]]
    questions: Sequence[Question]
    threads: int
    is_part: bool = False
    failures: Mapping[str, str] = field(default_factory=dict)


def tables(run: Run) -> str:
    """Costs and quality as Markdown."""
    first = next(iter(run.results.values()))
    lines = [
        f"{first['articles']:,} articles, {len(first['times_ms'])} questions, {run.threads} threads; "
        f"{platform.machine()}, Python {platform.python_version()}.",
        "",
        *_table(
            (
                "", "articles/s until found", "articles/s until complete", "peak memory of ingest", "disk",
                "search p50", "search p95", "searches/s, 32 at once",
            ),
            [_costs(name, one) for name, one in run.results.items()],
        ),
    ]  # fmt: skip
    if _is_judged(run):
        rows = [(name, *map(str, estimates)) for name, estimates in _quality(run)]
        lines += ["", *_table(("", *_QUALITY), rows)]
        if leads := _leads(run):
            lines += ["", "Ahead of it, question by question:", "", *_table(("", *_QUALITY), leads)]
    lines += [f"\n{name} could not be measured: {reason}" for name, reason in run.failures.items()]
    return "\n".join(lines) + "\n"


def draw(run: Run, folder: Path) -> list[Path]:
    """Bar charts of the same figures as SVG files in `folder`; needs matplotlib."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "dateline"  # the same figures give the same file
    from matplotlib import pyplot as plt

    folder.mkdir(parents=True, exist_ok=True)
    names = list(run.results)
    colors = [_OURS, *[_THEIRS] * (len(names) - 1)]
    rates = {stage: [one["articles"] / one[stage] for one in run.results.values()] for stage in ("found_s", "ingest_s")}
    panels = [
        ("articles/s until found", rates["found_s"]),
        ("articles/s until complete", rates["ingest_s"]),
        ("search, median ms", [statistics.median(one["times_ms"]) for one in run.results.values()]),
        ("searches/s, 32 at once", [one["at_once_a_second"] or 0.0 for one in run.results.values()]),
        ("peak memory of ingest, MB", [one["peak_mb"] for one in run.results.values()]),
    ]
    figure, axes = plt.subplots(1, len(panels), figsize=(3 * len(panels), 0.5 + 0.4 * len(names)), sharey=True)
    for axis, (title, values) in zip(axes, panels, strict=True):
        bars = axis.barh(names, values, color=colors)
        axis.bar_label(bars, fmt="%.3g", padding=3, fontsize=8)
        axis.set_title(title, fontsize=9)
        axis.set_xlim(0, max(values) * 1.25)
        axis.spines[["top", "right"]].set_visible(False)
    axes[0].invert_yaxis()
    files = [_saved(figure, folder / "bench-costs.svg")]
    if _is_judged(run):
        quality = _quality(run)
        figure, axes = plt.subplots(
            1, len(_QUALITY), figsize=(3.4 * len(_QUALITY), 0.6 + 0.35 * len(quality)), sharey=True
        )
        for at, (axis, title) in enumerate(zip(axes, _QUALITY, strict=True)):
            for place, (name, estimates) in enumerate(quality):
                one = estimates[at]
                color = _THEIRS if name in run.results and name != names[0] else _OURS
                axis.errorbar(one.mean, place, xerr=[[one.mean - one.low], [one.high - one.mean]], fmt="o", color=color)
            axis.set_yticks(range(len(quality)), [name for name, _ in quality])
            axis.set_title(title, fontsize=9)
            axis.grid(axis="x", alpha=0.3)
            axis.spines[["top", "right"]].set_visible(False)
        axes[0].invert_yaxis()
        files.append(_saved(figure, folder / "bench-quality.svg"))
    return files


def put_into(report: Path, text: str, pictures: Sequence[Path]) -> None:
    """Replace the part of a Markdown file between the bench marks. Raises `InvalidInput` when it has none."""
    whole = report.read_text(encoding="utf-8") if report.exists() else f"# Benchmarks\n\n{BEGIN}\n{END}\n"
    if whole.count(BEGIN) != 1 or whole.count(END) != 1 or whole.index(END) < whole.index(BEGIN):
        raise InvalidInput(f"{report} has no part for the figures: put the lines {BEGIN!r} and {END!r} into it.")
    shown = "".join(f"\n![{file.stem}]({file.relative_to(report.parent).as_posix()})\n" for file in pictures)
    before, after = whole[: whole.index(BEGIN)], whole[whole.index(END) :]
    report.write_text(f"{before}{BEGIN}\n{text}{shown}{after}", encoding="utf-8")


def _saved(figure: Any, file: Path) -> Path:
    figure.tight_layout()
    figure.savefig(file, metadata={"Date": None})
    return file


def _costs(name: str, one: dict[str, Any]) -> tuple[str, ...]:
    times = sorted(one["times_ms"])
    at_once = one["at_once_a_second"]
    return (
        name,
        *(("as before",) * 3 if one.get("was_kept") else _ingest_costs(one)),
        f"{one['disk_mb']:,.0f} MB",
        f"{statistics.median(times):.1f} ms",
        f"{times[int(len(times) * 0.95)]:.1f} ms",
        f"{at_once:.0f}" if at_once else "not possible",
    )


def _ingest_costs(one: dict[str, Any]) -> tuple[str, str, str]:
    return (
        f"{one['articles'] / one['found_s']:.1f}",
        f"{one['articles'] / one['ingest_s']:.2f}",
        f"{one['peak_mb']:,.0f} MB",
    )


def _is_judged(run: Run) -> bool:
    """Whether the articles taken in hold the answers; of the first few of an archive they mostly do not."""
    return bool(run.questions) and not run.is_part


def _quality(run: Run) -> list[tuple[str, list[Any]]]:
    rows = []
    for name, one in run.results.items():
        found = {name: one["passages"]} | {f"{name}, {way}": passages for way, passages in one.get("also", {}).items()}
        for said, passages in found.items():
            rows.append((said, [estimate(column) for column in gold_figures(run.questions, passages)]))
    return rows


def _leads(run: Run) -> list[tuple[str, ...]]:
    """How much each way of ours is ahead of each of the others, over the same questions, with the interval of that."""
    (ours, first), *others = run.results.items()
    ways = {ours: first["passages"]}
    ways |= {f"{ours}, {way}": found for way, found in first.get("also", {}).items() if not way.endswith("alone")}
    rows = []
    for way, found in ways.items():
        mine = gold_figures(run.questions, found)
        for name, one in others:
            pairs = zip(mine, gold_figures(run.questions, one["passages"]), strict=True)
            leads = [estimate([m - t for m, t in zip(*pair, strict=True)]) for pair in pairs]
            rows.append((f"{way}, of {name}", *(f"{e.mean:+.3f} ({e.low:+.3f} to {e.high:+.3f})" for e in leads)))
    return rows


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return [f"| {' | '.join(columns)} |", f"{'|---' * len(columns)}|", *(f"| {' | '.join(row)} |" for row in rows)]
