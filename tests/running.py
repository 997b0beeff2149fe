"""A real server of the product, in a thread of the tests, and what all data folders of a run share."""

import asyncio
import fcntl
import gc
import shutil
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI

from api.app import create_app
from api.engine import Engine


@dataclass(frozen=True)
class Server:
    """A server on a socket of this machine."""

    url: str
    engine: Engine


def serve(engine: Engine, **options: Any) -> Iterator[Server]:
    """Run the app of an engine in a thread, on a free port; `options` are those of `create_app`."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    app = create_app(engine, **options)
    config = uvicorn.Config(
        app, log_level="warning", timeout_graceful_shutdown=2, proxy_headers=False, server_header=False
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield Server(f"http://127.0.0.1:{listener.getsockname()[1]}", engine)
    finally:
        server.should_exit = True
        thread.join(15)
        listener.close()
        _forget(app)


@asynccontextmanager
async def serve_here(engine: Engine) -> AsyncIterator[Server]:
    """Run the app of an engine in the event loop of the test, so that its tasks can be counted."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(2048)
    app = create_app(engine)
    config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=2)
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield Server(f"http://127.0.0.1:{listener.getsockname()[1]}", engine)
    finally:
        server.should_exit = True
        await running
        listener.close()
        _forget(app)


def _forget(app: FastAPI) -> None:
    """Let the engine go: FastAPI keeps every app of a process by a cache of what it knows of its routes."""
    vars(app).clear()
    gc.collect()


def share_model(made_files: Path, data: Path) -> None:
    """Let a data folder use the model file that was made already."""
    data.mkdir(parents=True, exist_ok=True)
    (data / "models").symlink_to(made_files)


def copied(folder: Path, to: Path) -> Path:
    """A data folder of its own that begins as `folder`, which is closed, is now."""
    shutil.copytree(folder, to, symlinks=True)
    return to


@contextmanager
def one_at_a_time(shared: Path) -> Iterator[None]:
    """Only one process of the run is inside it."""
    with open(shared / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
