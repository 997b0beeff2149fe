"""How well articles are read from pages: Dateline's reader beside trafilatura as it ships.

`python -m evals.extraction FOLDER` where FOLDER holds `ground-truth.json` (an id to `articleBody` and `url`) and
`html/ID.html.gz`, the form of Scrapinghub's article-extraction-benchmark.
"""

import argparse
import gzip
import json
import re
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from corpus.article import IncomingArticle
from corpus.metadata import plausible_time
from corpus.reader import read_bytes
from evals.bootstrap import estimate

_SHINGLE = 4
# A page "has" a title or a date when its markup says so somewhere, by whatever name: found without either reader.
_SAYS_TITLE = re.compile(rb"<title|og:title|\"headline\"", re.IGNORECASE)
_SAYS_DATE = re.compile(
    rb"datePublished|published_time|pubdate|publish-?_?date|dc\.date|dcterms\.(?:created|date)|<time[^>]+datetime"
    rb"|name=\"date\"|parsely-pub-date|sailthru\.date",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Page:
    """A raw page with its address and the article body that a person marked."""

    html: bytes
    url: str
    body: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader made of a page; `published_on` is the day, ISO 8601."""

    body: str = ""
    title: str | None = None
    published_on: str | None = None
    guessed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Score:
    """Overlap of the shingles of two texts, each between 0 and 1."""

    f1: float
    precision: float
    recall: float


def overlap(found: str, gold: str) -> Score:
    """Precision, recall and F1 over the multisets of four-word shingles, letter case ignored."""
    ours, theirs = _shingles(found), _shingles(gold)
    common = (ours & theirs).total()
    precision = common / ours.total() if ours else 0.0
    recall = common / theirs.total() if theirs else 0.0
    f1 = 2 * precision * recall / (precision + recall) if common else 0.0
    return Score(f1, precision, recall)


def _shingles(text: str) -> Counter[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return (
        Counter(tuple(words[i : i + _SHINGLE]) for i in range(max(1, len(words) - _SHINGLE + 1)))
        if words
        else Counter()
    )


def read_pages(folder: Path) -> list[Page]:
    """Every page of the benchmark, in order of its id."""
    gold = json.loads((folder / "ground-truth.json").read_text())
    return [
        Page(gzip.decompress((folder / "html" / f"{name}.html.gz").read_bytes()), one["url"], one["articleBody"])
        for name, one in sorted(gold.items())
    ]


def by_dateline(page: Page) -> Reading:
    """Through the public entry, so worker process, charset and metadata are part of it."""
    for found in read_bytes(page.html, "page.html", "default", url=page.url):
        if isinstance(article := found.outcome, IncomingArticle):
            day = article.published_at.date().isoformat() if article.published_at else None
            return Reading(article.body, article.title or None, day, article.guessed)
    return Reading()


def by_trafilatura(page: Page) -> Reading:
    """The library with its own defaults."""
    import trafilatura

    body = trafilatura.extract(page.html, url=page.url) or ""
    try:
        said = trafilatura.extract_metadata(page.html, default_url=page.url)
        return Reading(body, said.title, (said.date and (plausible_time(said.date) or "")[:10]) or None)
    except Exception:  # it is the thing measured: a crash is a page without metadata
        return Reading(body)


def main(folder: Path) -> None:
    """Print the tables."""
    pages = read_pages(folder)
    readers: dict[str, Callable[[Page], Reading]] = {"trafilatura as it ships": by_trafilatura, "Dateline": by_dateline}
    bodies = Table("reader", "F1", "precision", "recall", "pages a second", title=f"Body, {len(pages)} pages")
    fields = Table(
        "reader", "title found", "of these guessed", "date found", "of these guessed ", title="Where a page has one"
    )
    readings: dict[str, list[Reading]] = {}
    for name, read in readers.items():
        began = time.perf_counter()
        readings[name] = [read(page) for page in pages]
        took = time.perf_counter() - began
        scores = [overlap(reading.body, page.body) for reading, page in zip(readings[name], pages, strict=True)]
        columns = (estimate([getattr(s, part) for s in scores]) for part in ("f1", "precision", "recall"))
        bodies.add_row(name, *map(str, columns), f"{len(pages) / took:.1f}")
        titles, dates = _found(pages, readings[name], "title"), _found(pages, readings[name], "published_on")
        fields.add_row(name, titles[0], titles[1], dates[0], dates[1])
    console = Console()
    console.print(bodies)
    console.print(fields)
    ours, theirs = readings["Dateline"], readings["trafilatura as it ships"]
    both = [(a, b) for a, b in zip(ours, theirs, strict=True) if a.published_on and b.published_on]
    same = sum(a.published_on == b.published_on for a, b in both)
    console.print(f"Same day where both found one: {same} of {len(both)}.")
    gains = [
        overlap(a.body, p.body).f1 - overlap(b.body, p.body).f1 for a, b, p in zip(ours, theirs, pages, strict=True)
    ]
    console.print(f"F1 gained a page: {estimate(gains)}")


def _found(pages: Sequence[Page], readings: Sequence[Reading], field: str) -> tuple[str, str]:
    says = _SAYS_TITLE if field == "title" else _SAYS_DATE
    with_one = [reading for page, reading in zip(pages, readings, strict=True) if says.search(page.html)]
    found = [reading for reading in with_one if getattr(reading, field)]
    name = "title" if field == "title" else "published_at"
    return f"{len(found)} of {len(with_one)}", str(sum(name in reading.guessed for reading in found))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    main(parser.parse_args().folder)
