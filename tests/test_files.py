"""Reading articles from files, good ones and bad ones."""

import gzip
import io
import json
import os
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from corpus.accept import accept, parse_time
from corpus.article import IncomingArticle
from corpus.errors import InvalidInput, UnreadableFile
from corpus.folder import find_files
from corpus.identity import file_id
from corpus.reader import read_file, read_files, read_stream


def articles(path: Path) -> list[IncomingArticle]:
    return [found.outcome for found in read_file(path) if isinstance(found.outcome, IncomingArticle)]


def errors(path: Path) -> list[tuple[str, str]]:
    return [(found.name, str(found.outcome)) for found in read_file(path) if isinstance(found.outcome, InvalidInput)]


def test_front_matter_names_the_article(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text(
        "---\ntitle: Port\ndate: 2024-05-03\nauthors: [Ann, Bo]\nurl: https://x.example/p\n---\nIt opened.\n"
    )
    (article,) = articles(path)
    assert (article.title, article.authors, article.body) == ("Port", ("Ann", "Bo"), "It opened.")
    assert article.published_at == datetime(2024, 5, 3, tzinfo=UTC)


def test_the_front_matter_that_hugo_writes_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text(
        '+++\ntitle = "Port"\ndate = 2024-05-03T06:00:00Z\n[params]\nx = 1\n+++\n\nIt opened.\n\n+++\nMore.\n'
    )
    (article,) = articles(path)
    assert (article.title, article.body) == ("Port", "It opened.\n\n+++ More.")
    assert article.published_at == datetime(2024, 5, 3, 6, tzinfo=UTC)


@pytest.mark.parametrize("name", ["a.md", "a.txt"])
@pytest.mark.parametrize(
    "text", ["---\nIt opened.\n---\nIt closed.", "---\n\nIt opened.\n\n---\n\nIt closed.", "---\nIt opened. It closed."]
)
def test_a_text_that_begins_with_a_rule_is_kept_whole(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_text(text)
    (article,) = articles(path)
    assert "It opened." in article.body and "It closed." in article.body


def test_empty_front_matter_goes(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("---\n\n---\nIt opened.")
    assert articles(path)[0].body == "It opened."


@pytest.mark.parametrize(
    "line", ["content: other", "handler: x", "encoding: x", "text: x", "on: 2024-05-03", "1: 2", "2024-05-03: x"]
)
def test_any_key_may_stand_in_front_matter(tmp_path: Path, line: str) -> None:
    path = tmp_path / "a.md"
    path.write_text(f"---\ntitle: T\n{line}\n---\nIt opened.\n")
    assert [(article.title, article.body) for article in articles(path)] == [("T", "It opened.")]


def test_keys_without_values_name_no_article(tmp_path: Path) -> None:
    ids = set()
    for name in ("a.md", "b.md"):
        (tmp_path / name).write_text("---\ntitle: T\nid:\nurl:\n---\nIt opened.\n")
        ids.add(accept(articles(tmp_path / name)[0]).id)
    assert len(ids) == 2


def test_what_nobody_foresaw_in_a_file_fails_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text(f"---\nid: 0x{'f' * 5000}\n---\nIt opened.\n")
    ((where, why),) = errors(path)
    assert where == str(path) and "cannot be read" in why


def test_a_plain_file_is_known_by_where_it_lies(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("One.")
    first = articles(path)[0].id
    path.write_text("Two.")
    assert articles(path)[0].id == first


@pytest.mark.parametrize("packed", [False, True])
def test_json_lines_with_one_bad_line_give_the_others(tmp_path: Path, packed: bool) -> None:
    lines = [json.dumps({"title": f"T{i}", "text": "Body.", "source": "P"}) for i in range(3)]
    raw = "\n".join([lines[0], "{not json", "[1]", '{"title": "no body"}', lines[1], lines[2]]).encode()
    path = tmp_path / ("a.jsonl.gz" if packed else "a.jsonl")
    path.write_bytes(gzip.compress(raw) if packed else raw)
    assert [a.title for a in articles(path)] == ["T0", "T1", "T2"]
    assert [name.rsplit(", ", 1)[1] for name, _ in errors(path)] == ["line 2", "line 3", "line 4"]


@pytest.mark.parametrize("shape", ["one", "list", "object"])
def test_json_in_three_shapes(tmp_path: Path, shape: str) -> None:
    one = {"title": "T", "body": "Body."}
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"one": one, "list": [one], "object": {"articles": [one]}}[shape]))
    assert [a.title for a in articles(path)] == ["T"]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.txt", b"", "is empty"),
        ("a.txt", b"\x89PNG\r\n\x1a\n\x00\xff", "binary"),
        ("a.txt", b"abc\x00def", "binary"),
        ("a.md", b"---\ntitle: [\n---\nBody", "front matter"),
        ("a.md", b"---\ndate: next week\n---\nBody", "publication date"),
        ("a.md", b"---\ndate: 0001-01-01T00:00:00+01:00\n---\nBody", "publication date"),
        ("a.md", b"+++\ntitle = [\n+++\nBody", "TOML"),
        ("a.json", b"{", "not valid JSON"),
        ("a.json", b"[" * 100_000, "not valid JSON"),
        ("a.jsonl.gz", b"not gzip", "not valid JSON"),
        ("a.pdf", b"%PDF", "damaged"),
        ("a.css", b"p {}", "not of a kind"),
        ("noending", b"text", "not of a kind"),
    ],
)
def test_a_bad_file_says_what_is_wrong(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    ((where, why),) = errors(path)
    assert words in why and str(path) in where


def test_a_missing_path_and_an_empty_folder_are_named(tmp_path: Path) -> None:
    for path in (tmp_path / "missing", tmp_path):
        with pytest.raises(UnreadableFile, match=str(path)):
            find_files(path)


def test_folders_are_read_in_order_without_hidden_files(tmp_path: Path) -> None:
    for name in ("b.txt", "a.txt", ".hidden", "sub/c.txt", ".git/d.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    assert [str(p.relative_to(tmp_path)) for p in find_files(tmp_path)] == ["a.txt", "b.txt", "sub/c.txt"]


def test_folders_behind_links_are_read_once_and_without_end(tmp_path: Path) -> None:
    for name in ("in/a.txt", "in/sub/b.txt", "archive/c.txt", "archive/old/d.txt", "beside.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    links = {
        "in/years": "archive", "in/more": "archive/old", "in/z": "in/sub", "in/sub/root": "in", "in/up": ".",
        "in/.hidden": "archive", "archive/back": "in", "in/first.txt": "in/sub/b.txt", "in/beside.txt": "beside.txt",
    }  # fmt: skip
    for link, to in links.items():
        (tmp_path / link).symlink_to(tmp_path / to)
    for folder in ("in", "in/years"):  # a link that is named is followed too
        found = find_files(tmp_path / folder)
        assert sorted(path.name for path in found) == ["a.txt", "b.txt", "beside.txt", "c.txt", "d.txt"]
        assert found == sorted(found) and all(path.is_relative_to(tmp_path / folder) for path in found)


def test_a_link_that_leads_nowhere_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("It opened.")
    (tmp_path / "gone").symlink_to(tmp_path / "archive")
    (tmp_path / "self").symlink_to(tmp_path / "self")
    found = [one for file in find_files(tmp_path) for one in read_file(file)]
    assert [(Path(one.name).name, isinstance(one.outcome, InvalidInput)) for one in found] == [
        ("a.txt", False), ("gone", True), ("self", True),
    ]  # fmt: skip
    assert "No such file" in str(found[1].outcome)


@pytest.mark.parametrize(
    ("raw", "titles"),
    [
        (b'{"title": "A", "body": "One."}\n{"title": "B", "body": "Two."}\n', ["A", "B"]),
        (b"---\ntitle: A\n---\nIt opened.", ["A"]),
        (gzip.compress(b"title,body\nA,It opened.\n", mtime=0), ["A"]),
    ],
)
def test_what_another_program_gives_is_read_like_standard_input(raw: bytes, titles: list[str]) -> None:
    read, write = os.pipe()  # as a shell makes it of <(command)
    os.write(write, raw)
    os.close(write)
    path = Path(f"/dev/fd/{read}")
    assert find_files(path) == [path]
    (found,) = read_files([path])
    assert [getattr(one.outcome, "title", one.outcome) for one in found] == titles
    os.close(read)


def test_a_named_pipe_is_read_when_it_is_named_and_never_waited_for_in_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("It opened.")
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert find_files(tmp_path) == [tmp_path / "a.txt"] and find_files(pipe) == [pipe]
    writer = threading.Thread(target=pipe.write_bytes, args=(b"It opened.",))
    writer.start()
    (article,) = articles(pipe)
    writer.join()
    assert (article.body, article.id) == ("It opened.", None)


def test_utf_16_and_a_byte_order_mark_are_read(tmp_path: Path) -> None:
    for encoding in ("utf-16", "utf-8-sig"):
        path = tmp_path / f"{encoding}.txt"
        path.write_bytes("Größe.".encode(encoding))
        assert articles(path)[0].body == "Größe."


@pytest.mark.parametrize(
    "name", ["publishedAt", "published_date", "datePublished", "pub_date", "publication_date", "date_published", "Date"]
)
def test_a_date_is_known_by_the_names_that_others_give_it(tmp_path: Path, name: str) -> None:
    rows, lines = tmp_path / "a.csv", tmp_path / "a.jsonl"
    rows.write_text(f"title,body,{name}\nT,It opened.,2024-05-03\n")
    lines.write_text(json.dumps({"Title": "T", "body": "It opened.", name: "2024-05-03"}))
    for article in articles(rows) + articles(lines):
        assert (article.title, article.published_at) == ("T", datetime(2024, 5, 3, tzinfo=UTC))


def test_an_outlet_that_is_an_object_gives_its_name(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"articles": [
        {"source": {"id": None, "name": "CNN"}, "content": "It opened.", "urlToImage": "x", "publishedAt": "2024-05-03"},
        {"source": {"id": "cnn", "name": None}, "content": "It shut."},
    ]}))  # fmt: skip
    assert [article.publisher for article in articles(path)] == ["CNN", None]


