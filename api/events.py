"""What a streamed answer consists of, typed: the server-sent events of `/v1/ask`, read back."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from pydantic import BaseModel

from api.answer_schemas import AnswerOut, CitationOut, SearchOut, StatementOut

_LINE_END = re.compile(rb"\r\n|\n|\r")


class Created(BaseModel):
    """The id of the answer to come, and the question as it is searched for: it stands alone."""

    id: str
    question: str
    standalone_question: str


class Delta(BaseModel):
    """The next stretch of the answer's text."""

    delta: str


@dataclass(frozen=True, slots=True)
class AnswerCreated:
    """First of all: the question was read."""

    name: ClassVar[str] = "answer.created"
    data: Created


@dataclass(frozen=True, slots=True)
class RetrievalCompleted:
    """The passages are found."""

    name: ClassVar[str] = "retrieval.completed"
    data: SearchOut


@dataclass(frozen=True, slots=True)
class CitationAdded:
    """A citation, before the first statement that uses it."""

    name: ClassVar[str] = "citation"
    data: CitationOut


@dataclass(frozen=True, slots=True)
class StatementCompleted:
    """A checked statement."""

    name: ClassVar[str] = "statement.completed"
    data: StatementOut


@dataclass(frozen=True, slots=True)
class AnswerDelta:
    """Text of a checked statement, or the sentence of an abstention. All deltas joined are the answer's text."""

    name: ClassVar[str] = "answer.delta"
    data: Delta


@dataclass(frozen=True, slots=True)
class AnswerCompleted:
    """Last of all: the whole answer."""

    name: ClassVar[str] = "answer.completed"
    data: AnswerOut


AnswerEvent = AnswerCreated | RetrievalCompleted | CitationAdded | StatementCompleted | AnswerDelta | AnswerCompleted


def read_event(name: str, data: str) -> AnswerEvent | None:
    """The event of this name, None for one that is not known here. Raises `ValueError` when `data` is of another."""
    match name:
        case AnswerCreated.name:
            return AnswerCreated(Created.model_validate_json(data))
        case RetrievalCompleted.name:
            return RetrievalCompleted(SearchOut.model_validate_json(data))
        case CitationAdded.name:
            return CitationAdded(CitationOut.model_validate_json(data))
        case StatementCompleted.name:
            return StatementCompleted(StatementOut.model_validate_json(data))
        case AnswerDelta.name:
            return AnswerDelta(Delta.model_validate_json(data))
        case AnswerCompleted.name:
            return AnswerCompleted(AnswerOut.model_validate_json(data))
    return None


class EventReader:
    """Puts server-sent events together from the pieces that a connection brings, wherever these are cut.

    As the HTML standard reads them: lines end in CR, LF or both, comments are skipped, an event ends at an empty line.
    """

    def __init__(self) -> None:
        self._rest = b""
        self._ended_in_cr = False
        self._name = ""
        self._data: list[str] = []

    def feed(self, piece: bytes) -> Iterator[tuple[str, str]]:
        """The name and data of each event that `piece` completes."""
        if not piece:
            return
        # A LF after the CR that ended the last piece is the second half of that line end.
        piece, ended_in_cr = piece.removeprefix(b"\n") if self._ended_in_cr else piece, piece.endswith(b"\r")
        self._ended_in_cr = ended_in_cr
        *lines, self._rest = _LINE_END.split(self._rest + piece)
        for line in lines:
            if event := self._take(line.decode("utf-8", "replace")):
                yield event

    def _take(self, line: str) -> tuple[str, str] | None:
        if line:
            field, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if field == "event":
                self._name = value
            elif field == "data":
                self._data.append(value)
            return None
        name, data = self._name or "message", self._data
        self._name, self._data = "", []
        return (name, "\n".join(data)) if data else None
