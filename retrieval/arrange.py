"""From ranked chunks to passages: spread over articles, neighbours joined."""

from collections.abc import Sequence

from retrieval.copies import Scored
from retrieval.passage import Passage

MOST_PER_ARTICLE = 3
# What is so much less worth than a fourth chunk of an article does not come before it: a question about the only
# article on a matter gets more of it, and not of others. By judgement; no gold passage of RealTimeQA moves.
_FAR = 0.5
TO_JOIN = 2  # chunks more than passages wanted: so many may be joined to their neighbours


def diverse(ranked: Sequence[Scored], limit: int) -> list[Scored]:
    """The best chunks with at most three of one article; the rest of an article fills empty places, and those of chunks
    that score less than half."""
    taken: list[Scored] = []
    spare: list[Scored] = []
    count: dict[str, int] = {}
    for one in ranked:
        article_id = one.found.article.id
        count[article_id] = count.get(article_id, 0) + 1
        (taken if count[article_id] <= MOST_PER_ARTICLE else spare).append(one)
    room = limit + TO_JOIN
    kept, added = taken[:room], spare[: max(0, room - len(taken))]
    for one in spare[len(added) :]:
        if not kept or kept[-1].score >= _FAR * one.score:
            break
        kept.pop()
        added.append(one)
    return kept + added


def passages_of(chosen: Sequence[Scored], limit: int) -> tuple[Passage, ...]:
    """At most `limit` passages of the chunks, in their order, neighbours of one revision joined."""
    return tuple(
        Passage(
            rank=rank,
            score=min(1.0, one.score),
            similarity=one.similarity,
            article=one.found.article,
            start=start,
            end=end,
            copies=one.copies,
        )
        for rank, (one, start, end) in enumerate(_joined(chosen)[:limit], start=1)
    )


def _joined(chosen: Sequence[Scored]) -> list[tuple[Scored, int, int]]:
    """Where the passages begin and end: neighbouring chunks of one revision are one, at the place of the better."""
    joined: list[tuple[Scored, int, int]] = []
    numbers: list[set[int]] = []
    of: dict[tuple[int, int], list[int]] = {}
    for one in chosen:
        chunk = one.found.chunk
        near = {chunk.number - 1, chunk.number + 1}
        places = of.setdefault((chunk.article_key, chunk.revision), [])
        place = next((at for at in places if near & numbers[at]), None)
        if place is None:
            places.append(len(joined))
            joined.append((one, chunk.start, chunk.end))
            numbers.append({chunk.number})
        else:
            first, start, end = joined[place]
            joined[place] = (first, min(start, chunk.start), max(end, chunk.end))
            numbers[place].add(chunk.number)
    return joined