FRONT = {
    "a.md": '---\ntitle: Port\nurl: "{}"\nguessed: [url, title]\n---\nIt opened.\n',
    "a.txt": '+++\ntitle = "Port"\nurl = "{}"\nguessed = ["url", "title"]\n+++\nIt opened.\n',
    "a.json": '{{"title": "Port", "url": "{}", "guessed": ["url", "title"], "body": "It opened."}}',
}


@pytest.mark.parametrize("name", FRONT)
@pytest.mark.parametrize("url", ["/posts/port/", "posts/port.html", "?p=9", "//coast.example/posts/port/"])
def test_a_relative_address_is_none_and_the_file_is_known_by_its_place(tmp_path: Path, name: str, url: str) -> None:
    path = tmp_path / name
    path.write_text(FRONT[name].format(url))
    (article,) = map(accept, articles(path))
    assert (article.url, article.id, article.guessed) == (None, file_id(path), ("title",))
    path.write_text(FRONT[name].format("https://coast.example/posts/port/"))
    (article,) = map(accept, articles(path))
    assert (article.url, article.guessed) == ("https://coast.example/posts/port/", ("title", "url"))
    assert article.id != file_id(path)


@pytest.mark.parametrize("url", ["ftp://coast.example/p", "https:///p", "http://["])
def test_an_address_of_another_kind_is_still_refused(tmp_path: Path, url: str) -> None:
    path = tmp_path / "a.md"
    path.write_text(f'---\ntitle: Port\nurl: "{url}"\n---\nIt opened.\n')
    with pytest.raises(InvalidInput, match="not an http or https address"):
        accept(articles(path)[0])


