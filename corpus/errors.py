"""The error tree: every error that Dateline raises on purpose, with a message written for the person who meets it."""


class DatelineError(Exception):
    """Base of the tree. `code` is stable and machine-readable; the message is one sentence for a person."""

    code = "internal"


class InvalidInput(DatelineError):
    """What was given cannot be used: the message says what was wrong and what to do.

    `at` is the field that is meant, with those that it lies in before it ("filters.published_from"); empty: no field.
    """

    code = "invalid_input"

    def __init__(self, message: str, at: str = "") -> None:
        super().__init__(message)
        self.at = at


class UnreadableBody(InvalidInput):
    """The body of a request is not the JSON that it should be."""

    code = "invalid_json"


class UnknownMedia(InvalidInput):
    """The body of a request is of a kind, or packed in a way, that is not read."""

    code = "unsupported_media_type"


class UnreadableFile(InvalidInput):
    """A file is missing, binary, empty, or not in a format that a reader knows."""

    code = "unreadable_file"


class UnwritableFile(InvalidInput):
    """A file cannot be written where it was asked for."""

    code = "unwritable_file"


class InvalidSettings(InvalidInput):
    """A setting is wrong or two settings contradict each other."""

    code = "invalid_settings"


class IdempotencyKeyReused(InvalidInput):
    """A key that names one request came with another."""

    code = "idempotency_key_reused"


class StillRunning(DatelineError):
    """The same request came before and is being worked on."""

    code = "still_running"


class NotFound(DatelineError):
    """The named article, revision or collection is not stored here."""

    code = "not_found"


class UnknownModel(NotFound):
    """A client asks for a model by a name that is none of ours."""

    code = "model_not_found"


class UnknownResponse(NotFound):
    """A client goes on from a response that is kept no longer, or never was."""

    code = "previous_response_not_found"


class Overloaded(DatelineError):
    """More is asked at a time than can be answered in good time."""

    code = "overloaded"


class KeyRequired(DatelineError):
    """A request came without a key, or with one that is not in force."""

    code = "key_required"


class NotAllowed(DatelineError):
    """The key that came with a request does not reach that far."""

    code = "not_allowed"


class WrongName(DatelineError):
    """A request came to a name under which this server is not reached."""

    code = "wrong_host"


class ForeignOrigin(NotAllowed):
    """A page of another site had a browser send a request that changes something or costs work."""

    code = "foreign_origin"


class TooManyRequests(DatelineError):
    """More requests came within a minute than are allowed."""

    code = "too_many_requests"


class StoreInUse(DatelineError):
    """Another process owns the data folder."""

    code = "store_in_use"


class StoreUnavailable(DatelineError):
    """The article store cannot be read or written: a full disk, a broken file, a lost database."""

    code = "store_unavailable"


class EmbedderMismatch(DatelineError):
    """The stored embeddings were made by another embedder or another way of chunking than the one set."""

    code = "embedder_mismatch"


class EmbedderUnavailable(DatelineError):
    """The embedding model cannot be loaded or run, or its server does not answer.

    `may_pass`: whether the same may well work a while later. `retry_after`: for how many seconds a server asks to be
    left alone, if it does.
    """

    code = "embedder_unavailable"

    def __init__(self, message: str, may_pass: bool = False, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.may_pass = may_pass
        self.retry_after = retry_after


class ClusterUnavailable(DatelineError):
    """The Ray cluster that work was to be spread over is not there, or Ray is not installed."""

    code = "cluster_unavailable"


class RerankerUnavailable(DatelineError):
    """The reranking model cannot be loaded or run; a search goes on without it."""

    code = "reranker_unavailable"


class JudgeUnavailable(DatelineError):
    """The model that judges statements cannot be loaded or run; the check goes on without it."""

    code = "judge_unavailable"


class IndexUnavailable(DatelineError):
    """The vector index did not answer in time, or is damaged."""

    code = "index_unavailable"


class ModelUnavailable(DatelineError):
    """The chat model failed, was too slow, or answered nothing usable. Never carries the provider's raw text."""

    code = "model_unavailable"


class RequestFailed(DatelineError):
    """A Dateline server refused a request or failed at it; the message is what it says of it.

    `status` is None when it did not answer at all. `code` is the server's own, `request_id` finds the request in its
    log, and `retry_after` is for how many seconds it asks to be left alone, if it does.
    """

    code = "request_failed"

    def __init__(
        self,
        detail: str,
        status: int | None = None,
        code: str | None = None,
        request_id: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.status = status
        self.code = code or type(self).code
        self.request_id = request_id
        self.retry_after = retry_after


class ServerUnreachable(RequestFailed):
    """A Dateline server that should answer does not, or breaks off, or answers what it cannot mean."""

    code = "server_unreachable"


class FetchRefused(InvalidInput):
    """An address must not be fetched: not public, not allowed by its site, too large."""

    code = "fetch_refused"


class FetchFailed(DatelineError):
    """A site did not answer as it should: with an HTTP `status` other than 200, or with none at all.

    `retry_after`: for how many seconds it asks to be left alone, if it does; `url` is what it was asked for then.
    """

    code = "fetch_failed"

    def __init__(
        self, message: str, status: int | None = None, retry_after: float | None = None, url: str | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.retry_after = retry_after
        self.url = url

    @property
    def may_pass(self) -> bool:
        """Whether the same may well be there a while later: the site was busy or broken, or did not answer."""
        return self.status is None or self.status >= 500 or self.status in (408, 425, 429)


class FetchPutOff(FetchFailed):
    """A site was not asked: it wants to be left alone for `retry_after` seconds more."""

    code = "fetch_put_off"
