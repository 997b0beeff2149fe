"""The wire: what requests may hold. Nothing here knows how answers are made."""

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from corpus.accept import check_collection
from corpus.errors import InvalidInput

MOST_QUESTION = 4_000
MOST_ARTICLES = 1_000

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


def _collection(name: str) -> str:
    try:
        return check_collection(name)
    except InvalidInput as error:
        raise PydanticCustomError("collection_name", "{fault}", {"fault": str(error)}) from error


CollectionName = Annotated[
    str, AfterValidator(_collection), Field(json_schema_extra={"pattern": r"^[a-z0-9][a-z0-9_-]{0,62}$"})
]


class _Request(BaseModel):
    """Unknown fields are refused, so that a misspelt one is not silently without effect."""

    model_config = ConfigDict(extra="forbid")


class Filters(_Request):
    """Only articles that pass every filter given are searched. Dates are inclusive; names ignore letter case."""

    published_from: str | None = Field(None, examples=["2024-05-01"])
    published_to: str | None = Field(None, examples=["2024-05-31"])
    publishers: list[Text] = Field(default_factory=list, max_length=100, examples=[["Coast Times"]])
    authors: list[Text] = Field(default_factory=list, max_length=100, examples=[["Ana Ruiz"]])
    languages: list[Text] = Field(
        default_factory=list, max_length=50, description="`en-GB` finds what `en` does.", examples=[["en"]]
    )
    article_ids: list[Text] = Field(default_factory=list, max_length=1_000)


class HistoryTurn(_Request):
    """An earlier turn of the conversation."""

    role: Literal["user", "assistant"]
    content: str = Field(max_length=20_000)


# What `ignore_hints` can name.
HintKind = Literal["publishers", "published", "phrases", "names", "present", "recency"]


class SearchOptions(_Request):
    """Where to look, and as of when."""

    collection: CollectionName = "default"
    as_of: str | None = Field(None, description="Use only what was public by then.", examples=["2025-08-20"])
    known_by: str | None = Field(None, description="Use only what was stored here by then.")
    filters: Filters = Filters()
    top_k: int = Field(8, ge=1, le=50, description="The most passages.")
    ignore_hints: list[HintKind] = Field(
        default_factory=list,
        max_length=10,
        description="Read nothing of these kinds out of the question; `recency` is the bonus of what is new.",
    )


class SearchRequest(SearchOptions):
    """A question to find passages for."""

    question: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MOST_QUESTION)] = Field(
        examples=["Why does Putin avoid the meeting?"]
    )


class AskOptions(SearchOptions):
    """How a question is to be answered."""

    max_citations: int = Field(6, ge=1, le=20)
    mode: Literal["auto", "extractive", "chat"] = "auto"
    policy: Literal["strict", "mark", "off"] | None = Field(None, description="Default: the server's setting.")
    include: list[Literal["passages", "timings"]] = ["passages", "timings"]


class AskRequest(AskOptions, SearchRequest):
    """A question to answer."""

    history: list[HistoryTurn] = Field(default_factory=list, max_length=50)
    stream: bool = Field(False, description="Answer as server-sent events.")


class VerifyRequest(_Request):
    """A text to check. Against `article_ids`, or against `passages` given here, or else against what a search finds."""

    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000)] = Field(
        examples=["The port reopened on 3 May."]
    )
    article_ids: list[Text] | None = Field(None, min_length=1, max_length=50)
    passages: list[Annotated[str, StringConstraints(min_length=1, max_length=50_000)]] | None = Field(
        None, min_length=1, max_length=50
    )
    collection: CollectionName = "default"
    as_of: str | None = Field(None, description="Search only what was public by then.", examples=["2025-08-20"])

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if self.article_ids is not None and self.passages is not None:
            raise ValueError("give article_ids or passages, not both")
        return self


class ArticleIn(_Request):
    """An article pushed to the store. The id is made from the URL, or from outlet, headline and date, when absent."""

    id: str | None = Field(None, max_length=200)
    title: str = Field("", max_length=2_000)
    body: str = Field(max_length=2_000_000)
    publisher: str | None = Field(None, max_length=500)
    authors: list[str] = Field(default_factory=list, max_length=100)
    published_at: str | None = Field(None, examples=["2024-05-03T06:00:00Z"])
    updated_at: str | None = None
    url: str | None = Field(None, max_length=4_000, examples=["https://coast.example/p/9"])
    language: str | None = Field(None, max_length=35, examples=["en"])
    guessed: list[str] = Field(default_factory=list, max_length=20, examples=[["published_at"]])
    collection: CollectionName = "default"


# An entry that is no object is refused by itself, as one that lacks something is.
AnyArticle = Annotated[Any, WithJsonSchema({"type": "object", "additionalProperties": True})]


class ArticlesRequest(_Request):
    """Articles to store. Each is checked alone: a bad one is reported and the others are stored."""

    articles: list[AnyArticle] = Field(
        min_length=1,
        max_length=MOST_ARTICLES,
        examples=[[{"title": "Harbour reopens", "body": "The port reopened on 3 May.", "publisher": "Coast Times"}]],
    )
    wait: Literal["keyword", "vector"] = Field(
        "vector", description="Answer once found by keyword (at once), or by vector too."
    )
