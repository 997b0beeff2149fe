"""Answers of the Responses API, kept for a while so that a client can go on from them by their id."""

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from api.request_schemas import HistoryTurn

_MOST, _MOST_BYTES = 1_000, 32 << 20
_SECONDS = 3_600.0
_MOST_TURNS = 50


@dataclass(frozen=True, slots=True)
class KeptResponse:
    """A response as it was sent (JSON), the conversation up to and with it, and the id of its message."""

    id: str
    message_id: str
    turns: tuple[HistoryTurn, ...]
    body: bytes


class KeptResponses:
    """The newest responses of the last hour, a thousand or 32 MiB at most, in memory. A restart forgets them.

    For one event loop.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kept: OrderedDict[str, tuple[float, KeptResponse]] = OrderedDict()
        self._by_message: dict[str, str] = {}
        self._bytes = 0

    def of(self, owner: str) -> "OwnResponses":
        """Those of one owner, by the ids that the owner knows."""
        return OwnResponses(self, owner)

    def keep(
        self, response_id: str, message_id: str, turns: Sequence[HistoryTurn], answer: HistoryTurn, body: bytes
    ) -> None:  # fmt: skip
        """Keep a response; the oldest make room."""
        kept = KeptResponse(response_id, message_id, (*turns, answer)[-_MOST_TURNS:], body)
        self._kept[response_id] = (self._clock(), kept)
        self._by_message[message_id] = response_id
        self._bytes += len(body)
        self._forget()

    def get(self, response_id: str) -> KeptResponse | None:
        """A kept response; None when it is kept no longer, or never was."""
        self._forget()
        found = self._kept.get(response_id)
        return found[1] if found else None

    def said(self, message_id: str) -> HistoryTurn | None:
        """The answer in a kept message; None when it is unknown."""
        self._forget()
        response_id = self._by_message.get(message_id)
        return self._kept[response_id][1].turns[-1] if response_id else None

    def delete(self, response_id: str) -> None:
        """Forget a response, if it is kept."""
        if self.get(response_id):
            self._drop(response_id)

    def _forget(self) -> None:
        oldest = self._clock() - _SECONDS
        while self._kept:
            response_id, (since, _) = next(iter(self._kept.items()))
            if len(self._kept) <= _MOST and self._bytes <= _MOST_BYTES and since >= oldest:
                return
            self._drop(response_id)

    def _drop(self, response_id: str) -> None:
        _, kept = self._kept.pop(response_id)
        del self._by_message[kept.message_id]
        self._bytes -= len(kept.body)


class OwnResponses:
    """The kept responses of one owner; another's are unknown to it, even by their ids."""

    def __init__(self, kept: KeptResponses, owner: str) -> None:
        self._kept = kept
        self._prefix = f"{owner}/"

    def keep(
        self, response_id: str, message_id: str, turns: Sequence[HistoryTurn], answer: HistoryTurn, body: bytes
    ) -> None:  # fmt: skip
        """See `KeptResponses.keep`."""
        self._kept.keep(self._prefix + response_id, self._prefix + message_id, turns, answer, body)

    def get(self, response_id: str) -> KeptResponse | None:
        """See `KeptResponses.get`."""
        return self._kept.get(self._prefix + response_id)

    def said(self, message_id: str) -> HistoryTurn | None:
        """See `KeptResponses.said`."""
        return self._kept.said(self._prefix + message_id)

    def delete(self, response_id: str) -> None:
        """See `KeptResponses.delete`."""
        self._kept.delete(self._prefix + response_id)
