"""The page of articles: found by headline or by text, narrowed, page by page. Works without JavaScript."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from urllib.parse import quote

from api.pages.frame import address, frame
from api.pages.reader import outlet_and_day, revision_address
from corpus.article import DEFAULT_COLLECTION, Article
from corpus.store import Coverage, Facet, Facets
from retrieval.passage import Passage

PAGE = 50
_EXCERPT = 320  # characters of a passage that are shown


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for, as it stands in the address of the page; empty values narrow nothing.

    `look` is "headlines", the newest first, or "text", the best passages first. `skipped` counts the articles on the
    pages before this one, which ended at `cursor`.
    """

    q: str = ""
    look: str = "headlines"
    publisher: str = ""
    language: str = ""
    published_from: str = ""
    published_to: str = ""
    collection: str = DEFAULT_COLLECTION
    cursor: str = ""
    skipped: int = 0

    @property
    def is_text(self) -> bool:
        """Whether the articles' text is searched, not their headlines."""
        return self.look == "text" and bool(self.q)

    @property
    def is_narrow(self) -> bool:
        """Whether anything is left out."""
        return bool(self.q or self.publisher or self.language or self.published_from or self.published_to)

    def at(self, cursor: str = "", skipped: int = 0) -> str:
        """The address of a page of this list."""
        return address(
            "/articles", self.collection, q=self.q, look="text" if self.look == "text" else "",
            publisher=self.publisher, language=self.language, published_from=self.published_from,
            published_to=self.published_to, cursor=cursor, skipped=skipped or "",
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """What there is to show: a page of articles of `total`, or the passages found in their text."""

    articles: Sequence[Article] = ()
    passages: Sequence[Passage] = ()
    total: int = 0
    next_cursor: str = ""


def render_articles(query: Query, found: Found, facets: Facets, coverage: Coverage, pending: int) -> str:
    """The page. `pending` passages are found by their words only as yet. Everything from articles is escaped."""
    if query.is_text:
        items = "".join(_passage(passage) for passage in found.passages)
    else:
        items = "".join(_article(article) for article in found.articles)
    rows = f'<ol class="article-list">{items}</ol>' if items else _nothing(query, coverage)
    main = f"""<main class="articles" id="articles">
<div class="articles-head"><h1 class="page-title">Articles</h1><p class="lead">{_covers(coverage)}</p></div>
{_form(query, facets)}
<div class="articles-body">
<section aria-labelledby="found"><h2 class="section-title" id="found">{_count(query, found)}</h2>
{rows}
{_pages(query, found)}</section>
<aside class="ingest" id="ingest" aria-labelledby="ingest-title"><h2 class="section-title" id="ingest-title">Ingest</h2>
<p id="ingest-state">{_ingest_state(pending)}</p>
<ul class="jobs" id="jobs"></ul><ul class="feeds" id="feeds"></ul></aside>
</div>
</main>"""
    return frame(
        "Articles", main, style="articles", skip_to="articles", collection=query.collection, is_module=True,
        is_articles=True, description="All stored articles, found by headline, text, outlet, language and date.",
    )  # fmt: skip


def _covers(coverage: Coverage) -> str:
    if not coverage.articles:
        return "Nothing is stored yet."
    span = ""
    if coverage.first and coverage.last:
        span = f", {coverage.first:%-d %B %Y} to {coverage.last:%-d %B %Y}"
    return f"{_counted(coverage.articles, 'article')}{span}"


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _count(query: Query, found: Found) -> str:
    if query.is_text:
        return f"{_counted(len(found.passages), 'passage')}, the nearest first" if found.passages else "Nothing found"
    if not found.articles:
        return "Nothing found"
    first, last = query.skipped + 1, query.skipped + len(found.articles)
    whole = first == 1 and not found.next_cursor
    return _counted(found.total, "article") if whole else f"{first:,} to {last:,} of {_counted(found.total, 'article')}"


def _article(article: Article) -> str:
    authors = f'<span dir="auto">{escape(", ".join(article.authors))}</span>' if article.authors else ""
    revised = f"<span>Revision {article.revision}</span>" if article.revision > 1 else ""
    facts = f'<p class="article-facts">{authors} {revised}</p>' if authors or revised else ""
    return _item(article, revision_address(article, article.revision), facts)


def _passage(passage: Passage) -> str:
    article, words = passage.article, passage.text
    place = address(
        f"/read/{quote(article.id, safe='')}", article.collection, rev=article.revision, start=passage.start,
        end=passage.end,
    )  # fmt: skip
    cut = f"{words[:_EXCERPT].rsplit(' ', 1)[0]} …" if len(words) > _EXCERPT else words
    return _item(article, place, f'<p class="article-excerpt" dir="auto">{escape(cut)}</p>')


def _item(article: Article, place: str, more: str) -> str:
    lang = f' lang="{escape(article.language)}"' if article.language else ""
    return (
        f'<li{lang}><p class="dateline">{outlet_and_day(article) or "Undated, outlet unknown"}</p>'
        f'<h3 class="article-title" dir="auto"><a href="{escape(place)}">{escape(article.title)}</a></h3>{more}</li>'
    )


def _nothing(query: Query, coverage: Coverage) -> str:
    if not coverage.articles:
        return (
            '<div class="nothing"><p>Bring in articles with one of these commands:</p>'
            "<pre><code>dateline ingest FOLDER\ndateline ingest https://news.example/\n"
            "dateline feeds add https://news.example/rss</code></pre></div>"
        )
    return (
        '<div class="nothing"><p>No stored article fits. '
        f'<a href="{escape(Query(collection=query.collection).at())}">Show all articles</a></p></div>'
    )


def _pages(query: Query, found: Found) -> str:
    links = []
    if query.cursor:
        links.append(f'<a href="{escape(query.at())}">The newest</a>')
    if found.next_cursor:
        skipped = query.skipped + len(found.articles)
        links.append(f'<a rel="next" href="{escape(query.at(found.next_cursor, skipped))}">Older articles</a>')
    return f'<nav class="pages" aria-label="Pages of the list">{" ".join(links)}</nav>' if links else ""


def _ingest_state(pending: int) -> str:
    if pending:
        return f"{_counted(pending, 'passage')} still to be indexed; until then they are found by their words."
    return "Everything stored is indexed."


def _form(query: Query, facets: Facets) -> str:
    look = "".join(
        f'<option value="{value}"{" selected" if query.look == value else ""}>{label}</option>'
        for value, label in (("headlines", "in headlines"), ("text", "in the text"))
    )
    kept = "" if query.collection == DEFAULT_COLLECTION else _hidden("collection", query.collection)
    return f"""<form class="finder" action="/articles" method="get" role="search" aria-label="Find articles">{kept}
<div class="finder-words"><label class="visually-hidden" for="q">Words to find</label>
<input type="search" id="q" name="q" value="{escape(query.q)}" maxlength="200" placeholder="Find articles">
<label class="visually-hidden" for="look">Where to look</label><select id="look" name="look">{look}</select>
<button type="submit" class="main-button">Find</button></div>
<div class="finder-filters">{_select("publisher", "Outlet", query.publisher, facets.publishers)}
{_select("language", "Language", query.language, facets.languages)}
{_date("published_from", "From", query.published_from)}
{_date("published_to", "To", query.published_to)}</div></form>"""


def _hidden(name: str, value: str) -> str:
    return f'<input type="hidden" name="{name}" value="{escape(value)}">'


def _select(name: str, label: str, chosen: str, options: Sequence[Facet]) -> str:
    known = [option.name for option in options]
    rows = ['<option value="">All</option>', *(_option(option, chosen) for option in options)]
    if chosen and chosen not in known:
        rows.append(_option(Facet(chosen, 0), chosen))
    return f'<div><label for="{name}">{label}</label><select id="{name}" name="{name}">{"".join(rows)}</select></div>'


def _option(option: Facet, chosen: str) -> str:
    selected = " selected" if option.name == chosen else ""
    return f'<option value="{escape(option.name)}"{selected}>{escape(option.name)} ({option.articles:,})</option>'


def _date(name: str, label: str, value: str) -> str:
    box = f'<input type="date" id="{name}" name="{name}" value="{escape(value)}">'
    return f'<div><label for="{name}">{label}</label>{box}</div>'
