"""Requests that name a matter and ask nothing of it ("latest news about the harbour"): what the newest reports tell."""

import re
from collections.abc import Sequence

from answering.answer import Claim, Span
from answering.evidence import coverage
from answering.question import Question, read_question, stems
from corpus.article import Article
from corpus.sentence import sentence_spans
from retrieval.passage import Passage

_NEWS = r"(?:news|coverage|updates?|developments?|reports?|reporting|articles?|headlines?|stories|story|information)"
_NEW = r"(?:latest|recent|newest|new|most recent|current|today's|breaking)"
_OF = r"(?:about|on|of|from|in|at|with|regarding|concerning|around|for)"
_PLEASE = r"^\W*(?:(?:please|can you|could you|would you)\s+)?"
_GIVE = r"(?:(?:what(?:'s|’s| is| are)|(?:give|show|tell|find|get|read) me|(?:is|are) there|i want)\s+)?"
_SUMMARY = r"(?:summary|overview|recap|background|timeline|rundown)"
_FORMS = (
    rf"{_GIVE}(?:(?:the|any|all|some|your)\s+)?(?:{_NEW}\s+){{0,2}}{_NEWS}\s+{_OF}\s+(?P<topic>.+)",
    rf"{_GIVE}(?:the\s+)?{_NEW}\s+(?:on|about|with|from)\s+(?P<topic>.+)",
    rf"what(?:'s|’s| is)\s+(?:new|going on|happening|up)\s+{_OF}\s+(?P<topic>.+)",
    r"(?:tell me|inform me|brief me|catch me up|update me|fill me in)(?:\s+(?:more|all|everything|something))?"
    r"\s+(?:about|on|of)\s+(?P<topic>.+)",
    rf"(?:summari[sz]e|sum up|recap)\s+(?:the\s+)?(?:{_NEW}\s+)?(?:{_NEWS}\s+{_OF}\s+)?(?P<topic>.+)",
    rf"(?:(?:give|show|write) me\s+)?(?:(?:an?|the)\s+)?(?:(?:short|brief|quick)\s+)?{_SUMMARY}\s+(?:of|on|about|to)"
    r"\s+(?P<topic>.+)",
    r"what\s+(?:do (?:you|we) know|is known|has been (?:reported|written|published))\s+(?:about|of|on)\s+(?P<topic>.+)",
    r"(?P<topic>[^?,;:]+?)\s+(?:latest\s+)?(?:news|updates?|headlines|latest)\W*",
)
_REQUESTS = tuple(re.compile(f"{_PLEASE}{form}$", re.IGNORECASE) for form in _FORMS)
_ASKS_WITHIN = re.compile(r"\b(?:who|whom|whose|why|how|whether)\b", re.IGNORECASE)
_ASKS = re.compile(
    r"\?|\b(?:who|whom|whose|what|which|when|where|why|how|is|are|was|were|do|does|did|has|have|had|can|could|will|would|"
    r"should|shall|may|might|must)\b",
    re.IGNORECASE,
)
# A topic is a few words; more is a sentence that says something of it.
_LONGEST, _MOST_WORDS, _MOST_BARE_WORDS = 200, 12, 6
# The share of the topic's weighted words that headline, lead and passage must hold together, every name among them.
_ABOUT = 0.6
_SHORTEST_LEAD = 5  # words; a shorter line is a heading or a dateline


def read_topic(text: str) -> str:
    """What a request for news is about, in its own words; empty when the text asks a question."""
    text = text.strip()
    found = next(filter(None, (request.match(text) for request in _REQUESTS)), None) if len(text) <= _LONGEST else None
    topic = found["topic"].strip(" \t?.!\"'“”") if found else ""
    return "" if _ASKS_WITHIN.search(topic) or len(topic.split()) > _MOST_WORDS else topic


def is_bare(text: str) -> bool:
    """Whether the text is only words to search for: a few of them, no word of asking, no question mark."""
    return not _ASKS.search(text) and 1 <= len(text.split()) <= _MOST_BARE_WORDS


def leads(topic: str, passages: Sequence[Passage], most: int) -> tuple[Claim, ...]:
    """For each article about `topic` the sentence that tells its news, the newest article first; none when none is.

    It is the article's first sentence or, when that names nothing of the topic, the one of the passage that names most.
    """
    asked = read_question(topic)
    weights = {term: 1.5 if term in (*asked.names, *asked.numbers) else 1.0 for term in asked.terms}
    about: dict[str, Claim] = {}
    for passage in passages:
        article = passage.article
        if article.id not in about and (span := _news(asked, weights, passage)):
            held = frozenset(stems(f"{article.title} {span.quote}"))
            about[article.id] = Claim(span.quote, (span,), min(1.0, coverage(weights, held)))
    newest = sorted(about.values(), key=lambda claim: _when(claim.spans[0].article), reverse=True)
    return tuple(newest[:most])


def _news(asked: Question, weights: dict[str, float], passage: Passage) -> Span | None:
    """The sentence that tells what the article says of the topic, if it is about it."""
    article = passage.article
    lead = _lead(article)
    held = frozenset(stems(f"{article.title} {lead.quote if lead else ''} {passage.text}"))
    if coverage(weights, held) < _ABOUT or any(coverage({name: 1.0}, held) == 0 for name in asked.names):
        return None
    if lead and coverage(weights, frozenset(stems(lead.quote))) > 0:
        return lead
    spans = [Span(article, passage.start + s.start, passage.start + s.end) for s in _sentences(passage)]
    told = [(coverage(weights, frozenset(stems(span.quote))), -at, span) for at, span in enumerate(spans)]
    best = max(told, key=lambda one: one[:2], default=None)
    return best[2] if best and best[0] > 0 else lead


def _lead(article: Article) -> Span | None:
    for found in sentence_spans(article.body[:2_000], article.language):
        span = Span(article, found.start, found.end)
        if len(span.quote.split()) >= _SHORTEST_LEAD and span.quote[-1] in '.!?”"…':
            return span
    return None


def _sentences(passage: Passage) -> list[Span]:
    spans = sentence_spans(passage.text, passage.article.language)
    return [Span(passage.article, s.start, s.end) for s in spans if s.end - s.start > _SHORTEST_LEAD * 3]


def _when(article: Article) -> float:
    return (article.published_at or article.first_seen_at).timestamp()
