"""`dateline move-index`: from the index in the data folder to a Chroma server, or from one server to another."""

from contextlib import closing

from api.commands.ingest import catch_up
from api.engine import Engine
from api.settings import Settings
from corpus.errors import InvalidSettings
from retrieval.index import ChromaIndex
from retrieval.move import Moved, prepare, verify


def run(settings: Settings, url: str | None, quiet: bool) -> Moved:
    """Copy every stored vector to the server at `url` that it does not hold yet, and check that it holds them.

    Killed at any moment, it goes on where it was when it is run again; what the folder holds stays as it is. Raises
    `StoreInUse` beside a running server, and `IndexUnavailable` when the Chroma server fails or is not as it should.
    """
    if url and settings.chroma_url not in ("", url) and settings.chroma_key.get_secret_value():
        raise InvalidSettings(
            f"DATELINE_CHROMA_KEY is the key of {settings.chroma_url}, and is not shown to {url}: set "
            "DATELINE_CHROMA_URL and the key to those of the new server, and run `dateline move-index` without an "
            "address."
        )
    there = settings.model_copy(update={"chroma_url": url or settings.chroma_url})
    if not there.chroma_server:
        raise InvalidSettings("Name the Chroma server: `dateline move-index http://127.0.0.1:8001`.")
    with Engine(there) as engine:
        with closing(ChromaIndex(engine.embedder.fingerprint, server=there.chroma_server)) as index:
            prepare(engine.embeddings, index)
        engine.indexer.start()  # nothing else: no model is loaded where every text has its vector
        catch_up(engine, quiet=quiet, name="Copying vectors")
        with closing(ChromaIndex(engine.embedder.fingerprint, server=there.chroma_server)) as index:
            return verify(engine.embeddings, index)
