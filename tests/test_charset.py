"""Which characters bytes stand for."""

import codecs
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.article import IncomingArticle
from corpus.charset import charset_in, decoded, encoding_of
from corpus.errors import UnreadableFile
from corpus.reader import read_bytes
from tests.documents import read, refusal

GERMAN = "Der Hafen öffnete wieder, und die Größe der Schäden überraschte die Behörden. " * 20
RUSSIAN = "Порт снова открылся после шторма, и первый корабль пришёл к полудню. " * 20


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252", "iso-8859-1"])
def test_text_is_read_without_being_told_how(encoding: str) -> None:
    assert decoded(GERMAN.encode(encoding), "a.txt") == GERMAN


@pytest.mark.parametrize("encoding", ["cp1251", "koi8-r"])
def test_other_scripts_are_detected(encoding: str) -> None:
    assert decoded(RUSSIAN.encode(encoding), "a.txt") == RUSSIAN


ENGLISH = "The board met on Monday and decided to dredge the channel before the winter storms arrive. "
WESTERN = "Muñoz and Søren of La Coruña, “naïve” — said Élodie Bérénice à l’été. "


@pytest.mark.parametrize("before", [0, 300, 2_000])
def test_a_few_accents_in_a_long_text_are_western(before: int) -> None:
    text = ENGLISH * before + WESTERN + ENGLISH * 300
    assert decoded(text.encode("cp1252"), "a.txt") == text
    assert decoded(text.encode(), "a.txt", "windows-1252") == text


@pytest.mark.parametrize("joint", ["\n", " "])
def test_one_line_of_another_script_decides(joint: str) -> None:
    lines = [ENGLISH] * 300 + [RUSSIAN] + [ENGLISH] * 300
    text = joint.join(lines) if joint == "\n" else joint.join(lines[:301])
    assert decoded(text.encode("cp1251"), "a.txt") == text


def test_a_broken_byte_before_late_accents_does_not_turn_them_into_something_else() -> None:
    text = ENGLISH * 2_000 + GERMAN
    assert decoded(text.encode() + b"\xff", "a.txt") == text + "\ufffd"


def test_central_european_text_stays_so() -> None:
    polish = "Zażółć gęślą jaźń, powiedział Łukasz Wójcik w Gdańsku, gdzie port znów otwarto po burzy. " * 20
    assert decoded(polish.encode("cp1250"), "a.txt") == polish


def test_what_is_declared_counts_unless_it_cannot_be() -> None:
    polish = "Zażółć gęślą jaźń. " * 5
    assert decoded(polish.encode("iso-8859-2"), "a.html", "iso-8859-2") == polish
    assert decoded(GERMAN.encode(), "a.html", "iso-8859-1") == GERMAN
    assert decoded(GERMAN.encode("cp1252"), "a.html", "utf-8") == GERMAN
    assert decoded("“Open”".encode("cp1252"), "a.html", "iso-8859-1") == "“Open”"
    assert decoded("港が再開した".encode("iso2022_jp"), "a.html", "iso-2022-jp") == "港が再開した"


def test_a_page_names_its_charset_and_other_text_that_looks_so_does_not() -> None:
    raw = '<meta charset="cp1251"><p>Порт</p>'.encode("cp1251")
    assert "Порт" in decoded(raw, "a.html", is_page=True)
    assert "Порт" in read(
        b'<!doctype html><html><head><meta http-equiv=Content-Type content="text/html; charset=windows-1251"></head><body>'
        b"<article><p>" + RUSSIAN.encode("cp1251") + b"</p></article></body></html>", "a.html",
    ).body  # fmt: skip


def test_one_broken_byte_does_not_turn_the_rest_into_something_else() -> None:
    raw = GERMAN.encode() + b"\xff" + GERMAN.encode()
    assert decoded(raw, "a.txt").count("ö") == 2 * GERMAN.count("ö")


@pytest.mark.parametrize("label", ["rot13", "zlib", "unicode_escape", "utf-7", "no-such-charset", "\x00", "idna"])
def test_labels_that_are_no_charsets_are_passed_over(label: str) -> None:
    assert decoded(GERMAN.encode("cp1252"), "a.txt", label) == GERMAN


@pytest.mark.parametrize(
    "raw", [b"abc\x00def", b"\x89PNG\r\n\x1a\n\x00\xff", bytes(range(256)) * 20, b"\x7fELF\x02\x01"]
)
def test_binary_is_refused(raw: bytes) -> None:
    assert "binary" in refusal(raw, "a.txt")


def test_the_header_is_read() -> None:
    assert charset_in("text/html; Charset='UTF-8'; x=y") == "UTF-8"
    assert charset_in("text/html") is None and charset_in(None) is None


@given(st.binary(max_size=400), st.sampled_from([None, "utf-8", "cp1252", "utf-16", "gb2312", "hz", "x"]))
def test_any_bytes_give_text_or_a_reason(raw: bytes, label: str | None) -> None:
    try:
        text = decoded(raw, "a.txt", label, is_page=True)
    except UnreadableFile as error:
        assert "a.txt" in str(error)
    else:
        assert isinstance(text, str) and codecs.lookup(encoding_of(raw, "a.txt", label, is_page=True))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("before", [0, 300])
def test_json_and_its_lines_are_read_in_every_form_of_unicode(encoding: str, before: int) -> None:
    rows = [{"title": "A", "body": "It opened. " * 30}] * before + [{"title": "Öffnung", "body": GERMAN}] * 2
    written = [json.dumps(row, ensure_ascii=False) for row in rows]
    for name, text in (("a.jsonl", "\n".join(written) + "\n"), ("a.json", f"[{','.join(written)}]")):
        found = [one.outcome for one in read_bytes(text.encode(encoding), name, "default")]
        assert len(found) == len(rows)
        for one in found[-2:]:
            assert isinstance(one, IncomingArticle) and (one.title, one.body) == ("Öffnung", GERMAN)


def test_a_line_that_is_no_utf_8_among_others_fails_alone() -> None:
    lines = [json.dumps({"title": "Öffnung", "body": "Größe."}, ensure_ascii=False).encode()] * 3
    lines[1] = lines[1].replace("ß".encode(), b"\xff")
    outcomes = [one.outcome for one in read_bytes(b"\n".join(lines), "a.jsonl", "default")]
    assert [isinstance(one, IncomingArticle) for one in outcomes] == [True, False, True]
    assert "not in UTF-8; save it so" in str(outcomes[1])
