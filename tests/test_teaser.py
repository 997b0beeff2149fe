"""Which bodies of feeds are whole articles."""

import pytest

from corpus.teaser import is_whole_article
from tests.documents import SENTENCE

WHOLE = f"<p>{SENTENCE * 20}</p>"
PICTURE = f'<img srcset="{"https://cdn.example/harbour.jpg 300w, " * 60}">'
FOOTER = "<p>The post <a href=/a>Port shut</a> appeared first on <a href=/>CT</a>.</p>"


@pytest.mark.parametrize(
    "markup", [WHOLE, WHOLE + FOOTER, PICTURE + WHOLE, WHOLE + "<p>They read more.</p><p>So it was.</p>"]
)
def test_a_long_text_is_the_article(markup: str) -> None:
    assert is_whole_article(markup)


@pytest.mark.parametrize(
    "markup",
    [
        "",
        f"{PICTURE}<p>It reopened.</p>",
        f"{WHOLE}<p>It reopened [&#8230;]</p>{FOOTER}",
        f"{WHOLE}<p>It reopened [...]</p>",
        f"{WHOLE}<a href=/a>Read more &raquo;</a>",
        f"{WHOLE}<a href=/a>Continue reading <b>Port shut</b> &rarr;</a>",
        f"{WHOLE}<a href=/a>Read the full story</a>",
    ],
)
def test_a_beginning_is_not(markup: str) -> None:
    assert not is_whole_article(markup)
