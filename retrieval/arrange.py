"""From ranked chunks to passages: spread over articles, neighbours joined."""

from collections.abc import Sequence
from dataclasses import replace

from corpus.article import Chunk
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
    passages = [
        Passage(
            rank=0,
            score=min(1.0, one.score),
            similarity=one.similarity,
            article=one.found.article,
            start=one.found.chunk.start,
            end=one.found.chunk.end,
            copies=one.copies,
        )
        for one in chosen
    ]
    joined = _joined(passages, [one.found.chunk for one in chosen])[:limit]
    return tuple(replace(passage, rank=rank) for rank, passage in enumerate(joined, start=1))


def _joined(passages: Sequence[Passage], chunks: Sequence[Chunk]) -> list[Passage]:
    """Neighbouring chunks of one revision become one passage, at the place of the better one."""
    joined: list[tuple[Passage, set[int]]] = []
    for passage, chunk in zip(passages, chunks, strict=True):
        for place, (other, numbers) in enumerate(joined):
            same = (other.article.id, other.article.revision) == (passage.article.id, passage.article.revision)
            if same and {chunk.number - 1, chunk.number + 1} & numbers:
                start, end = min(other.start, passage.start), max(other.end, passage.end)
                joined[place] = (replace(other, start=start, end=end), numbers | {chunk.number})
                break
        else:
            joined.append((passage, {chunk.number}))
    return [passage for passage, _ in joined]
