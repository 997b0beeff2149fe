"""Two runs of the same questions: what changed, by how much, and whether chance would explain it."""

from collections.abc import Sequence
from dataclasses import dataclass

from evals.bootstrap import Estimate, estimate, p_value
from evals.names import ordered, title
from evals.results import CaseResult, Results

_SIGNIFICANT = 0.05


@dataclass(frozen=True, slots=True)
class Change:
    """A figure in both runs over the cases that have it in both; `p` is adjusted for the number of figures (Holm)."""

    name: str
    cases: int
    before: float
    after: float
    difference: Estimate
    p: float

    @property
    def is_significant(self) -> bool:
        """Whether chance explains it less than once in twenty."""
        return self.p < _SIGNIFICANT


@dataclass(frozen=True, slots=True)
class Comparison:
    """The changes of all figures, the cases that hold in one run only, and what makes the runs unlike."""

    changes: tuple[Change, ...]
    broken: tuple[CaseResult, ...]
    mended: tuple[CaseResult, ...]
    only_before: int
    only_after: int
    warnings: tuple[str, ...]


def compare(before: Results, after: Results) -> Comparison:
    """`after` against `before`, case by case: paired bootstrap intervals and sign-flip permutation tests."""
    first = {one.case.id: one for one in before.cases}
    second = {one.case.id: one for one in after.cases}
    pairs = [(first[name], second[name]) for name in first if name in second]
    return Comparison(
        changes=tuple(_changes(pairs)),
        broken=tuple(new for old, new in pairs if old.passed and not new.passed),
        mended=tuple(new for old, new in pairs if new.passed and not old.passed),
        only_before=len(first) - len(pairs),
        only_after=len(second) - len(pairs),
        warnings=tuple(_warnings(before, after)),
    )


def tables(comparison: Comparison) -> str:
    """The comparison as Markdown, for a terminal and for a comment on a pull request."""
    lines = [f"> {warning}" for warning in comparison.warnings]
    lines += ["", "| figure | cases | before | after | change (95 %) | p |", "|---|---|---|---|---|---|"]
    for one in comparison.changes:
        change = f"{one.difference.mean:+.3f} ({one.difference.low:+.3f} to {one.difference.high:+.3f})"
        star = " *" if one.is_significant else ""
        cells = (title(one.name), str(one.cases), f"{one.before:.3f}", f"{one.after:.3f}", change, f"{one.p:.3f}{star}")
        lines.append(f"| {' | '.join(cells)} |")
    lines.append("\n\\* chance would explain it less than once in twenty, the number of figures considered (Holm).")
    for name, cases in (("No longer hold", comparison.broken), ("Hold now", comparison.mended)):
        if cases:
            lines += ["", f"{name} ({len(cases)}):", ""]
            lines += [f"- `{one.case.id}` {one.case.question} {' '.join(one.faults)}".rstrip() for one in cases]
    if comparison.only_before or comparison.only_after:
        lines += ["", f"Cases of one run only: {comparison.only_before} before, {comparison.only_after} after."]
    return "\n".join(lines).lstrip("\n") + "\n"


def _changes(pairs: Sequence[tuple[CaseResult, CaseResult]]) -> list[Change]:
    names = ordered({name for old, new in pairs for name in old.values.keys() & new.values.keys()})
    found = []
    for name in names:
        both = [(old.values[name], new.values[name]) for old, new in pairs if name in old.values and name in new.values]
        differences = [new - old for old, new in both]
        found.append((name, both, differences, p_value(differences)))
    adjusted = _holm([p for *_, p in found])
    return [
        Change(
            name, len(both), sum(old for old, _ in both) / len(both), sum(new for _, new in both) / len(both),
            estimate(differences), p,
        )
        for (name, both, differences, _), p in zip(found, adjusted, strict=True)
    ]  # fmt: skip


def _holm(values: Sequence[float]) -> list[float]:
    """p-values adjusted so that all of them together err once in twenty (Holm, 1979)."""
    order = sorted(range(len(values)), key=lambda i: values[i])
    adjusted, highest = [0.0] * len(values), 0.0
    for place, i in enumerate(order):
        highest = max(highest, min(1.0, values[i] * (len(values) - place)))
        adjusted[i] = highest
    return adjusted


def _warnings(before: Results, after: Results) -> list[str]:
    found = []
    if before.suite_digest != after.suite_digest:
        found.append("The suites differ; only cases of the same id are compared.")
    if before.target.corpus_digest != after.target.corpus_digest:
        found.append("The runs rest on different articles.")
    return found
