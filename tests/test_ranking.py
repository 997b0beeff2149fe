"""Ranking measures beside TREC's evaluation program, and the official MultiHop-RAG figures beside a plain reading of them."""

import math

import pytest
import pytrec_eval
from hypothesis import given
from hypothesis import strategies as st

from evals.multihop import evidence_recall, official, official_accuracy
from evals.ranking import average_precision, hits, ndcg, recall, reciprocal_rank

IDS = [f"d{n:02}" for n in range(30)]
rankings = st.lists(st.sampled_from(IDS), unique=True, min_size=1, max_size=25)
judgements = st.dictionaries(st.sampled_from(IDS), st.integers(0, 3), min_size=1, max_size=15).filter(
    lambda grades: any(grades.values())
)


@given(rankings, judgements)
def test_measures_agree_with_trec_eval(ranking: list[str], grades: dict[str, int]) -> None:
    names = {"ndcg_cut.10", "map_cut.10", "recall.10", "success.5", "recip_rank"}
    evaluator = pytrec_eval.RelevanceEvaluator({"q": grades}, names)
    said = evaluator.evaluate({"q": {one: float(len(ranking) - n) for n, one in enumerate(ranking)}})["q"]
    assert math.isclose(ndcg(ranking, grades, 10), said["ndcg_cut_10"], abs_tol=1e-9)
    assert math.isclose(average_precision(ranking, grades, 10), said["map_cut_10"], abs_tol=1e-9)
    assert math.isclose(recall(ranking, grades, 10), said["recall_10"], abs_tol=1e-9)
    assert math.isclose(reciprocal_rank(ranking, grades, len(ranking)), said["recip_rank"], abs_tol=1e-9)
    assert hits(ranking, grades, 5) == said["success_5"]


def test_without_anything_relevant_all_are_zero() -> None:
    for measure in (ndcg, average_precision, recall, reciprocal_rank, hits):
        assert measure(["a"], {"a": 0}, 10) == 0.0
        assert measure([], {"a": 1}, 10) == 0.0


def test_a_cut_leaves_out_what_comes_later() -> None:
    ranking = [*IDS[:10], "late"]
    assert reciprocal_rank(ranking, {"late": 1}, 10) == 0 and reciprocal_rank(ranking, {"late": 1}, 11) == 1 / 11


def literal(passages: list[str], facts: list[str]) -> tuple[float, float, float, float]:
    """The published description, step by step: new facts of a rank over the rank, summed, over at most ten facts."""
    found: list[str] = []
    total, first = 0.0, 0
    for rank in range(1, min(10, len(passages)) + 1):
        text = passages[rank - 1].replace(" ", "").replace("\n", "")
        here = [fact for fact in (one.replace(" ", "").replace("\n", "") for one in facts) if fact in text]
        if here and not first:
            first = rank
        new = 0
        for fact in here:
            if fact not in found:
                found.append(fact)
                new += 1
        total += new / rank
    return float(0 < first <= 4), float(first > 0), total / min(len(facts), 10), 1 / first if first else 0.0


facts = st.lists(st.text("ab ", min_size=2, max_size=3).filter(str.strip), min_size=1, max_size=4)


@given(st.lists(st.text("ab \n", max_size=8), max_size=12), facts)
def test_the_official_multihop_figures(passages: list[str], gold: list[str]) -> None:
    counted = official(passages, gold)
    ours = (counted.hits_at_4, counted.hits_at_10, counted.map_at_10, counted.mrr_at_10)
    assert ours == pytest.approx(literal(passages, gold), abs=1e-9)


def test_the_official_hits_are_kinder_than_the_strict_recall() -> None:
    passages = ["nothing", "the  port\nreopened", "the port reopened and the ferry sails"]
    gold = ["The port", "the port reopened", "the ferry sails", "the mayor spoke"]
    counted = official(passages, gold)
    assert (counted.hits_at_4, counted.mrr_at_10) == (1.0, 0.5)
    assert counted.map_at_10 == pytest.approx(
        (1 / 2 + 1 / 3) / 4, abs=1e-9
    )  # not textbook: each rank counts its new facts
    assert evidence_recall(passages, gold, 10) == 0.5 and evidence_recall(passages, gold, 1) == 0.0


def test_the_official_accuracy_takes_any_shared_word() -> None:
    assert official_accuracy("yes and no", "No") == 1.0
    assert official_accuracy('It is unclear. The answer to the question is "Yes"', "it is") == 0.0
    assert official_accuracy("Google", "Apple") == 0.0
