"""Questions to begin with, for someone who has just opened the page."""

from corpus.article import DEFAULT_COLLECTION, Article
from corpus.selection import Selection
from corpus.store import ArticleStore

# Written for bundled articles, by the end of their URL; each is offered only while its article is stored.
_SAMPLE = {
    "why-putin-avoids-zelenskiy": "Why does Putin avoid the meeting?",
    "paris-normandy-meeting": "When did Putin and Zelenskiy meet in Paris?",
    "ferry-slipway-charge": "How much will a car pay for each ferry crossing?",
    "inquiry-dredging-not-barge": "What broke the Skelmouth breakwater?",
}
_RECENT = 100
_MOST = 4


def starters(store: ArticleStore, collection: str = DEFAULT_COLLECTION) -> list[str]:
    """At most four questions about stored articles: written for the sample, else made from the newest headlines."""
    recent = [article for _, article in store.page(Selection(collection), _RECENT)]
    written = [question for end, question in _SAMPLE.items() if any(_has(article, end) for article in recent)]
    return written or [f"What is reported about “{article.title}”?" for article in recent[:_MOST]]


def _has(article: Article, end: str) -> bool:
    return bool(article.url and article.url.endswith(end))
