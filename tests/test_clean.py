import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.clean import clean_body, clean_line


def test_the_syndication_line_goes_and_gives_its_headline_and_outlet() -> None:
    text = clean_body("The port is shut.\nThe post Analysis: why the port is shut appeared first on Coast Times")
    assert text.body == "The port is shut."
    assert text.syndicated_title == "Analysis: why the port is shut"
    assert text.syndicated_publisher == "Coast Times"


@pytest.mark.parametrize(
    "line",
    [
        "Sign up for our newsletter",
        "Read more: Ten harbours to see",
        "Follow us on Twitter and Facebook",
        "© 2024 Coast Times. All rights reserved.",
        "This story may not be published, broadcast, rewritten or redistributed.",
        "ADVERTISEMENT",
    ],
)
def test_boilerplate_lines_go(line: str) -> None:
    assert clean_body(f"First.\n{line}\nLast.").body == "First.\nLast."


@pytest.mark.parametrize(
    "line", ["The minister said he would read more: he did not.", "The post office appeared first."]
)
def test_prose_that_resembles_boilerplate_stays(line: str) -> None:
    assert line in clean_body(f"First.\n{line}").body


FOOTER = "The post Port shut appeared first on Coast Times."


@pytest.mark.parametrize(
    ("body", "title"),
    [
        (f"{FOOTER}\nIt is news.", ""),
        (f"First.\n{FOOTER}", "Mayor resigns"),
        ("First.\nThe post by the minister appeared first on Facebook.", ""),
        ("First.\nThe post by the minister appeared first on Facebook at 9 a.m. It said that he was innocent.", ""),
        ("First.\nThe post Minister Vale wrote appeared first on Facebook. It was gone by noon.", ""),
        (f"First.\nThe post Port shut appeared first on {'a long story ' * 9}", ""),
    ],
)
def test_prose_about_a_post_is_no_syndication_line(body: str, title: str) -> None:
    text = clean_body(body, title)
    assert (text.body, text.syndicated_title, text.syndicated_publisher) == (body.strip(), None, None)


@pytest.mark.parametrize("title", ["", "Port shut", "Port shut – Coast Times", "PORT SHUT"])
def test_the_syndication_line_is_the_last_one_and_names_the_article(title: str) -> None:
    text = clean_body(f"First.\n\n{FOOTER}\n\nAdvertisement\n", title)
    assert (text.body, text.syndicated_title, text.syndicated_publisher) == ("First.", "Port shut", "Coast Times")


def test_line_ends_and_spaces_become_one_form() -> None:
    assert clean_body("a\r\nb\rc\u2028d  \t e\n\n\n\nf\x00g\ufeff").body == "a\nb\nc\nd e\n\nfg"


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=200))
def test_a_clean_body_is_nfc_and_stays_as_it_is(text: str) -> None:
    body = clean_body(text).body
    assert unicodedata.is_normalized("NFC", body)
    assert clean_body(body).body == body
    body.encode("utf-8")


def test_a_clean_line_is_one_line() -> None:
    assert clean_line(" A\n title\x1b[31m ") == "A title[31m"
