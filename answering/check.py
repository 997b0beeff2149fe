"""Check any text, whoever wrote it, against stored articles or given passages: a verdict for each of its sentences."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from answering.answer import Span, Verdict
from answering.citations import ground
from answering.judge import Judge, second_opinion
from answering.reply import read_reply
from answering.verify import Support, verify
from corpus.article import Article
from corpus.selection import Selection
from corpus.sentence import sentence_spans
from corpus.store import ArticleStore
from retrieval.passage import Passage
from retrieval.search import Searcher

# Passages looked for when a sentence comes without any, and sentences tried by meaning when words do not settle it.
_SEARCHED = 6
_BY_MEANING = 3
_MOST_EMBEDDED = 300


@dataclass(frozen=True, slots=True)
class Checked:
    """A sentence of the text, `text[start:end]`, with its verdict and the spans that speak to it, best first.

    `missing` are details of the sentence that stand in none of the spans.
    """

    text: str
    start: int
    end: int
    support: Support
    spans: tuple[Span, ...]


class Checker:
    """Checks text over one store, a sentence at each step of what is returned. Thread-safe."""

    def __init__(self, store: ArticleStore, searcher: Searcher, judge: Judge | None = None) -> None:
        self._store = store
        self._searcher = searcher
        self._judge = judge

    def against_articles(self, text: str, collection: str, article_ids: Sequence[str]) -> Iterator[Checked]:
        """Each sentence against the current wordings of these articles. Raises `NotFound`."""
        found = [self._store.article(collection, article_id) for article_id in dict.fromkeys(article_ids)]
        return self.against(text, [Passage(n, 1.0, None, one, 0, len(one.body)) for n, one in enumerate(found, 1)])

    def against_collection(self, text: str, selection: Selection) -> Iterator[Checked]:
        """Each sentence against what a search for it finds."""
        for start, end in _sentences(text):
            passages = self._searcher.search(text[start:end], selection, _SEARCHED).passages
            yield self._checked(text, start, end, passages)

    def against_texts(self, text: str, given: Sequence[str]) -> Iterator[Checked]:
        """Each sentence against texts that are stored nowhere; spans are into articles with ids from "1"."""
        articles = [_unstored(str(n), body) for n, body in enumerate(given, start=1)]
        return self.against(text, [Passage(n, 1.0, None, one, 0, len(one.body)) for n, one in enumerate(articles, 1)])

    def against(self, text: str, passages: Sequence[Passage]) -> Iterator[Checked]:
        """Each sentence against these passages."""
        return (self._checked(text, start, end, passages) for start, end in _sentences(text))

    def _checked(self, text: str, start: int, end: int, passages: Sequence[Passage]) -> Checked:
        said = _plain(text[start:end])
        spans = ground(said, passages).spans
        best = self._judged(said, spans)
        if best.verdict in (Verdict.UNSUPPORTED, Verdict.PARTLY):
            for span in self._nearest(said, passages):
                other = self._judged(said, (span,))
                if other.verdict is Verdict.SUPPORTED and other.score > best.score:
                    best, spans = other, (span,)
        return Checked(text[start:end], start, end, best, spans)

    def _judged(self, said: str, spans: Sequence[Span]) -> Support:
        quotes = [span.quote for span in spans]
        support = verify(said, quotes, similarity=self._searcher.similarity)
        return second_opinion(support, said, quotes, self._judge)

    def _nearest(self, said: str, passages: Sequence[Passage]) -> list[Span]:
        """The stored sentences nearest in meaning: another wording may share hardly a word."""
        spans = [
            Span(passage.article, passage.start + one.start, passage.start + one.end)
            for passage in passages
            for one in sentence_spans(passage.text, passage.article.language)
        ][:_MOST_EMBEDDED]
        if not spans:
            return []
        cosines = np.array(self._searcher.similarity(said, [span.quote for span in spans]))
        return [spans[int(i)] for i in np.argsort(-cosines)[:_BY_MEANING]]


def _unstored(article_id: str, body: str) -> Article:
    return Article(
        id=article_id, revision=1, title="", body=body, publisher=None, authors=(), url=None, language="en",
        published_at=None, updated_at=None, first_seen_at=datetime.now(UTC),
    )  # fmt: skip


def _sentences(text: str) -> list[tuple[int, int]]:
    """The places of the sentences of a text that hold a word."""
    return [(span.start, span.end) for span in sentence_spans(text, "en") if _plain(text[span.start : span.end])]


def _plain(sentence: str) -> str:
    """The sentence without markers and markup; empty when it holds no word."""
    if not any(c.isalpha() for c in sentence):
        return ""
    return " ".join(one.text for one in read_reply(sentence, 0, "en")) or sentence.strip()
