"""One case beside what came back for it: the figures of the case, and what was wrong with it, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from evals import citing, multihop, ranking, wording
from evals.case import Case, SuiteSettings

Bodies = Mapping[tuple[str, int], str | None]
_CUT = 10


@dataclass(frozen=True, slots=True)
class Reply:
    """What a target answered, in the shape of the wire, or why it did not; `latency_ms` is of the last attempt."""

    response: dict[str, Any] | None
    error: str | None = None
    latency_ms: float = 0.0
    attempts: int = 1


@dataclass(frozen=True, slots=True)
class Score:
    """The figures of a case, by name, each 0..1 and only those that apply; `faults` say what is wrong with it.

    `confidence` is None for an abstention. `correct` is None where no answer was given or none is expected.
    """

    values: dict[str, float] = field(default_factory=dict)
    faults: tuple[str, ...] = ()
    did_abstain: bool = False
    confidence: float | None = None
    correct: bool | None = None

    @property
    def passed(self) -> bool:
        """Whether everything that the case expects holds."""
        return not self.faults


def score(
    case: Case, reply: Reply, bodies: Bodies | None, settings: SuiteSettings, *, has_short_answers: bool = True
) -> Score:
    """Judge a reply by what is on the wire and by the bodies of the revisions it cites; None: those cannot be read.

    `has_short_answers`: SQuAD's measures are wanted, for which an abstention is an empty answer.
    """
    if reply.response is None:
        return Score({"passed": 0.0}, (f"No answer came: {reply.error}",))
    response = reply.response
    values, faults = _found(case, response, settings)
    did_abstain, correct = False, None
    if settings.mode != "search":
        did_abstain = response.get("status") == "abstained"
        said_values, said_faults = _said(case, response, settings, has_short_answers)
        cited_values, cited_faults = _cited(case, response, bodies)
        values |= said_values | cited_values
        # What is found but not said is no fault of an answer that is right without it.
        faults = [*said_faults, *cited_faults] if case.expects_answer or case.must_abstain else faults + said_faults
        correct = _is_correct(case, values, did_abstain)
    values["passed"] = float(not faults)
    return Score(values, tuple(faults), did_abstain, None if did_abstain else confidence_of(response), correct)


def confidence_of(response: Mapping[str, Any]) -> float | None:
    """How sure the answer is: its `confidence`, or else the highest score of what it cites, 0..1."""
    stated = response.get("confidence")
    if isinstance(stated, int | float):
        return float(stated)
    scores = [one["score"] for one in response.get("citations") or [] if isinstance(one.get("score"), int | float)]
    return min(1.0, max(0.0, max(scores))) if scores else None


def cited_statements(response: Mapping[str, Any]) -> list[citing.Cited]:
    """The statements of an answer with the quotes that they cite."""
    quotes = {one["n"]: str(one.get("quote") or "") for one in response.get("citations") or []}
    return [
        citing.Cited(
            wording.without_markers(one["text"]), tuple(quotes[n] for n in one["citations"] if n in quotes)
        )
        for one in response.get("statements") or []
    ]  # fmt: skip


def _found(case: Case, response: Mapping[str, Any], settings: SuiteSettings) -> tuple[dict[str, float], list[str]]:
    passages = response.get("passages", response.get("data")) or []
    values: dict[str, float] = {}
    faults = []
    if case.relevant:
        order = _ranking(passages, case.relevant)
        values = {
            "hits@4": ranking.hits(order, case.relevant, 4),
            "hits@10": ranking.hits(order, case.relevant, _CUT),
            "recall@10": ranking.recall(order, case.relevant, _CUT),
            "mrr@10": ranking.reciprocal_rank(order, case.relevant, _CUT),
            "map@10": ranking.average_precision(order, case.relevant, _CUT),
            "ndcg@10": ranking.ndcg(order, case.relevant, _CUT),
        }
        if not values["hits@10"]:
            faults.append(f"None of the relevant articles is among the first {_CUT}.")
    if case.evidence:
        texts = [str(one.get("text") or "") for one in passages]
        values["evidence_recall@10"] = multihop.evidence_recall(texts, case.evidence, _CUT)
        values["all_evidence@10"] = float(values["evidence_recall@10"] == 1)
        if not values["evidence_recall@10"]:
            faults.append(f"None of the first {_CUT} passages holds any of the evidence.")
        if "multihop-rag" in settings.official:
            counted = multihop.official(texts, case.evidence)
            values |= {
                "official_hits@4": counted.hits_at_4, "official_hits@10": counted.hits_at_10,
                "official_map@10": counted.map_at_10, "official_mrr@10": counted.mrr_at_10,
            }  # fmt: skip
    return values, faults


def _said(
    case: Case, response: Mapping[str, Any], settings: SuiteSettings, has_short_answers: bool
) -> tuple[dict[str, float], list[str]]:
    did_abstain = response.get("status") == "abstained"
    # An abstention may repeat words of the question to say that they are found nowhere: that is no answer.
    text = "" if did_abstain else wording.without_markers(str(response.get("answer") or ""))
    values: dict[str, float] = {}
    faults: list[str] = []
    if case.may_abstain and did_abstain:
        return values, faults
    if case.must_abstain:
        values["abstained"] = float(did_abstain)
        if not did_abstain:
            faults.append("It should have declined and answered.")
        code = (response.get("reason") or {}).get("code")
        if case.reason:
            values["reason"] = float(code == case.reason.value)
            if did_abstain and code != case.reason.value:
                faults.append(f"It declined with the reason {code}; {case.reason.value} is right.")
    elif case.expects_answer and did_abstain and not case.may_abstain:
        faults.append(f"It declined ({(response.get('reason') or {}).get('code')}) where an answer is known.")
    if has_short_answers and (case.answer or case.must_abstain):
        short = _short_answer(response, text)
        values["exact_match"] = wording.exact_match(short, case.answer)
        values["token_f1"] = wording.token_f1(short, case.answer)
        if "multihop-rag" in settings.official:
            gold = case.answer[0] if case.answer else multihop.NULL_ANSWER
            said = multihop.NULL_ANSWER if did_abstain else text
            values["official_accuracy"] = multihop.official_accuracy(said, gold)
    if case.answer:
        values["answer_said"] = float(wording.says(text, case.answer))
        if not values["answer_said"] and not did_abstain:
            faults.append(f"It does not say “{case.answer[0]}”.")
    if case.facts:
        missing = [fact[0] for fact in case.facts if not wording.says(text, fact)]
        values["fact_recall"] = 1 - len(missing) / len(case.facts)
        if missing and not did_abstain:
            faults.append("It does not say " + ", ".join(f"“{fact}”" for fact in missing) + ".")
    if case.forbidden:
        slips = [words for words in case.forbidden if wording.holds(text, words)]
        values["nothing_forbidden"] = float(not slips)
        faults += [f"It says “{words}”, which it must not." for words in slips]
    if case.conflict:
        kinds = {one.get("kind") for one in response.get("conflicts") or []}
        values["conflict_told"] = float(bool(kinds if case.conflict == "any" else kinds & {case.conflict}))
        if not values["conflict_told"] and not did_abstain:
            faults.append("It does not tell that the articles differ.")
    return values, faults


def _cited(case: Case, response: Mapping[str, Any], bodies: Bodies | None) -> tuple[dict[str, float], list[str]]:
    values: dict[str, float] = {}
    faults: list[str] = []
    if response.get("status") != "answered":
        return ({"required_citations": 0.0} if case.must_cite and not case.may_abstain else {}), faults
    citations = response.get("citations") or []
    statements = cited_statements(response)
    values["citation_recall"] = citing.citation_recall(statements)
    values["citation_precision"] = citing.citation_precision(statements)
    if bodies is not None and any("start" in citation for citation in citations):
        values["span_validity"] = citing.span_validity(citations, bodies)
        if values["span_validity"] < 1:
            wrong = [str(one["n"]) for one in citations if not citing.is_true(one, bodies)]
            faults.append(f"Quote {', '.join(wrong)} is not what stands at its place in the article.")
    if case.must_cite:
        cited = {name for one in citations for name in _names(one)}
        lost = [one[0] for one in case.must_cite if not cited & set(one)]
        values["required_citations"] = 1 - len(lost) / len(case.must_cite)
        faults += [f"It does not cite {name}." for name in lost]
    if case.min_sources:
        sources = _independent(response)
        values["enough_sources"] = float(sources >= case.min_sources)
        if sources < case.min_sources:
            faults.append(f"It rests on {sources} independent sources; {case.min_sources} are there.")
    return values, faults


def _is_correct(case: Case, values: Mapping[str, float], did_abstain: bool) -> bool | None:
    if did_abstain or not (case.expects_answer or case.must_abstain):
        return None
    said = [values[name] == 1 for name in ("answer_said", "fact_recall", "nothing_forbidden") if name in values]
    return not case.must_abstain and all(said)


def _ranking(passages: Sequence[Mapping[str, Any]], wanted: Mapping[str, int]) -> list[str]:
    """Distinct articles by their best passage, each named as the case names it; copies stand behind the one shown."""
    order = []
    for passage in passages:
        for one in (passage, *(passage.get("copies") or [])):
            names = _names(one)
            order.append(next((name for name in names if name in wanted), names[0] if names else ""))
    return list(dict.fromkeys(filter(None, order)))


def _names(one: Mapping[str, Any]) -> list[str]:
    """What an article on the wire may be called by."""
    return [str(one[name]) for name in ("article_id", "source_url") if one.get(name)]


def _independent(response: Mapping[str, Any]) -> int:
    """The most independent sources that any statement rests on, or the distinct articles cited, if those are more."""
    most = max((one.get("independent_sources") or 0 for one in response.get("statements") or []), default=0)
    apart: set[str] = set()
    for citation in response.get("citations") or []:
        copies = {str(copy.get("article_id")) for copy in citation.get("copies") or []}
        if not apart & copies:
            apart.add(str(citation.get("article_id")))
    return max(most, len(apart))


def _short_answer(response: Mapping[str, Any], text: str) -> str:
    """The few words that answer, where the first statement marks them; else the whole answer."""
    for statement in response.get("statements") or []:
        if place := statement.get("highlight"):
            return str(response.get("answer") or "")[place["start"] : place["end"]]
    return text
