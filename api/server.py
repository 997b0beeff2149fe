"""One socket, a clean stop: `dateline serve` in one process or several, and a server within another command."""

import gc
import ipaddress
import socket
import sys
import threading
from contextlib import closing

import uvicorn

from api.app import create_app
from api.commands.command import was_asked_to_end
from api.commands.ingest import ingest_sample
from api.engine import Engine
from api.settings import Settings
from api.workers import supervise
from corpus.database import Database
from corpus.errors import InvalidSettings
from corpus.keys import KeyStore
from corpus.owner import Ownership

# Seconds that answers in flight have to finish after SIGTERM; the index then has the rest of ten seconds to close.
_GRACE = 2
# Seconds that a connection stays open for another request: longer than clients (mostly 5) and proxies (60) keep theirs,
# because who sends one while the server closes it gets an error instead of an answer.
_KEEP_ALIVE = 75
# Seconds after which a thread that computes lets another have the interpreter: by itself 5 ms, and a question wants it
# some tens of times, each of which may wait so long beside articles that are written. Half of it costs 32 searches at
# once 6 % of their number a second; this, like twice and five times as much, costs them nothing (docs/benchmarks.md).
_TURN = 0.0002


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or Ctrl-C. Raises `InvalidSettings` when the address cannot be listened on."""
    listener = _listener(settings.host, settings.port)
    if settings.workers == 1:
        serve_on(settings, listener, greets=True)
        return
    with Ownership(settings.data) as ownership:
        with closing(Database(settings.store)) as database:  # a database that is not there is told once, and here
            _check_keys(KeyStore(database), listener)
        ownership.announce(_url(listener))
        _greet(_url(listener))
        supervise(settings, listener)


def serve_on(settings: Settings, listener: socket.socket, *, greets: bool = False) -> None:
    """Serve on a socket that listens, in this process."""
    sys.setswitchinterval(_TURN)
    with Engine(settings) as engine:
        threading.Thread(target=_let_libraries_be, args=(engine,), name="freeze", daemon=True).start()
        _check_keys(engine.keys, listener)
        url = _announced(engine, listener)
        if greets:
            _greet(url)
        _server(engine, is_public=_is_public(listener)).run(sockets=[listener])


def _let_libraries_be(engine: Engine) -> None:
    """Never again look among what a start has made for what can be let go.

    A look through all of it holds every question up for a quarter of a second, and happens whenever much is taken in.
    """
    engine.warm.wait()
    gc.collect()
    gc.freeze()


class BackgroundServer:
    """Serves a data folder at `url`, an address of this machine only, in a thread, until closed.

    Raises `StoreInUse` when another process holds the folder.
    """

    def __init__(self, settings: Settings) -> None:
        self.engine = engine = Engine(settings)
        try:
            listener = _listener("127.0.0.1", 0)
            self.url = _announced(engine, listener)
            self._server = _server(engine)
        except BaseException:
            engine.close()
            raise
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [listener]}, name="server", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Let answers in flight finish for a moment, and give the folder back."""
        self._server.should_exit = True
        self._thread.join(10)


def _announced(engine: Engine, listener: socket.socket) -> str:
    """Where the engine is served, told to other processes once it has its first articles."""
    if engine.needs_sample():
        ingest_sample(engine)
    engine.ownership.announce(_url(listener))
    return _url(listener)


def _url(listener: socket.socket) -> str:
    """Where this machine reaches it, whatever else it listens on."""
    host, port = listener.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def _greet(url: str) -> None:
    print(f"Dateline serves {url} (API docs at {url}/docs). Stop with Ctrl-C.", flush=True)


def _check_keys(keys: KeyStore, listener: socket.socket) -> None:
    if _is_public(listener) and keys.is_empty():
        raise InvalidSettings(
            f"Other machines reach {listener.getsockname()[0]}, and there is no key yet to let anybody in: make one "
            "with `dateline keys create NAME`, or set DATELINE_HOST to 127.0.0.1."
        )


def _is_public(listener: socket.socket) -> bool:
    """Whether others than this machine reach it."""
    host, _, _ = listener.getsockname()[0].partition("%")
    return not ipaddress.ip_address(host).is_loopback


class _Server(uvicorn.Server):
    """Heeds also a signal that came before its own handlers stood."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if was_asked_to_end():
            self.should_exit = True


def _server(engine: Engine, *, is_public: bool = False) -> uvicorn.Server:
    level = engine.settings.log_level
    config = uvicorn.Config(
        create_app(engine, is_public=is_public),
        log_config=None,  # its lines take the form of all others
        access_log=False,  # `api.request_log` has a line for each request
        log_level="warning" if level == "info" else level,
        timeout_graceful_shutdown=_GRACE,
        timeout_keep_alive=_KEEP_ALIVE,
        server_header=False,
        proxy_headers=False,  # the app believes those that DATELINE_PROXIES names
    )
    return _Server(config)


def _listener(host: str, port: int) -> socket.socket:
    try:
        family, kind, proto, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, proto)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(2048)  # before the address is told to anybody: who connects early waits and is not refused
    except OSError as error:
        raise InvalidSettings(
            f"Cannot listen on {host}:{port}: {error.strerror or error}. Set DATELINE_HOST or DATELINE_PORT."
        ) from error
    return listener