def test_rows_are_told_apart_by_relative_addresses(tmp_path: Path) -> None:
    rows = [
        {"title": "Editorial", "publisher": "P", "date": "2024-05-03", "url": f"/{n}", "body": f"{n}."} for n in "ab"
    ]
    both = [tmp_path / name for name in ("one.jsonl", "two.jsonl")]
    for path in both:
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    found = [accept(article) for path in both for article in articles(path)]
    assert len({article.id for article in found}) == 4 and {article.url for article in found} == {None}


@pytest.mark.parametrize("written", ["published: true", "date: 2199-05-03"])
def test_what_can_be_no_date_of_an_article_is_none(tmp_path: Path, written: str) -> None:
    path = tmp_path / "a.md"
    path.write_text(f"---\ntitle: T\n{written}\n---\nIt opened.\n")
    assert articles(path)[0].published_at is None


@pytest.mark.parametrize("more", [{}, {"publisher": "Coast Times"}, {"date": "2024-05-03"}])
def test_rows_of_one_headline_are_articles_of_their_own(tmp_path: Path, more: dict[str, str]) -> None:
    path = tmp_path / "a.jsonl"
    rows = [{"title": "Editorial", "body": body, **more} for body in ("One.", "Two.", "One.", "Three.")]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    ids = [accept(article).id for article in articles(path)]
    assert len(set(ids)) == 3 and ids[0] == ids[2] and ids == [accept(article).id for article in articles(path)]
    path.write_text(json.dumps({"title": "Editorial ", "body": "One, corrected.", **more}))
    assert [accept(article).id for article in articles(path)] == ids[:1], "a revision of the first"


@pytest.mark.parametrize("more", [{}, {"publisher": "Coast Times"}, {"date": "2024-05-03"}])
def test_rows_of_one_headline_in_two_files_are_two_articles(tmp_path: Path, more: dict[str, str]) -> None:
    def ids(name: str, suffix: str, row: dict[str, str]) -> list[str | None]:
        path = tmp_path / f"{name}{suffix}"
        path.write_text(json.dumps(row) + "\n" + json.dumps({**row, "title": "The ferry", "body": "It sails."}))
        return [accept(article).id for article in articles(path)]

    row = {"title": "Editorial", "body": "One.", **more}
    assert not set(ids("a", ".jsonl", row)) & set(ids("b", ".jsonl", row))
    for name in ({"id": "e-1"}, {"url": "https://coast.example/e"}, {"publisher": "Coast Times", "date": "2024-05-03"}):
        assert ids("a", ".jsonl", {**row, **name})[0] == ids("b", ".jsonl", {**row, **name})[0], name
    nowhere = read_stream(io.BytesIO((json.dumps(row) + "\n" + json.dumps(row)).encode()), "standard input")
    alone = IncomingArticle(
        "Editorial", "x", publisher=more.get("publisher"), published_at=parse_time(more.get("date"), "d")
    )
    assert {accept(one.outcome).id for one in nowhere if isinstance(one.outcome, IncomingArticle)} == {accept(alone).id}


def test_two_wordings_of_a_row_with_outlet_and_date_are_one_article(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("title,body,publisher,date\nT,One.,P,2024-05-03\nT,Two.,P,2024-05-03\n")
    assert len({accept(article).id for article in articles(path)}) == 1
