"""Take in articles and search them with a framework as it ships.

`python evals/peers.py langchain|llamaindex|haystack|txtai ARTICLES MODEL < TASK`, run by `dateline bench` in an
environment that holds the framework; nothing of Dateline is imported. MODEL is a folder with the all-MiniLM-L6-v2
weights, so that all embed with the same model. TASK is `{"only": [ids] | null, "most": N, "questions": [...], "keep":
FOLDER | null}`; an index that an earlier run left in the folder is opened and not made again. Prints one JSON object:
seconds, memory, disk, searches a second with many at once, and for each question the article ids and texts of the first
20 passages.
"""

import gzip
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

# Finds the `k` passages nearest to a question: the article's id and the text of each.
Search = Callable[[str, int], list[tuple[str, str]]]

_AT_ONCE = 32
TAKEN_IN = "taken-in.json"  # the figures of taking in, written when the index is whole


def langchain(articles: list[dict[str, Any]], model: str, folder: str) -> Search:
    """RecursiveCharacterTextSplitter, Chroma, as the documentation's first example does it."""
    from langchain_chroma import Chroma
    from langchain_core.documents import Document
    from langchain_huggingface import HuggingFaceEmbeddings
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    documents = [Document(row["body"], metadata={"id": row["id"], "title": row["title"]}) for row in articles]
    chunks = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200).split_documents(documents)
    store = Chroma("news", HuggingFaceEmbeddings(model_name=model), persist_directory=folder)
    for at in range(0, len(chunks), 5_000):
        store.add_documents(chunks[at : at + 5_000])
    return lambda question, k: [(d.metadata["id"], d.page_content) for d in store.similarity_search(question, k=k)]


def llamaindex(articles: list[dict[str, Any]], model: str, folder: str) -> Search:
    """VectorStoreIndex.from_documents over Chroma, with its default splitter."""
    import chromadb
    from llama_index.core import Document, Settings, StorageContext, VectorStoreIndex
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding
    from llama_index.vector_stores.chroma import ChromaVectorStore

    Settings.embed_model = HuggingFaceEmbedding(model_name=model)
    Settings.llm = None
    store = ChromaVectorStore(chromadb.PersistentClient(folder).get_or_create_collection("news"))
    if articles:
        documents = [Document(text=row["body"], metadata={"title": row["title"], "id": row["id"]}) for row in articles]
        context = StorageContext.from_defaults(vector_store=store)
        index = VectorStoreIndex.from_documents(documents, storage_context=context)
    else:
        index = VectorStoreIndex.from_vector_store(store)
    retrievers = {k: index.as_retriever(similarity_top_k=k) for k in (10, 20)}

    def search(question: str, k: int) -> list[tuple[str, str]]:
        return [(node.metadata["id"], node.get_content()) for node in retrievers[k].retrieve(question)]

    return search


def haystack(articles: list[dict[str, Any]], model: str, folder: str) -> Search:
    """DocumentSplitter (200 words), sentence-transformers embedders, ChromaEmbeddingRetriever, each as it comes."""
    from haystack import Document
    from haystack.components.preprocessors import DocumentSplitter
    from haystack_integrations.components.embedders.sentence_transformers import (
        SentenceTransformersDocumentEmbedder,
        SentenceTransformersTextEmbedder,
    )
    from haystack_integrations.components.retrievers.chroma import ChromaEmbeddingRetriever
    from haystack_integrations.document_stores.chroma import ChromaDocumentStore

    store = ChromaDocumentStore(persist_path=folder)
    if articles:
        documents = [Document(content=row["body"], meta={"id": row["id"], "title": row["title"]}) for row in articles]
        chunks = DocumentSplitter().run(documents=documents)["documents"]
        chunks = [Document(content=c.content, meta={"article": c.meta["id"], "n": n}) for n, c in enumerate(chunks)]
        for_documents = SentenceTransformersDocumentEmbedder(model=model, progress_bar=False)
        for_documents.warm_up()
        embedded = for_documents.run(documents=chunks)["documents"]
        for at in range(0, len(embedded), 5_000):
            store.write_documents(embedded[at : at + 5_000])
    for_questions = SentenceTransformersTextEmbedder(model=model, progress_bar=False)
    for_questions.warm_up()
    retriever = ChromaEmbeddingRetriever(document_store=store)

    def search(question: str, k: int) -> list[tuple[str, str]]:
        vector = for_questions.run(text=question)["embedding"]
        found = retriever.run(query_embedding=vector, top_k=k)["documents"]
        return [(str(d.meta["article"]), str(d.content)) for d in found]

    return search


