"""A second opinion on statements: by a real CrossEncoder, made tiny with weights drawn by chance, and how it counts."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from answering.answer import Verdict
from answering.judge import CrossEncoderJudge, Opinion, second_opinion
from answering.verify import Support
from corpus.errors import JudgeUnavailable
from retrieval.embedder import bundled_tokenizer


def tiny(folder: Path, labels: Sequence[str]) -> str:
    import torch
    from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

    torch.manual_seed(5)
    config = BertConfig(
        vocab_size=30522, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32,
        initializer_range=0.9, id2label=dict(enumerate(labels)), label2id={label: n for n, label in enumerate(labels)},
    )  # fmt: skip
    BertForSequenceClassification(config).save_pretrained(folder)
    PreTrainedTokenizerFast(
        tokenizer_file=str(bundled_tokenizer()), pad_token="[PAD]", model_max_length=128
    ).save_pretrained(folder)
    return str(folder)


def test_labels_are_found_by_their_names(tmp_path: Path) -> None:
    quotes = ["The port reopened on 3 May."]
    one = CrossEncoderJudge(tiny(tmp_path / "a", ["contradiction", "neutral", "entailment"]), 1)
    other = CrossEncoderJudge(tiny(tmp_path / "b", ["Entailment", "neutral", "Contradiction"]), 1)
    first, second = one.opinion("The port opened.", quotes), other.opinion("The port opened.", quotes)
    assert first.entails == pytest.approx(second.contradicts) and first.contradicts == pytest.approx(second.entails)
    assert 0 < first.entails < 1 and first.entails + first.contradicts < 1


def test_a_judge_that_cannot_be_loaded_is_named_and_the_check_goes_on(tmp_path: Path) -> None:
    missing = CrossEncoderJudge(str(tmp_path / "none"), 1)
    with pytest.raises(JudgeUnavailable, match="DATELINE_JUDGE"):
        missing.load()
    nameless = CrossEncoderJudge(tiny(tmp_path / "c", ["a", "b"]), 1)
    with pytest.raises(JudgeUnavailable, match="entailment and contradiction"):
        nameless.load()
    support = Support(0.5, Verdict.PARTLY)
    assert second_opinion(support, "S.", ["Q."], missing) == support == second_opinion(support, "S.", ["Q."], None)


class Sure:
    """A judge of one opinion."""

    def __init__(self, entails: float, contradicts: float) -> None:
        self._opinion = Opinion(entails, contradicts)

    def opinion(self, statement: str, quotes: Sequence[str]) -> Opinion:
        return self._opinion


@pytest.mark.parametrize(
    ("score", "entails", "contradicts", "verdict"),
    [
        (0.5, 0.9, 0.0, Verdict.SUPPORTED),
        (0.9, 0.1, 0.2, Verdict.PARTLY),
        (0.4, 0.0, 0.1, Verdict.UNSUPPORTED),
        (0.9, 0.0, 0.95, Verdict.CONTRADICTED),
    ],
)
def test_both_are_heard(score: float, entails: float, contradicts: float, verdict: Verdict) -> None:
    assert second_opinion(Support(score, Verdict.PARTLY), "S.", ["Q."], Sure(entails, contradicts)).verdict is verdict


@pytest.mark.parametrize(
    "settled",
    [
        Support(1.0, Verdict.SUPPORTED),
        Support(0.0, Verdict.UNSUPPORTED),
        Support(0.55, Verdict.PARTLY, ("1912",)),
        Support(0.05, Verdict.CONTRADICTED),
    ],
)
def test_what_the_hard_rules_settled_stays(settled: Support) -> None:
    assert second_opinion(settled, "S.", ["Q."], Sure(0.99, 0.0)) == settled
    assert second_opinion(settled, "S.", ["Q."], Sure(0.0, 0.99)) == settled
