"""Floors that a run must not fall below, pinned in a file with the digests of the suite and the articles."""

import json
from dataclasses import dataclass
from math import floor
from pathlib import Path

from pydantic import ValidationError

from corpus.errors import InvalidInput, UnreadableFile
from evals.case import Strict
from evals.names import title
from evals.results import LOWER_IS_BETTER, CaseResult, Measure, Results

_STEP = 10_000  # floors have four decimals
_ROUNDING = 1e-9
# A quote is what stands in the article on every processor. These two move with the last digits of every score.
_EXACT = frozenset({"span_validity"})
_DRIFTING, _DRIFT = frozenset({"risk_area", "calibration_error"}), 0.02


class Floors(Strict):
    """What was measured when the floors were pinned. Figures of a tag are named `tag/figure`.

    A floor lies `slack` cases below what was measured, because processors differ in their arithmetic; for a figure of
    which less is better it is a ceiling, as much above. `held` are the cases that held.
    """

    suite: str
    suite_digest: str
    corpus_digest: str
    slack: int
    floors: dict[str, float]
    held: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fall:
    """A figure below its floor; `value` None when it is not measured any more."""

    name: str
    floor: float
    value: float | None

    def __str__(self) -> str:
        tag, _, figure = self.name.rpartition("/")
        told = f"{title(figure)}{f' of {tag}' if tag else ''} ({self.name})"
        if self.value is None:
            return f"{told} is not measured any more; its floor is {self.floor:.4f}"
        side, bound = ("above", "ceiling") if figure in LOWER_IS_BETTER else ("below", "floor")
        return f"{told} is {self.value:.4f}, {side} its {bound} of {self.floor:.4f}"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What fell, and the cases that held when the floors were pinned and do not now."""

    falls: tuple[Fall, ...]
    broken: tuple[CaseResult, ...]


def judge(results: Results, floors: Floors) -> Judgement:
    """Hold a run against its floors. Raises `InvalidInput` when they were pinned for other cases or articles."""
    if results.suite_digest != floors.suite_digest:
        raise InvalidInput(
            f"The floors were pinned for another state of the suite ({floors.suite_digest}, now "
            f"{results.suite_digest}). Look at the results and pin them anew with --update."
        )
    if results.target.corpus_digest != floors.corpus_digest:
        raise InvalidInput(
            f"The floors were pinned over other articles (digest {floors.corpus_digest}, now "
            f"{results.target.corpus_digest or 'unknown'}). Run over the same articles, or pin anew with --update."
        )
    now = _figures(results)
    falls = [
        Fall(name, bound, now[name].value if name in now else None)
        for name, bound in floors.floors.items()
        if name not in now or _is_beyond(name, now[name].value, bound)
    ]
    held = set(floors.held)
    broken = tuple(one for one in results.cases if one.case.id in held and not one.passed)
    return Judgement(tuple(falls), broken)


def pin(results: Results, slack: int) -> Floors:
    """Floors at what this run measured."""
    return Floors(
        suite=results.suite, suite_digest=results.suite_digest, corpus_digest=results.target.corpus_digest, slack=slack,
        floors={
            name: _bound(name, one.value, _slack(name, slack / max(1, one.cases)))
            for name, one in _figures(results).items()
            if one.value is not None
        },
        held=tuple(one.case.id for one in results.cases if one.passed),
    )  # fmt: skip


def lowered(old: Floors, new: Floors) -> list[Fall]:
    """The floors that `new` would lower or drop."""
    return [
        Fall(name, bound, new.floors.get(name))
        for name, bound in old.floors.items()
        if name not in new.floors or _is_beyond(name, new.floors[name], bound)
    ]


def read_floors(file: Path) -> Floors:
    """Pinned floors. Raises `InvalidInput`."""
    try:
        return Floors.model_validate_json(file.read_bytes())
    except OSError as error:
        raise UnreadableFile(
            f"{file} cannot be read ({error.strerror}); `dateline eval gate RESULTS --floors {file} --update` makes it."
        ) from None
    except ValidationError as error:
        raise InvalidInput(f"{file} holds no floors: {error.errors()[0]['msg']}.") from None


def write_floors(file: Path, floors: Floors) -> None:
    """Write them so that a change reads well in a review."""
    file.write_text(json.dumps(floors.model_dump(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _figures(results: Results) -> dict[str, Measure]:
    """All figures of the run, and of each tag how many of its cases hold."""
    return results.measures | {f"{tag}/passed": one["passed"] for tag, one in results.by_tag.items()}


def _slack(name: str, slack: float) -> float:
    if name in _EXACT:
        return 0.0
    return max(slack, _DRIFT) if name in _DRIFTING else slack


def _bound(name: str, value: float, slack: float) -> float:
    if name in LOWER_IS_BETTER:
        return min(1.0, -floor(-(value + slack) * _STEP) / _STEP)
    return max(0.0, floor((value - slack + _ROUNDING) * _STEP) / _STEP)


def _is_beyond(name: str, value: float | None, bound: float) -> bool:
    if value is None:
        return True
    return value > bound + _ROUNDING if name in LOWER_IS_BETTER else value < bound - _ROUNDING
