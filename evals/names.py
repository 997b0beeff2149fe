"""What the figures are called for people, in the order in which they are told, and what each means."""

from collections.abc import Iterable

NAMES: dict[str, tuple[str, str]] = {
    "passed": ("Cases that hold", "Everything that the case expects is so."),
    "correct_when_answered": ("Right when answered", "Of the answers given, those that say what is expected."),
    "fact_recall": ("Facts said", "Share of the expected facts that the answer says, in any accepted wording."),
    "answer_said": ("Answer said", "The answer holds one of the accepted answers."),
    "exact_match": ("Exact match", "SQuAD: the highlighted words, or the whole answer, are an accepted answer."),
    "token_f1": ("Token F1", "SQuAD: words shared with the best accepted answer."),
    "official_accuracy": ("MultiHop-RAG accuracy", "As its script counts: any word is shared with the answer."),
    "citation_recall": ("Citation recall", "ALCE: statements that their citations support together."),
    "citation_precision": ("Citation precision", "ALCE: citations that are needed for their statement."),
    "span_validity": ("True quotes", "Citations whose offsets give exactly their quote in the stored article."),
    "required_citations": ("Required citations", "Articles that must be cited and are."),
    "enough_sources": ("Enough sources", "Answers that rest on as many independent sources as there are."),
    "conflict_told": ("Conflicts told", "Articles differ, and the answer says so."),
    "nothing_forbidden": ("Nothing forbidden said", "What must not be said, such as a planted instruction, is not."),
    "abstention_f1": ("Abstention F1", "Harmonic mean of the two below."),
    "abstention_precision": ("Abstention precision", "Of the questions declined, those that cannot be answered."),
    "abstention_recall": ("Abstention recall", "Of the questions that cannot be answered, those declined."),
    "wrongly_abstained": ("Wrongly declined", "Of the questions that can be answered, those declined. Less is better."),
    "abstained": ("Declined where it must", "Cases that must be declined and are."),
    "reason": ("Right reason", "Declined with the reason that the case names."),
    "risk_area": ("Area under risk", "Mean share of wrong answers over all coverages. Less is better."),
    "calibration_error": ("Calibration error", "ECE: distance of confidence from accuracy. Less is better."),
    "hits@4": ("Hits@4", "A relevant article is among the first four."),
    "hits@10": ("Hits@10", "A relevant article is among the first ten."),
    "recall@10": ("Recall@10", "Share of the relevant articles among the first ten."),
    "mrr@10": ("MRR@10", "One over the place of the first relevant article."),
    "map@10": ("MAP@10", "Mean precision at the relevant articles."),
    "ndcg@10": ("nDCG@10", "Gain of the ranking over the best possible."),
    "evidence_recall@10": ("Evidence recall@10", "Share of the evidence that the first ten passages hold."),
    "all_evidence@10": ("All evidence@10", "The first ten passages hold all the evidence."),
    "official_hits@4": ("MultiHop-RAG Hits@4", "As its script counts: any one fact is enough."),
    "official_hits@10": ("MultiHop-RAG Hits@10", "As its script counts: any one fact is enough."),
    "official_map@10": ("MultiHop-RAG MAP@10", "As its script of August 2024 counts; not textbook MAP."),
    "official_mrr@10": ("MultiHop-RAG MRR@10", "As its script counts."),
}


def title(name: str) -> str:
    """What a figure is called; its own name when it is not known."""
    return NAMES.get(name, (name, ""))[0]


def meaning(name: str) -> str:
    """One sentence that says what a figure is."""
    return NAMES.get(name, ("", ""))[1]


def ordered(names: Iterable[str]) -> list[str]:
    """Names in the order in which they are told; unknown ones last."""
    known = list(NAMES)
    return sorted(names, key=lambda name: (known.index(name) if name in NAMES else len(known), name))
