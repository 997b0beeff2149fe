"""Errors over HTTP: RFC 9457 problem details for everything, also what the framework itself raises."""

import logging
import re
import uuid
from collections.abc import Iterable
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.routing import Match

from api.caller import calling
from api.metrics import route_of
from api.service_schemas import Problem
from corpus import errors
from corpus.errors import DatelineError

log = logging.getLogger(__name__)

# It goes into logs, headers and the ledger, so it is no more than a name.
_REQUEST_ID = re.compile(r"[A-Za-z0-9._:/+=@-]{1,100}")
_TYPE = "https://dateline.example/problems/"
# Every class of the error tree; a test holds that none is missing. Subclasses come before their parents.
STATUS: dict[type[DatelineError], int] = {
    errors.UnreadableFile: 422,
    errors.FetchRefused: 422,
    errors.UnwritableFile: 422,
    errors.InvalidSettings: 500,
    errors.UnreadableBody: 400,
    errors.UnknownMedia: 415,
    errors.UnknownResponse: 400,
    errors.UnknownModel: 404,
    errors.InvalidInput: 422,
    errors.NotFound: 404,
    errors.Overloaded: 503,
    errors.KeyRequired: 401,
    errors.ForeignOrigin: 403,
    errors.NotAllowed: 403,
    errors.WrongName: 421,
    errors.TooManyRequests: 429,
    errors.IdempotencyKeyReused: 422,
    errors.StillRunning: 409,
    errors.StoreInUse: 409,
    errors.StoreUnavailable: 503,
    errors.EmbedderMismatch: 409,
    errors.ClusterUnavailable: 503,
    errors.EmbedderUnavailable: 503,
    errors.RerankerUnavailable: 503,
    errors.JudgeUnavailable: 503,
    errors.IndexUnavailable: 503,
    errors.ModelUnavailable: 502,
    errors.FetchPutOff: 502,
    errors.FetchFailed: 502,
    errors.ServerUnreachable: 502,
    errors.RequestFailed: 502,
    DatelineError: 500,
}
# Seconds after which the same request may go better, by code or by status.
_PATIENCE: dict[str | int, str] = {errors.StillRunning.code: "1", 503: "5"}
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
_TITLES = {
    400: "The request cannot be read",
    401: "A key is needed",
    403: "Not allowed",
    404: "Not found",
    405: "The method is not allowed here",
    408: "The request came too slowly",
    409: "The request conflicts with the present state",
    413: "The request is too large",
    415: "The body is of a kind that is not read",
    421: "The server is not reached by this name",
    422: "The request is not valid",
    429: "Too many requests",
    502: "Something that Dateline depends on failed",
    503: "A part of the service is unavailable",
}


def problem_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What the API documents of a route: that it answers these statuses with problem details."""
    return {status: {"model": Problem, "content": {"application/problem+json": {}}} for status in statuses}


def problem(status: int, code: str, detail: str, request: Request, details: list[dict[str, str]] | None = None) -> Any:
    """A problem-details response; `details` are single faults with JSON pointers."""
    pointer = details[0]["pointer"] if details else None
    body = {
        "type": _TYPE + code.replace("_", "-"),
        "title": _TITLES.get(status, "Something went wrong"),
        "status": status,
        "detail": detail,
        "instance": f"{request.url.path}#{request_id(request)}",
        "errors": details or [],
        "error": openai_error(status, code, detail, _name_of(pointer) if pointer else None),
    }
    wait = _PATIENCE.get(code) or _PATIENCE.get(status)
    headers = {"Retry-After": wait} if wait else {}
    return JSONResponse(body, status, headers, media_type="application/problem+json")


def problem_of(error: DatelineError, request: Request) -> Any:
    """The problem-details response of an error of the tree."""
    at = error.at if isinstance(error, errors.InvalidInput) else ""
    faults = [{"detail": str(error), "pointer": _pointer(at.split("."))}] if at else []
    return problem(status_of(error), error.code, str(error), request, faults)


def openai_error(status: int, code: str, detail: str, param: str | None = None) -> dict[str, Any]:
    """An error as OpenAI's client libraries read it."""
    kind = "invalid_request_error" if status < 500 else "server_error"
    return {"message": detail, "type": kind, "param": param, "code": code}


def request_id(request: Request) -> str:
    """The id of a request: the client's own `X-Request-Id`, or one made here."""
    if not hasattr(request.state, "request_id"):
        given = request.headers.get("x-request-id", "")
        request.state.request_id = given if _REQUEST_ID.fullmatch(given) else f"req_{uuid.uuid4().hex[:16]}"
    return str(request.state.request_id)


def _allowed(request: Request) -> list[str]:
    """The methods that some route answers at the path of the request."""
    routes = request.app.routes
    answered = {
        method
        for method in _METHODS
        if any(route.matches({**request.scope, "method": method})[0] is Match.FULL for route in routes)
    }
    return [method for method in _METHODS if method in answered or (method == "HEAD" and "GET" in answered)]


def _pointer(path: Iterable[str | int]) -> str:
    """The JSON pointer to a part of the body, in the form for addresses; `#` is the whole (RFC 6901)."""
    return "#" + "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in path)


def _name_of(pointer: str) -> str | None:
    """What a pointer points to, as one name; None for the whole."""
    return pointer.removeprefix("#").removeprefix("/").replace("/", ".") or None


def status_of(error: DatelineError) -> int:
    """The HTTP status of an error of the tree."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def as_problem(error: DatelineError) -> dict[str, Any]:
    """The short form of a problem, for one item of a batch."""
    status = status_of(error)
    return {
        "type": _TYPE + error.code.replace("_", "-"),
        "title": _TITLES[status],
        "status": status,
        "detail": str(error),
    }


def add_problem_handlers(app: FastAPI) -> None:
    """Answer every error of `app` with problem details."""

    @app.exception_handler(DatelineError)
    async def _ours(request: Request, error: DatelineError) -> Any:
        return problem_of(error, request)

    @app.exception_handler(RequestValidationError)
    async def _invalid(request: Request, error: RequestValidationError) -> Any:
        faults = [{"detail": fault["msg"], "pointer": _pointer(fault["loc"][1:])} for fault in error.errors()]
        name = _name_of(faults[0]["pointer"]) or "the body"
        return problem(422, "validation_failed", f"{name}: {faults[0]['detail']}", request, faults)

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> Any:
        code = {404: "not_found", 405: "method_not_allowed", 408: "request_too_slow", 413: "request_too_large"}.get(
            error.status_code, "http_error"
        )
        response = problem(error.status_code, code, str(error.detail), request)
        response.headers.update(error.headers or {})
        if error.status_code == 405:  # the framework names those of one route, and a path may have several
            response.headers["Allow"] = ", ".join(_allowed(request)) or "GET, HEAD"  # files lie behind a mount
        return response

    @app.exception_handler(Exception)
    async def _unexpected(request: Request, error: Exception) -> Any:
        with calling(request_id=request_id(request)):
            log.error("Unexpected error at %s", route_of(request.scope), exc_info=error)
        detail = f"Dateline met an error that it does not know; the log has it under {request_id(request)}."
        return problem(500, "internal", detail, request)
