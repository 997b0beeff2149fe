"""The answer ledger: every surface leaves its answer there, and it tells what became of the articles since."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import mcp
import openai
import pytest
from anyio.from_thread import start_blocking_portal
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete

from answering.ask import Ask
from api.engine import Engine
from api.ledger_entries import digest
from api.settings import read_settings
from corpus.article import IncomingArticle
from corpus.database import Database
from corpus.errors import NotFound, StoreUnavailable
from corpus.keys import Scope
from corpus.ledger import LedgerEntry, LedgerStore, Wanted
from corpus.schema import answers as ledger_answers
from corpus.selection import Selection
from corpus.staleness import Place
from corpus.store import ArticleStore
from tests.commands import run
from tests.running import Server, serve

QUESTION = "When did the port of Skelmouth reopen?"
FIRST = "The port of Skelmouth reopened to cargo on 3 May after the storm. Two cranes are still broken."
SECOND = "The port of Skelmouth reopened to cargo on 5 May after the storm. Two cranes are still broken."
CORRECTED = f"{SECOND}\n\nCorrection: An earlier version of this article gave the wrong day."
PORT = {"id": "port", "title": "Port reopens", "publisher": "Coast Times", "published_at": "2024-05-03"}


@pytest.fixture
def http(own_server: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=own_server.url, timeout=60, trust_env=False) as client:
        push(client, FIRST)
        yield client


def push(client: httpx.Client, body: str) -> None:
    client.post("/v1/articles", json={"articles": [{**PORT, "body": body}], "wait": "keyword"}).raise_for_status()


def ask(client: httpx.Client, **options: Any) -> dict[str, Any]:
    return dict(client.post("/v1/ask", json={"question": QUESTION, **options}).raise_for_status().json())


def kept(client: httpx.Client, answer_id: str) -> dict[str, Any]:
    return dict(client.get(f"/v1/answers/{answer_id}").raise_for_status().json())


def test_an_answer_is_kept_as_it_was_given(http: httpx.Client) -> None:
    filters = {"publishers": ["Coast Times"], "published_from": "2024-05-01", "published_to": "2024-05-31"}
    response = http.post(
        "/v1/ask",
        json={"question": QUESTION, "filters": filters, "as_of": "2030-01-01", "top_k": 3, "ignore_hints": ["recency"]},
        headers={"X-Request-Id": "desk-7"},
    )
    answer = response.json()
    found = kept(http, answer["id"])
    assert found["question"] == QUESTION == found["standalone_question"] and found["request_id"] == "desk-7"
    assert (found["answer"], found["status"]) == (answer["answer"], "answered")
    for name in ("withheld", "notices", "hints", "timings", "usage", "conflicts", "later_coverage", "created_at"):
        assert found[name] == answer[name], name
    settings = found["settings"]
    assert settings["filters"]["publishers"] == ["Coast Times"] and settings["top_k"] == 3
    assert settings["as_of"].startswith("2030-01-01T23:59:59") and settings["ignore_hints"] == ["recency"]
    assert settings["policy"] == "strict" and settings["mode"] == "auto"
    assert [one["quote"] for one in found["citations"]] == [one["quote"] for one in answer["citations"]]
    assert [one["text"] for one in found["statements"]] == [one["text"] for one in answer["statements"]]
    assert [one["verdict"] for one in found["statements"]] == [one["verdict"] for one in answer["statements"]]
    places = [(one["article_id"], one["revision"], one["start"], one["end"], one["score"]) for one in found["passages"]]
    assert places == [(p["article_id"], p["revision"], p["start"], p["end"], p["score"]) for p in answer["passages"]]
    assert found["versions"]["index"] == answer["index_version"] and found["versions"]["reader"]
    assert not found["stale"] and found["changes"] == [] and found["key_id"] is None


def by_stream(server: Server) -> str:
    with httpx.stream("POST", f"{server.url}/v1/ask", json={"question": QUESTION, "stream": True}, timeout=60) as said:
        lines = said.read().decode().split("\n")
    return str(json.loads(next(line for line in lines if line.startswith("data: ")).removeprefix("data: "))["id"])


def by_chat(server: Server) -> str:
    return str(openai_client(server).chat.completions.create(**_CHAT).model_dump()["dateline"]["id"])


def by_chat_stream(server: Server) -> str:
    chunks = [chunk.model_dump() for chunk in openai_client(server).chat.completions.create(**_CHAT, stream=True)]
    return str(next(chunk["dateline"]["id"] for chunk in chunks if chunk.get("dateline")))


def by_responses(server: Server) -> str:
    return str(openai_client(server).responses.create(model="dateline", input=QUESTION).model_dump()["dateline"]["id"])


def by_mcp(server: Server) -> str:
    async def called() -> str:
        async with mcp.Client(f"{server.url}/mcp") as client:
            result = await client.call_tool("ask", {"question": QUESTION})
            return str((result.structured_content or {})["id"])

    with start_blocking_portal() as portal:
        return portal.call(called)


def by_command(server: Server) -> str:
    return str(json.loads(run("ask", QUESTION, "--json", "--url", server.url, data=Path("none")).stdout)["id"])


_CHAT: dict[str, Any] = {"model": "dateline", "messages": [{"role": "user", "content": QUESTION}]}
SURFACES: list[Callable[[Server], str]] = [by_stream, by_chat, by_chat_stream, by_responses, by_mcp, by_command]


def openai_client(server: Server) -> openai.OpenAI:
    transport = openai.DefaultHttpxClient(timeout=60, trust_env=False)
    return openai.OpenAI(base_url=f"{server.url}/v1", api_key="none", http_client=transport, max_retries=0)


def test_every_surface_tells_the_id_under_which_its_answer_is_kept(http: httpx.Client, own_server: Server) -> None:
    told = [surface(own_server) for surface in SURFACES]
    assert [kept(http, answer_id)["question"] for answer_id in told] == [QUESTION] * len(SURFACES)
    listed = http.get("/v1/answers").json()["data"]
    assert [one["id"] for one in listed] == told[::-1], "newest first, none twice"


def test_answers_are_listed_page_by_page_and_forgotten(http: httpx.Client) -> None:
    ids = [ask(http)["id"] for _ in range(3)]
    nothing = http.post("/v1/ask", json={"question": "Who won the 2022 World Cup?"}).json()
    page = http.get("/v1/answers", params={"limit": 2})
    assert [one["id"] for one in page.json()["data"]] == [nothing["id"], ids[2]] and page.json()["has_more"]
    following = httpx.get(page.links["next"]["url"], trust_env=False).json()
    assert [one["id"] for one in following["data"]] == [ids[1], ids[0]] and following["next_cursor"] is None

    def listed(**wanted: Any) -> list[str]:
        found = http.get("/v1/answers", params=wanted).raise_for_status().json()["data"]
        return [one["id"] for one in found]

    assert listed(status="abstained") == [nothing["id"]] == listed(q="world CUP")
    assert listed(collection="other") == [] == listed(asked_to="2020-01-01") == listed(stale=True)
    assert len(listed(asked_from="2020-01-01")) == 4 == len(listed(stale=False))
    assert kept(http, nothing["id"])["reason"]["message"] == nothing["reason"]["message"]
    assert http.delete(f"/v1/answers/{ids[0]}").status_code == 204
    assert http.get(f"/v1/answers/{ids[0]}").status_code == 404 == http.delete(f"/v1/answers/{ids[0]}").status_code
    assert http.get("/v1/answers", params={"cursor": "x"}).status_code == 422


def test_an_answer_is_stale_once_its_article_is_corrected_and_says_whether_the_words_stand(http: httpx.Client) -> None:
    before = ask(http)
    push(http, f"{FIRST} The harbour master retires.")
    (change,) = kept(http, before["id"])["changes"]
    assert (change["became"], change["revision"], change["cited_revision"]) == ("revised", 2, 1)
    assert change["stands"] and change["notice"] is None and change["article_id"] == "port"

    push(http, CORRECTED)
    found = kept(http, before["id"])
    (change,) = found["changes"]
    assert found["stale"] and (change["became"], change["revision"], change["stands"]) == ("corrected", 3, False)
    assert change["notice"].startswith("Correction:")
    assert found["citations"][0]["quote"] in FIRST, "what was cited is still shown as it was"
    seen = http.get("/v1/articles/port").json()["first_seen_at"]
    assert change["changed_at"] == seen
    (listed,) = http.get("/v1/answers", params={"stale": True}).json()["data"]
    assert listed["id"] == before["id"] and listed["changes"] == [change]
    assert http.get("/v1/answers", params={"stale": False}).json()["data"] == []
    assert not kept(http, ask(http)["id"])["stale"], "asked again it cites what is current"


def test_a_question_about_the_past_is_not_stale_for_what_came_between(http: httpx.Client) -> None:
    http.post("/v1/articles", json={"articles": [{**PORT, "updated_at": "2024-05-06", "body": SECOND}]})
    past = ask(http, as_of="2024-05-04")
    assert past["citations"][0]["revision"] == 1 and not kept(http, past["id"])["stale"]
    http.post("/v1/articles", json={"articles": [{**PORT, "updated_at": "2024-05-08", "body": CORRECTED}]})
    assert kept(http, past["id"])["stale"]


def test_words_of_a_deleted_article_leave_the_ledger(http: httpx.Client, own_server: Server) -> None:
    answer = ask(http)
    kept(http, answer["id"])
    assert http.delete("/v1/articles/port").status_code == 204
    found = kept(http, answer["id"])
    assert found["answer"] is None and [one["text"] for one in found["statements"]] == [None]
    assert [one["quote"] for one in found["citations"]] == [None]
    assert [(one["became"], one["revision"]) for one in found["changes"]] == [("deleted", None)]
    assert "3 May" not in json.dumps(found)
    # The same when the article goes before the answer is written.
    entry = own_server.engine.ledger.store.get(answer["id"], Wanted())
    late = LedgerEntry(**{**fields(entry), "id": "ans_late", "said": {"answer": "It reopened on 3 May."}})
    own_server.engine.ledger.store.add([late])
    assert own_server.engine.ledger.store.get("ans_late", Wanted()).said is None


def fields(entry: LedgerEntry) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in LedgerEntry.__slots__}


def test_a_replay_tells_what_a_revision_did(http: httpx.Client) -> None:
    before = ask(http)
    same = http.post(f"/v1/answers/{before['id']}/replay").json()
    assert same["same"] and same["versions"] == {} and same["status"] is None
    assert same["passages"]["gone"] == same["passages"]["new"] == [] and same["passages"]["unchanged"] == 1
    assert same["answer"]["id"] == same["after"] and kept(http, same["after"])["replay_of"] == before["id"]
    push(http, SECOND)
    found = http.post(f"/v1/answers/{before['id']}/replay").json()
    assert not found["same"] and found["status"] is None
    assert ["3 May" in text for text in found["statements"]["gone"]] == [True]
    assert ["5 May" in text for text in found["statements"]["new"]] == [True]
    assert "[1]" not in found["statements"]["new"][0]
    assert found["passages"]["revised"] == [{"article_id": "port", "before": [1], "after": [2]}]
    http.delete("/v1/articles/port")
    gone = http.post(f"/v1/answers/{before['id']}/replay").json()
    assert gone["status"] == {"before": "answered", "after": "abstained"} and gone["statements"] is None
    assert http.post("/v1/answers/ans_none/replay").status_code == 404


def test_the_command_line_lists_shows_and_replays(data_folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "port.json"
    file.write_text(json.dumps({**PORT, "body": FIRST}))
    run("ingest", str(file), data=data_folder)
    answer = json.loads(run("ask", QUESTION, "--json", data=data_folder).stdout)
    file.write_text(json.dumps({**PORT, "body": CORRECTED}))
    run("ingest", str(file), data=data_folder)
    (listed,) = json.loads(run("answers", "list", "--stale", "--json", data=data_folder).stdout)["data"]
    assert listed["id"] == answer["id"]
    assert "stale" in run("answers", "list", data=data_folder).stdout
    shown = run("answers", "show", answer["id"], data=data_folder).stdout
    assert "was corrected since" in shown and "do not stand" in shown and answer["citations"][0]["quote"] in shown
    again = run("answers", "replay", answer["id"], data=data_folder).stdout
    assert "it differs" in again and "- " in again and "revision 1 before, 2 now" in again
    run("answers", "delete", answer["id"], data=data_folder)
    assert "No answer" in run("answers", "show", answer["id"], data=data_folder, check=2).stderr
    assert "no status" in run("answers", "list", "--status", "odd", data=data_folder, check=2).stderr


def test_a_key_sees_its_own_answers_and_an_admin_all(data_folder: Path) -> None:
    for server in serve(Engine(read_settings(data=data_folder, sample=False, keys="required"))):
        keys = [server.engine.keys.create(name, scope) for name, scope in
                (("a", Scope.READ), ("b", Scope.READ), ("w", Scope.WRITE), ("all", Scope.ADMIN))]  # fmt: skip
        one, other, writing, admin = (
            httpx.Client(base_url=server.url, headers={"X-API-Key": text}, timeout=60, trust_env=False)
            for _, text in keys
        )
        push(writing, FIRST)
        mine = ask(one)["id"]
        assert kept(one, mine)["key_id"] == keys[0][0].id
        assert kept(admin, mine)["question"] == QUESTION
        assert other.get(f"/v1/answers/{mine}").status_code == 404 == writing.delete(f"/v1/answers/{mine}").status_code
        assert other.post(f"/v1/answers/{mine}/replay").status_code == 404
        assert other.get("/v1/answers").json()["data"] == []
        assert [found["id"] for found in one.get("/v1/answers").json()["data"]] == [mine]
        assert one.post(f"/v1/answers/{mine}/replay").json()["same"]
        assert one.delete(f"/v1/answers/{mine}").status_code == 403, "that needs the scope write"
        assert admin.delete(f"/v1/answers/{mine}").status_code == 204
        secrets = [text for _, text in keys]
        stored = b"".join(file.read_bytes() for file in data_folder.glob("dateline.sqlite*"))
        assert all(text.encode() not in stored for text in secrets)
        for client in (one, other, writing, admin):
            client.close()


@pytest.mark.parametrize("keep", ["hashed", "anonymous", "off"])
def test_what_settings_keep_out_is_nowhere_in_the_store(data_folder: Path, keep: str) -> None:
    settings = read_settings(data=data_folder, sample=False, keys="required", ledger=keep)
    for server in serve(Engine(settings)):
        key, text = server.engine.keys.create("desk", Scope.ADMIN)
        _, reading = server.engine.keys.create("other", Scope.READ)
        with httpx.Client(base_url=server.url, headers={"X-API-Key": text}, timeout=60, trust_env=False) as client:
            push(client, FIRST)
            asked = ["When did zanzibarian Skelmouth reopen?", "Who is Zanzibaria Quux?"]
            ids = [client.post("/v1/ask", json={"question": one}).json()["id"] for one in asked]
            again = client.post("/v1/ask", json={"question": asked[0]}).json()["id"]
            listed = client.get("/v1/answers").json()["data"]
            if keep == "off":
                assert listed == [] and client.get(f"/v1/answers/{ids[0]}").status_code == 404
                continue
            found = [kept(client, answer_id) for answer_id in (*ids, again)]
            digests = [one["question_digest"] for one in found]
            assert (digests[0] == digests[2] != digests[1]) if keep == "hashed" else digests == [None] * 3
            assert all(one["question"] is one["hints"] is one["standalone_question"] is None for one in found)
            assert all((one["key_id"] is None) == (keep == "anonymous") and one["key_id"] != key.id for one in found)
            assert found[1]["reason"]["code"] and "anzib" not in json.dumps(found)
            refused = client.post(f"/v1/answers/{ids[0]}/replay")
            assert refused.status_code == 422 and "DATELINE_LEDGER" in refused.json()["detail"]
            mine = {"X-API-Key": reading}
            answered = client.post("/v1/ask", json={"question": asked[0]}, headers=mine).json()["id"]
            seen = client.get("/v1/answers", headers=mine).json()["data"]
            assert [one["id"] for one in seen] == ([answered] if keep == "hashed" else [])
    stored = b"".join(file.read_bytes() for file in data_folder.glob("dateline.sqlite*"))
    assert b"anzibar" not in stored


@given(st.text(), st.text())
def test_digests_are_equal_for_equal_questions_only(one: str, other: str) -> None:
    assert (digest(one, b"secret") == digest(other, b"secret")) == (
        one.encode("utf-8", "replace") == other.encode("utf-8", "replace")
    )
    assert digest(one, b"secret") != digest(one, b"another")


@pytest.fixture
def database(where: Path | str) -> Iterator[Database]:
    database = Database(where)
    yield database
    database.close()


@pytest.fixture
def store(database: Database) -> LedgerStore:
    return LedgerStore(database)


def entry(number: int, given_at: datetime, *places: Place) -> LedgerEntry:
    return LedgerEntry(
        f"ans_{number}", given_at, given_at, "default", "answered", None, f"Question {number}?", {}, {}, {}, places
    )


def test_what_is_too_old_or_too_many_goes_some_at_a_time(store: LedgerStore) -> None:
    now = datetime.now(UTC)
    store.add([entry(n, now - timedelta(days=20 - n), Place(1, "a", 1, 0, 5)) for n in range(20)])
    assert store.trim(None, None) == 0 == store.trim(now - timedelta(days=100), 20)
    assert store.trim(now - timedelta(days=15.5), None, limit=3) == 3
    assert store.trim(now - timedelta(days=15.5), None) == 2
    assert [one.id for _, one in store.page(Wanted(), 50)][-1] == "ans_5"
    assert store.trim(now - timedelta(days=15.5), 4) == 11
    assert [one.id for _, one in store.page(Wanted(), 50)] == ["ans_19", "ans_18", "ans_17", "ans_16"]
    assert len(store.changes([f"ans_{n}" for n in range(20)])) == 4, "citations went with their answers"
    with pytest.raises(NotFound):
        store.get("ans_0", Wanted())


def test_old_answers_go_by_themselves(data_folder: Path) -> None:
    with Engine(read_settings(data=data_folder, sample=False, ledger_days=5)) as engine:
        engine.ledger.store.add([entry(n, datetime.now(UTC) - timedelta(days=n)) for n in range(10)])
        engine.ledger.start()
        for _ in range(400):
            if len(engine.ledger.store.page(Wanted(), 20)) == 5:
                break
            threading.Event().wait(0.05)
        assert [one.id for _, one in engine.ledger.store.page(Wanted(), 20)] == [f"ans_{n}" for n in (4, 3, 2, 1, 0)]


def test_a_store_that_takes_nothing_costs_no_answer_and_is_counted(
    http: httpx.Client, own_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = own_server.engine.ledger
    stuck = threading.Event()

    def full(_: object) -> None:
        stuck.wait(30)
        raise StoreUnavailable("The disk is full.")

    with monkeypatch.context() as patched:
        patched.setattr(ledger.store, "add", full)
        answers = [ask(http) for _ in range(3)]
        assert all(answer["status"] == "answered" for answer in answers), "while the ledger hangs"
        stuck.set()
        assert ledger.settle()
    assert 'dateline_ledger_lost_answers_total{why="failed"} 3.0' in http.get("/metrics").text
    assert kept(http, ask(http)["id"])["status"] == "answered", "and goes on afterwards"


def test_one_answer_that_cannot_be_written_takes_no_other_with_it(
    own_server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    engine = own_server.engine
    engine.ingester.put([IncomingArticle("Port", FIRST, "port")])
    asked = Ask(QUESTION, Selection())
    answers = [asyncio.run(engine.asker.ask(asked)) for _ in range(4)]
    assert engine.ledger.settle()
    with engine._database.write() as connection:  # what is answered now waits for this, and is written together
        connection.execute(delete(ledger_answers).where(ledger_answers.c.id != answers[2].id))
        for answer in answers:  # the third is there already: a row that cannot be written
            engine.ledger.answered(asked, answer)
        assert engine.ledger.waiting or not engine.ledger.settle(0.0)
    assert engine.ledger.settle()
    listed = [one.id for _, one in engine.ledger.store.page(Wanted(), 20)]
    assert sorted(listed) == sorted(one.id for one in answers)
    assert b'dateline_ledger_lost_answers_total{why="failed"} 1.0' in engine.metrics.text()
    assert [record.levelname for record in caplog.records if record.name == "api.ledger"] == ["ERROR"]


def test_more_answers_than_can_wait_are_let_go(
    http: httpx.Client, own_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = own_server.engine.ledger
    go_on = threading.Event()
    add = ledger.store.add

    def slow(entries: list[LedgerEntry]) -> None:
        go_on.wait(30)
        add(entries)

    monkeypatch.setattr(ledger.store, "add", slow)
    monkeypatch.setattr(ledger._waiting, "maxsize", 2)
    ids = [ask(http)["id"] for _ in range(5)]
    go_on.set()
    listed = [one["id"] for one in http.get("/v1/answers").json()["data"]][::-1]
    assert 2 <= len(listed) < 5 and listed == [one for one in ids if one in listed], "in order, and as many as fit"
    lost = f'dateline_ledger_lost_answers_total{{why="full"}} {5 - len(listed)}.0'
    assert lost in http.get("/metrics").text


def test_both_engines_tell_the_same_of_what_changed(database: Database, store: LedgerStore) -> None:
    stored, asked_at = ArticleStore(database), datetime(2024, 5, 4, tzinfo=UTC)

    def put(article_id: str, body: str, days: int) -> None:
        stored.put([(IncomingArticle("Port", body, article_id), [])], asked_at + timedelta(days=days))

    for article_id in ("a", "b", "c", "d"):
        put(article_id, FIRST, -2)
    put("d", SECOND, -1)  # before the question, which was asked as of a day before that
    place = (1, 0, FIRST.index(".") + 1)
    for number, article_id in enumerate("abcd"):
        store.add([entry(number, asked_at, Place(1, article_id, *place))])
    put("a", CORRECTED, 1)
    put("b", f"{FIRST} More.", 1)
    stored.delete("default", "c")
    changes = store.changes([f"ans_{number}" for number in range(4)])
    told = {answer_id: (one.became.value, one.stands, one.revision) for answer_id, (one,) in changes.items()}
    assert told == {
        "ans_0": ("corrected", False, 2), "ans_1": ("revised", True, 2), "ans_2": ("deleted", False, None),
    }  # fmt: skip
    assert changes["ans_0"][0].changed_at == asked_at + timedelta(days=1)
    assert [one.id for _, one in store.page(Wanted(is_stale=True), 10)] == ["ans_2", "ans_1", "ans_0"]
    assert [one.id for _, one in store.page(Wanted(is_stale=False, question="QUESTION 3"), 10)] == ["ans_3"]
    assert store.get("ans_2", Wanted()).said is None and store.get("ans_1", Wanted()).said == {}
    assert store.quotes(store.get("ans_0", Wanted())) == {1: FIRST[place[1] : place[2]]}
    assert [one.id for _, one in store.page(Wanted(), 2, before=store.page(Wanted(), 2)[-1][0])] == ["ans_1", "ans_0"]
    store.delete("ans_1", Wanted(collections=("default",)))
    with pytest.raises(NotFound):
        store.delete("ans_0", Wanted(key_ids=("somebody",)))
    assert [one.id for _, one in store.page(Wanted(), 10)] == ["ans_3", "ans_2", "ans_0"]
