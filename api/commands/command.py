"""What the commands share: options, settings, signals, JSON. Only light things are imported at the top."""

import json
import os
import signal
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from api.settings import Settings

Data = Annotated[Path | None, typer.Option("--data", help="Data folder [DATELINE_DATA, default ./data].")]
Url = Annotated[
    str | None, typer.Option("--url", help="Go to this server, not to the data folder [DATELINE_URL].", metavar="URL")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
Collection = Annotated[str, typer.Option("--collection", help="The collection to use.")]

# What a command answers the signal that ends it with.
CODES = {signal.SIGTERM: 143, signal.SIGINT: 130}
_received: list[int] = []


def heed_signals() -> None:
    """From now on SIGTERM and Ctrl-C end the command where it calls `go_on`; a second Ctrl-C ends it on the spot.

    Raising in the handler itself would be simpler, and now and then hang for ever: the exception may be swallowed in a
    library's callback, or meet an import that then never gives its lock back.
    """
    for which in CODES:
        signal.signal(which, _receive)


def go_on() -> None:
    """Raise `SystemExit` (143 after SIGTERM, 130 after Ctrl-C) when the command was asked to end."""
    if _received:
        raise SystemExit(CODES[signal.Signals(_received[0])])


def was_asked_to_end() -> bool:
    """Whether such a signal has come."""
    return bool(_received)


def _receive(which: int, _: object) -> None:
    if which == signal.SIGINT and _received:
        raise KeyboardInterrupt
    _received.append(which)


def end(code: str | int | None) -> NoReturn:
    """End the process; at once if a thread still works that nobody waits for, such as one that loads a model.

    Python would end beneath it, and where it is in a library's own code that aborts the process (exit code 134).
    """
    if isinstance(code, int) and any(thread.daemon for thread in threading.enumerate()):
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError):  # nobody reads it any more
                stream.flush()
        os._exit(code)
    sys.exit(code)


def begin(**flags: Any) -> "Settings":
    """The settings, flags above the environment, with logging set up. Raises `InvalidSettings`."""
    from api.settings import read_settings

    settings = read_settings(**flags)
    set_up_logging(settings)
    return settings


def set_up_logging(settings: "Settings") -> None:
    """Log to standard error, as the settings say."""
    from api import logs

    secrets = [
        secret.get_secret_value() for secret in (settings.model_api_key, settings.embedder_api_key, settings.api_key)
    ]
    logs.set_up_logging(settings.log_level, settings.log_format, secrets)


def print_json(value: Any) -> None:
    """A result for programs, on standard output. Half a character, as names of files hold them, is escaped."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    typer.echo(text.encode("utf-8", "backslashreplace").decode())
