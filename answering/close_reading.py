"""Read the best candidates closely: a few windows of sentences, and what the reader saw in them of each candidate."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from answering.answer_type import time_asked
from answering.evidence import Candidate, Reading
from answering.features import Features
from answering.figure import figure_asked
from answering.question import Kind, Question
from answering.reader import Found, Reads
from retrieval.passage import Passage

_BEFORE = re.compile(r"(?:[^\W_]|(?<=[^\W_])[-’'.,](?=[^\W_]))+\Z|[^\W_]+-\Z")
_AFTER = re.compile(r"(?:[^\W_]|[-’'](?=[^\W_])|[.,](?=\d))+")
# Windows read for one question, each in about 15 ms of one core: some of the best sentences, and then only one of each
# further article, because articles may tell it differently. Of reasons there are several in an article.
_WINDOWS, _OF_THE_BEST = 10, 4
# Characters of a window: what the reader was trained on.
_LONGEST = 480
# What an unlikely place has in common with one that was not read at all: log-probability and log-odds.
_UNLIKELY, _SURE = -12.0, 8.0


@dataclass(frozen=True, slots=True)
class Window:
    """Neighbouring candidates of one passage, by their places in the reading."""

    members: tuple[int, ...]
    passage: Passage
    start: int
    end: int

    def lead(self, outlets: Collection[str]) -> str:
        """What stands before the sentences: the headline says who and what they are about.

        The outlet too, when the question names it (`outlets`, in lower case): the sentences themselves seldom do.
        """
        publisher, title = self.passage.article.publisher or "", self.passage.article.title
        return f"{publisher}. {title}. " if publisher.lower() in outlets else f"{title}. "

    @property
    def text(self) -> str:
        """The sentences."""
        return self.passage.article.body[self.start : self.end]


@dataclass(frozen=True, slots=True)
class CloseReading:
    """For each candidate two numbers in 0..1, of the place and of its window; and the answer that stands in it."""

    rows: Features
    answers: dict[int, Found]


def read_closely(
    question: Question, reading: Reading, order: Sequence[int], reader: Reads, outlets: Collection[str] = ()
) -> CloseReading:
    """Have the windows that hold the first candidates of `order` read. `outlets` are those that the question names.

    A candidate's first number is the log-probability that the answer stands in it, its second the log-odds that its
    window answers, both cut off and scaled; both are 0 where nothing was read. `answers` has places in the body.
    """
    of_the_best = _WINDOWS if question.kind is Kind.WHY else _OF_THE_BEST
    chosen = _chosen(windows_of(reading.candidates), order, of_the_best)
    rows = np.zeros((len(reading.candidates), 2))
    answers: dict[int, Found] = {}
    leads = [window.lead(outlets) for window in chosen]
    looks = reader.read(question.text, [lead + window.text for lead, window in zip(leads, chosen, strict=True)])
    for window, lead, look in zip(chosen, leads, looks, strict=True):
        moved = window.start - len(lead)
        look = look.after(len(lead))  # a headline often answers too, and would take the sentence's share
        for member in window.members:
            candidate = reading.candidates[member]
            found = look.best_within(candidate.start - moved, candidate.end - moved)
            if found is None:
                continue
            row = np.array([1 - max(found.score, _UNLIKELY) / _UNLIKELY, np.clip(look.answers / _SURE / 2 + 0.5, 0, 1)])
            if member not in answers or row.sum() > rows[member].sum():
                rows[member] = row
                start, end = _whole_words(window.passage.article.body, found.start + moved, found.end + moved)
                start, end = max(start, candidate.start), min(end, candidate.end)
                place = start - candidate.start, end - candidate.start
                first, last = time_asked(question, candidate.text, *figure_asked(question, candidate.text, *place))
                answers[member] = Found(candidate.start + first, candidate.start + last, found.score)
    return CloseReading(rows, answers)


def _whole_words(body: str, start: int, end: int) -> tuple[int, int]:
    """The place widened to the words that it cuts: the reader's tokens split "thirty-one"."""
    before, after = _BEFORE.search(body, max(0, start - 40), start), _AFTER.match(body, end, end + 40)
    inside_before, inside_after = body[start : start + 1].isalnum(), body[end - 1 : end].isalnum()
    return (
        before.start() if before and inside_before else start,
        after.end() if after and inside_after else end,
    )


def windows_of(candidates: Sequence[Candidate]) -> list[Window]:
    """Windows that share a sentence with the one before: what a sentence means often stands in its neighbour."""
    by_passage: dict[int, list[int]] = {}
    for i, candidate in enumerate(candidates):
        by_passage.setdefault(id(candidate.passage), []).append(i)
    made = []
    for members in by_passage.values():
        first = 0
        while first < len(members):
            last = first
            start = candidates[members[first]].start
            while last + 1 < len(members) and candidates[members[last + 1]].end - start <= _LONGEST:
                last += 1
            inside = tuple(members[first : last + 1])
            made.append(Window(inside, candidates[inside[0]].passage, start, candidates[inside[-1]].end))
            if last + 1 >= len(members):
                break
            first = max(last, first + 1)
    return made


def _chosen(windows: Sequence[Window], order: Sequence[int], of_the_best: int) -> list[Window]:
    """The windows of the first candidates, those in which a candidate has most around it first.

    When there are `of_the_best`, only those of other articles are added, one of each.
    """
    chosen: dict[int, None] = {}
    articles: set[str] = set()
    for member in order:
        holding = [i for i, window in enumerate(windows) if member in window.members]
        for i in sorted(holding, key=lambda i: -len(windows[i].members)):
            article = windows[i].passage.article.id
            if len(chosen) < of_the_best or (len(chosen) < _WINDOWS and article not in articles):
                chosen[i] = None
                articles.add(article)
    return [windows[i] for i in chosen]
