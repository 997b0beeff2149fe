"""Whether citations carry what is said: recall and precision in the sense of ALCE (Gao et al., 2023), and true quotes.

The judge is Dateline's own support check by words alone, with no model, so the figures are the same on every machine.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from answering.answer import Verdict
from answering.verify import verify


@dataclass(frozen=True, slots=True)
class Cited:
    """A statement without its markers, and the quote of each of its citations."""

    text: str
    quotes: tuple[str, ...]


def citation_recall(statements: Sequence[Cited]) -> float:
    """The share of the statements that their citations together support."""
    return _mean([_supports(one.text, one.quotes) for one in statements])


def citation_precision(statements: Sequence[Cited]) -> float:
    """The share of the citations that are needed, over all statements; one without any citation counts as a wrong one.

    Citations of an unsupported statement are all wrong. Of a supported one a citation is wrong when it does not carry
    the statement alone and the others carry it without it.
    """
    verdicts: list[bool] = []
    for one in statements:
        if not one.quotes:
            verdicts.append(False)
            continue
        is_supported = _supports(one.text, one.quotes)
        verdicts += [is_supported and _is_needed(one, at) for at in range(len(one.quotes))]
    return _mean(verdicts)


def span_validity(citations: Sequence[Mapping[str, object]], bodies: Mapping[tuple[str, int], str | None]) -> float:
    """The share of the citations with `body[start:end] == quote`; `bodies` by article id and revision."""
    return _mean([is_true(citation, bodies) for citation in citations])


def is_true(citation: Mapping[str, object], bodies: Mapping[tuple[str, int], str | None]) -> bool:
    """Whether a citation's offsets give its quote in the stored revision, and it is not empty."""
    start, end, revision = citation.get("start"), citation.get("end"), citation.get("revision")
    if not isinstance(start, int) or not isinstance(end, int) or not isinstance(revision, int):
        return False
    body = bodies.get((str(citation.get("article_id")), revision))
    return body is not None and 0 <= start < end <= len(body) and body[start:end] == citation.get("quote")


def _is_needed(statement: Cited, at: int) -> bool:
    if _supports(statement.text, statement.quotes[at : at + 1]):
        return True
    others = statement.quotes[:at] + statement.quotes[at + 1 :]
    return not _supports(statement.text, others)


def _supports(text: str, quotes: Sequence[str]) -> bool:
    return bool(quotes) and verify(text, quotes).verdict is Verdict.SUPPORTED


def _mean(values: Sequence[bool]) -> float:
    return sum(values) / len(values) if values else 0.0
