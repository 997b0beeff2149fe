"""From the wire to the inside: dates are read, filters become a selection, a request becomes an `Ask`."""

from collections.abc import Iterator

from answering.answer import Mode, Policy
from answering.ask import Ask
from answering.check import Checked, Checker
from answering.prompt import Turn
from api.engine import Engine
from api.request_schemas import AskRequest, SearchOptions, SearchRequest, VerifyRequest
from corpus.accept import parse_time
from corpus.selection import Moment, Selection, in_order
from retrieval.hints import Hint
from retrieval.passage import SearchResult


def selection_of(request: SearchOptions, under: str = "") -> Selection:
    """Which revisions the question may use. A bare date means the whole of that day.

    `under` stands before the names of fields where these options lie in another one ("dateline."). Raises
    `InvalidInput`.
    """
    filters = request.filters
    selection = Selection(
        collection=request.collection,
        publishers=tuple(filters.publishers),
        authors=tuple(filters.authors),
        languages=tuple(filters.languages),
        article_ids=tuple(filters.article_ids),
        published_from=parse_time(filters.published_from, f"{under}filters.published_from"),
        published_to=parse_time(filters.published_to, f"{under}filters.published_to", end_of_day=True),
        moment=Moment(
            parse_time(request.as_of, f"{under}as_of", end_of_day=True),
            parse_time(request.known_by, f"{under}known_by", end_of_day=True),
        ),
    )
    return in_order(selection, f"{under}filters.")


def ignored_hints(request: SearchOptions) -> frozenset[Hint]:
    """The kinds of hints that the request wants ignored."""
    return frozenset(map(Hint, request.ignore_hints))


def ask_of(request: AskRequest, policy: Policy, under: str = "") -> Ask:
    """The question as the answerer takes it; `policy` stands where the request names none. `under`: as above."""
    return Ask(
        question=request.question,
        selection=selection_of(request, under),
        top_k=request.top_k,
        max_citations=request.max_citations,
        mode=None if request.mode == "auto" else Mode(request.mode),
        policy=Policy(request.policy) if request.policy else policy,
        history=tuple(Turn(turn.role, turn.content) for turn in request.history),
        ignored=ignored_hints(request),
    )


async def find(engine: Engine, request: SearchRequest) -> SearchResult:
    """The passages that the request looks for. A search that waits is not begun for whoever leaves."""
    selection, ignored = selection_of(request), ignored_hints(request)
    search = engine.searcher.search
    return await engine.workers.run(lambda: search(request.question, selection, request.top_k, ignored=ignored))


async def check(engine: Engine, request: VerifyRequest) -> list[Checked]:
    """Each sentence of a text against what the request names, or else against what a search finds.

    Whoever leaves stops it after the sentence in hand.
    """
    sentences = await engine.workers.run(lambda: _sentences(engine.checker, request))
    checked = []
    while one := await engine.workers.run(lambda: next(sentences, None)):
        checked.append(one)
    return checked


def _sentences(checker: Checker, request: VerifyRequest) -> Iterator[Checked]:
    if request.passages is not None:
        return checker.against_texts(request.text, request.passages)
    if request.article_ids is not None:
        return checker.against_articles(request.text, request.collection, request.article_ids)
    moment = Moment(parse_time(request.as_of, "as_of", end_of_day=True))
    return checker.against_collection(request.text, Selection(request.collection, moment=moment))
