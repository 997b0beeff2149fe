"""An export holds everything: taken in on an empty machine it gives the same archive and the same answers."""

import asyncio
import gzip
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from answering.ask import Ask
from api.engine import Engine
from api.render import answer_out
from api.settings import read_settings
from corpus.accept import accept
from corpus.article import IncomingArticle
from corpus.errors import InvalidInput
from corpus.export import Exporter
from corpus.exported import ExportedRevision, parse_exported, revision_line
from corpus.reader import read_file
from corpus.selection import Moment, Selection
from corpus.writing import Change
from retrieval.ingest import IngestReport
from retrieval.prepare import cut
from tests.chroma import ChromaServer
from tests.commands import run
from tests.postgres import Cluster
from tests.running import Server
from tests.small import Small, outcome


def day(number: int) -> datetime:
    return datetime(2024, 5, number, 6, tzinfo=UTC)


def port(cost: int, **more: Any) -> IncomingArticle:
    body = f"The port of Skelmouth reopened to cargo.\n\nThe repairs cost {cost} million pounds."
    return IncomingArticle("Port reopens", body, "port", "Coast Times", published_at=day(3), **more)


def put(small: Small, article: IncomingArticle, seen_at: datetime) -> None:
    accepted = accept(article)
    small.store.put([(accepted, cut(accepted))], seen_at)


def export(small: Small, file: Path, collection: str | None = None) -> Path:
    file.write_text("".join(part.text for part in Exporter(small.database).parts(collection)))
    return file


def take_in(small: Small, file: Path) -> tuple[IngestReport, list[str]]:
    found = list(read_file(file))
    good = [one.outcome for one in found if isinstance(one.outcome, ExportedRevision)]
    report = small.ingester.restore(good)
    errors = [str(one.outcome) for one in found if isinstance(one.outcome, InvalidInput)]
    return report, errors + [str(failure.error) for failure in report.failed]


@pytest.fixture
def archive(tmp_path: Path) -> Small:
    return stocked(Small(tmp_path / "archive"))


def stocked(small: Small) -> Small:
    """Two revisions and an older wording that came late; an undated article; another collection."""
    put(small, port(4), day(4))
    put(small, port(6, updated_at=day(9)), day(10))
    put(small, port(3, updated_at=day(2)), day(12))
    put(small, IncomingArticle("Herring quota cut", "The herring quota was cut by a third.", "quota"), day(5))
    put(small, IncomingArticle("Ferry", "The ferry was late.", "port", collection="isles"), day(6))
    return small


def everything(small: Small) -> list[Any]:
    """All that is stored and found, now and at earlier moments."""
    seen: list[Any] = [part.text for part in Exporter(small.database).parts()]
    moments = [Moment()] + [Moment(as_of=day(n)) for n in (2, 4, 9, 20)] + [Moment(known_by=day(n)) for n in (4, 11)]
    for moment in moments:
        for question in ("What did the repairs of the port cost?", "herring quota", "ferry"):
            for collection in ("default", "isles"):
                result = small.searcher.search(question, Selection(collection, moment=moment))
                seen += outcome(result)
                seen.append(result.later_coverage)
    return seen


def test_an_export_on_an_empty_machine_gives_the_same_archive(archive: Small, tmp_path: Path) -> None:
    file = export(archive, tmp_path / "all.jsonl")
    other = Small(tmp_path / "other").start()
    report, errors = take_in(other, file)
    assert not errors and len(report.stored) == 5
    other.settle()
    archive.start().settle()
    assert everything(other) == everything(archive)
    assert other.store.article("default", "port").revision == 2
    assert other.store.article("default", "port", 3).first_seen_at == day(12)
    again, errors = take_in(other, file)
    assert not errors and again.count(Change.UNCHANGED) == 5
    small_one = export(archive, tmp_path / "isles.jsonl", "isles").read_text().splitlines()
    assert len(small_one) == 2 and json.loads(small_one[0])["collection"] == "isles"
    archive.close()
    other.close()


def test_an_export_goes_between_engines_and_gives_the_same_archive(
    archive: Small, tmp_path: Path, cluster: Cluster
) -> None:
    shared = stocked(Small(tmp_path / "shared", where=cluster.fresh()))
    file = export(shared, tmp_path / "shared.jsonl")
    assert file.read_text() == export(archive, tmp_path / "all.jsonl").read_text()
    isles = export(shared, tmp_path / "isles.jsonl", "isles").read_text().splitlines()
    assert len(isles) == 2 and Exporter(shared.database).count() == 5
    others = [Small(tmp_path / "a", where=cluster.fresh()).start(), Small(tmp_path / "b").start()]
    archive.start().settle()
    for other in others:
        report, errors = take_in(other, file)
        assert not errors and len(report.stored) == 5
        assert everything(other.settle()) == everything(archive)
        report, errors = take_in(other, file)
        assert not errors and report.count(Change.UNCHANGED) == 5
    for small in (archive, shared, *others):
        small.close()


