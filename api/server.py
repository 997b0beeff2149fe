"""`dateline serve`: one process, one socket, a clean stop."""

import socket

import uvicorn

from api.app import create_app
from api.engine import Engine
from api.ingest_command import ingest_sample
from api.settings import Settings
from corpus.errors import InvalidSettings

# Seconds that answers in flight have to finish after SIGTERM; the index then has the rest of ten seconds to close.
_GRACE = 2


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or Ctrl-C. Raises `InvalidSettings` when the address cannot be listened on."""
    listener = _listener(settings.host, settings.port)
    host, port = listener.getsockname()[:2]
    url = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    with Engine(settings) as engine:
        if engine.needs_sample():
            ingest_sample(engine)
        engine.ownership.announce(url)
        print(f"Dateline serves {url} (API docs at {url}/docs). Stop with Ctrl-C.", flush=True)
        config = uvicorn.Config(
            create_app(engine),
            log_level="warning" if settings.log_level == "info" else settings.log_level,
            timeout_graceful_shutdown=_GRACE,
            server_header=False,
        )
        uvicorn.Server(config).run(sockets=[listener])


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
