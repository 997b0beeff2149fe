"""Measure how well outlets and dates are read out of questions: `python -m evals.hints QUERIES.json`.

QUERIES.json is the list of the 2,556 question texts of MultiHop-RAG (Tang and Yang, 2024). The outlets and the days of
publication that 200 of them name, drawn at random, were labelled by hand (`evals/labels/`); a year in which something
happened is no day of publication.
"""

import argparse
import json
from collections.abc import Sequence, Set
from datetime import UTC, datetime
from pathlib import Path

from evals.bootstrap import estimate
from retrieval.dates import DateRange
from retrieval.hints import Outlets, read_hints

_LABELS = Path(__file__).parent / "labels" / "multihoprag_hints.json"


def main() -> None:
    """Print precision and recall."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("queries", type=Path)
    queries = json.loads(parser.parse_args().queries.read_text(encoding="utf-8"))
    sample = json.loads(_LABELS.read_text(encoding="utf-8"))
    labels = sample["labels"]
    named = {name for label in labels for name in label["publishers"]}
    outlets = Outlets.of(sorted({*named, *sample["other_publishers"]}))
    moment = datetime.fromisoformat(sample["asked_on"]).replace(tzinfo=UTC)
    hints = [read_hints(queries[label["query"]], outlets, moment) for label in labels]
    print("| of 200 questions | found | precision | recall | all right |\n|---|---|---|---|---|")
    _report("outlets", [set(h.publishers) for h in hints], [set(label["publishers"]) for label in labels])
    _report("days", [_days(h.published) for h in hints], [set(label["days"]) for label in labels])


def _report(name: str, found: Sequence[Set[str]], right: Sequence[Set[str]]) -> None:
    """One line; intervals are over what was found, what was to be found, and the questions."""
    pairs = list(zip(found, right, strict=True))
    precision = [float(one in truth) for ours, truth in pairs for one in ours]
    recall = [float(one in ours) for ours, truth in pairs for one in truth]
    whole = [float(ours == truth) for ours, truth in pairs]
    print(f"| {name} | {len(precision)} | {estimate(precision)} | {estimate(recall)} | {estimate(whole)} |")


def _days(ranges: Sequence[DateRange]) -> set[str]:
    """The day that each range names: "before" and "after" a day name that day."""
    ends = (times.end if times.text.lower().startswith("before") else times.start or times.end for times in ranges)
    return {end.date().isoformat() for end in ends if end is not None}


if __name__ == "__main__":
    main()
