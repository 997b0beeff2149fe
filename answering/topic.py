"""Requests that name a matter and ask nothing of it ("latest news about the harbour"): what the newest reports tell."""

import re
from collections.abc import Sequence

from answering.answer import Claim, Span
from answering.question import Question, read_question
from answering.stem import stems
from answering.terms import coverage
from corpus.article import Article
from corpus.sentence import TextSpan, sentence_spans
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
# What an article has of the topic's weighted words: the share in headline and first sentence, where news says what it
# is about, and the share in these and the passage. From how much on it is about the topic, and told beside the best.
_IN_FRONT, _ABOUT, _NEAR_THE_BEST = 0.5, 0.6, 0.85
_SAME = 0.8  # of the words of the shorter of two sentences: agency copy differs in a word or its dateline
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
        score, span = _news(asked, weights, passage)
        known = about.get(passage.article.id)
        if span and score >= _ABOUT and (known is None or known.score < score):
            about[passage.article.id] = Claim(span.quote, (span,), score)
    best = max((claim.score for claim in about.values()), default=0.0)
    near = [claim for claim in about.values() if claim.score >= _NEAR_THE_BEST * best]
    told: list[Claim] = []
    for claim in sorted(near, key=lambda claim: _when(claim.spans[0].article), reverse=True):
        if not any(_says_the_same(claim, other) for other in told):
            told.append(claim)
    return tuple(told[:most])


def _says_the_same(one: Claim, other: Claim) -> bool:
    a, b = set(stems(one.text)), set(stems(other.text))
    return len(a & b) >= _SAME * min(len(a), len(b))


def _news(asked: Question, weights: dict[str, float], passage: Passage) -> tuple[float, Span | None]:
    """How much the article is about the topic, 0..1, and the sentence that tells its news."""
    article = passage.article
    lead = _lead(article)
    front = frozenset(stems(f"{article.title} {lead.quote if lead else ''}"))
    held = front | frozenset(stems(passage.text))
    if any(coverage({name: 1.0}, held) == 0 for name in asked.names):
        return 0.0, None
    score = _IN_FRONT * coverage(weights, front) + (1 - _IN_FRONT) * coverage(weights, held)
    if lead and coverage(weights, frozenset(stems(lead.quote))) > 0:
        return score, lead
    spans = [Span(article, passage.start + s.start, passage.start + s.end) for s in _sentences(passage)]
    told = [(coverage(weights, frozenset(stems(span.quote))), -at, span) for at, span in enumerate(spans)]
    best = max(told, key=lambda one: one[:2], default=None)
    return score, best[2] if best and best[0] > 0 else lead


def _lead(article: Article) -> Span | None:
    for found in sentence_spans(article.body[:2_000], article.language):
        span = Span(article, found.start, found.end)
        if len(span.quote.split()) >= _SHORTEST_LEAD and span.quote[-1] in '.!?”"…':
            return span
    return None


def _sentences(passage: Passage) -> list[TextSpan]:
    spans = sentence_spans(passage.text, passage.article.language)
    return [span for span in spans if len(passage.text[span.start : span.end].split()) >= _SHORTEST_LEAD]


def _when(article: Article) -> float:
    return (article.published_at or article.first_seen_at).timestamp()
