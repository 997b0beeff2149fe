"""Who may reach the server from within a browser: names, sites, proxies; and what no site gets."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.engine import Engine
from api.names import ANY, host_names, origin_of
from api.settings import read_settings
from corpus.errors import InvalidSettings
from corpus.keys import Scope
from tests.running import Server, serve, share_model
from tests.test_access import bearer

PUSH: dict[str, Any] = {"articles": [{"id": "a", "title": "T", "body": "Planted by a page."}], "wait": "keyword"}


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory, made_files: Path, embedder: object) -> Iterator[Any]:
    servers: dict[str, tuple[Iterator[Server], Server]] = {}

    def open_with(**settings: Any) -> Server:
        name = repr(settings)
        if name not in servers:
            data = tmp_path_factory.mktemp("names") / "data"
            share_model(made_files, data)
            running = serve(Engine(read_settings(data=data, sample=False, **settings)))
            servers[name] = running, next(running)
        return servers[name][1]

    yield open_with
    for running, _ in servers.values():
        for _ in running:
            pass


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8000", 200), ("localhost", 200), ("LOCALHOST:1", 200), ("[::1]:8000", 200), ("news.example", 200),
        ("NEWS.example:99", 200), ("b.example:8443", 200), ("reader.example:8443", 200), ("b.example:1", 421),
        ("evil.example", 421), ("evil.example:8000", 421), ("127.0.0.1.evil.example", 421), ("localhost.evil.example", 421),
        ("", 421), ("[::1", 421), ("2130706433", 421),
    ],
)  # fmt: skip
def test_a_name_that_is_made_to_lead_here_gets_nothing(opened: Any, host: str, status: int) -> None:
    server = opened(allowed_hosts="news.example, b.example:8443", public_url="https://reader.example:8443/dateline")
    for path in ("/v1/articles", "/", "/healthz"):
        answer = httpx.get(server.url + path, headers={"host": host}, timeout=60, trust_env=False)
        assert answer.status_code == status, path
        assert status == 200 or answer.json()["error"]["code"] == "wrong_host"


def test_with_keys_any_name_will_do_until_some_are_set() -> None:
    assert host_names("", "https://a.example", asks_keys=True) == {ANY}
    assert host_names("a.example", "", asks_keys=True) == {"a.example"}
    assert host_names("", "https://a.example:8443/x", asks_keys=False) == {"a.example:8443"}
    assert host_names("", "", asks_keys=False) == frozenset()
    assert origin_of("https://A.example:8443/x") == "https://a.example:8443"


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("https://evil.example", 403), ("null", 403), ("http://evil.example:8000", 403), ("file://", 403), ("http://[", 403),
        ("https://127.0.0.1.evil.example", 403), ("http://localhost:3000", 200), ("https://reader.example", 200),
    ],
)  # fmt: skip
def test_a_page_of_another_site_changes_nothing(opened: Any, origin: str, status: int) -> None:
    server = opened(public_url="https://reader.example")
    answer = httpx.post(f"{server.url}/v1/articles", json=PUSH, headers={"origin": origin}, timeout=60, trust_env=False)
    assert answer.status_code == status
    assert server.engine.store.coverage("default").articles == (status == 200)
    if status == 200:
        server.engine.ingester.delete("default", "a")
    assert httpx.post(
        f"{server.url}/v1/feeds/poll", headers={"origin": origin}, timeout=60, trust_env=False
    ).status_code in (
        status,
        202,
    )
    # Reading is harmless: no page gets to see what comes back.
    read = httpx.get(f"{server.url}/v1/articles", headers={"origin": origin}, timeout=60, trust_env=False)
    assert read.status_code == 200 and "access-control-allow-origin" not in read.headers


def test_a_form_of_another_site_is_no_push(opened: Any) -> None:
    server = opened()
    form = {"content-type": "text/plain"}  # what a form can send without being asked for leave, and JSON in it
    body = b'{"articles": [{"title": "T", "body": "Planted."}]}'
    assert (
        httpx.post(f"{server.url}/v1/articles", content=body, headers=form, timeout=60, trust_env=False).status_code
        == 415
    )
    assert server.engine.store.coverage("default").articles == 0


def test_the_page_itself_asks_also_behind_a_proxy_that_changes_the_name(opened: Any) -> None:
    server = opened()
    own = {"origin": "https://reader.example", "sec-fetch-site": "same-origin"}
    asked = httpx.post(f"{server.url}/v1/search", json={"question": "Who?"}, headers=own, timeout=60, trust_env=False)
    assert asked.status_code == 200
    foreign = own | {"sec-fetch-site": "same-site"}
    asked = httpx.post(
        f"{server.url}/v1/search", json={"question": "Who?"}, headers=foreign, timeout=60, trust_env=False
    )
    assert asked.status_code == 403


def test_pages_of_sites_that_are_named_may_use_it(opened: Any) -> None:
    server = opened(cors_origins="https://paper.example http://localhost:3000", keys="required")
    _, key = server.engine.keys.create("page", Scope.READ)
    leave = {"origin": "https://paper.example", "access-control-request-method": "POST",
             "access-control-request-headers": "authorization,content-type"}  # fmt: skip
    with httpx.Client(base_url=server.url, trust_env=False, timeout=60) as http:
        asked = http.options("/v1/ask", headers=leave)
        assert asked.status_code == 200, "a browser asks for leave without a key"
        assert asked.headers["access-control-allow-origin"] == "https://paper.example"
        assert "access-control-allow-credentials" not in asked.headers
        answer = http.post(
            "/v1/ask", json={"question": "Who?"}, headers=bearer(key) | {"origin": "https://paper.example"}
        )
        assert answer.headers["access-control-allow-origin"] == "https://paper.example"
        assert "X-Request-Id" in answer.headers["access-control-expose-headers"]
        refused = http.post("/v1/ask", json={"question": "Who?"}, headers={"origin": "https://paper.example"})
        assert refused.status_code == 401 and refused.headers["access-control-allow-origin"] == "https://paper.example"
        other = leave | {"origin": "https://evil.example"}
        assert "access-control-allow-origin" not in http.options("/v1/ask", headers=other).headers


def test_without_the_setting_no_browser_gets_leave(opened: Any) -> None:
    server = opened()
    leave = {"origin": "https://paper.example", "access-control-request-method": "POST"}
    answer = httpx.options(f"{server.url}/v1/ask", headers=leave, timeout=60, trust_env=False)
    assert answer.status_code == 405 and "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize(
    ("proxies", "links_to", "refused"),
    [
        ("", "http://127.0.0.1", True),
        ("127.0.0.0/8, ::1", "https://127.0.0.1", False),
        ("10.0.0.1", "http://127.0.0.1", True),
    ],
)
def test_only_a_proxy_that_is_named_speaks_for_others(opened: Any, proxies: str, links_to: str, refused: bool) -> None:
    server = opened(proxies=proxies, rate_limit=2)
    httpx.post(f"{server.url}/v1/articles", json=PUSH, timeout=60, trust_env=False)
    answers = []
    for n in range(1, 4):
        said = {"x-forwarded-for": f"203.0.113.{n}", "x-forwarded-proto": "https"}
        found = httpx.post(
            f"{server.url}/v1/search", json={"question": "Planted?"}, headers=said, timeout=60, trust_env=False
        )
        answers.append(found)
    # Counted by address: who could name any address as its own would never be counted.
    assert (answers[-1].status_code == 429) is refused
    assert answers[0].json()["data"][0]["url"].startswith(links_to)


@pytest.mark.parametrize("name", [{"proxies": "all"}, {"cors_origins": "paper.example"}, {"frame_ancestors": "*"}])
def test_settings_that_cannot_be_meant_are_refused(tmp_path: Path, name: dict[str, str]) -> None:
    with pytest.raises(InvalidSettings):
        read_settings(data=tmp_path, **name)
