"""MultiHop-RAG (Tang and Yang, 2024): a folder with `corpus.json` and `MultiHopRAG.json`, or the latter alone."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from evals.loaders.loaded import Loaded, Skipped, find, rows_of, text_of, texts_of

_NULL = "null_query"


def load_multihop_rag(path: Path) -> Loaded:
    """Every query with its facts as evidence; null queries must be declined. Official figures are asked for."""
    skipped = Skipped()
    questions = find(path, "MultiHopRAG.json") if path.is_dir() else path
    settings = {
        "name": "multihop-rag",
        "description": "Official figures stand beside strict ones; they depend on how long a passage is.",
        "top_k": 10,
        "official": ["multihop-rag"],
    }
    articles = _articles(find(path, "corpus.json"), skipped) if path.is_dir() else ()
    return Loaded(settings, _cases(questions, skipped), articles, skipped)


def _cases(file: Path, skipped: Skipped) -> Iterator[dict[str, Any]]:
    for n, (place, row) in enumerate(rows_of(file), 1):
        question, kind = text_of(row.get("query")), text_of(row.get("question_type")) or "unknown"
        evidence = row.get("evidence_list") or []
        facts = texts_of([one.get("fact") for one in evidence])
        case = {"id": f"q{n}", "question": question, "tags": [kind]}
        if not question:
            skipped.note(place, "no query")
        elif kind == _NULL:
            yield case | {"must_abstain": True}
        elif text_of(row.get("answer")) and facts:
            relevant = texts_of([one.get("url") for one in evidence])
            yield case | {"answer": [text_of(row["answer"])], "evidence": facts, "relevant": relevant}
        else:
            skipped.note(place, "no answer or no evidence, and not a null query")


def _articles(file: Path, skipped: Skipped) -> Iterator[dict[str, Any]]:
    for place, row in rows_of(file):
        body = text_of(row.get("body"))
        if not body:
            skipped.note(place, "an article without text")
            continue
        fields = {
            "title": row.get("title"), "body": body, "publisher": row.get("source"), "authors": row.get("author"),
            "published_at": row.get("published_at"), "url": row.get("url"),
        }  # fmt: skip
        yield {name: value for name, value in fields.items() if value}
