"""`dateline doctor` on folders and settings that are really broken, each in one way; and that it touches nothing."""

import hashlib
import json
import os
import shutil
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
import pytest

from api.doctor import files, indexes, surroundings
from api.doctor.finding import Finding, Patient, State, ok
from api.doctor.report import CHECKS, findings
from api.engine import Engine
from api.settings import read_settings
from corpus.article import IncomingArticle
from corpus.database import Database
from corpus.errors import StoreUnavailable
from corpus.keys import Scope
from retrieval.chroma import _client, server_state
from retrieval.chroma_address import ChromaAddress
from retrieval.index import ChromaIndex
from tests.chroma import ChromaServer
from tests.commands import run
from tests.postgres import Cluster
from tests.running import copied, serve
from tests.scripted_model import ScriptedModel


@pytest.fixture(scope="module")
def healthy(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copied(sample, tmp_path_factory.mktemp("healthy") / "data")


@pytest.fixture
def folder(healthy: Path, tmp_path: Path) -> Path:
    return copied(healthy, tmp_path / "data")


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def diagnosed(folder: Path, **settings: Any) -> dict[str, Any]:
    """The findings by what they are about; where there are several about one thing, the gravest."""
    settings = {"port": free_port(), "sample": False} | settings
    found = sorted(findings(read_settings(data=folder, **settings)), key=lambda one: list(State).index(one.state))
    return {one.about: one for one in found}


def wrongs(found: dict[str, Any]) -> set[str]:
    return {about for about, one in found.items() if one.state is State.WRONG}


def digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*")) if path.is_file()
    }  # fmt: skip


def test_a_healthy_folder_is_left_as_it_was_and_nothing_is_wrong(folder: Path) -> None:
    before = digests(folder)
    found = diagnosed(folder)
    assert not wrongs(found), found
    assert "sound" in found["store"].detail and "384 dimensions" in found["embedder"].detail
    assert found["vector index"].state is State.OK and found["keyword index"].state is State.OK
    assert digests(folder) == before


def test_a_folder_that_is_not_there_yet_is_no_fault(tmp_path: Path, made_files: Path, embedder: object) -> None:
    (tmp_path / "data").mkdir(mode=0o700)
    (tmp_path / "data" / "models").symlink_to(made_files)
    assert not wrongs(diagnosed(tmp_path / "data"))
    assert {path.name for path in (tmp_path / "data").iterdir()} == {"models"}


def sql(folder: Path, *statements: str) -> None:
    with closing(sqlite3.connect(folder / "dateline.sqlite")) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def scribbled(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(os.urandom(200_000))


def test_a_damaged_store_and_one_of_another_release(folder: Path) -> None:
    sql(folder, "UPDATE alembic_version SET version_num = '9999'")
    newer = diagnosed(folder)["store"]
    assert newer.state is State.WRONG and "9999" in newer.detail and "later" in newer.remedy
    sql(folder, "UPDATE alembic_version SET version_num = '0003'")
    assert diagnosed(folder)["store"].state is State.NOTE, "an older one is brought up to date by itself"
    scribbled(folder / "dateline.sqlite")
    damaged = diagnosed(folder)["store"]
    assert damaged.state is State.WRONG and "restore" in damaged.remedy


def test_another_embedder_and_vectors_that_are_not_its_own(folder: Path) -> None:
    assert "all-MiniLM-L6-v2" in diagnosed(folder, embedder="another/model")["embedder"].detail
    sql(folder, "UPDATE facts SET value = '0' WHERE name = 'chunking'")
    assert "reindex" in diagnosed(folder)["embedder"].remedy
    sql(folder, "UPDATE facts SET value = (SELECT value FROM facts WHERE name = 'chunking') WHERE name = 'x'")


def test_a_stored_vector_that_the_model_would_not_give(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "dateline.sqlite")) as connection:
        key, other = connection.execute("SELECT min(key), max(key) FROM chunks").fetchone()
        connection.execute(
            "UPDATE chunks SET embedding = (SELECT embedding FROM chunks WHERE key = ?) WHERE key = ?", (other, key)
        )
        connection.commit()
    found = diagnosed(folder)["embedder"]
    assert found.state is State.WRONG and "unlike" in found.detail


def test_indexes_that_lost_something(folder: Path) -> None:
    index = next((folder / "index").iterdir())
    largest = max((path for path in index.rglob("*") if path.is_file()), key=lambda path: path.stat().st_size)
    scribbled(largest)
    keywords = next((folder / "keyword").iterdir())
    next(keywords.glob("*.term")).write_bytes(b"")
    found = diagnosed(folder)
    assert found["vector index"].state is State.NOTE and "damaged" in found["vector index"].detail
    assert found["keyword index"].state is State.NOTE and "next start" in found["keyword index"].remedy
    shutil.rmtree(folder / "index")
    shutil.rmtree(folder / "keyword")
    found = diagnosed(folder)
    assert "none yet" in found["vector index"].detail and "none yet" in found["keyword index"].detail


