"""The log: one form for every line, whoever writes it, without secrets and without lines that some text makes up."""

import json
import logging
import os
import re
import sys
import threading
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any, Literal

from api.caller import caller

LogFormat = Literal["text", "json"]

# Their own chatter is for their developers.
_CHATTY = (
    "httpx",
    "httpcore",
    "chromadb",
    "mcp",
    "alembic",
    "optimum",
    "transformers",
    "sentence_transformers",
    "trafilatura",
)
_PLAIN_VALUE = re.compile(r"[^\s\"'=]+")
_SECRET_NAME = re.compile(r"(?:KEY|TOKEN|SECRET|PASSWORD)$")
_SHORTEST_SECRET = 6
# Our own keys, OpenAI's and Anthropic's, what follows the name of a header that carries one, passwords in addresses.
_SECRET_FORMS = (
    re.compile(r"\b(?:dl_[0-9a-f]+_|sk-)[A-Za-z0-9_\-]{8,}"),
    re.compile(r"(?i)(?<=bearer )\s*[^\s'\",;]+|(?<=basic )\s*[A-Za-z0-9+/=]{8,}"),
    re.compile(r"(?i)(?<=x-api-key)(?:['\"]?\s*[:=,]\s*['\"]?)[^\s'\",;]+"),
    re.compile(r"(?<=://)[^/\s:@]*:[^/\s@]+(?=@)"),
)
_HIDDEN = "[secret]"


def set_up_logging(level: str, form: LogFormat, secrets: Collection[str] = ()) -> None:
    """From now on all that is logged in this process goes to standard error in this form, uvicorn's lines included.

    `secrets` are never written, nor are the environment's variables that are named as keys, tokens or passwords.
    """
    hidden = {value for name, value in os.environ.items() if _SECRET_NAME.search(name)} | set(secrets)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter(form, hidden))
    logging.basicConfig(level=level.upper(), handlers=[handler])
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    if form == "json":
        logging.captureWarnings(True)
        threading.excepthook = _log_thread_error


def formatter(form: LogFormat, secrets: Collection[str] = ()) -> logging.Formatter:
    """What makes a line of a record."""
    hide = _Hide(secrets)
    return _JsonLines(hide) if form == "json" else _TextLines(hide)


class _Hide:
    """Takes secrets out of a text, those that are known and those that have the form of one."""

    def __init__(self, secrets: Collection[str]) -> None:
        known = sorted({one for one in secrets if len(one) >= _SHORTEST_SECRET}, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, known))) if known else None

    def __call__(self, text: str) -> str:
        text = self._known.sub(_HIDDEN, text) if self._known else text
        for form in _SECRET_FORMS:
            text = form.sub(_HIDDEN, text)
        return text


class _Lines(logging.Formatter):
    def __init__(self, hide: _Hide) -> None:
        super().__init__()
        self._hide = hide

    def _error(self, record: logging.LogRecord) -> str | None:
        parts = [self.formatException(record.exc_info)] if record.exc_info else []
        parts += [record.stack_info] if record.stack_info else []
        return self._hide("\n".join(parts)) if parts else None


class _TextLines(_Lines):
    """For people: level, who says it, what, the request. The lines of an error are indented behind a bar."""

    def format(self, record: logging.LogRecord) -> str:
        more = "".join(f" {name}={_quoted(value)}" for name, value in _fields(record).items() if value is not None)
        line = _escaped(self._hide(f"{record.levelname} {record.name}: {record.getMessage()}{more}"))
        error = self._error(record)
        return line if error is None else "\n".join([line, *(f"    | {_escaped(one)}" for one in error.split("\n"))])


class _JsonLines(_Lines):
    """For programs: an object a line, in ASCII."""

    def format(self, record: logging.LogRecord) -> str:
        said: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **_fields(record),
            "error": self._error(record),
        }
        shown = {name: self._hide(value) if isinstance(value, str) else value for name, value in said.items()}
        return json.dumps({name: value for name, value in shown.items() if value is not None}, default=str)


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    """What a record says beside its message (`extra={"fields": ...}`), and of which request it speaks."""
    given = getattr(record, "fields", None)
    who = caller()
    request = {"request_id": who.request_id, "key_id": who.key_id, "trace_id": who.trace_id}
    return {**(given if isinstance(given, Mapping) else {}), **request}


def _quoted(value: Any) -> str:
    """A value as it stands behind its name: in quotation marks where it might be taken for more than one."""
    text = str(value)
    return text if _PLAIN_VALUE.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def _escaped(text: str) -> str:
    """Without what ends a line, moves a cursor, turns the direction of text or cannot be written."""
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)


def _log_thread_error(found: threading.ExceptHookArgs) -> None:
    if found.exc_value is not None and not isinstance(found.exc_value, SystemExit):
        name = found.thread.name if found.thread else "gone"
        logging.getLogger(__name__).error("The thread %s failed.", name, exc_info=found.exc_value)
