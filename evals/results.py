"""What a run found, as kept in `results.json`. Two runs of the same thing differ in `timings` and nothing else."""

from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from corpus.errors import InvalidInput, UnreadableFile
from evals.case import Case, Strict, SuiteSettings

RESULTS = "results.json"
# Of the rest, more is better.
LOWER_IS_BETTER = frozenset({"wrongly_abstained", "risk_area", "calibration_error"})


class Measure(Strict):
    """A figure over `cases` cases with its 95 % bootstrap interval; None where it is not defined."""

    value: float | None
    low: float | None
    high: float | None
    cases: int


class Context(Strict):
    """A citation in its article: the words before and after it, and whether the quote is what stands there."""

    n: int
    before: str
    after: str
    is_true: bool


class CaseResult(Strict):
    """A case, what came back (without ids and times of the moment), and how it was judged."""

    case: Case
    response: dict[str, Any] | None
    error: str | None
    passed: bool
    faults: tuple[str, ...]
    values: dict[str, float]
    did_abstain: bool
    confidence: float | None
    correct: bool | None
    contexts: tuple[Context, ...]


class TargetNote(Strict):
    """What was asked, and over which articles."""

    name: str
    described: dict[str, str]
    corpus_digest: str
    revisions: int


class Tokens(Strict):
    """Tokens of the chat model over all cases, and what they cost where the suite names prices."""

    input: int
    output: int
    cost: float | None


class Timings(Strict):
    """What differs from run to run. `reused` answers were kept from an earlier run; latencies are milliseconds."""

    created_at: str
    seconds: float
    reused: int
    retried: int
    p50_ms: float | None
    p95_ms: float | None
    latencies_ms: dict[str, float]


class Results(Strict):
    """A whole run."""

    object: Literal["eval_run"] = "eval_run"
    version: Literal[1] = 1
    suite: str
    suite_digest: str
    settings: SuiteSettings
    target: TargetNote
    measures: dict[str, Measure]
    by_tag: dict[str, dict[str, Measure]]
    tokens: Tokens
    cases: tuple[CaseResult, ...]
    notices: tuple[str, ...]
    timings: Timings

    @property
    def passed(self) -> int:
        """How many cases hold."""
        return sum(one.passed for one in self.cases)


def read_results(path: Path) -> Results:
    """The results of a run, by its folder or file. Raises `InvalidInput`."""
    file = path / RESULTS if path.is_dir() else path
    try:
        return Results.model_validate_json(file.read_bytes())
    except OSError as error:
        raise UnreadableFile(f"{file} cannot be read: {error.strerror or error}.") from None
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(map(str, fault["loc"]))
        raise InvalidInput(f"{file} is not a result of `dateline eval run` ({where}: {fault['msg']}).") from None
