"""Markdown read for its words: no marks, nothing lost that is text."""

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.engine import SAMPLE
from corpus.accept import accept
from corpus.article import IncomingArticle
from corpus.markdown import plain_text
from corpus.reader import read_file
from corpus.sentence import sentence_spans


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("The **port** of *Skelmouth* is ***open***.", "The port of Skelmouth is open."),
        ("See [the notice](https://a.example/n \"Notice\") and <https://a.example>.", "See the notice and https://a.example."),
        ("As [written][1].\n\n[1]: https://a.example", "As written."),
        ("![The quay](quay.jpg)\n\nThe quay ![x](y.png)is shut.", "The quay is shut."),
        ("The fare is ~~£5~~ £6.", "The fare is £6."),
        ("Run `make *all*`.", "Run make *all*."),
        ("First\nsecond  \nthird.", "First second\nthird."),
        ("Lead:\n\n- one\n- two\n  goes on\n\nAfter.", "Lead:\n\none\ntwo goes on\n\nAfter."),
        ("1. Norway\n2. Sweden\n   - second jury", "1. Norway\n2. Sweden\nsecond jury"),
        ("> It *is* so.\n> She said.", "It is so. She said."),
        ("| Prize | Winner |\n|---|---|\n| **Best film** | Salt |\n| None | |", "Prize | Winner\nBest film | Salt\nNone"),
        ("Title\n-----\n\nText.\n\n***\n\nMore.", "Title\n\nText.\n\nMore."),
        ("a <b>bold</b> word<br>and\n\n<div>\n<p>Block</p><script>alert(1)</script></div>", "a bold word\nand\n\nBlock"),
        ("```\ncode *stays*\n```", "code *stays*"),
        ("Costs 5 * 3 * 2, a_b_c, 2 < 3 & AT&amp;T, \\*so\\*, a*.", "Costs 5 * 3 * 2, a_b_c, 2 < 3 & AT&T, *so*, a*."),
        ("“Quotes” -- and it's 'so'...", "“Quotes” -- and it's 'so'..."),
        ("<!-- nothing -->", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_only_the_words_stay(markdown: str, text: str) -> None:
    assert plain_text(markdown).body == text


@pytest.mark.parametrize(
    ("title", "heading", "body"),
    [(None, "Port *opens*", "It opened."), ("Port opens", "Port opens", "It opened."), ("Other", None, "Port opens\n\nIt opened.")],
)  # fmt: skip
def test_the_heading_that_begins_it_is_the_title_and_not_said_twice(
    title: str | None, heading: str | None, body: str
) -> None:
    plain = plain_text("# Port *opens*\n\nIt opened.", title)
    assert (plain.heading, plain.body) == (heading and heading.replace("*", ""), body)


def test_a_heading_alone_is_the_text() -> None:
    assert plain_text("# It opened.").body == "It opened."


@given(st.text(alphabet="ab12 *_`#[]()<>!|~-+.\\\n&:\"'", max_size=80))
def test_any_text_can_be_read_and_no_letter_is_made_up(text: str) -> None:
    plain = plain_text(text)
    assert set(plain.body + (plain.heading or "")) <= set(text) | set("\n |")


def read(path: Path) -> IncomingArticle:
    (found,) = read_file(path)
    assert isinstance(found.outcome, IncomingArticle), found.outcome
    return found.outcome


def test_a_file_becomes_an_article_of_clean_sentences(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text(
        "---\ndate: 2024-05-03\n---\n# The [port](https://a.example) reopens\n\nThe **port** of\nSkelmouth reopened. "
        "*Two* ships came.\n"
    )
    article = accept(read(path))
    assert article.title == "The port reopens"
    assert [article.body[s.start : s.end] for s in sentence_spans(article.body)] == [
        "The port of Skelmouth reopened.",
        "Two ships came.",
    ]


@pytest.mark.parametrize("name", ["a.txt", "a.text"])
def test_a_text_file_with_asterisks_is_no_markdown(tmp_path: Path, name: str) -> None:
    body = "# 1 in the league\n* not a list *\n[sic](so it stood)"
    (tmp_path / name).write_text(body)
    assert read(tmp_path / name).body == body


def test_the_bundled_articles_say_what_their_files_say() -> None:
    """Offsets into them are pinned elsewhere; only marks that their files need may go."""
    for path in SAMPLE.glob("*.md"):
        written = path.read_text("utf-8").split("\n---\n", 1)[1]
        assert accept(read(path)).body == unicodedata.normalize("NFC", written.replace("`", "").strip())
