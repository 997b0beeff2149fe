"""Reranking by a real CrossEncoder, made tiny with weights drawn by chance."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from api.engine import Engine
from api.settings import read_settings
from corpus.article import IncomingArticle
from corpus.selection import Selection
from retrieval.embedder import bundled_tokenizer
from retrieval.rerank import CrossEncoderReranker

TITLES = ("Herring quota", "Herring prices", "Herring soup", "A herring for the king", "Where herring went")
BODIES = (
    "Fishermen may land 900 tonnes of herring this year.",
    "A crate of herring costs 40 crowns at the quay.",
    "Old families eat herring soup on the first day of winter.",
    "The harbour gave its best herring to the visiting king.",
    "Herring left the bay after two warm winters, say biologists.",
)
QUESTION = "What about herring?"


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> str:
    import torch
    from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("reranker")
    torch.manual_seed(5)
    config = BertConfig(
        vocab_size=30522, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32,
        num_labels=1, initializer_range=0.9,
    )  # fmt: skip
    BertForSequenceClassification(config).save_pretrained(folder)
    PreTrainedTokenizerFast(
        tokenizer_file=str(bundled_tokenizer()), pad_token="[PAD]", model_max_length=128
    ).save_pretrained(folder)
    return str(folder)


@pytest.fixture
def open_with(data_folder: Path) -> Iterator[list[Engine]]:
    opened: list[Engine] = []
    yield opened
    for engine in opened:
        engine.close()


def opened_with(folder: Path, reranker: str, opened: list[Engine]) -> Engine:
    engine = Engine(read_settings(data=folder, sample=False, reranker=reranker))
    opened.append(engine)
    engine.start()
    engine.ingester.put([
        IncomingArticle(title, body, title, "Courier" if at < 2 else "Post")
        for at, (title, body) in enumerate(zip(TITLES, BODIES, strict=True))
    ])  # fmt: skip
    assert engine.indexer.wait_until_current(lambda _: None, 60)
    return engine


def test_passages_stand_in_the_order_of_the_reranker(data_folder: Path, tiny: str, open_with: list[Engine]) -> None:
    plain = CrossEncoderReranker(tiny, 1).relevance(
        QUESTION, [f"{t}\n{b}" for t, b in zip(TITLES, BODIES, strict=True)]
    )
    engine = opened_with(data_folder, tiny, open_with)
    assert max(plain) - min(plain) > 0.1 and all(0 <= one <= 1 for one in plain)
    result = engine.searcher.search(QUESTION, Selection(), 5)
    assert result.timings["rerank_ms"] > 0 and len(result.passages) == 5
    first, last = result.passages[0].article.id, result.passages[-1].article.id
    by_title = dict(zip(TITLES, plain, strict=True))
    assert by_title[first] > by_title[last]
    scores = [passage.score for passage in result.passages]
    assert scores == sorted(scores, reverse=True)


def test_an_outlet_named_in_the_question_keeps_its_places(
    data_folder: Path, tiny: str, open_with: list[Engine]
) -> None:
    engine = opened_with(data_folder, tiny, open_with)
    named = engine.searcher.search("What did the Courier say of herring?", Selection(), 5)
    assert {passage.article.publisher for passage in named.passages[:2]} == {"Courier"}


def test_a_reranker_that_cannot_be_loaded_is_named_and_the_search_goes_on(
    data_folder: Path, tmp_path: Path, open_with: list[Engine]
) -> None:
    engine = opened_with(data_folder, str(tmp_path / "none"), open_with)
    result = engine.searcher.search("How much herring may fishermen land?", Selection(), 5)
    assert result.passages[0].article.id == "Herring quota"
    assert any("DATELINE_RERANKER" in notice and "order of the search" in notice for notice in result.notices)
