"""Shared fixtures: the real parts, made small. The network beyond this machine is shut."""

import ipaddress
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings as hypothesis_settings

from api.engine import Engine
from api.ingest_command import ingest_sample
from api.settings import read_settings
from retrieval.embedder import BUNDLED, Embedder, load_embedder
from tests.running import Server, serve, share_model

hypothesis_settings.register_profile("short", deadline=None, max_examples=60)
hypothesis_settings.load_profile("short")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--screenshots", type=Path, default=None, help="folder to put pictures of the pages in")


@pytest.fixture(autouse=True)
def no_outside_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Connecting to anything but this machine fails the test that tries."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            host = str(address[0])
            try:
                is_here = ipaddress.ip_address(host).is_loopback
            except ValueError:
                is_here = host == "localhost"
            assert is_here, f"a test tried to reach {host}"
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(scope="session")
def made_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the int8 form of the bundled model is made, once for all tests."""
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="session")
def embedder(made_files: Path) -> Embedder:
    """The bundled model."""
    return load_embedder(BUNDLED, made_files, threads=2)


@pytest.fixture
def data_folder(tmp_path: Path, made_files: Path, embedder: Embedder) -> Path:
    """An empty data folder that needs not make the model file."""
    share_model(made_files, tmp_path / "data")
    return tmp_path / "data"


@pytest.fixture
def engine(data_folder: Path) -> Iterator[Engine]:
    """A running engine over an empty folder."""
    with Engine(read_settings(data=data_folder, sample=False)) as engine:
        engine.start()
        yield engine


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, made_files: Path, embedder: Embedder) -> Iterator[Server]:
    """A server over the bundled articles; tests that share it must not change what it stores."""
    data = tmp_path_factory.mktemp("server") / "data"
    share_model(made_files, data)
    engine = Engine(read_settings(data=data))
    ingest_sample(engine)
    yield from serve(engine)
