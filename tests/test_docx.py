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


def run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


WRAPPED = [
    "<w:ins>{}</w:ins>",
    "<w:moveTo>{}</w:moveTo>",
    '<w:smartTag w:element="place"><w:smartTagPr/>{}</w:smartTag>',
    "<w:sdt><w:sdtPr><w:text/></w:sdtPr><w:sdtContent>{}</w:sdtContent></w:sdt>",
    '<w:fldSimple w:instr="DATE">{}</w:fldSimple>',
    "<w:ins><w:sdt><w:sdtContent>{}</w:sdtContent></w:sdt></w:ins>",
    "<w:hyperlink><w:ins>{}</w:ins></w:hyperlink>",
]


@pytest.mark.parametrize("wrapped", WRAPPED)
def test_what_word_wraps_is_text_like_any_other(wrapped: str) -> None:
    made = f"<w:p>{run('It did ')}{wrapped.format(run('not '))}{run('reopen.')}</w:p>"
    assert read(docx(made), "a.docx").body == "It did not reopen."


@pytest.mark.parametrize(
    "taken", ["<w:del><w:r><w:delText>two</w:delText></w:r></w:del>", "<w:moveFrom>{}</w:moveFrom>"]
)
def test_what_was_taken_out_is_none(taken: str) -> None:
    made = f"<w:p>{run('It was shut ')}{taken.format(run('two'))}{run('three weeks.')}</w:p>"
    assert read(docx(made), "a.docx").body == "It was shut three weeks."


def test_paragraphs_rows_and_tables_in_content_controls_are_read() -> None:
    control = "<w:sdt><w:sdtContent>{}</w:sdtContent></w:sdt>"
    row = "<w:tr>{}<w:tc>{}</w:tc></w:tr>".format(control.format(f"<w:tc>{paragraph('Fuel')}</w:tc>"), paragraph("3"))
    table = f"<w:tbl>{control.format(row)}</w:tbl>"
    body = read(docx(control.format(paragraph("Ferries sail.") + TABLE) + table), "a.docx").body
    assert body == "Ferries sail.\nShips | 12\nFuel | 3"


def test_cells_are_told_apart_by_place_not_by_what_they_say() -> None:
    cell, wide = "<w:tc>{}</w:tc>", '<w:tc><w:tcPr><w:gridSpan w:val="2"/></w:tcPr>{}</w:tc>'
    rows = [
        "".join(cell.format(paragraph(text)) for text in ("Skelmouth", "2", "2")),
        wide.format(paragraph("Drawn")) + cell.format(paragraph("yes")),
        "<w:trPr><w:del/></w:trPr>" + cell.format(paragraph("Taken out")),
    ]
    table = "<w:tbl>{}</w:tbl>".format("".join(f"<w:tr>{row}</w:tr>" for row in rows))
    assert read(docx(table), "a.docx").body == "Skelmouth | 2 | 2\nDrawn | yes"


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
