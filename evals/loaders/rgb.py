"""RGB (Chen et al., 2024): each question with passages that answer it and passages that only look like it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from evals.loaders.loaded import Loaded, Skipped, rows_of, text_of, texts_of


def load_rgb(path: Path) -> Loaded:
    """Each question is asked of its own passages; where none of them answers, it must be declined."""
    skipped = Skipped()
    rows = list(rows_of(path))
    settings = {"name": path.name.split(".")[0], "description": "Each question is asked of its own passages alone."}
    return Loaded(settings, _cases(rows, skipped), _articles(rows), skipped)


def _cases(rows: list[tuple[str, dict[str, Any]]], skipped: Skipped) -> Iterator[dict[str, Any]]:
    for n, (place, row) in enumerate(rows, 1):
        question = text_of(row.get("query"))
        passages = _passages(n, row)
        good = [name for name, _, is_good in passages if is_good]
        facts = _facts(row.get("answer"))
        if row.get("positive_wrong"):
            skipped.note(place, "falsified passages (positive_wrong), which are not taken in")
        if not question or not passages:
            skipped.note(place, "no query or no passages")
            continue
        case = {
            "id": f"rgb-{n}", "question": question, "filters": {"article_ids": [name for name, _, _ in passages]},
        }  # fmt: skip
        if not good:
            yield case | {"must_abstain": True, "tags": ["rejection"]}
        elif facts:
            yield case | {"facts": facts, "relevant": good, "tags": ["integration" if len(facts) > 1 else "noise"]}
        else:
            skipped.note(place, "no answer")


def _facts(answer: Any) -> list[list[str]]:
    """Every element is wanted, and each may be a list of wordings; a flat list of several is one with wordings."""
    if isinstance(answer, list) and any(isinstance(one, list) for one in answer):
        return [found for one in answer if (found := texts_of(one))]
    found = texts_of(answer)
    return [found] if found else []


def _passages(n: int, row: dict[str, Any]) -> list[tuple[str, str, bool]]:
    """Id, text, and whether it answers."""
    found = []
    for kind, is_good in (("positive", True), ("negative", False)):
        texts = [text for one in row.get(kind) or [] for text in texts_of(one)]
        found += [(f"rgb-{n}-{kind}-{i}", text, is_good) for i, text in enumerate(texts, 1)]
    return found


def _articles(rows: list[tuple[str, dict[str, Any]]]) -> Iterator[dict[str, Any]]:
    for n, (_, row) in enumerate(rows, 1):
        yield from ({"id": name, "title": "", "body": text} for name, text, _ in _passages(n, row))
