"""CRAG (Yang et al., 2024): questions as of a moment, each with the pages that a web search gave for it."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from corpus.article import IncomingArticle
from corpus.reader import read_bytes
from evals.loaders.loaded import Loaded, Skipped, rows_of, text_of, texts_of

_INVALID = "invalid question"  # what CRAG has for an answer where a question takes something false for granted


def load_crag(path: Path) -> Loaded:
    """Each question is asked of its own pages; `invalid question` must be declined."""
    skipped = Skipped()
    settings = {"name": path.name.split(".")[0], "description": "Each question is asked of its own pages alone."}
    return Loaded(settings, _cases(path, skipped), _articles(path, skipped), skipped)


def _cases(path: Path, skipped: Skipped) -> Iterator[dict[str, Any]]:
    for place, row in rows_of(path):
        question, answer = text_of(row.get("query")), text_of(row.get("answer"))
        pages = row.get("search_results") or []
        if not question or not answer or not pages:
            skipped.note(place, "no query, no answer or no pages")
            continue
        if answer.lower() in ("i don't know", "i dont know"):
            skipped.note(place, "an answer that nobody knows")
            continue
        asked: dict[str, Any] = {
            "id": _name(row),
            "question": question,
            "filters": {"article_ids": [f"{_name(row)}-{n}" for n in range(1, len(pages) + 1)]},
            "tags": texts_of([row.get("question_type"), row.get("domain")]),
        }
        try:
            day = datetime.strptime(text_of(row.get("query_time"))[:10], "%m/%d/%Y")
            asked["as_of"] = day.date().isoformat()
        except ValueError:
            skipped.note(place, "a query time that is not read; the question is asked as of now")
        if answer.lower() == _INVALID:
            yield asked | {"must_abstain": True}
        else:
            yield asked | {"answer": texts_of([answer, *(row.get("alt_ans") or [])])}


def _articles(path: Path, skipped: Skipped) -> Iterator[dict[str, Any]]:
    for place, row in rows_of(path):
        for n, page in enumerate(row.get("search_results") or [], 1):
            found = _read(page)
            if found is None:
                skipped.note(f"{place}, page {n}", "a page that holds no article and has no snippet")
            else:
                yield {"id": f"{_name(row)}-{n}", **found}


def _read(page: dict[str, Any]) -> dict[str, Any] | None:
    """The article of a page, or its snippet where none is found. Pages are read as hostile, like any other."""
    title, snippet = text_of(page.get("page_name")), text_of(page.get("page_snippet"))
    for one in read_bytes(text_of(page.get("page_result")).encode("utf-8", "replace"), "page.html", "default"):
        if isinstance(one.outcome, IncomingArticle):
            return {"title": one.outcome.title or title, "body": one.outcome.body}
    return {"title": title, "body": snippet} if snippet else None


def _name(row: dict[str, Any]) -> str:
    return text_of(row.get("interaction_id"))[:150] or text_of(row.get("query"))[:150]
