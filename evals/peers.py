"""Take in articles with a framework as it ships: `python evals/peers.py langchain|llamaindex ARTICLES N MODEL`.

Run by `evals.versus` in an environment that holds the framework; nothing of Dateline is imported. MODEL is a folder
with the all-MiniLM-L6-v2 weights, so that all embed with the same model. Prints one JSON object.
"""

import gzip
import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any


def langchain(articles: list[dict[str, Any]], model: str, folder: str) -> Callable[[str], int]:
    """RecursiveCharacterTextSplitter with its defaults, Chroma, as the documentation's first example does it."""
    from langchain_chroma import Chroma
    from langchain_core.documents import Document
    from langchain_huggingface import HuggingFaceEmbeddings
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    documents = [Document(row["body"], metadata={"id": row["id"], "title": row["title"]}) for row in articles]
    chunks = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200).split_documents(documents)
    store = Chroma("news", HuggingFaceEmbeddings(model_name=model), persist_directory=folder)
    for at in range(0, len(chunks), 5_000):
        store.add_documents(chunks[at : at + 5_000])
    return lambda question: len(store.similarity_search(question, k=10))


def llamaindex(articles: list[dict[str, Any]], model: str, folder: str) -> Callable[[str], int]:
    """VectorStoreIndex.from_documents over Chroma, with its default splitter."""
    import chromadb
    from llama_index.core import Document, Settings, StorageContext, VectorStoreIndex
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding
    from llama_index.vector_stores.chroma import ChromaVectorStore

    Settings.embed_model = HuggingFaceEmbedding(model_name=model)
    Settings.llm = None
    store = ChromaVectorStore(chromadb.PersistentClient(folder).get_or_create_collection("news"))
    documents = [Document(text=row["body"], metadata={"title": row["title"]}) for row in articles]
    index = VectorStoreIndex.from_documents(documents, storage_context=StorageContext.from_defaults(vector_store=store))
    retriever = index.as_retriever(similarity_top_k=10)
    return lambda question: len(retriever.retrieve(question))


def main() -> None:
    """Take the articles in, ask some questions, print the figures."""
    peer, path, count, model = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
    questions = json.loads(sys.stdin.read())
    articles = []
    with gzip.open(path, "rt") if path.endswith(".gz") else open(path) as lines:
        for line in lines:
            articles.append(json.loads(line))
            if len(articles) == count:
                break
    with tempfile.TemporaryDirectory() as folder:
        clock = time.perf_counter()
        search = {"langchain": langchain, "llamaindex": llamaindex}[peer](articles, model, folder)
        seconds = time.perf_counter() - clock
        for question in questions[:10]:
            search(question)
        times = sorted(_timed(search, question) for question in questions)
    print(
        json.dumps(
            {
                "name": peer,
                "ingest_s": seconds,
                "found_s": seconds,
                "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
                "p50_ms": times[len(times) // 2],
                "p95_ms": times[int(len(times) * 0.95)],
            }
        )
    )


def _timed(search: Callable[[str], int], question: str) -> float:
    clock = time.perf_counter()
    search(question)
    return (time.perf_counter() - clock) * 1000


if __name__ == "__main__":
    main()
