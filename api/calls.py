"""What a client sends for each call and how it reads the reply. Nothing here does input or output."""

import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Generic, Literal, NotRequired, TypedDict, TypeVar
from urllib.parse import quote

import httpx
from pydantic import BaseModel, ValidationError

from api.answer_schemas import AnswerOut, SearchOut, VerificationOut
from api.article_schemas import ArticleList, ArticleOut, IngestReportOut
from api.collect_schemas import JobList, JobOut
from api.ledger_schemas import KeptAnswerList, KeptAnswerOut, ReplayOut
from api.request_schemas import ArticleIn, Filters, HintKind, HistoryTurn
from api.service_schemas import Readiness
from corpus.errors import InvalidInput, RequestFailed, ServerUnreachable
from corpus.retry_after import seconds_of

T = TypeVar("T")

# A moment for the wire: "2024-05-03", "2024-05-03T06:00:00Z", or what Python has for them.
When = str | date | datetime

_MOST_TRIES = 3
_FIRST_PAUSE = 0.2
# Seconds: a server that asks for more patience is reported at once, and the error says how long.
_MOST_PATIENCE = 10.0
_PASSING = (429, 502, 503, 504)


class FilterArguments(TypedDict, total=False):
    """See `Filters` of the wire."""

    published_from: When | None
    published_to: When | None
    publishers: Sequence[str]
    authors: Sequence[str]
    languages: Sequence[str]
    article_ids: Sequence[str]


class SearchArguments(TypedDict, total=False):
    """Where to look, and as of when. What is left out is as the server has it."""

    collection: str
    as_of: When | None
    known_by: When | None
    filters: FilterArguments | Filters
    top_k: int
    ignore_hints: Sequence[HintKind]


class AskArguments(SearchArguments, total=False):
    """How to answer."""

    max_citations: int
    mode: Literal["auto", "extractive", "chat"]
    policy: Literal["strict", "mark", "off"] | None
    history: Sequence[HistoryTurn | Mapping[str, str]]
    include: Sequence[Literal["passages", "timings"]]


class VerifyArguments(TypedDict, total=False):
    """Against what to check a text."""

    article_ids: Sequence[str] | None
    passages: Sequence[str] | None
    collection: str
    as_of: When | None


class ListArguments(TypedDict, total=False):
    """Which articles to list, and how many a page holds."""

    collection: str
    publisher: str | None
    published_from: When | None
    q: str | None
    limit: int


class ListAnswersArguments(TypedDict, total=False):
    """Which answers to list, and how many a page holds. `q` are words that the question holds."""

    collection: str | None
    status: Literal["answered", "abstained"] | None
    stale: bool | None
    q: str | None
    asked_from: When | None
    asked_to: When | None
    limit: int


class PushedArticle(TypedDict):
    """See `ArticleIn` of the wire."""

    body: str
    title: NotRequired[str]
    id: NotRequired[str | None]
    publisher: NotRequired[str | None]
    authors: NotRequired[Sequence[str]]
    published_at: NotRequired[When | None]
    updated_at: NotRequired[When | None]
    url: NotRequired[str | None]
    language: NotRequired[str | None]
    guessed: NotRequired[Sequence[str]]
    collection: NotRequired[str]


@dataclass(frozen=True, slots=True)
class Call(Generic[T]):
    """One request, and what makes its reply a value. Sent twice with a `key`, it is done once."""

    method: str
    path: str
    read: Callable[[Any], T]
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    streams: bool = False
    key: str | None = None

    def content(self) -> bytes | None:
        """The body as JSON, with everything beyond ASCII escaped: a lone surrogate has no other form."""
        return None if self.body is None else json.dumps(self.body, default=_plain).encode()

    def headers(self) -> dict[str, str]:
        """What goes with the body."""
        headers = {} if self.body is None else {"Content-Type": "application/json"}
        return headers | ({"Idempotency-Key": self.key} if self.key else {})

    def parameters(self) -> dict[str, str]:
        """The query of the address."""
        return {name: _parameter(value) for name, value in self.query.items() if value is not None}


