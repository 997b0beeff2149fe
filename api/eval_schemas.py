"""The wire of evaluation runs. What a suite holds is checked by whoever runs it."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

MOST_CASES = 5_000

SuiteName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$")]


class EvalRunRequest(BaseModel):
    """A run over this server's own articles: of a suite that it knows by name, or of cases sent along."""

    model_config = ConfigDict(extra="forbid")

    suite: SuiteName | None = Field(
        None, description="`bundled`, or the name of a folder in `suites` of the data folder.", examples=["bundled"]
    )
    cases: list[dict[str, Any]] = Field(
        default_factory=list, max_length=MOST_CASES,
        examples=[[{"question": "When did the port reopen?", "facts": ["9 April"]}]],
    )  # fmt: skip
    settings: dict[str, Any] = Field(default_factory=dict, description="As in suite.yaml; with `cases` only.")
    tags: list[str] = Field(default_factory=list, max_length=50, description="Only cases with one of these tags.")
    concurrency: int = Field(2, ge=1, le=16, description="Questions asked at once; readers ask beside them.")

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if bool(self.suite) == bool(self.cases):
            raise ValueError("give suite or cases, one of them")
        if self.suite and self.settings:
            raise ValueError("settings go with cases; a named suite has its own")
        return self


class MeasureOut(BaseModel):
    """A figure over `cases` cases with its 95 % bootstrap interval; null where it is not defined."""

    value: float | None
    low: float | None
    high: float | None
    cases: int


class EvalRunOut(BaseModel):
    """How far a run is, and what it found. `results` is the whole of it, when asked for and finished."""

    object: Literal["eval_run"] = "eval_run"
    id: str
    suite: str
    status: Literal["queued", "running", "finished", "failed", "interrupted"]
    created_at: datetime
    done: int
    total: int
    error: str | None = None
    passed: int | None = None
    measures: dict[str, MeasureOut] = Field(default_factory=dict)
    by_tag: dict[str, dict[str, MeasureOut]] = Field(default_factory=dict)
    report: str | None = Field(None, description="Path of the report for people, when there is one.")
    results: dict[str, Any] | None = None


class EvalRunList(BaseModel):
    """All runs, newest first."""

    object: Literal["list"] = "list"
    data: list[EvalRunOut]
