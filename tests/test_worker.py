"""Hostile documents: each fails alone, in time, and the process that parses them is lost without loss."""

import gzip
import os
import signal
import subprocess
import sys
import threading
import time
import zlib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.article import IncomingArticle
from corpus.errors import InvalidInput, UnreadableFile
from corpus.folder import find_files
from corpus.reader import read_bytes, read_file, read_files
from corpus.sniff import Kind
from corpus.worker import WORKERS, Workers
from tests.documents import SENTENCE, docx, letter, page, paragraph, pdf, read

PARAGRAPH = f"<p>{SENTENCE * 10}</p>".encode()
DRAWN = b"BT /F1 12 Tf 72 700 Td (Hello there) Tj ET\n"
HOSTILE = {
    "deep.html": b"<html><body>" + b"<div>" * 100_000 + PARAGRAPH,
    "nested-tables.html": b"<html><body>" + b"<table><tr><td>" * 5_000 + PARAGRAPH,
    "brackets.html": page(f'<script type="application/ld+json">{"[" * 1_000_000}</script>'),
    "quotes.html": page(
        '<script type="application/ld+json">{"@type":"NewsArticle","headline":"x ' + '"' * 500_000 + "</script>"
    ),
    "entities.html": b'<!DOCTYPE html [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><html><body>' + PARAGRAPH + b"&b;",
    "many-links.html": b"<html><body>" + b"<div><a href=x>link text here</a></div>" * 230_000,
    "comments.html": b"<!---->" * 9_000 + b"<x>",
    "over.html": b"<html>" + PARAGRAPH * 11_000,
    "spaces.pdf": pdf([], contents=zlib.compress(b" " * 900_000_000)) if sys.maxsize > 2**32 else b"",
    "drawn.pdf": pdf([(0, 0, 1, "")], contents=zlib.compress(DRAWN * 200_000)),
    "laughs.docx": docx(
        "<w:p><w:r><w:t>&i;</w:t></w:r></w:p>",
        '<!DOCTYPE x [<!ENTITY a "lol">'
        + "".join(f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(8))
        + "]>",
    ),
    "cells.docx": docx("<w:tbl><w:tr><w:tc>" * 2_000 + paragraph("x") + "</w:tc></w:tr></w:tbl>" * 2_000),
    "bracket.eml": b"From: " + b"(" * 100_000 + b"\nSubject: x\nMIME-Version: 1.0\n\nhello",
    "laughs.md": (
        "---\na: &a [x,x,x,x,x,x,x,x,x]\n"
        + "".join(f"{chr(98 + i)}: &{chr(98 + i)} [{','.join(['*' + chr(97 + i)] * 9)}]\n" for i in range(9))
        + "title: *j\n---\nBody"
    ).encode(),
    "twice.txt.gz": gzip.compress(gzip.compress(b"text")),
    "bomb.html.gz": gzip.compress(b"<html>" + b"a" * 300_000_000, 1),
}


def peak(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) << 10


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_documents_fail_alone_in_time(name: str) -> None:
    began = time.monotonic()
    found = list(read_bytes(HOSTILE[name], name, "default"))
    assert time.monotonic() - began <= 10
    assert len(found) == 1
    assert isinstance(found[0].outcome, IncomingArticle) or str(found[0].outcome)
    for worker in WORKERS._idle:
        assert peak(worker._process.pid) <= 512 << 20
    assert read(page(), "next.html").body.startswith("0. The harbour")


FETCHED_RECORDS = {
    "objects.json": (b"[" + b"{}," * 2_000_000 + b"{}]", "only the first 100 records"),
    "brackets.json": (b"[" * 9_000_000, "not valid JSON"),
    "lines.jsonl": (b'{"a": 1}\n' * 500_000, "only the first 100 records"),
    "rows.csv": (b"title,body\n" + b"a,b\n" * 500_000, "only the first 2,000 records"),
    "front-matter.md": (b"---\n" + b"a: 1\n" * 900_000 + b"---\nBody.", "cannot be read"),
}


