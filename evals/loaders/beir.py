"""BEIR folders (Thakur et al., 2021): `corpus.jsonl`, `queries.jsonl`, `qrels/SPLIT.tsv`; a suite of searches."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from corpus.errors import UnreadableFile
from evals.beir import read_qrels
from evals.loaders.loaded import Loaded, Skipped, find, rows_of, text_of


def load_beir(folder: Path) -> Loaded:
    """Every judged query, with the grades of the test split, or of the first split there is."""
    qrels = _qrels(folder)
    grades, skipped = read_qrels(qrels), Skipped()
    settings = {
        "name": folder.resolve().name,
        "description": f"Judgements of {qrels.name}; passages are searched, articles ranked by their best one.",
        "mode": "search",
        "top_k": 50,
    }
    return Loaded(settings, _cases(folder, grades, qrels, skipped), _articles(folder, skipped), skipped)


def _cases(folder: Path, grades: dict[str, dict[str, int]], qrels: Path, skipped: Skipped) -> Iterator[dict[str, Any]]:
    left = dict(grades)
    for place, row in rows_of(find(folder, "queries.jsonl")):
        judged = left.pop(name := str(row.get("_id")), None)
        relevant = {document: max(0, grade) for document, grade in (judged or {}).items()}
        if not any(relevant.values()):
            skipped.note(place, f"a query with nothing relevant in {qrels.name}")
        else:
            yield {"id": name, "question": text_of(row.get("text")), "relevant": relevant}
    for name in left:
        skipped.note(f"query {name}", "a judgement of a query that is not there")


def _articles(folder: Path, skipped: Skipped) -> Iterator[dict[str, Any]]:
    for place, row in rows_of(find(folder, "corpus.jsonl")):
        title, text = text_of(row.get("title")), text_of(row.get("text"))
        if title or text:
            yield {"id": str(row.get("_id")), "title": title, "body": text or title}
        else:
            skipped.note(place, "a document without text")


def _qrels(folder: Path) -> Path:
    found = sorted((folder / "qrels").glob("*.tsv"))
    if not found:
        raise UnreadableFile(f"{folder} holds no qrels/*.tsv; a folder in BEIR's form has corpus, queries and qrels.")
    return next((file for file in found if file.stem == "test"), found[0])
