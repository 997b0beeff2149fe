"""One case of a suite: what is asked, and what a correct answer holds."""

from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, field_validator, model_validator

from answering.answer import ReasonCode
from api.request_schemas import MOST_QUESTION, CollectionName, Filters, HistoryTurn
from corpus.accept import parse_time
from corpus.errors import InvalidInput

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Id = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
# One of several wordings is enough.
Accepted = tuple[Text, ...]


def _time(value: Any) -> Any:
    """YAML reads a bare date as one; on the wire it is text. What is no date is refused here and not by the target."""
    if isinstance(value, date):
        value = value.isoformat()
    try:
        parse_time(value, "it")
    except InvalidInput as error:
        raise ValueError(str(error).removesuffix(".")) from None
    return value


Time = Annotated[Text, BeforeValidator(_time)]


class Strict(BaseModel):
    """Frozen; unknown fields are refused, so that a misspelt one is not silently without effect."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Case(Strict):
    """A question with its expectations. Articles are named by id, by URL, or by an alias of the suite.

    `answer`: accepted short answers, one of which is enough. `facts`: what the answer must say, each in any of its
    accepted wordings. `forbidden`: what it must not say, such as the words of a planted instruction. `evidence`: texts
    that the passages must hold. `relevant`: articles with a grade (1 when none is given). `must_cite`: articles, each
    with alternatives, among the citations. `reason`: the code of the abstention that is right. `may_abstain`: declining
    is as right as what is expected, as where a question takes something false for granted.
    """

    id: Id = ""
    question: Annotated[Text, StringConstraints(max_length=MOST_QUESTION)]
    as_of: Time | None = None
    known_by: Time | None = None
    history: tuple[HistoryTurn, ...] = ()
    collection: CollectionName | None = None
    filters: Filters | None = None
    answer: Accepted = ()
    facts: tuple[Accepted, ...] = ()
    forbidden: tuple[Text, ...] = ()
    evidence: tuple[Text, ...] = ()
    relevant: dict[Id, Annotated[int, Field(ge=0, le=100)]] = {}
    must_cite: tuple[tuple[Id, ...], ...] = ()
    must_abstain: bool = False
    may_abstain: bool = False
    reason: ReasonCode | None = None
    conflict: Literal["changed", "disagree", "any"] | None = None
    min_sources: Annotated[int, Field(ge=1, le=100)] | None = None
    tags: tuple[Id, ...] = ()
    reviewed: bool = True
    note: str | None = None

    @field_validator("answer", mode="before")
    @classmethod
    def _answers(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value

    @field_validator("facts", "must_cite", mode="before")
    @classmethod
    def _each_with_alternatives(cls, value: Any) -> Any:
        if isinstance(value, str):
            value = [value]
        return [[one] if isinstance(one, str) else one for one in value] if isinstance(value, list | tuple) else value

    @field_validator("relevant", mode="before")
    @classmethod
    def _graded(cls, value: Any) -> Any:
        if isinstance(value, str):
            value = [value]
        return dict.fromkeys(value, 1) if isinstance(value, list | tuple) else value

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        said = {"answer": self.answer, "facts": self.facts, "must_cite": self.must_cite, "conflict": self.conflict}
        if self.must_abstain and (named := [name for name, value in said.items() if value]):
            raise ValueError(f"a case that must abstain cannot expect {named[0]} as well")
        if self.reason and not self.must_abstain:
            raise ValueError("reason is of an abstention: set must_abstain")
        if self.may_abstain and (self.must_abstain or not any(said.values())):
            raise ValueError("may_abstain stands beside an expected answer, and without must_abstain")
        others = (self.forbidden, self.evidence, self.relevant, self.must_abstain, self.min_sources)
        if not any(said.values()) and not any(others):
            raise ValueError(
                "nothing is expected: give answer, facts, relevant, evidence, must_cite, must_abstain or forbidden"
            )
        if any(not alternatives for alternatives in (*self.facts, *self.must_cite)):
            raise ValueError("an empty list of alternatives can never be met")
        return self

    @property
    def expects_answer(self) -> bool:
        """Whether it says what must be answered, so that an answer can be right or wrong."""
        return bool(self.answer or self.facts)


class Prices(Strict):
    """What a chat model costs, in any currency, per million tokens."""

    input: Annotated[float, Field(ge=0)] = 0.0
    output: Annotated[float, Field(ge=0)] = 0.0


class SuiteSettings(Strict):
    """What stands in `suite.yaml`. `articles` is what `--fresh` takes in: `bundled`, or a path beside the file.

    `mode: search` asks for passages only. `aliases` gives articles short names. `abstains_like`: replies of a foreign
    chat model that hold one of these count as abstentions. `official`: definitions of published benchmarks to report
    beside the strict ones.
    """

    name: Text = "suite"
    description: str = ""
    articles: Text | None = None
    collection: CollectionName = "default"
    filters: Filters = Filters()
    as_of: Time | None = None
    mode: Literal["auto", "extractive", "chat", "search"] = "auto"
    policy: Literal["strict", "mark", "off"] | None = None
    top_k: Annotated[int, Field(ge=1, le=50)] = 10
    max_citations: Annotated[int, Field(ge=1, le=20)] = 6
    aliases: dict[Id, Id] = {}
    prices: Prices | None = None
    abstains_like: tuple[Text, ...] = (
        "NO_ANSWER", "insufficient information", "cannot answer", "can't answer", "do not know", "don't know",
        "unable to answer", "no information", "not enough information", "does not say", "do not say",
    )  # fmt: skip
    official: tuple[Literal["multihop-rag"], ...] = ()