def test_indexes_that_hold_other_chunks_than_the_store(folder: Path) -> None:
    sql(folder, "DELETE FROM chunks WHERE key = (SELECT max(key) FROM chunks WHERE is_current)")
    found = diagnosed(folder)
    assert found["keyword index"].state is State.NOTE and "the store" in found["keyword index"].detail
    assert found["vector index"].state is State.OK, "more than it should hold finds nothing that is not stored"
    with closing(sqlite3.connect(folder / "dateline.sqlite")) as connection:
        [fingerprint] = connection.execute("SELECT value FROM facts WHERE name = 'embedder_fingerprint'").fetchone()
    index = ChromaIndex(fingerprint, folder=next((folder / "index").iterdir()))
    ids = sorted(index.ids("default"))
    index.remove("default", ids[:3])
    index.close()
    found = diagnosed(folder)
    assert (
        found["vector index"].state is State.NOTE
        and f"of the {len(ids) - 1} vectors of 'default'" in found["vector index"].detail
    )
    assert "move-index" in str(found["vector index"].remedy)


def test_vectors_that_are_still_to_be_made(folder: Path) -> None:
    with Engine(read_settings(data=folder, sample=False)) as engine:
        engine.ingester.put([IncomingArticle("A ferry", "A ferry sails to Skelmouth.", "ferry")])
    found = diagnosed(folder)
    assert found["vectors"].state is State.NOTE and "1 chunks have none yet" in found["vectors"].detail
    assert not wrongs(found) and found["vector index"].state is State.OK


def test_a_clock_that_went_back(folder: Path) -> None:
    sql(folder, "UPDATE revisions SET first_seen_at = '2999-01-01 00:00:00.000000'")
    assert "yet to come" in diagnosed(folder)["clock"].detail