def ask(question: str, options: AskArguments, *, stream: bool = False) -> Call[AnswerOut]:
    """`POST /v1/ask`."""
    body = {"question": question, **options, **({"stream": True} if stream else {})}
    return Call("POST", "/v1/ask", _model(AnswerOut), body=body, streams=stream)


def search(question: str, options: SearchArguments) -> Call[SearchOut]:
    """`POST /v1/search`."""
    return Call("POST", "/v1/search", _model(SearchOut), body={"question": question, **options})


def verify(text: str, options: VerifyArguments) -> Call[VerificationOut]:
    """`POST /v1/verify`."""
    return Call("POST", "/v1/verify", _model(VerificationOut), body={"text": text, **options})


def articles(options: ListArguments, cursor: str | None) -> Call[ArticleList]:
    """`GET /v1/articles`, one page."""
    return Call("GET", "/v1/articles", _model(ArticleList), {**options, "cursor": cursor})


def article(article_id: str, revision: int | None, collection: str | None) -> Call[ArticleOut]:
    """`GET /v1/articles/{id}`."""
    query = {"revision": revision, "collection": collection}
    return Call("GET", article_path(article_id), _model(ArticleOut), query)


def push(pushed: Sequence[PushedArticle | ArticleIn], wait: str) -> Call[IngestReportOut]:
    """`POST /v1/articles`."""
    body = {"articles": list(pushed), "wait": wait}
    return Call("POST", "/v1/articles", _model(IngestReportOut), body=body, key=uuid.uuid4().hex)


def delete(article_id: str, collection: str) -> Call[None]:
    """`DELETE /v1/articles/{id}`."""
    return Call("DELETE", article_path(article_id), lambda _: None, {"collection": collection})


def ingest(urls: Sequence[str], collection: str) -> Call[JobOut]:
    """`POST /v1/ingest`."""
    return Call(
        "POST", "/v1/ingest", _model(JobOut), body={"urls": list(urls), "collection": collection}, key=uuid.uuid4().hex
    )


def job(job_id: str) -> Call[JobOut]:
    """`GET /v1/jobs/{id}`."""
    return Call("GET", f"/v1/jobs/{quote(job_id, safe='')}", _model(JobOut))


def jobs(limit: int) -> Call[JobList]:
    """`GET /v1/jobs`."""
    return Call("GET", "/v1/jobs", _model(JobList), {"limit": limit})


def answers(options: ListAnswersArguments, cursor: str | None) -> Call[KeptAnswerList]:
    """`GET /v1/answers`, one page."""
    return Call("GET", "/v1/answers", _model(KeptAnswerList), {**options, "cursor": cursor})


def answer(answer_id: str) -> Call[KeptAnswerOut]:
    """`GET /v1/answers/{id}`."""
    return Call("GET", answer_path(answer_id), _model(KeptAnswerOut))


def replay(answer_id: str) -> Call[ReplayOut]:
    """`POST /v1/answers/{id}/replay`."""
    return Call("POST", f"{answer_path(answer_id)}/replay", _model(ReplayOut))


def forget(answer_id: str) -> Call[None]:
    """`DELETE /v1/answers/{id}`."""
    return Call("DELETE", answer_path(answer_id), lambda _: None)


def ready() -> Call[Readiness]:
    """`GET /readyz`."""
    return Call("GET", "/readyz", _model(Readiness))


def export(collection: str | None) -> Call[Any]:
    """`GET /v1/export`."""
    return Call("GET", "/v1/export", _as_it_is, {"collection": collection}, streams=True)


def plain(method: str, path: str, query: Mapping[str, Any], body: Mapping[str, Any] | None) -> Call[Any]:
    """Any other request; the reply is its JSON."""
    return Call(method, path, _as_it_is, query, body)


def article_path(article_id: str) -> str:
    """Where an article is; its id may hold anything. Raises `InvalidInput` for what is no text."""
    try:
        return f"/v1/articles/{quote(article_id, safe='')}"
    except UnicodeEncodeError:
        raise InvalidInput("The id holds half a surrogate pair, which no article's does.") from None


