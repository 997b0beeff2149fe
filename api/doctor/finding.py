"""What a check finds."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from pathlib import Path

from api.settings import Settings
from corpus.errors import StoreUnavailable
from corpus.examine import Examined, examine
from corpus.owner import Owner, current_owner


class State(StrEnum):
    """How grave it is. Only `WRONG` makes the command fail."""

    OK = "ok"
    NOTE = "note"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report. `remedy` says what to do, where there is something to be done."""

    about: str
    state: State
    detail: str
    remedy: str | None = None


def ok(about: str, detail: str) -> Finding:
    """It is as it should be."""
    return Finding(about, State.OK, detail)


def note(about: str, detail: str, remedy: str | None = None) -> Finding:
    """It works, and should be known."""
    return Finding(about, State.NOTE, detail, remedy)


def wrong(about: str, detail: str, remedy: str) -> Finding:
    """It does not work."""
    return Finding(about, State.WRONG, detail, remedy)


@dataclass(frozen=True)
class Patient:
    """What the checks look at. `store` and `owner` are read once, when first asked for."""

    settings: Settings
    failures: list[str] = field(default_factory=list)

    @cached_property
    def owner(self) -> Owner | None:
        """The process that holds the data folder."""
        return current_owner(self.settings.data)

    @cached_property
    def store(self) -> Examined | None:
        """The store; None when it is PostgreSQL, or not there yet, or cannot be used: then `failures` say why."""
        path = self.settings.store
        if not isinstance(path, Path) or not path.exists():
            return None
        try:
            return examine(path)
        except StoreUnavailable as error:
            self.failures.append(str(error))
            return None


Check = Callable[[Patient], Iterable[Finding]]
