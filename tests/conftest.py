"""Shared fixtures: the real parts, made small. The network beyond this machine is shut."""

import gc
import hashlib
import ipaddress
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import settings as hypothesis_settings
from playwright.sync_api import Browser, sync_playwright

from api.commands.ingest import ingest_sample
from api.engine import Engine
from api.settings import read_settings
from corpus.subprogram import started
from retrieval import onnx, quantise
from retrieval.embedder import BUNDLED, Embedder, load_embedder
from tests import postgres
from tests.browsing import ARABIC, COPIES, FERRY, FLAGS, Watched, chromium_path, push
from tests.chroma import CHROMA, ChromaServer
from tests.forks import forks
from tests.running import Server, copied, one_at_a_time, serve, share_model
from tests.web import Web, opened

hypothesis_settings.register_profile("short", deadline=None, max_examples=60)
hypothesis_settings.load_profile("short")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--screenshots", type=Path, default=None, help="folder to put pictures of the pages in")


def pytest_collection_finish() -> None:
    """What has been imported stays; so looking for what can go, after each server, need not look there."""
    gc.collect()
    gc.freeze()


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


@pytest.fixture(scope="session", autouse=True)
def forked() -> Iterator[None]:
    """What has a process of its own, such as Chroma, is forked from one that has imported all, which takes seconds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("corpus.subprogram.started", forks().started)
        yield


@pytest.fixture
def real_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    """No forks: what is told of processes is told of those that the product starts."""
    monkeypatch.setattr("corpus.subprogram.started", started)


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder that all workers of one run share, for what is made once."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "shared"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def made_files(pytestconfig: pytest.Config) -> Path:
    """Where the int8 form of the bundled model is made: once, and again when the making changes (20 seconds)."""
    making = hashlib.sha256(Path(quantise.__file__).read_bytes()).hexdigest()[:12]
    return Path(pytestconfig.cache.mkdir(f"models-{making}"))


@pytest.fixture(scope="session")
def embedder(shared: Path, made_files: Path) -> Embedder:
    """The bundled model."""
    with one_at_a_time(shared):
        return load_embedder(BUNDLED, made_files, threads=2)


@pytest.fixture(scope="session", autouse=True)
def loaded_once() -> Iterator[None]:
    """A model's file is loaded once for all engines of this process: what is loaded keeps nothing of what it is asked."""
    loaded: dict[tuple[Path, int, int], Any] = {}

    def session(file: Path, threads: int) -> Any:
        key = file.resolve(), file.stat().st_mtime_ns, threads
        if key not in loaded:
            loaded[key] = load(file, threads)
        return loaded[key]

    load = onnx._session
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(onnx, "_session", session)
        yield


@pytest.fixture(scope="session")
def sample(shared: Path, made_files: Path, embedder: Embedder) -> Path:
    """A closed data folder with the bundled articles, to be copied by `copied`."""
    folder = shared / "sample"
    with one_at_a_time(shared):
        if not folder.exists():
            making = shared / "making"
            share_model(made_files, making)
            with Engine(read_settings(data=making)) as engine:
                ingest_sample(engine)
            making.rename(folder)
    return folder


@pytest.fixture(scope="session")
def cluster() -> Iterator[postgres.Cluster]:
    """A PostgreSQL of this run's own."""
    with postgres.cluster() as found:
        if found is None:
            pytest.skip("PostgreSQL (initdb and pg_ctl) is not installed")
        yield found


@pytest.fixture
def chroma(tmp_path: Path) -> Iterator[ChromaServer]:
    if not CHROMA.exists():
        pytest.skip("the chroma command is not installed beside this Python")
    server = ChromaServer(tmp_path / "chroma")
    server.start()
    yield server
    server.send(signal.SIGCONT)
    server.send(signal.SIGKILL)


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    """An empty store, once in each engine: a SQLite file, and a PostgreSQL database."""
    if request.param == "sqlite":
        return tmp_path / "dateline.sqlite"
    found: postgres.Cluster = request.getfixturevalue("cluster")
    return found.fresh()


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
    del engine
    gc.collect()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, sample: Path) -> Iterator[Server]:
    """A server over the bundled articles; tests that share it must not change what it stores."""
    data = copied(sample, tmp_path_factory.mktemp("server") / "data")
    yield from serve(Engine(read_settings(data=data)))


@pytest.fixture(scope="module")
def stocked(tmp_path_factory: pytest.TempPathFactory, sample: Path) -> Iterator[Server]:
    """A server for one module over the bundled articles, a revised one, one in Arabic, and two that share a text."""
    data = copied(sample, tmp_path_factory.mktemp("stocked") / "data")
    for server in serve(Engine(read_settings(data=data))):
        for wording in FERRY:
            push(server, wording)
        push(server, ARABIC, *COPIES)
        yield server


@pytest.fixture
def own_server(data_folder: Path) -> Iterator[Server]:
    """A server with nothing stored, for tests that push articles."""
    yield from serve(Engine(read_settings(data=data_folder, sample=False)))


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for a module. While it is open an event loop runs in this thread, which asynchronous tests do not bear."""
    path = chromium_path()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def watched(chromium: Browser) -> Iterator[Watched]:
    """A page of a fresh browser profile."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.set_default_timeout(15_000)
    seen = Watched(page)
    page.on("request", lambda request: seen.hosts.add(urlsplit(request.url).netloc))
    page.on("pageerror", lambda error: seen.complaints.append(str(error)))
    page.on("dialog", seen.dismiss)
    page.on("console", seen.hear)
    yield seen
    context.close()
    assert not [text for text in seen.complaints if "Trusted" in text or "script-src" in text or "style-src" in text]


@pytest.fixture
def web() -> Iterator[Web]:
    with opened() as web:
        yield web
