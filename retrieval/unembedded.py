"""Whether texts wait because the embedder failed."""

import logging
import time

from corpus.errors import EmbedderUnavailable
from retrieval.backoff import Backoff

log = logging.getLogger(__name__)

_AWAY = 20.0  # seconds that an embedding server may be gone before who waits for vectors is told


class Unembedded:
    """Whether the embedder failed, since when, and when it is tried again."""

    def __init__(self) -> None:
        self.error: EmbedderUnavailable | None = None
        self._since = 0.0
        self._backoff = Backoff()

    @property
    def may_try(self) -> bool:
        return self._backoff.is_due

    def check(self) -> None:
        """Raise what keeps vectors from being made, unless it may soon pass."""
        error = self.error
        if error is not None and not (error.may_pass and time.monotonic() < self._since + _AWAY):
            raise EmbedderUnavailable(str(error), error.may_pass)

    def failed(self, error: EmbedderUnavailable) -> None:
        if self.error is None or str(self.error) != str(error):
            log.warning("%s What is new is found by keyword only until its vectors are made.", error)
        self._since = self._since if self.error is not None else time.monotonic()
        self.error = error
        self._backoff.failed()

    def worked(self) -> None:
        if self.error is not None:
            log.info("Vectors are made again.")
        self.error = None
        self._backoff.worked()