def test_an_export_of_a_shared_store_is_whole_while_others_write(tmp_path: Path, cluster: Cluster) -> None:
    where = cluster.fresh()
    small, other = Small(tmp_path / "one", where=where), Small(tmp_path / "two", where=where)
    for number in range(50):
        put(small, IncomingArticle(f"Ferry {number}", f"Ferry {number} sails.", f"f{number}"), day(4))
    lines: list[str] = []
    for part in Exporter(small.database).parts():
        lines += part.text.splitlines()
        if len(lines) == 20:
            put(other, IncomingArticle("Ferry 30", "Ferry 30 sank.", "f30", updated_at=day(6)), day(6))
            other.store.delete("default", "f31")
            put(other, IncomingArticle("Late", "A late article.", "late"), day(7))
    revisions = [json.loads(line) for line in lines[:-1]]
    assert [one["id"] for one in revisions[28:33]] == ["f28", "f29", "f30", "f30", "f32"]
    assert revisions[-1]["id"] == "late" and len(revisions) == 51
    assert json.loads(lines[-1])["revisions"] == 51
    small.close()
    other.close()


def test_an_archive_that_has_some_of_it_gains_the_rest_and_loses_nothing(archive: Small, tmp_path: Path) -> None:
    file = export(archive, tmp_path / "all.jsonl")
    other = Small(tmp_path / "other")
    put(other, port(4), day(6))
    put(other, IncomingArticle("Herring quota kept", "The herring quota stays.", "quota"), day(7))
    report, errors = take_in(other, file)
    assert len(errors) == 1 and "Revision 1 of 'quota'" in errors[0] and "kept" in errors[0]
    assert report.count(Change.UNCHANGED) == 1
    assert other.store.article("default", "port", 1).first_seen_at == day(6), "what was seen here stays as it was seen"
    assert "6 million" in other.store.article("default", "port").body
    assert "stays" in other.store.article("default", "quota").body
    assert other.store.revision_numbers("default", "port") == [1, 2, 3]
    other.close()


def test_a_later_wording_here_stays_the_current_one(archive: Small, tmp_path: Path) -> None:
    file = export(archive, tmp_path / "all.jsonl")
    put(archive, port(7, updated_at=day(15)), day(15))
    take_in(archive, file)
    assert "7 million" in archive.store.article("default", "port").body
    archive.close()


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (lambda lines: lines[:-1], "cut short"),
        (lambda lines: lines[1:], "4 stand before it"),
        (lambda lines: [lines[0][:40], *lines[1:]], "not valid JSON"),
        (lambda lines: [lines[0].replace('"version": 1', '"version": 9'), *lines[1:]], "version 9"),
        (lambda lines: [lines[0].replace("Skelmouth", "Skelmo\\u0000uth"), *lines[1:]], "changed after the export"),
        (lambda lines: [lines[0].replace("Skelmouth", "Skelmo\\ud800uth"), *lines[1:]], "changed after the export"),
        (lambda lines: [lines[0].replace('"url": null', '"url": "javascript:x()"'), *lines[1:]], "http"),
        (lambda lines: [lines[0].replace('"revision": 1', '"revision": 0'), *lines[1:]], "begin at 1"),
        (lambda lines: [lines[0].replace("first_seen_at", "first_seen"), *lines[1:]], "first_seen_at"),
        (lambda lines: [lines[0].replace('"authors": []', '"authors": "Bo"'), *lines[1:]], "authors"),
    ],
)
def test_a_broken_export_is_named_and_the_rest_taken(archive: Small, tmp_path: Path, broken: Any, words: str) -> None:
    lines: Sequence[str] = export(archive, tmp_path / "all.jsonl").read_text().splitlines()
    file = tmp_path / "broken.jsonl"
    file.write_text("\n".join(broken(lines)))
    other = Small(tmp_path / "other")
    report, errors = take_in(other, file)
    assert any(words in error for error in errors), errors
    assert len(report.stored) >= 4
    archive.close()
    other.close()


def test_an_older_export_names_languages_as_they_are_kept_now(archive: Small, tmp_path: Path) -> None:
    put(archive, IncomingArticle("Cable", "The cable was cut.", "cable", language="en"), day(7))
    file = export(archive, tmp_path / "all.jsonl")
    file.write_text(file.read_text().replace('"language": "en"', '"language": "en-GB"'))
    assert '"en-GB"' in file.read_text()
    report, errors = take_in(archive, file)
    assert not errors and {stored.change for stored in report.stored} == {Change.UNCHANGED}
    archive.close()


_TEXT = st.text(st.characters(codec=None), max_size=200)