@pytest.mark.parametrize("name", FETCHED_RECORDS)
def test_records_that_a_site_sends_are_read_by_the_worker_and_in_bounds(name: str) -> None:
    data, reason = FETCHED_RECORDS[name]
    url = f"https://coast.example/{name}"
    code = (
        "import resource, sys, time\nfrom corpus.reader import read_bytes\n"
        "data, url = sys.stdin.buffer.read(), sys.argv[1]\n"
        "list(read_bytes(b'It opened.', url, 'default', url=url, content_type='text/plain'))\n"
        "before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()\n"
        "found = list(read_bytes(data, url, 'default', url=url))\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, time.process_time() - began)\n"
        "print(len(found), found[-1].outcome)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, url], input=data, capture_output=True, timeout=60, cwd=Path(__file__).parent.parent
    )
    figures, outcome = done.stdout.decode().strip().split("\n")
    grown_kb, seconds = map(float, figures.split())
    assert grown_kb < 50_000 and seconds < 2, "the service itself does next to nothing"
    assert int(outcome.split()[0]) <= 2_001 and reason in outcome


@pytest.mark.parametrize(("kind", "mark"), [("txt", b""), ("html", b"<html><body><article>"), ("jsonl", b"")])
def test_a_body_that_nobody_would_store_stays_in_the_worker(kind: str, mark: bytes) -> None:
    data = mark + b"It opened.\n\n" * 220_000 if kind != "jsonl" else b'{"body": "%b"}' % (b"It opened. " * 200_000)
    url = f"https://coast.example/long.{kind}"
    (found,) = read_bytes(data, url, "default", url=url)
    assert isinstance(found.outcome, InvalidInput) and "at most 2,000,000 are taken" in str(found.outcome)


def test_records_of_a_site_arrive_whole() -> None:
    line = (
        '{"id": "x", "title": "T\u00e9", "body": "It opened \\ud800.", "date": "2024-05-03", "authors": ["A", "B"], '
        '"source": "Coast Times", "lang": "en", "guessed": ["title"], "collection": "other"}\n'
    )
    url = "https://coast.example/a.jsonl"
    (here,) = read_bytes(line.encode(), "a.jsonl", "default")
    (sent,) = read_bytes(line.encode(), url, "default", url=url)
    assert isinstance(here.outcome, IncomingArticle) and isinstance(sent.outcome, IncomingArticle)
    assert sent.outcome.id != here.outcome.id and sent.outcome.collection == "default"
    assert replace(sent.outcome, id="x", collection="other") == here.outcome


def test_what_takes_too_long_is_ended_and_the_next_document_is_read() -> None:
    workers = Workers()
    slow = b"<html><body><p " + b" ".join(b"a%d=1" % number for number in range(600_000)) + b">x"
    with pytest.raises(UnreadableFile, match="too long"):
        workers.parse(Kind.PAGE, slow)
    assert workers.parse(Kind.PAGE, page()).body
    workers.close()


def test_one_process_serves_many_documents() -> None:
    workers = Workers()
    pids = set()
    for _ in range(20):
        workers.parse(Kind.PAGE, page())
        pids |= {worker._process.pid for worker in workers._idle}
    assert len(pids) == 1
    os.kill(pids.pop(), signal.SIGKILL)
    time.sleep(0.2)
    assert workers.parse(Kind.PAGE, page()).body
    workers.close()