def txtai(articles: list[dict[str, Any]], model: str, folder: str) -> Search:
    """Hybrid embeddings with content, over paragraphs of at least 500 characters: it ships no splitter of its own."""
    from txtai import Embeddings

    embeddings = Embeddings(path=model, content=True, hybrid=True)
    if articles:
        pieces = [(f"{row['id']} {n}", piece) for row in articles for n, piece in enumerate(_paragraphs(row["body"]))]
        embeddings.index([(uid, text, None) for uid, text in pieces])
        embeddings.save(folder)
    else:
        embeddings.load(folder)
    return lambda question, k: [(hit["id"].rsplit(" ", 1)[0], hit["text"]) for hit in embeddings.search(question, k)]


def _paragraphs(body: str) -> list[str]:
    pieces: list[str] = []
    for line in filter(None, (line.strip() for line in body.split("\n"))):
        if pieces and len(pieces[-1]) < 500:
            pieces[-1] += "\n" + line
        else:
            pieces.append(line)
    return pieces


def main() -> None:
    """Take the articles in, ask the questions, print the figures."""
    peer, path, model = sys.argv[1:4]
    task = json.loads(sys.stdin.read())
    with tempfile.TemporaryDirectory() as scratch:
        kept = Path(task.get("keep") or scratch, peer)
        kept.mkdir(parents=True, exist_ok=True)
        done, folder = kept / TAKEN_IN, str(kept / "index")
        figures = json.loads(done.read_text()) if done.exists() else None
        articles = [] if figures else _articles(path, task)
        clock = time.perf_counter()
        open_or_make = {"langchain": langchain, "llamaindex": llamaindex, "haystack": haystack, "txtai": txtai}[peer]
        search: Search = open_or_make(articles, model, folder)
        if figures is None:
            seconds = time.perf_counter() - clock
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            figures = {"articles": len(articles), "ingest_s": seconds, "found_s": seconds, "peak_mb": peak}
            done.write_text(json.dumps(figures))
        # txtai's database belongs to the thread that made it; asked by others it may take the process down.
        asked = measured(search, task["questions"], threads=peer != "txtai")
        disk = sum(os.path.getsize(os.path.join(at, name)) for at, _, names in os.walk(folder) for name in names)
    print(json.dumps({**figures, "disk_mb": disk / 1e6, **asked, "was_kept": not articles}))


def _articles(path: str, task: dict[str, Any]) -> list[dict[str, Any]]:
    only = set(task["only"]) if task["only"] else None
    with gzip.open(path, "rt") if path.endswith(".gz") else open(path) as lines:
        rows = [json.loads(line) for line in lines]
    return [row for row in rows if only is None or row["id"] in only][: task["most"]]


def measured(search: Search, questions: Sequence[str], *, threads: bool = True) -> dict[str, Any]:
    """Milliseconds of each search for ten passages, after ten to warm up; searches a second with 32 asked at once, when
    several threads may ask; and each question's first 20 passages."""
    for question in questions[:10]:
        search(question, 10)
    times = []
    for question in questions:
        clock = time.perf_counter()
        search(question, 10)
        times.append((time.perf_counter() - clock) * 1000)
    return {
        "times_ms": times,
        "at_once_a_second": _at_once(search, questions) if threads else None,
        "passages": [search(question, 20) for question in questions],
    }


def _at_once(search: Search, questions: Sequence[str]) -> float | None:
    """Searches a second with 32 threads asking; None without questions."""
    asked = (list(questions) * (1 + 300 // max(1, len(questions))))[:300]
    if not asked:
        return None
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        clock = time.perf_counter()
        list(pool.map(lambda question: search(question, 10), asked))
        return len(asked) / (time.perf_counter() - clock)


if __name__ == "__main__":
    main()
