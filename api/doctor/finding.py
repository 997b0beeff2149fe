"""What a check finds."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from api.settings import Settings
from corpus.errors import DatelineError, StoreUnavailable
from corpus.examine import DatabaseServer, Examined, examine, examine_shared
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
    """What the checks look at. Each part is read once, when first asked for."""

    settings: Settings
    failures: list[str] = field(default_factory=list)

    @cached_property
    def owner(self) -> Owner | None:
        """The process that holds the data folder."""
        return current_owner(self.settings.data)

    @cached_property
    def store(self) -> Examined | None:
        """The store; None when it is not there yet, or cannot be used: then `failures` say why."""
        path = self.settings.store
        if isinstance(path, str):
            return self._shared[1]
        if not path.exists():
            return None
        try:
            return examine(path)
        except StoreUnavailable as error:
            self.failures.append(str(error))
            return None

    @property
    def database(self) -> DatabaseServer | None:
        """The PostgreSQL server of the store; None without one, or when it does not answer."""
        return self._shared[0]

    @cached_property
    def _shared(self) -> tuple[DatabaseServer | None, Examined | None]:
        if isinstance(self.settings.store, str):
            try:
                return examine_shared(self.settings.store)
            except DatelineError as error:
                self.failures.append(str(error))
        return None, None


Check = Callable[[Patient], Iterable[Finding]]