def test_threads_share_two_processes_at_most() -> None:
    workers = Workers()
    bodies: list[str] = []
    threads = [
        threading.Thread(target=lambda: bodies.append(workers.parse(Kind.DOCX, docx(paragraph("It opened."))).body))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert bodies == ["It opened."] * 8 and 1 <= len(workers._idle) <= 2
    workers.close()


def test_a_worker_killed_over_a_document_is_one_failure() -> None:
    workers = Workers()
    workers.parse(Kind.PAGE, page())
    endless = b"<html><body><p " + b" ".join(b"a%d=1" % number for number in range(600_000)) + b">x"
    pid = workers._idle[0]._process.pid

    def kill_once_it_is_at_work() -> None:
        while workers._idle:  # killed before, it would be replaced, and the document read by another
            time.sleep(0.01)
        time.sleep(0.3)
        os.kill(pid, signal.SIGKILL)

    killer = threading.Thread(target=kill_once_it_is_at_work)
    killer.start()
    with pytest.raises(UnreadableFile, match="crashes"):
        workers.parse(Kind.PAGE, endless)
    killer.join()
    assert workers.parse(Kind.PAGE, page()).body
    workers.close()


def test_the_worker_dies_with_its_owner_and_knows_none_of_its_secrets(tmp_path: Path) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('taken from the folder that the command was run in')")
    code = (
        "import sys; sys.path.remove('') if '' in sys.path else None\n"
        "import os, signal\nfrom corpus.worker import WORKERS\nfrom corpus.sniff import Kind\n"
        "WORKERS.parse(Kind.NEWSLETTER, b'From: a@x\\nSubject: s\\nMIME-Version: 1.0\\n\\nhello')\n"
        "pid = WORKERS._idle[0]._process.pid\n"
        "print(pid, b'secret-key' in open(f'/proc/{pid}/environ', 'rb').read(), flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=60,
        env={**os.environ, "DATELINE_MODEL_API_KEY": "secret-key", "PYTHONPATH": str(Path(__file__).parent.parent)},
    )  # fmt: skip
    pid, leaked = done.stdout.split()
    assert leaked == "False"
    for _ in range(100):
        if not Path(f"/proc/{pid}").exists() or "Z (zombie)" in Path(f"/proc/{pid}/status").read_text():
            return
        time.sleep(0.05)
    raise AssertionError(f"the worker {pid} outlived its owner")


def test_one_bad_file_of_many_stops_none(tmp_path: Path) -> None:
    for number in range(30):
        (tmp_path / f"{number:02}.html").write_bytes(page(f"<title>Page {number}</title>"))
    (tmp_path / "07.html").write_bytes(HOSTILE["deep.html"])
    (tmp_path / "11.html").write_bytes(b"\x00\x01")
    (tmp_path / "13.html").write_bytes(b"%PDF-1.4 no")
    (tmp_path / "20.jsonl").write_bytes(b'{"body": "It opened."}\n' * 60_000)
    paths = find_files(tmp_path)
    found = [one for articles in read_files(paths) for one in articles]
    assert [one.name for one in found] == [one.name for path in paths for one in read_file(path)]
    found = [one for one in found if ".jsonl" not in one.name]
    failed = [Path(one.name).name for one in found if isinstance(one.outcome, InvalidInput)]
    assert len(found) == 30 and failed == ["07.html", "11.html", "13.html"]


WHOLE = {
    "a.html": page("<title>T</title>", "<h1>T</h1>"),
    "a.pdf": pdf([(72, 700, 12, "The port reopened."), (72, 680, 12, "Ships came.")], info="/Title (T)"),
    "a.docx": docx(paragraph("It opened."), title="T", author="A"),
    "a.eml": letter("It opened.\n", "<p>It opened.</p>"),
    "a.csv": b"title,body\nT,It opened.\n",
    "a.jsonl": b'{"body": "It opened."}\n{"body": "Twice."}\n',
    "a.json": b'[{"body": "It opened."}]',
    "a.md": b"---\ntitle: T\n---\nIt opened.\n",
    "a.txt.gz": gzip.compress(b"It opened."),
}


@settings(max_examples=120)
@given(st.sampled_from(sorted(WHOLE)), st.data())
def test_damaged_documents_give_articles_or_reasons(name: str, data: st.DataObject) -> None:
    raw = bytearray(WHOLE[name])
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(raw)))
        end = data.draw(st.integers(start, min(len(raw), start + 40)))
        raw[start:end] = data.draw(st.binary(max_size=20))
    check(bytes(raw), name, data.draw(st.sampled_from([None, "https://coast.example/a", "not an address", "http://["])))


@given(
    st.binary(max_size=300) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.sampled_from(
        ["x", "a.html", "a.pdf", "a.docx", "a.eml", "a.csv", "a.json", "a.jsonl", "a.txt", "a.gz", "https://["]
    ),
    st.none() | st.sampled_from(["text/html", "application/json; charset=x", "text/csv", "message/rfc822", "a/b", ";"]),
)
def test_any_bytes_give_articles_or_reasons(raw: bytes, name: str, content_type: str | None) -> None:
    check(raw, name, None, content_type)


def check(raw: bytes, name: str, url: str | None, content_type: str | None = None) -> None:
    found = list(read_bytes(raw, name, "default", url=url, content_type=content_type))
    assert all(isinstance(one.outcome, IncomingArticle) or str(one.outcome) for one in found)
    assert found or name in ("a.csv", "a.json") or b"{" in raw or b"[" in raw or content_type
