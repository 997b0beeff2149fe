"""Notices of corrections that stand outside the container of a page's body."""

import time

import pytest
from lxml.html import fromstring

from corpus.surroundings import completed
from tests.documents import SENTENCE, read

PARAGRAPHS = [f"{number}. {SENTENCE * 2}".strip() for number in range(4)]
BODY = "".join(f"<p>{text}</p>" for text in PARAGRAPHS)
NOTICE = "Correction: An earlier version of this article gave the tonnage as 4,000. It was 4,200."


def body(markup: str) -> str:
    return read(f"<!doctype html><html><body>{markup}</body></html>".encode(), "a.html").body


@pytest.mark.parametrize(
    "layout",
    [
        "<article><h1>Port</h1>{body}<p class=correction>{notice}</p></article>",
        "<article><h1>Port</h1><div class=article-body>{body}</div><div class=footnotes><p>{notice}</p></div></article>",
        "<article><h1>Port</h1><div class=box><p>{notice}</p></div><div class=article-body>{body}</div></article>",
        "<article><h1>Port</h1><section name=articleBody>{body}</section><div class=bottom-of-article><p>{notice}</p></div>"
        "</article>",
        "<article><h1>Port</h1><div class=body>{body}<footer class=correction><p>{notice}</p></footer></div></article>",
        "<article><h1>Port</h1>{body}<footer><p>More by Bo Lee.</p><p>{notice}</p></footer></article>",
        "<article><h1>Port</h1><div class=body>{body}</div></article><aside><p>{notice}</p></aside>",
        "<article><h1>Port</h1><div class=body>{body}</div><div><b>Correction:</b> <i>{said}</i></div></article>",
        "<article><h1>Port</h1><div class=body>{body}</div><div><h4>Correction</h4><p>{said}</p></div></article>",
        '<body class="has-related"><main><h1>Port</h1><div class=body>{body}</div><div>{notice}</div></main>',
    ],
)
@pytest.mark.parametrize("said", [NOTICE.removeprefix("Correction: "), "The wall cost £11 million, not £18 million."])
def test_a_notice_of_the_article_is_kept_wherever_it_stands(layout: str, said: str) -> None:
    found = body(layout.format(body=BODY, notice=f"Correction: {said}", said=said))
    assert found.endswith(f"\nCorrection: {said}") or found.endswith(f"\n{said}")
    assert found.count(said) == 1 and all(text in found for text in PARAGRAPHS)


@pytest.mark.parametrize(
    "after",
    [
        "</article><article><h2>Mayor resigns</h2><p>{}</p></article>",
        "</article><h1>Mayor resigns</h1><div><p>{}</p></div>",
        "</article><div class=related-stories><p>{}</p></div>",
        "</article><ul><li>{}</li></ul>",
        "</article><footer><p>{}</p></footer>",
        "<div><p><a href=/b>{}</a></p></div></article>",
        "<section id=comments><p>{}</p></section></article>",
    ],
)
def test_a_notice_of_another_story_is_not(after: str) -> None:
    assert NOTICE not in body(f"<article><h1>Port</h1><div class=body>{BODY}</div>{after.format(NOTICE)}")


def test_many_blocks_take_no_longer_than_their_length_asks_for() -> None:
    seconds = []
    for number in (2_000, 8_000):
        many = "".join(f"<div><h4>Correction</h4><p>{n} {SENTENCE}</p></div>" for n in range(number))
        tree = fromstring(f"<html><body><h1>Port</h1><div>{BODY}</div><div>{many}</div></body></html>")
        clock = time.process_time()
        completed("\n".join(PARAGRAPHS), tree)
        seconds.append(time.process_time() - clock)
    assert seconds[1] < 10 * seconds[0] + 0.5
