"""A Chroma server that asks for a key, as Chroma Cloud does: a gate before `chroma run` that lets nobody else through."""

import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from api.settings import read_settings
from corpus.errors import IndexUnavailable
from retrieval.chroma import server_state
from retrieval.chroma_address import ChromaAddress
from retrieval.index import ChromaIndex
from tests.chroma import ChromaServer

KEY = "ck-of-a-newsroom"


@dataclass
class Gate:
    """Where the gate is, and what it let through and turned away."""

    url: str = ""
    passed: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


@pytest.fixture
def gate(chroma: ChromaServer) -> Iterator[Gate]:
    seen = Gate()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.headers.get("X-Chroma-Token") != KEY:
                seen.refused.append(self.path)
                return self._reply(401, b'{"error": "Unauthorized", "message": "no key"}')
            seen.passed.append(self.path)
            kind = {"content-type": self.headers.get("Content-Type") or "application/json"}
            with httpx.Client(trust_env=False, timeout=30) as http:
                reply = http.request(self.command, chroma.url + self.path, content=body, headers=kind)
            self._reply(reply.status_code, reply.content)

        do_GET = do_POST = do_PUT = do_DELETE = _pass_on

        def _reply(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Tests are quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    seen.url = f"http://127.0.0.1:{server.server_port}"
    yield seen
    server.shutdown()
    server.server_close()


def test_with_the_key_vectors_are_written_and_found(gate: Gate, chroma: ChromaServer) -> None:
    vectors = np.eye(8, dtype=np.float32)[:3]
    address = ChromaAddress(gate.url, KEY, "default_tenant", "default_database")
    with closing(ChromaIndex("fp", server=address)) as index:
        index.add("news", ["1:1:0", "1:1:1", "2:1:0"], vectors, ["a", "a", "b"])
        assert index.count("news") == 3
        assert index.query("news", vectors[1], 1)[0].index_id == "1:1:1"
    assert server_state(address).counts == {"dateline-fp-news": 3} and not gate.refused
    assert server_state(ChromaAddress(chroma.url)).counts == {"dateline-fp-news": 3}, "it went to that server"
    assert all(
        "tenants/default_tenant/databases/default_database" in path for path in gate.passed if "collections" in path
    )


def test_without_it_or_with_another_nothing_is_there_and_the_key_is_not_told(gate: Gate) -> None:
    for address in (ChromaAddress(gate.url), ChromaAddress(gate.url, "ck-wrong", "default_tenant", "default_database")):
        with pytest.raises(IndexUnavailable) as refused:
            server_state(address)
        assert "ck-wrong" not in f"{refused.value} {address!r}"
    assert gate.refused and not gate.passed


def test_the_settings_name_it(tmp_path: Path) -> None:
    settings = read_settings(
        data=tmp_path, chroma_url="https://api.trychroma.com", chroma_key=KEY, chroma_tenant="t", chroma_database="news"
    )
    assert settings.chroma_server == ChromaAddress("https://api.trychroma.com", KEY, "t", "news")
    assert KEY not in repr(settings) and KEY not in repr(settings.chroma_server)
    assert read_settings(data=tmp_path).chroma_server is None
