"""Newsletters (.eml)."""

from datetime import UTC, datetime

import pytest

from tests.documents import SENTENCE, letter, read, refusal

MARKUP = (
    '<html lang="en"><head><link rel="canonical" href="https://reuters.example/1"></head><body><table><tr><td>'
    "<a href=x>View this email in your browser</a></td></tr><tr><td>"
    + "".join(f"<p>{n}. {SENTENCE * 2}</p>" for n in range(4))
    + "</td></tr><tr><td><p>Unsubscribe from this list</p></td></tr></table></body></html>"
)


def test_headers_name_the_letter_and_the_html_part_is_its_text() -> None:
    article = read(letter(markup=MARKUP), "a.eml")
    assert (article.title, article.publisher) == ("Harbour reopens – the morning letter", "Coast Times Daily")
    assert article.published_at == datetime(2024, 5, 3, 6, tzinfo=UTC)
    assert article.language == "en" and article.guessed == ()
    assert article.body.count("The harbour of Skelmouth") == 8
    assert "nsubscribe" not in article.body and "in your browser" not in article.body


def test_a_letter_is_known_by_its_sender_and_message_id_not_by_what_it_claims() -> None:
    first = read(letter(markup=MARKUP), "a.eml")
    assert first.url is None and first.id and first.id == read(letter(markup=MARKUP + "<p>New.</p>"), "b.eml").id
    forged = letter(markup=MARKUP).replace(b"daily@coast.example", b"daily@evil.example")
    assert read(forged, "a.eml").id != first.id


def test_wrapped_lines_of_a_plain_letter_are_put_together() -> None:
    plain = (
        "The harbour of Skelmouth reopened to cargo after the storm, and\n"
        "the first ship was in by noon, the harbour master said on the\nquay.\n\nAlso today:\n- Fuel\n- Fish\n\n"
        "https://coast.example/unsubscribe\n"
    )
    body = read(letter(plain), "a.eml").body
    assert body.split("\n")[0].endswith("said on the quay.")
    assert body.split("\n")[1:] == ["Also today:", "- Fuel", "- Fish"]


def test_a_letter_of_cells_without_paragraphs_is_read_line_by_line() -> None:
    cells = "<table><tr><td>Good morning.<br>Here is <a href=x>the news</a>.</td></tr><tr><td><h2>Port</h2>It opened.</td></tr></table>"
    assert read(letter(markup=cells), "a.eml").body == "Good morning.\nHere is the news.\nPort\nIt opened."


def test_the_plain_part_serves_where_the_html_part_is_only_a_picture() -> None:
    assert read(letter(SENTENCE * 3, "<img src=x><p>Enable images</p>"), "a.eml").body.startswith("The harbour")


def test_a_wrong_charset_and_the_content_are_enough() -> None:
    raw = (
        b"Message-ID: <2@x>\r\nFrom: a@coast.example\r\nSubject: =?utf-8?b?R3LDtsOfZQ==?=\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: text/plain; charset=x-nonsense\r\n\r\n"
        + "Die Größe der Schäden überraschte alle.".encode("cp1252")
    )
    article = read(raw, "download")
    assert (article.title, article.body) == ("Größe", "Die Größe der Schäden überraschte alle.")


def mixed(*parts: str, subject: str = "Harbour") -> bytes:
    """A letter of several parts, each with its own headers."""
    body = "".join(f"--b\n{part}\n" for part in parts)
    head = f"From: A <a@coast.example>\nSubject: {subject}\nMessage-ID: <3@x>\nMIME-Version: 1.0\n"
    return f'{head}Content-Type: multipart/mixed; boundary="b"\n\n{body}--b--\n'.encode()


PICTURE = 'Content-Type: image/png; name="x.png"\nContent-Disposition: inline; filename="x.png"\n\nabc'
FORWARDED = (
    "Content-Type: message/rfc822\n\nFrom: P <p@port.example>\nSubject: Port\nMessage-ID: <5@port>\n\n" + SENTENCE
)


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_all_texts_between_attachments_are_read(kind: str) -> None:
    first, second = (f"Content-Type: text/{kind}\n\n{n} {SENTENCE}" for n in "ab")
    attached = f"Content-Type: text/{kind}\nContent-Disposition: attachment\n\nTerms of use."
    body = read(mixed(first, PICTURE, second, attached), "a.eml").body
    assert body == f"a {SENTENCE}".strip() + "\n" + f"b {SENTENCE}".strip()


@pytest.mark.parametrize("note", [(), ("Content-Type: text/plain\n\nFYI",)])
def test_a_letter_that_only_forwards_another_is_that_other(note: tuple[str, ...]) -> None:
    article = read(mixed(*note, FORWARDED, subject="Fwd: Port"), "a.eml")
    assert (article.title, article.publisher, article.body) == ("Port", "P", SENTENCE.strip())
    alone = FORWARDED.split("\n\n", 1)[1].encode()
    assert article.id == read(alone, "b.eml").id


def test_a_letter_about_one_that_it_carries_is_itself() -> None:
    article = read(mixed(f"Content-Type: text/plain\n\n{SENTENCE * 4}", FORWARDED), "a.eml")
    assert (article.title, article.body) == ("Harbour", (SENTENCE * 4).strip())


def test_a_letter_without_text_says_so() -> None:
    assert "no text" in refusal(b"From: a@x\nSubject: s\nMIME-Version: 1.0\nContent-Type: image/png\n\nabc", "a.eml")
