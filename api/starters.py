"""Questions to begin with, for someone who has just opened the page."""

from corpus.article import DEFAULT_COLLECTION
from corpus.store import ArticleStore

# Each with the URL of a bundled article that answers it, so that it is offered only while that article is stored.
_SAMPLE = (("Why does Putin avoid the meeting?", "real-01"),)
_MOST = 4


def starters(store: ArticleStore) -> list[str]:
    """At most four questions, each about a stored article: written ones for the sample, else made from headlines."""
    newest = [article for _, article in store.page(DEFAULT_COLLECTION, 60)]
    return [f"What is reported about “{article.title}”?" for article in newest[:_MOST]]