def test_addresses_and_keys(folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        found = diagnosed(folder, port=taken.getsockname()[1])
        assert found["address"].state is State.WRONG and "DATELINE_PORT" in found["address"].remedy
    assert diagnosed(folder, host="no.such.host.invalid")["address"].state is State.WRONG
    assert diagnosed(folder, host="0.0.0.0")["keys"].remedy == "dateline keys create NAME"
    assert diagnosed(folder, keys="required")["keys"].state is State.WRONG
    with Engine(read_settings(data=folder, sample=False)) as engine:
        engine.keys.create("desk", Scope.READ)
    public = diagnosed(folder, host="0.0.0.0")
    assert public["keys"].state is State.OK and "DATELINE_PUBLIC_URL" in str(public["public address"].remedy)
    assert "public address" not in diagnosed(folder, host="0.0.0.0", public_url="https://news.example")
    assert "public address" not in diagnosed(folder)


@pytest.mark.parametrize(
    ("host", "is_public"), [("1.1.1.1", True), ("2606:4700::1111", True), ("10.0.0.5", False), ("127.0.0.1", False),
                            ("chroma.internal", False)],
)  # fmt: skip
def test_which_addresses_of_a_chroma_server_anybody_may_reach(host: str, is_public: bool) -> None:
    assert indexes._is_public(host) is is_public


def test_files_that_are_named_and_folders_that_others_see(folder: Path) -> None:
    found = diagnosed(folder, reranker="/no/such/model", judge="./nor/this")
    assert {"DATELINE_RERANKER", "DATELINE_JUDGE"} <= wrongs(found)
    folder.chmod(0o755)
    assert "chmod 700" in diagnosed(folder)["data folder"].remedy


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_to(folder: Path) -> None:
    folder.chmod(0o500)
    assert "data folder" in wrongs(diagnosed(folder))
    folder.chmod(0o700)


def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("not a folder")
    assert "data folder" in wrongs(diagnosed(tmp_path / "data"))


def test_a_chat_model_that_answers_and_one_that_is_not_there(folder: Path) -> None:
    with ScriptedModel() as model:
        set_ = {"model": "scripted", "model_base_url": model.base_url, "model_api_key": "x"}
        assert diagnosed(folder, **set_)["chat model"].state is State.OK
    gone = diagnosed(folder, model="scripted", model_base_url=f"http://127.0.0.1:{free_port()}/v1", model_api_key="x")
    assert gone["chat model"].state is State.WRONG


def test_a_chroma_server_that_is_there_empty_or_gone(folder: Path, chroma: ChromaServer) -> None:
    found = diagnosed(folder, chroma_url=chroma.url)
    about = next(name for name in found if name.startswith("Chroma server"))
    assert found[about].state is State.NOTE and "0 of the" in found[about].detail
    gone = diagnosed(folder, chroma_url=f"http://127.0.0.1:{free_port()}")["Chroma server"]
    assert gone.state is State.WRONG and "chroma run" in gone.remedy


def test_a_database_that_is_gone(folder: Path) -> None:
    pytest.importorskip("psycopg")
    url = f"postgresql://nobody:s3cret@127.0.0.1:{free_port()}/dateline"
    found = diagnosed(folder, database_url=url, chroma_url=f"http://127.0.0.1:{free_port()}")["database"]
    assert found.state is State.WRONG and "DATELINE_DATABASE_URL" in found.remedy and "s3cret" not in found.detail


def of_database(folder: Path, url: str) -> Finding:
    """The gravest finding about a database."""
    settings = read_settings(data=folder, database_url=url, chroma_url="http://127.0.0.1:1", sample=False)
    return min(findings(settings, [files.database]), key=lambda one: -list(State).index(one.state))


def execute(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement.encode())


def test_a_database_that_is_a_standby(folder: Path, cluster: Cluster) -> None:
    name = cluster.fresh().partition("@/")[2].partition("?")[0]
    with cluster.standby() as standby:
        found = of_database(folder, standby.url(name))
        assert found.state is State.WRONG and "standby" in found.detail and "primary" in str(found.remedy)
    assert of_database(folder, cluster.url(name)).state is State.NOTE, "that these tests run it without fsync"


def test_a_database_that_takes_no_writes(folder: Path, cluster: Cluster) -> None:
    url = cluster.fresh()
    name = url.partition("@/")[2].partition("?")[0]
    execute(url, f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    found = of_database(folder, url)
    assert found.state is State.WRONG and "default_transaction_read_only" in found.detail
    with closing(Database(url)) as database, pytest.raises(StoreUnavailable, match="read-only"):
        database.set_fact("sample", "ingested")


def test_a_user_who_may_not_write_to_the_database(folder: Path, cluster: Cluster) -> None:
    name = cluster.fresh().partition("@/")[2].partition("?")[0]
    user = f"reader_of_{name}"
    execute(cluster.url(name), f"CREATE ROLE {user} LOGIN")
    ours, empty = cluster.url(name, user), cluster.url(f"{name}_empty", user)
    execute(cluster.url(name), f"CREATE DATABASE {name}_empty")
    for url in (ours, empty):
        with pytest.raises(StoreUnavailable, match="permission denied"):
            Database(url)
    may_not = of_database(folder, empty)
    assert may_not.state is State.WRONG and f"the user {user} may not write" in may_not.detail
    assert "permission denied" in of_database(folder, ours).detail, "it may not even read"
    execute(cluster.url(name), f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {user}")
    assert of_database(folder, ours).detail == may_not.detail
    execute(cluster.url(name), f"ALTER DATABASE {name}_empty OWNER TO {user}")
    assert of_database(folder, empty).state is State.NOTE
    Database(empty).close()
    assert of_database(folder, empty).state is State.NOTE, "it owns the tables that it has made"


def test_a_database_of_another_encoding_or_without_the_letters_of_unicode(folder: Path, cluster: Cluster) -> None:
    name = cluster.fresh().partition("@/")[2].partition("?")[0]
    execute(cluster.url(name), f"CREATE DATABASE {name}_ascii ENCODING 'SQL_ASCII' TEMPLATE template0")
    found = of_database(folder, cluster.url(f"{name}_ascii"))
    assert found.state is State.WRONG and "its encoding is SQL_ASCII" in found.detail and "UTF8" in str(found.remedy)
    execute(cluster.url(name), "DELETE FROM pg_collation WHERE collname = 'und-x-icu'")
    found = of_database(folder, cluster.url(name))
    assert found.state is State.WRONG and "without ICU" in found.detail


def test_an_index_of_the_store_that_is_missing_is_named_with_what_makes_it(folder: Path) -> None:
    sql(folder, "DROP INDEX ix_chunks_text_hash")
    found = diagnosed(folder)["store"]
    assert found.state is State.WRONG and str(found.remedy).startswith("run CREATE INDEX ix_chunks_text_hash ON chunks")
    sql(folder, str(found.remedy).removeprefix("run "))
    assert diagnosed(folder)["store"].state is State.OK


CHECKED = [
    files.database,
    files.store,
    indexes.embedder,
    indexes.keyword_index,
    indexes.vector_index,
    surroundings.address,
]


def test_a_shared_store_over_a_chroma_server(data_folder: Path, cluster: Cluster, chroma: ChromaServer) -> None:
    where, options = cluster.fresh(), {"port": free_port(), "sample": False, "chroma_url": chroma.url}

    def found(**more: Any) -> dict[str, Finding]:
        settings = read_settings(data=data_folder, **{"database_url": where} | options | more)
        of = sorted(findings(settings, CHECKED), key=lambda one: list(State).index(one.state))
        return {one.about.partition(" 1")[0]: one for one in of}

    assert found()["keys"].state is State.OK and not wrongs(found()), "nothing is in it yet"
    with Engine(read_settings(data=data_folder, database_url=where, **options)) as engine:
        engine.start()
        engine.ingester.put(
            [IncomingArticle(f"Ferry {n}", f"Ferry {n} sails to Skelmouth.", f"a{n}") for n in range(3)]
        )
        assert engine.indexer.wait_until_current(lambda _: None, 90)
        engine.keys.create("desk", Scope.READ)
        engine.keys.create("owner", Scope.ADMIN)
    whole = found(keys="required")
    assert not wrongs(whole), whole
    assert "3 articles" in whole["store"].detail and "3 of 3" in whole["keyword index"].detail
    assert whole["keys"].detail == "2 in force: 1 admin, 1 read"
    assert next(one for about, one in whole.items() if about.startswith("Chroma server")).state is State.OK
    assert whole["PostgreSQL"].state is State.NOTE and "is off" in whole["PostgreSQL"].detail, "as these tests run it"
    assert any("1000 workers" in one.detail for one in findings(
        read_settings(data=data_folder, database_url=where, workers=1000, **options), [files.database]
    ))  # fmt: skip
    execute(where, "DROP INDEX ix_chunks_to_embed")
    missing = found()["store"]
    assert missing.state is State.WRONG and "CREATE INDEX ix_chunks_to_embed" in str(missing.remedy)
    execute(where, str(missing.remedy).removeprefix("run "))
    execute(where, "UPDATE chunks SET embedding = (SELECT embedding FROM chunks ORDER BY key DESC LIMIT 1)")
    assert found()["embedder"].state is State.WRONG
    chroma.empty()
    emptied = next(one for about, one in found().items() if about.startswith("Chroma server"))
    assert emptied.state is State.NOTE and "0 of the 3" in emptied.detail
    execute(where, "UPDATE alembic_version SET version_num = '0003'")
    assert "0003" in found()["store"].detail and found()["store"].state is State.NOTE


def test_a_chroma_server_that_finds_other_vectors(folder: Path, chroma: ChromaServer) -> None:
    with Engine(read_settings(data=folder, sample=False, chroma_url=chroma.url)) as engine:
        engine.start()
        assert engine.indexer.wait_until_current(lambda _: None, 90)
    name = next(iter(server_state(ChromaAddress(chroma.url)).counts))
    collection = _client(ChromaAddress(chroma.url)).get_collection(name, embedding_function=None)
    ids = collection.get(include=[])["ids"]
    collection.update(ids=ids, embeddings=np.full((len(ids), 384), 384**-0.5))
    settings = read_settings(data=folder, sample=False, chroma_url=chroma.url)
    assert "finds another" in next(
        one for one in findings(settings, [indexes.vector_index]) if one.state is State.WRONG
    ).detail  # fmt: skip


def test_beside_a_running_server(folder: Path) -> None:
    for server in serve(Engine(read_settings(data=folder, sample=False))):
        server.engine.ownership.announce(server.url)
        told = IncomingArticle(title="T", body="Something more to be read from the log.", id="x")
        server.engine.ingester.put([told])
        found = diagnosed(folder, port=int(server.url.rpartition(":")[2]))
        assert not wrongs(found), found
        assert server.url in found["owner"].detail


def test_a_check_that_fails_itself_ends_no_other(folder: Path) -> None:
    def broken(patient: Patient) -> Iterator[Any]:
        raise RuntimeError("oh")

    found = list(findings(read_settings(data=folder), [broken, lambda _: [ok("x", "y")]]))
    assert [one.state for one in found] == [State.WRONG, State.OK] and "oh" in found[0].detail
    assert len(set(CHECKS)) == len(CHECKS)


def test_the_command_line(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATELINE_PORT", str(free_port()))
    said = run("doctor", data=folder).stdout
    assert "Nothing is wrong." in said and "ok     store: " in said
    report = json.loads(run("doctor", "--json", data=folder).stdout)
    assert report["ok"] and {one["about"] for one in report["findings"]} >= {"settings", "store", "embedder", "clock"}
    monkeypatch.setenv("DATELINE_KEYS", "required")
    assert "wrong  keys" in run("doctor", data=folder, check=1).stdout
    monkeypatch.setenv("DATELINE_PORT", "many")
    assert "DATELINE_PORT" in run("doctor", data=folder, check=1).stdout
