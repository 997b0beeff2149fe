"""The reader: one revision of an article as a whole HTML page with a passage marked, readable without JavaScript."""

from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape
from urllib.parse import quote, urlsplit

from api.pages.frame import address, frame
from corpus.article import Article
from corpus.correction import correction_notice

_EARLIER = "This is an earlier wording; the article has since changed."
_DESCRIPTION = 160  # characters of the text that stand for it in a list of pages


def render_article(
    article: Article,
    start: int | None,
    end: int | None,
    revisions: Sequence[int] = (),
    copies: Sequence[Article] = (),
) -> str:
    """The page of `article` with `body[start:end]` (code points, half-open) marked as `#passage`.

    `revisions` are the numbers of all stored revisions, for links between them; `copies` are the other articles that
    carry the same text. A span that is missing, empty or outside the body marks nothing. Never raises; everything from
    the articles is escaped.
    """
    span = _valid_span(article.body, start, end)
    body = _paragraphs(article.body, span)
    has_passage = '<mark id="passage">' in body
    below = _revision_links(article, revisions) + _copy_links(copies)
    return page_around(
        article, _head(article, revisions, has_passage), body, below, "passage" if has_passage else "article"
    )


def page_around(article: Article, head: str, body: str, below: str = "", skip_to: str = "article") -> str:
    """A whole page that shows `head`, `body` and `below`, which are HTML, in the language of `article`."""
    lang = f' lang="{escape(article.language)}"' if article.language else ""
    main = (
        f'<main class="reader" id="article">\n<article class="story"{lang}>\n{head}\n'
        f'<div class="story-text">\n{body}\n</div>\n</article>\n{below}</main>'
    )
    description = " ".join(article.body[:_DESCRIPTION].split())
    return frame(
        article.title, main, style="reader", skip_to=skip_to, description=description, collection=article.collection
    )


def _valid_span(body: str, start: int | None, end: int | None) -> tuple[int, int] | None:
    if start is None or end is None or not 0 <= start < end <= len(body):
        return None
    return start, end


def _paragraphs(body: str, span: tuple[int, int] | None) -> str:
    """One paragraph a line. A span over several lines is marked in each; the first mark carries the id."""
    first, last = span or (0, 0)
    paragraphs, at, is_first = [], 0, True
    for line in body.split("\n"):
        start, end = max(0, first - at), min(len(line), last - at)
        at += len(line) + 1
        if not line.strip():
            continue
        if start < end and line[start:end].strip():
            name = ' id="passage"' if is_first else ""
            is_first = False
            marked = f"<mark{name}>{escape(line[start:end])}</mark>"
            paragraphs.append(f'<p dir="auto">{escape(line[:start])}{marked}{escape(line[end:])}</p>')
        else:
            paragraphs.append(f'<p dir="auto">{escape(line)}</p>')
    return "\n".join(paragraphs)


def _head(article: Article, revisions: Sequence[int], has_passage: bool) -> str:
    dateline = outlet_and_day(article)
    byline = [
        f'<span dir="auto">{escape(", ".join(article.authors))}</span>' if article.authors else "",
        _time("Published", article.published_at),
        _time("Updated", article.updated_at) if article.updated_at != article.published_at else "",
        f"<span>{_revision_words(article, revisions)}</span>",
    ]
    lines = [
        f'<p class="dateline">{dateline}</p>' if dateline else "",
        f'<h1 class="story-title" dir="auto">{escape(article.title)}</h1>',
        f'<p class="story-byline">{" ".join(filter(None, byline))}</p>',
        _links(article.url, has_passage),
        "" if article.is_current else f'<p class="notice">{_EARLIER}</p>',
        _correction(article),
    ]
    return "\n".join(filter(None, lines))


def outlet_and_day(article: Article) -> str:
    """The line above a headline, as HTML; empty when neither is known."""
    # The outlet's name keeps its own writing direction beside the date.
    outlet = f"<bdi>{escape(article.publisher)}</bdi>" if article.publisher else ""
    return ", ".join(filter(None, (outlet, _day(article.published_at))))


def _correction(article: Article) -> str:
    notice = correction_notice(article.body)
    if notice is None:
        return ""
    words = escape(article.body[notice.start : notice.end])
    return f'<p class="notice" dir="auto">The outlet says what it corrected: {words}</p>'


def _day(moment: datetime | None) -> str | None:
    return f"{moment.astimezone(UTC):%-d %B %Y}" if moment else None


def _time(label: str, moment: datetime | None) -> str:
    if moment is None:
        return ""
    utc = moment.astimezone(UTC)
    return f'<span>{label} <time datetime="{utc:%Y-%m-%dT%H:%M:%SZ}">{_day(utc)}, {utc:%H:%M} UTC</time></span>'


def _revision_words(article: Article, revisions: Sequence[int]) -> str:
    of = f" of {len(revisions)}" if len(revisions) > 1 else ""
    return f"Revision {article.revision}{of}"


def _links(url: str | None, has_passage: bool) -> str:
    links = [_source_link(url), '<a href="#passage">Go to the marked passage</a>' if has_passage else ""]
    return f'<p class="story-links">{" ".join(filter(None, links))}</p>' if any(links) else ""


def _source_link(url: str | None) -> str:
    """A link to the source, named by its host, when it leads to the web; `javascript:` and the like never do."""
    try:
        parts = urlsplit(url or "")
        host = parts.hostname
    except ValueError:
        return ""
    if url is None or parts.scheme not in ("http", "https") or not host:
        return ""
    return f'<a href="{escape(url)}" rel="noopener noreferrer">Source: {escape(host)}</a>'


def _revision_links(article: Article, revisions: Sequence[int]) -> str:
    if len(revisions) < 2:
        return ""
    items = (
        f'<li aria-current="page">Revision {n}</li>'
        if n == article.revision
        else f'<li><a href="{escape(revision_address(article, n))}">Revision {n}</a></li>'
        for n in revisions
    )
    changes = f'<p class="story-links"><a href="{escape(_changes_address(article, revisions))}">What changed</a></p>'
    wordings = f'<h2 class="section-title">All wordings stored here</h2><ul>{"".join(items)}</ul>'
    return f'<nav class="below" aria-label="Revisions">{wordings}{changes}</nav>\n'


def _copy_links(copies: Sequence[Article]) -> str:
    """The others that carry the text. Together they are one source."""
    if not copies:
        return ""
    items = (
        f'<li><p class="dateline">{outlet_and_day(copy)}</p>'
        f'<a href="{escape(revision_address(copy, copy.revision))}" dir="auto">{escape(copy.title)}</a></li>'
        for copy in copies
    )
    return (
        '<section class="below" aria-labelledby="copies">'
        '<h2 class="section-title" id="copies">The same text elsewhere</h2>'
        f"<p>All of these count as one source.</p><ul>{''.join(items)}</ul></section>\n"
    )


def _changes_address(article: Article, revisions: Sequence[int]) -> str:
    """What changed into this wording; for the first one, what changed after it."""
    earlier = [n for n in revisions if n < article.revision]
    old, new = (
        (earlier[-1], article.revision) if earlier else (article.revision, min(set(revisions) - {article.revision}))
    )
    return address(f"/changes/{quote(article.id, safe='')}", article.collection, **{"from": old, "to": new})


def revision_address(article: Article, revision: int) -> str:
    """The page of another revision. No span: offsets hold for one revision only."""
    return address(f"/read/{quote(article.id, safe='')}", article.collection, rev=revision)
