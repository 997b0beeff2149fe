"""Word documents."""

from datetime import UTC, datetime

import pytest

from tests.documents import docx, paragraph, read, refusal, zipped

HEADING = '<w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t>Harbour reopens</w:t></w:r></w:p>'
TABLE = "<w:tbl><w:tr><w:tc>{}</w:tc><w:tc>{}</w:tc></w:tr></w:tbl>".format(paragraph("Ships"), paragraph("12"))


def test_paragraphs_tables_and_properties() -> None:
    raw = docx(
        paragraph("It opened.") + TABLE + paragraph("Fuel & oil."), title="Harbour reopens", author="Ana Ruiz; Bo Lee"
    )
    article = read(raw, "a.docx")
    assert article.body == "It opened.\nShips | 12\nFuel & oil."
    assert (article.title, article.authors, article.language) == ("Harbour reopens", ("Ana Ruiz", "Bo Lee"), "en")
    assert article.published_at == datetime(2024, 5, 3, 6, tzinfo=UTC)
    assert article.updated_at == datetime(2024, 5, 4, 6, tzinfo=UTC)
    assert set(article.guessed) == {"title", "authors", "published_at", "updated_at"}


def test_without_properties_nothing_is_made_up() -> None:
    article = read(docx(paragraph("It opened.")), "a.docx")
    assert (article.title, article.authors, article.published_at, article.guessed) == ("", (), None, ())


def test_the_content_decides_not_the_name() -> None:
    assert read(docx(paragraph("It opened.")), "download").body == "It opened."


def test_entities_are_not_expanded_and_nothing_outside_is_read() -> None:
    reach = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname"><!ENTITY f "inside">]>'
    body = read(docx(paragraph("It opened.") + "<w:p><w:r><w:t>a&e;&f;b</w:t></w:r></w:p>", reach), "a.docx").body
    assert body.startswith("It opened.") and "inside" not in body
    with open("/etc/hostname") as file:
        assert file.read().strip() not in body


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (zipped({"word/document.xml": " " * 300_000_000}), "far more than one article"),
        (docx(""), "no text"),
        (docx(paragraph("It opened."))[:-60], "damaged"),
        (docx("<w:p>"), "damaged"),
        (zipped({"a.txt": "x"}), "ZIP archive"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "old Word"),
    ],
)
def test_what_cannot_be_read_says_why(raw: bytes, words: str) -> None:
    assert words in refusal(raw, "a.docx" if words != "ZIP archive" else "a.zip")
