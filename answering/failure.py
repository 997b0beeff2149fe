"""Read what went wrong with a chat model off an exception's shape, in our words: the provider's may hold the key."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from corpus.errors import InvalidSettings
from corpus.retry_after import seconds_of

# What a server answers that does not know how to hold a model to a schema.
_OF_FORMAT = (400, 415, 422, 501)
# Worth one more try: too many requests, unavailable, and Anthropic's "overloaded".
_PASSING = (429, 503, 529)
_PAUSE_S = 0.5  # before the second try, when the provider names no time
_DEEPEST = 6  # links of a chain of causes that are read


@dataclass(frozen=True, slots=True)
class Failure:
    """`message` is a sentence for a person. `retry_after_s` is when another try may help; None: not at all.

    `may_be_format` says that a structured form may have been too much to ask for.
    """

    message: str
    retry_after_s: float | None = None
    refuses_temperature: bool = False
    may_be_format: bool = False


def read_failure(error: BaseException, timeout_s: float) -> Failure:
    """The failure behind any exception of any provider's client. `timeout_s` is the deadline, for the message."""
    if isinstance(error, InvalidSettings):
        return Failure(str(error))
    chain = tuple(_chain(error))
    status = next((code for link in chain if (code := _status(link)) is not None), None)
    if status is not None:
        return _refused(status, chain)
    kinds = {base.__name__ for link in chain for base in type(link).__mro__}
    if any("Timeout" in kind for kind in kinds):
        return Failure(f"The chat model did not answer within {timeout_s:g} seconds.")
    if kinds & {"OSError", "TransportError", "APIConnectionError"}:
        return Failure("The connection to the chat model failed or broke off.", _PAUSE_S)
    return Failure("The chat model sent something that is not an answer.", may_be_format=True)


def _refused(status: int, chain: tuple[BaseException, ...]) -> Failure:
    if status in (401, 403):
        return Failure(f"The chat model refused the key (status {status}): check DATELINE_MODEL_API_KEY.")
    if status == 404:
        return Failure("The chat model is not known there (status 404): check DATELINE_MODEL and its base URL.")
    if status in _PASSING:
        return Failure(f"The chat model is busy or its quota is used up (status {status}).", _retry_after(chain))
    if status >= 500:
        return Failure(f"The chat model's server failed (status {status}).", may_be_format=status in _OF_FORMAT)
    about_temperature = status == 400 and any("temperature" in str(link).lower() for link in chain)
    return Failure(
        f"The chat model refused the request (status {status}).",
        0.0 if about_temperature else None,
        about_temperature,
        status in _OF_FORMAT and not about_temperature,
    )


def _chain(error: BaseException) -> Iterator[BaseException]:
    link: BaseException | None = error
    for _ in range(_DEEPEST):
        if link is None:
            return
        yield link
        link = link.__cause__ or link.__context__


def _status(error: BaseException) -> int | None:
    for holder in (error, getattr(error, "response", None)):
        code = getattr(holder, "status_code", None)
        if isinstance(code, int) and 400 <= code <= 599:
            return code
    return None


def _retry_after(chain: tuple[BaseException, ...]) -> float:
    """Seconds of the first `Retry-After` header: a number or an HTTP date."""
    for link in chain:
        headers = getattr(getattr(link, "response", None), "headers", None)
        value = headers.get("retry-after") if isinstance(headers, Mapping) else None
        if isinstance(value, str) and (seconds := seconds_of(value)) is not None:
            return seconds
    return _PAUSE_S
