"""PDF: lines at places become paragraphs, properties become guesses."""

from datetime import UTC, datetime

import pytest

from tests.documents import pdf, read, refusal

LINES = [
    (72.0, 700.0, 20.0, "Harbour reopens after the storm"),
    (72.0, 660.0, 11.0, "The port of Skelmouth reopened to cargo on Friday after the storm broke its"),
    (72.0, 646.0, 11.0, "breakwater, the harbour master said, and the first ship came in before noon."),
    (72.0, 618.0, 11.0, "Fuel exports resumed two days later, which the companies of the coast had"),
    (72.0, 604.0, 11.0, "waited for."),
]


def test_lines_become_paragraphs_and_properties_guesses() -> None:
    article = read(pdf(LINES, info="/Author (Ana Ruiz and Bo Lee) /CreationDate (D:20240503080000+02'00')"), "a.pdf")
    first, second = article.body.split("\n")
    assert first.endswith(
        "storm broke its breakwater, the harbour master said, and the first ship came in before noon."
    )
    assert second.endswith("the coast had waited for.")
    assert (article.title, article.authors, article.language) == (LINES[0][3], ("Ana Ruiz", "Bo Lee"), "en")
    assert article.published_at == datetime(2024, 5, 3, 6, tzinfo=UTC)
    assert set(article.guessed) == {"title", "authors", "published_at"}


def test_a_title_that_is_a_file_name_is_none() -> None:
    assert read(pdf(LINES, info="/Title (Microsoft Word - draft7.doc)"), "a.pdf").title == LINES[0][3]
    assert read(pdf(LINES, info="/Title (Ships return)"), "a.pdf").title == "Ships return"


def test_columns_are_read_one_after_the_other_and_cut_words_joined() -> None:
    left = [(72.0, 700.0 - 14 * n, 11.0, f"left line {n} of the first column") for n in range(6)]
    right = [(320.0, 700.0 - 14 * n, 11.0, f"right line {n} of the second") for n in range(6)]
    left[-1] = (72.0, 630.0, 11.0, "and the last line has a harbour-")
    right[0] = (320.0, 700.0, 11.0, "master in it")
    body = read(pdf(left + right), "a.pdf").body
    assert body.index("left line 4") < body.index("right line 1")
    assert "left line 0 of the first column left line 1" in body
    assert "harbourmaster in it" in body or "harbour-master in it" in body or "harbour- master in it" in body


def test_running_heads_and_page_numbers_are_left_out() -> None:
    texts = ["The port reopened.", "The ships returned.", "The fuel flowed.", "The town rejoiced."]
    pages = [
        [(72.0, 770.0, 9.0, "Coast Times, 3 May"), (72.0, 700.0, 11.0, text), (300.0, 30.0, 9.0, f"Page {n}")]
        for n, text in enumerate(texts)
    ]
    assert read(pdf(*pages, info="/Title (Ships)"), "a.pdf").body.split("\n") == texts


@pytest.mark.parametrize(
    "head", ["{n}", "- {n} -", "Page {n} of 12", "Coast Times {n}", "{n} | 3 May 2024", "Coast Times"]
)
def test_heads_that_hold_a_page_number_are_left_out(head: str) -> None:
    texts = ["The port reopened.", "The ships returned.", "The fuel flowed.", "The town rejoiced."]
    pages = [[(72.0, 770.0, 9.0, head.format(n=n)), (72.0, 700.0, 11.0, text)] for n, text in enumerate(texts, start=7)]
    assert read(pdf(*pages, info="/Title (Ships)"), "a.pdf").body.split("\n") == texts


@pytest.mark.parametrize("row", ["Ward {n}: {v} votes", "{v}", "Ward {n}", "Seat {n} held by nobody", "None"])
def test_rows_of_a_table_over_pages_all_stay(row: str) -> None:
    rows = [row.format(n=n, v=n * 137) for n in range(1, 81)]
    pages = [
        [(72.0, 760.0 - 30 * place, 11.0, text) for place, text in enumerate(rows[start : start + 20])]
        for start in range(0, 80, 20)
    ]
    body = read(pdf(*pages, info="/Title (Wards)"), "a.pdf").body
    assert body.split() == " ".join(rows).split()


def test_what_cannot_be_read_says_why() -> None:
    assert "only pictures" in refusal(pdf([]), "a.pdf")
    assert "damaged" in refusal(b"%PDF-1.7\n" + b"\x00\xff<<" * 500, "a.pdf")
    assert "damaged" in refusal(b"no pdf at all", "a.pdf")
