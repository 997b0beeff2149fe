"""Questions whose whole answer is a name or what it stands for: who X is, what X is, who holds an office."""

from collections.abc import Sequence
from dataclasses import replace

from answering.definition import Definition, definitions, subject_asked
from answering.evidence import Reading, read_passages
from answering.holder import holders
from answering.office import office_asked
from answering.question import Question, names_by_text, read_question
from retrieval.passage import Passage


def may_ask_identity(text: str) -> bool:
    """Whether all that is asked may be who or what something is; typed without capitals, any word may be a name."""
    question = read_question(text)
    question = question if question.names else replace(question, names=question.terms)
    return bool(subject_asked(question) or office_asked(question))


def identified(question: Question, reading: Reading) -> dict[int, Definition]:
    """Of each candidate, by its number, that says who or what is all that is asked; empty for other questions."""
    office = office_asked(question)
    return holders(office, question, reading) if office else definitions(question, reading)


def telling_first(text: str, passages: Sequence[Passage], most: int) -> tuple[Passage, ...]:
    """The first `most` passages, the last of which, half at most, give way to later ones that say who or what is asked
    about.
    """
    first, later = passages[:most], passages[most:]
    if not later:
        return tuple(first)
    asked = names_by_text(read_question(text), [passage.text for passage in passages])
    reading = read_passages(asked, passages)
    strengths: dict[int, float] = {}
    for i, one in identified(asked, reading).items():
        rank = reading.candidates[i].passage.rank
        strengths[rank] = max(strengths.get(rank, 0.0), one.strength)
    telling = sorted((p for p in later if p.rank in strengths), key=lambda p: -strengths[p.rank])[: most // 2]
    idle = [p for p in reversed(first) if p.rank not in strengths][: len(telling)]
    chosen = {p.rank for p in (*first, *telling[: len(idle)])} - {p.rank for p in idle}
    return tuple(p for p in passages if p.rank in chosen)