@given(_TEXT, _TEXT, st.lists(_TEXT, max_size=2), st.datetimes(timezones=st.just(UTC)), st.booleans())
def test_a_line_gives_back_the_revision(
    title: str, body: str, authors: list[str], when: datetime, is_current: bool
) -> None:
    try:
        article = accept(IncomingArticle(title, body, authors=tuple(authors), published_at=when))
    except InvalidInput:
        return
    revision = ExportedRevision(article, 3, is_current, when, when)
    line = revision_line(revision)
    assert line.count("\n") == 1 and line.encode()
    assert parse_exported(json.loads(line)) == revision


def answers(data: Path) -> list[Any]:
    """What two questions are answered on a data folder, at two moments and now."""
    given: list[Any] = []
    with Engine(read_settings(data=data, sample=True)) as engine:
        assert not engine.needs_sample() or data.name == "data", "an archive brought here gets no bundled articles"
        for as_of in (day(5), day(20), None):
            ask = Ask("How much did the repairs of the port cost?", Selection(moment=Moment(as_of=as_of)))
            answer = answer_out(asyncio.run(engine.asker.ask(ask)), "").model_dump()
            assert answer["status"] == "answered"
            given += [answer[part] for part in ("answer", "statements", "citations", "passages", "later_coverage")]
    return given


def test_the_command_line_there_and_back(data_folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "in.jsonl"
    for cost, when in ((4, "2024-05-03"), (6, "2024-05-09")):
        body = f"The port of Skelmouth reopened to cargo on 3 May.\n\nThe repairs cost {cost} million pounds."
        line = {"id": "port", "title": "Port reopens", "body": body, "date": "2024-05-03", "updated": when}
        file.write_text(json.dumps(line))
        run("ingest", str(file), data=data_folder)
    kept = tmp_path / "kept" / "all.jsonl.gz"
    kept.parent.mkdir()
    assert "2 revisions written" in run("export", str(kept), data=data_folder).stdout
    assert [path.name for path in kept.parent.iterdir()] == [kept.name]
    other = tmp_path / "other"
    other.mkdir()
    (other / "models").symlink_to((data_folder / "models").resolve())
    done = run("ingest", str(kept), data=other)
    assert "1 added, 1 revised" in done.stdout and "2 of them are revisions" in done.stdout
    assert run("export", data=other).stdout == gzip.decompress(kept.read_bytes()).decode()
    assert answers(other) == answers(data_folder)
    folder = run("ingest", str(kept.parent), data=other, check=2)
    assert "by itself" in folder.stderr


def test_the_command_line_of_a_shared_store(
    data_folder: Path, tmp_path: Path, cluster: Cluster, chroma: ChromaServer
) -> None:
    def said(where: str, *arguments: str) -> str:
        of = {"DATELINE_DATABASE_URL": where, "DATELINE_CHROMA_URL": chroma.url}
        return run(*arguments, data=data_folder, check=0, **of).stdout

    file, kept = tmp_path / "in.jsonl", tmp_path / "all.jsonl"
    file.write_text(json.dumps({"id": "port", "title": "Port reopens", "body": "The port reopened on 3 May."}))
    one, other = cluster.fresh(), cluster.fresh()
    said(one, "ingest", str(file))
    assert "1 revision written" in said(one, "export", str(kept))
    assert "1 added" in said(other, "ingest", str(kept), "--no-wait")
    assert said(other, "export") == kept.read_text()


def test_a_server_gives_an_export_and_takes_in_no_history(server: Server, tmp_path: Path) -> None:
    server.engine.ownership.announce(server.url)
    data = server.engine.settings.data
    file = tmp_path / "all.jsonl"
    run("export", str(file), "--json", data=data)
    assert file.read_text() == "".join(part.text for part in server.engine.exporter.parts())
    assert "Stop the server" in run("ingest", str(file), data=data, check=2).stderr
    line = json.loads(file.read_text().splitlines()[0])
    report = httpx.post(f"{server.url}/v1/articles", json={"articles": [line]}, trust_env=False).json()
    assert report["added"] == 0 and "object" in report["failed"][0]["problem"]["detail"]
    assert httpx.get(f"{server.url}/v1/export?collection=No", trust_env=False).status_code == 422


def test_nothing_to_export_is_said(tmp_path: Path) -> None:
    assert "nothing to export" in run("export", data=tmp_path / "none", check=2).stderr
    assert not (tmp_path / "none").exists()
    run("export", str(tmp_path / "no" / "such.jsonl"), data=tmp_path / "none", check=2)


def test_what_is_seen_first_is_kept_to_the_microsecond(tmp_path: Path) -> None:
    small = Small(tmp_path / "a")
    when = day(1) + timedelta(microseconds=123_457)
    put(small, port(1), when)
    report, _ = take_in(other := Small(tmp_path / "b"), export(small, tmp_path / "x.jsonl"))
    assert report.stored[0].change is Change.ADDED
    assert other.store.article("default", "port").first_seen_at == when
    small.close()
    other.close()
