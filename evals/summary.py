"""From the figures of cases to the figures of a run, each with its interval, for all cases and for each tag."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np

from evals import selective
from evals.bootstrap import Estimate, estimate, estimate_of
from evals.results import CaseResult, Measure, Tokens

_ABSTENTION = {
    "abstention_precision": selective.abstention_precision,
    "abstention_recall": selective.abstention_recall,
    "abstention_f1": selective.abstention_f1,
    "wrongly_abstained": selective.wrongly_abstained,
}


def measures(cases: Sequence[CaseResult]) -> dict[str, Measure]:
    """Every figure that applies to any of the cases, by name."""
    found = _means(cases)
    judged = [
        one
        for one in cases
        if one.response and not one.case.may_abstain and (one.case.must_abstain or one.case.expects_answer)
    ]
    if judged and any(one.case.must_abstain for one in judged):
        should = selective.as_flags([one.case.must_abstain for one in judged])
        did = selective.as_flags([one.did_abstain for one in judged])
        # Each is a share of some of the cases: one that changes moves it by one of so many.
        of = {"abstention_precision": did, "abstention_recall": should, "abstention_f1": should | did,
              "wrongly_abstained": ~should}  # fmt: skip
        for name, statistic in _ABSTENTION.items():
            found[name] = _measure(estimate_of(statistic, should, did), int(of[name].sum()))
    confidence, correct = confidences(cases)
    if len(confidence):
        found["risk_area"] = _measure(estimate_of(selective.area_under_risk, confidence, correct), len(confidence))
        error = estimate_of(selective.calibration_error, confidence, correct)
        found["calibration_error"] = _measure(error, len(confidence))
    return found


def by_tag(cases: Sequence[CaseResult]) -> dict[str, dict[str, Measure]]:
    """The means over the cases of each tag, in order of its name."""
    tagged: dict[str, list[CaseResult]] = defaultdict(list)
    for one in cases:
        for tag in dict.fromkeys(one.case.tags):
            tagged[tag].append(one)
    return {tag: _means(tagged[tag]) for tag in sorted(tagged)}


def confidences(cases: Iterable[CaseResult]) -> tuple[selective.Numbers, selective.Flags]:
    """How sure each answer was and whether it was right, of those where both are known."""
    known = [(one.confidence, one.correct) for one in cases if one.confidence is not None and one.correct is not None]
    return np.array([sure for sure, _ in known], dtype=float), selective.as_flags([right for _, right in known])


def tokens(cases: Iterable[CaseResult], prices: tuple[float, float] | None) -> Tokens:
    """What the chat model was paid for; `prices` for a million tokens in and out."""
    usages = [(one.response or {}).get("usage") or {} for one in cases]
    spent = [sum(int(usage.get(name) or 0) for usage in usages) for name in ("input_tokens", "output_tokens")]
    cost = (spent[0] * prices[0] + spent[1] * prices[1]) / 1e6 if prices else None
    return Tokens(input=spent[0], output=spent[1], cost=cost)


def _means(cases: Sequence[CaseResult]) -> dict[str, Measure]:
    columns: dict[str, list[float]] = defaultdict(list)
    for one in cases:
        for name, value in one.values.items():
            columns[name].append(value)
        if one.correct is not None:
            columns["correct_when_answered"].append(float(one.correct))
    return {name: _measure(estimate(values), len(values)) for name, values in columns.items()}


def _measure(found: Estimate, cases: int) -> Measure:
    mean, low, high = (None if math.isnan(one) else round(one, 6) for one in (found.mean, found.low, found.high))
    return Measure(value=mean, low=low, high=high, cases=cases)
