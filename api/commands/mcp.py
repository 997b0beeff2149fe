"""`dateline mcp`: the tools on standard input and output, for programs that start their servers themselves.

Several such programs may run at once over one data folder. The first to need it opens the folder and serves it on this
machine; the others, and other commands, go through it, and one of them takes over when it ends.
"""

import asyncio
import logging
import os
import signal
import threading
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import Any

from starlette.requests import Request

from api.client import AsyncDateline
from api.commands.command import CODES
from api.local import Answering, LocalDateline
from api.mcp import mcp_server
from api.server import BackgroundServer
from api.settings import Settings
from corpus.errors import DatelineError, StoreInUse
from corpus.owner import current_owner

log = logging.getLogger(__name__)

# Seconds to wait for a process that holds the folder and does not serve: it may be about to, or end soon.
_PATIENCE = 20.0
_LOOK_SECONDS = 0.2


def run(settings: Settings) -> None:
    """Serve until standard input ends."""
    asyncio.run(_serve(_Folder(settings)))


class _Folder:
    """Opens whoever answers from the data folder at this moment."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._own: BackgroundServer | None = None

    @asynccontextmanager
    async def way(self, _: Request | None = None) -> AsyncIterator[Answering]:
        """The server that is named, or that holds the folder; without one the folder is opened and served here."""
        opened = self._client(self._settings.url) if self._settings.url else await asyncio.to_thread(self._found)
        async with opened as dateline:
            yield dateline

    async def prepare(self) -> None:
        """Open the folder now, so that the first call need not wait for it. What is wrong the calls will tell."""
        try:
            async with self.way():
                pass
        except DatelineError as error:
            log.warning("%s", error)

    def close(self) -> None:
        """Give the folder back, if it was opened here."""
        with self._lock:
            if self._own:
                self._own.close()
                self._own = None

    def _found(self) -> AbstractAsyncContextManager[Answering]:
        with self._lock:
            looks = int(_PATIENCE / _LOOK_SECONDS)
            for is_last in (*[False] * looks, True):
                if self._own:
                    url = self._settings.public_url.rstrip("/") or self._own.url
                    return nullcontext(LocalDateline(self._own.engine, url))
                owner = current_owner(self._settings.data)
                if owner and owner.url:
                    return self._client(owner.url)
                try:
                    self._own = BackgroundServer(self._settings)
                except StoreInUse:
                    if is_last:
                        raise
                    threading.Event().wait(_LOOK_SECONDS)
        raise StoreInUse(f"The data folder {self._settings.data} is in use; try again in a moment.")

    def _client(self, url: str) -> AsyncDateline:
        return AsyncDateline(url, self._settings.api_key.get_secret_value() or None)


async def _serve(folder: _Folder) -> None:
    def stop(which: signal.Signals) -> None:
        # The thread that waits for standard input cannot be ended otherwise.
        folder.close()
        os._exit(CODES[which])

    loop = asyncio.get_running_loop()
    for which in CODES:
        loop.add_signal_handler(which, stop, which)
    preparing = asyncio.ensure_future(folder.prepare())
    server: Any = mcp_server(folder.way)
    try:
        await server.run_stdio_async()
    finally:
        preparing.cancel()
        await asyncio.to_thread(folder.close)
