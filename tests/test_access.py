"""Keys and limits: who comes in, how far, how often; and what a server says that would let everybody in."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.access import needed_scope
from api.engine import Engine
from api.settings import read_settings
from corpus.database import Database
from corpus.errors import InvalidInput, NotFound
from corpus.keys import KeyStore, Scope
from tests.commands import run
from tests.running import Server, serve
from tests.test_start import served


@pytest.fixture
def keys(where: Path | str) -> Iterator[KeyStore]:
    database = Database(where)
    yield KeyStore(database)
    database.close()


def test_a_key_is_found_by_its_text_alone_until_it_is_revoked(keys: KeyStore, tmp_path: Path) -> None:
    assert keys.is_empty()
    key, text = keys.create("a desk", Scope.WRITE, 60)
    other, other_text = keys.create("another", Scope.READ)
    assert keys.find(text) == key and keys.find(other_text) == other
    assert keys.find(text[:-1]) is None and keys.find(other_text.replace(other.id, key.id)) is None
    secret = text.split("_", 2)[2]  # which may hold more of them
    assert all(secret.encode() not in file.read_bytes() for file in tmp_path.iterdir()), "only a digest is stored"
    keys.revoke(key.id)
    assert keys.find(text) is None and not keys.is_empty()
    assert [one.revoked_at is None for one in keys.all()] == [False, True]
    with pytest.raises(NotFound):
        keys.revoke(key.id)
    for name in ("", "x" * 101, "a\nb"):
        with pytest.raises(InvalidInput):
            keys.create(name, Scope.READ)


def test_any_text_is_no_key(keys: KeyStore) -> None:
    made, _ = keys.create("a desk", Scope.READ)

    @given(st.text(max_size=80))
    def tried(text: str) -> None:
        assert keys.find(text) is None and keys.find(f"dl_{made.id}_{text}") is None

    tried()


def test_what_a_request_needs() -> None:
    assert needed_scope("GET", "/v1/articles") is Scope.READ
    assert needed_scope("POST", "/v1/ask") is Scope.READ
    assert needed_scope("POST", "/v1/chat/completions") is Scope.READ
    assert needed_scope("POST", "/v1/articles") is Scope.WRITE
    assert needed_scope("DELETE", "/v1/articles/a") is Scope.WRITE
    assert needed_scope("POST", "/v1/feeds") is Scope.WRITE
    assert needed_scope("PUT", "/what/comes/later") is Scope.WRITE
    assert needed_scope("GET", "/v1/export") is Scope.ADMIN


@pytest.fixture
def guarded(data_folder: Path) -> Iterator[Server]:
    yield from serve(Engine(read_settings(data=data_folder, sample=False, keys="required")))


def bearer(text: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {text}"}


def test_a_server_lets_in_who_has_a_key_and_as_far_as_it_reaches(guarded: Server) -> None:
    reading, writing, all_of_it = (guarded.engine.keys.create(scope, scope)[1] for scope in Scope)
    article = {"articles": [{"id": "a", "title": "Port", "body": "The port reopened on 3 May."}], "wait": "keyword"}
    question = {"question": "When did the port reopen?"}
    with httpx.Client(base_url=guarded.url, timeout=60, trust_env=False) as http:
        assert http.get("/healthz").status_code == 200 and http.get("/readyz").status_code in (200, 503)
        for path in ("/", "/articles", "/read/a", "/v1/articles", "/docs", "/openapi.json", "/v1/models", "/nothing"):
            refused = http.get(path)
            assert refused.status_code == 401 and refused.headers["www-authenticate"] == "Bearer", path
            assert refused.json()["error"]["code"] == "key_required" and refused.headers["x-request-id"]
            assert http.head(path).status_code == 401, path
        assert http.get("/", headers={"Accept": "text/html"}).headers["www-authenticate"].startswith("Basic ")
        assert http.post("/v1/ask", json=question, headers=bearer("dl_x_y")).status_code == 401
        assert http.post("/v1/articles", json=article, headers=bearer(reading)).status_code == 403
        assert http.post("/v1/articles", json=article, headers=bearer(writing)).json()["added"] == 1
        assert http.post("/v1/ask", json=question, headers={"X-API-Key": reading}).json()["status"] == "answered"
        basic = base64.b64encode(f"me:{reading}".encode()).decode()
        assert http.get("/read/a", headers={"Authorization": f"Basic {basic}"}).status_code == 200
        assert http.get("/", headers={"Authorization": "Basic %%%"}).status_code == 401
        assert http.head("/read/a", headers=bearer(reading)).status_code == 200
        assert http.head("/v1/export", headers=bearer(writing)).status_code == 403
        assert http.get("/v1/export", headers=bearer(writing)).status_code == 403
        assert http.get("/v1/export", headers=bearer(all_of_it)).status_code == 200
        key = guarded.engine.keys.find(reading)
        assert key is not None
        guarded.engine.keys.revoke(key.id)
        assert http.post("/v1/ask", json=question, headers=bearer(reading)).status_code == 401


def test_more_requests_than_allowed_are_refused_and_others_unharmed(guarded: Server) -> None:
    _, few = guarded.engine.keys.create("few", Scope.READ, per_minute=3)
    _, many = guarded.engine.keys.create("many", Scope.READ)
    with httpx.Client(base_url=guarded.url, timeout=60, trust_env=False) as http:
        told = [http.get("/v1/articles", headers=bearer(few)) for _ in range(2)]
        told.append(http.head("/v1/articles", headers=bearer(few)))
        told.append(http.get("/v1/articles", headers=bearer(few)))
        assert [answer.status_code for answer in told] == [200, 200, 200, 429]
        assert told[0].headers["ratelimit-policy"] == '"requests";q=3;w=60'
        assert [answer.headers["ratelimit"].split(";")[1] for answer in told] == ["r=2", "r=1", "r=0", "r=0"]
        assert 1 <= int(told[3].headers["retry-after"]) <= 60 and "retry-after" not in told[0].headers
        assert told[3].json()["error"]["code"] == "too_many_requests"
        free = http.get("/v1/articles", headers=bearer(many))
        assert free.status_code == 200 and "ratelimit" not in free.headers


def test_guessing_is_slow_and_harms_nobody_who_was_let_in(guarded: Server) -> None:
    key, known = guarded.engine.keys.create("known", Scope.READ)
    _, unknown = guarded.engine.keys.create("came never", Scope.READ)
    revoked, former = guarded.engine.keys.create("former", Scope.READ)
    guarded.engine.keys.revoke(revoked.id)
    with httpx.Client(base_url=guarded.url, timeout=60, trust_env=False) as http:
        assert http.get("/v1/articles", headers=bearer(known)).status_code == 200
        guesses = [f"dl_{key.id}_{n}" for n in range(28)] + [former, "no key at all"]
        told = [http.get("/v1/articles", headers=bearer(guess)) for guess in guesses]
        assert {answer.status_code for answer in told} == {401}
        details = {answer.json()["detail"] for answer in told}
        assert len(details) == 1, "unknown, wrong, revoked and malformed are told the same"
        stopped = http.get("/v1/articles", headers=bearer(f"dl_{key.id}_more"))
        assert stopped.status_code == 429 and 1 <= int(stopped.headers["retry-after"]) <= 60
        assert http.get("/v1/articles", headers=bearer(unknown)).status_code == 429, "it is not even looked at"
        assert http.get("/v1/articles").status_code == 401, "who sends none guesses nothing"
        assert http.get("/v1/articles", headers=bearer(known)).status_code == 200
        guarded.engine.keys.revoke(key.id)
        assert http.get("/v1/articles", headers=bearer(known)).status_code == 401
        assert http.get("/v1/articles", headers=bearer(known)).status_code == 429, "it is one of the wrong ones now"


def test_keys_are_made_listed_and_revoked_beside_a_running_server(guarded: Server) -> None:
    data = guarded.engine.settings.data
    made = json.loads(run("keys", "create", "desk", "--scope", "write", "--json", data=data).stdout)
    text = run("keys", "create", "reader", data=data).stdout.strip()
    listed = run("keys", "list", data=data).stdout
    assert made["id"] in listed and "desk" in listed and made["key"] not in listed and text not in listed
    with httpx.Client(base_url=guarded.url, timeout=60, trust_env=False) as http:
        assert http.get("/v1/articles", headers=bearer(made["key"])).status_code == 200
        run("keys", "revoke", made["id"], data=data)
        assert http.get("/v1/articles", headers=bearer(made["key"])).status_code == 401
        assert http.get("/v1/articles", headers=bearer(text)).status_code == 200
    assert "no key" in run("keys", "revoke", "zzz", data=data, check=2).stderr.lower()
    assert "scope" in run("keys", "create", "x", "--scope", "all", data=data, check=2).stderr


def test_a_server_that_others_reach_does_not_start_without_a_key(data_folder: Path) -> None:
    refused = run("serve", "--host", "0.0.0.0", "--port", "0", data=data_folder, check=2)
    assert "dateline keys create" in refused.stderr


def test_commands_reach_a_server_that_listens_on_every_address(
    data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = run("keys", "create", "me", data=data_folder).stdout.strip()
    monkeypatch.setenv("DATELINE_HOST", "0.0.0.0")
    monkeypatch.setenv("DATELINE_ALLOWED_HOSTS", "news.example")
    with served(data_folder) as (url, _):
        assert url.startswith("http://127.0.0.1:")
        assert '"data": []' in run("articles", "--json", data=data_folder, DATELINE_API_KEY=key).stdout
        assert "key" in run("articles", data=data_folder, check=2).stderr
