"""The evidence of an answer in the forms of OpenAI's API: one annotation for each marker, and lists by number."""

import re
from collections.abc import Sequence
from typing import Any

from api.answer_schemas import CitationOut, StatementOut

_MARKER = re.compile(r"\[(\d+)\]")


def url_citations(statements: Sequence[StatementOut], citations: Sequence[CitationOut]) -> list[dict[str, Any]]:
    """An annotation for each marker, in order of the text: the place of the marker, title and address of its article.

    Places are half-open code points of the answer's text. Under `dateline` stands all of the citation, and the place of
    the statement that it belongs to.
    """
    by_number = {citation.n: citation for citation in citations}
    found = []
    for statement in statements:
        for marker in _MARKER.finditer(statement.text):
            citation = by_number[int(marker[1])]
            found.append(
                {
                    "start_index": statement.start + marker.start(),
                    "end_index": statement.start + marker.end(),
                    "title": title(citation),
                    "url": citation.url,
                    "dateline": citation.model_dump(mode="json", exclude={"title", "url"})
                    | {"statement": statement.model_dump(mode="json", exclude={"text", "citations"})},
                }
            )
    return found


def search_results(citations: Sequence[CitationOut]) -> list[dict[str, Any]]:
    """The citations under the names that Perplexity's API gave them; the n-th stands at place n - 1."""
    return [
        {
            "title": title(citation),
            "url": citation.url,
            "date": day(citation),
            "last_updated": None,
            "snippet": citation.quote,
            "source": "web",
        }
        for citation in citations
    ]


def title(citation: CitationOut) -> str:
    """The headline, or what stands in for it: clients refuse an empty title."""
    return citation.title or citation.publisher or citation.article_id


def day(citation: CitationOut) -> str | None:
    """The day of publication, as 2024-05-03."""
    return citation.published_at.date().isoformat() if citation.published_at else None
