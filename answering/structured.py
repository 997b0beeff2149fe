"""A model's structured reply, read while it comes in: each claim as a line of the plain form, for the same parser."""

import json
import re
from typing import Any

from answering.prompt import NO_ANSWER

# What a provider that can hold a model to a schema is given.
REPLY_SCHEMA: dict[str, Any] = {
    "title": "Answer",
    "description": "The sentences that answer, each with the numbers of the passages it rests on; none if none answer.",
    "type": "object",
    "properties": {
        "sentences": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "text": {"type": "string", "description": "One sentence, without any number in brackets."},
                    "passages": {"type": "array", "items": {"type": "integer"}, "description": "Passage numbers."},
                },
                "required": ["text", "passages"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["sentences"],
    "additionalProperties": False,
}
_LIST = re.compile(r'"sentences"\s*:\s*\[')
_BETWEEN = re.compile(r"[\s,]*")
_MOST_CITED = 20  # numbers of one claim


class StructuredReply:
    """Takes the JSON text piece by piece. What is not JSON is kept, and read as a plain reply at the end."""

    def __init__(self) -> None:
        self._text = ""
        self._at: int | None = None
        self._given = 0
        self._decoder = json.JSONDecoder()

    def take(self, piece: str) -> str:
        """The lines that are complete with this piece and were not before; mostly none."""
        self._text += piece
        if "}" not in piece and "]" not in piece:
            return ""
        if self._at is None and (match := _LIST.search(self._text)):
            self._at = match.end()
        lines = ""
        while self._at is not None:
            start = self._skipped(self._at)
            try:
                claim, self._at = self._decoder.raw_decode(self._text, start)
            except (ValueError, RecursionError):
                break
            lines += _line(claim)
        self._given += bool(lines)
        return lines

    def finish(self) -> str:
        """What remains: `NO_ANSWER` for an empty list, the text itself when it was no JSON, mostly nothing."""
        if self._given:
            return ""
        if self._at is not None:
            return NO_ANSWER if self._text.startswith("]", self._skipped(self._at)) else ""
        text = self._text.strip()
        return "" if text.startswith(("{", "[{", "```")) else text

    def _skipped(self, at: int) -> int:
        match = _BETWEEN.match(self._text, at)
        return match.end() if match else at


def _line(claim: Any) -> str:
    """A claim in the plain form: its sentence, then `[1][3]`. Empty for what is no claim."""
    if not isinstance(claim, dict) or not isinstance(claim.get("text"), str):
        return ""
    text = " ".join(claim["text"].split())
    numbers = claim.get("passages")
    cited = [n for n in numbers if isinstance(n, int) and n >= 0] if isinstance(numbers, list) else []
    return f"{text} {''.join(f'[{n}]' for n in cited[:_MOST_CITED])}\n" if text else ""