def answer_path(answer_id: str) -> str:
    """Where a kept answer is. Raises `InvalidInput` for what is no text."""
    try:
        return f"/v1/answers/{quote(answer_id, safe='')}"
    except UnicodeEncodeError:
        raise InvalidInput("The id holds half a surrogate pair, which no answer's does.") from None


def pause_before_retry(call: Call[Any], tries: int, outcome: httpx.Response | httpx.TransportError) -> float | None:
    """Seconds to wait before the request is sent again, None when it must not be or that is of no use.

    Only what surely does nothing twice is repeated: a GET, a push under a key, what met no server, and what was refused
    with 429.
    """
    if tries >= _MOST_TRIES:
        return None
    repeats = call.method == "GET" or call.key is not None
    pause = _FIRST_PAUSE * 2 ** (tries - 1)
    if isinstance(outcome, httpx.TransportError):
        met_nobody = isinstance(outcome, httpx.ConnectError | httpx.ConnectTimeout)
        return pause if repeats or met_nobody else None
    asked = seconds_of(outcome.headers.get("retry-after", ""))
    is_running = outcome.status_code == 409 and call.key is not None and asked is not None
    if outcome.status_code == 429 or (repeats and outcome.status_code in _PASSING) or is_running:
        pause = pause if asked is None else asked
        return pause if pause <= _MOST_PATIENCE else None
    return None


def result(call: Call[T], response: httpx.Response) -> T:
    """What the reply says. Raises `RequestFailed`."""
    refuse_failure(response)
    try:
        return call.read(response.json() if response.content else None)
    except ValidationError as error:
        raise unreadable(response, f"its {error.title} lacks or has what this client does not know") from error
    except ValueError as error:
        raise unreadable(response, "it is not JSON") from error


def refuse_failure(response: httpx.Response) -> None:
    """Raise `RequestFailed` for a reply that is none of 2xx; its body must have been read."""
    if response.is_success:
        return
    try:
        problem = response.json()
    except ValueError:
        problem = None
    if not isinstance(problem, dict):
        problem = {}
    known_as, asked = response.headers.get("x-request-id"), seconds_of(response.headers.get("retry-after", ""))
    raise failure(problem, response.status_code, response.reason_phrase, known_as, asked)


def failure(
    problem: Mapping[str, Any], status: int, reason: str, known_as: str | None, retry_after: float | None = None
) -> RequestFailed:
    """The error that a problem document tells, or a bare status where there is none."""
    more = problem.get("error")
    code = more.get("code") if isinstance(more, dict) else None
    if code is None and isinstance(kind := problem.get("type"), str):
        code = kind.rpartition("/")[2].replace("-", "_") or None
    detail = problem.get("detail") or f"The server answered {status} {reason}".rstrip() + "."
    said = problem.get("status")  # `/readyz` says "starting" there
    return RequestFailed(str(detail), said if isinstance(said, int) else status, code, known_as, retry_after)


def unreachable(url: str, error: Exception) -> ServerUnreachable:
    """The error for a server that does not answer, or stopped in the middle."""
    return ServerUnreachable(f"The server at {url} does not answer ({type(error).__name__}).")


def unreadable(response: httpx.Response, why: str) -> ServerUnreachable:
    """The error for a reply that is none of Dateline's."""
    return ServerUnreachable(
        f"What {response.url.path} answered cannot be read: {why}. Is it a Dateline server of this release?",
        response.status_code,
        request_id=response.headers.get("x-request-id"),
    )


def _model(kind: type[T]) -> Callable[[Any], T]:
    validate: Callable[[Any], T] = kind.model_validate  # type: ignore[attr-defined]
    return validate


def _as_it_is(value: Any) -> Any:
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", exclude_none=True)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Sequence):
        return list(value)
    raise TypeError(f"{type(value).__name__} cannot be sent as JSON.")


def _parameter(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)
