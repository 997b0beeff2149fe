"""All that is done for an article before the store is asked: it is checked, cut, and read for what it resembles."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from corpus.accept import Failure, accept
from corpus.article import Article, IncomingArticle
from corpus.cluster import Placing
from corpus.errors import InvalidInput
from corpus.tracing import traced
from corpus.writing import NewChunk
from retrieval.chunk import chunk_spans, embedded_text
from retrieval.courtesy import no_pause

_EXAMPLE = IncomingArticle("A headline", "One sentence. And another.")


@dataclass(frozen=True, slots=True)
class Prepared:
    """A batch that is checked, cut and compared by nothing yet: all that is left is to write it."""

    good: Sequence[tuple[IncomingArticle, Sequence[NewChunk]]]
    placings: Sequence[Placing]
    failed: Sequence[Failure]


def prepare(incoming: Sequence[IncomingArticle], between: Callable[[], None] = no_pause) -> Prepared:
    """Do all that can be done for a batch without the store. `between` is called before each article."""
    with traced("ingest.accept", articles=len(incoming)):
        return _prepared(incoming, between)


def cut(article: IncomingArticle | Article) -> list[NewChunk]:
    """The chunks of a clean article."""
    title, publisher, body = article.title, article.publisher, article.body
    return [
        NewChunk(span.start, span.end, _digest(embedded_text(title, publisher, body[span.start : span.end])))
        for span in chunk_spans(body, article.language)
    ]


def warm_up() -> None:
    """Load what the first article needs, so that it does not wait: most of a second."""
    cut(_EXAMPLE)
    Placing.of(_EXAMPLE.collection, _EXAMPLE.body)


def _prepared(incoming: Sequence[IncomingArticle], between: Callable[[], None]) -> Prepared:
    good: list[tuple[IncomingArticle, Sequence[NewChunk]]] = []
    failed: list[Failure] = []
    for index, article in enumerate(incoming):
        between()
        try:
            accepted = accept(article)
            good.append((accepted, cut(accepted)))
        except InvalidInput as error:
            failed.append(Failure(index, article.id or article.title or None, error))
    return Prepared(good, [_placing(article, between) for article, _ in good], failed)


def _placing(article: IncomingArticle, between: Callable[[], None]) -> Placing:
    between()
    return Placing.of(article.collection, article.body)


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=16).digest()
