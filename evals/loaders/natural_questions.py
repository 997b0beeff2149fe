"""Natural Questions in the open form (Lee et al., 2019): a question, a tab, and its answers as a list, line by line."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from evals.loaders.loaded import Loaded, Skipped, opened, rows_of, text_of, texts_of


def load_natural_questions(path: Path) -> Loaded:
    """Questions with accepted answers; the articles are whatever the target holds."""
    skipped = Skipped()
    settings = {"name": path.name.split(".")[0], "description": "Questions without articles of their own."}
    rows = _json_rows(path) if ".jsonl" in path.suffixes else _tsv_rows(path)
    return Loaded(settings, _cases(rows, skipped), (), skipped)


def _cases(rows: Iterator[tuple[str, str, list[str]]], skipped: Skipped) -> Iterator[dict[str, Any]]:
    for n, (place, question, answers) in enumerate(rows, 1):
        if question and answers:
            yield {"id": f"nq-{n}", "question": question, "answer": answers}
        else:
            skipped.note(place, "no question or no answers beside it")


def _tsv_rows(path: Path) -> Iterator[tuple[str, str, list[str]]]:
    with opened(path) as lines:
        for number, line in enumerate(lines, 1):
            question, _, answers = line.rstrip("\r\n").partition("\t")
            if number == 1 and answers.strip().lower() in ("answer", "answers"):
                continue
            if line.strip():
                yield f"{path.name}, line {number}", question.strip(), _answers(answers)


def _json_rows(path: Path) -> Iterator[tuple[str, str, list[str]]]:
    for place, row in rows_of(path):
        yield place, text_of(row.get("question")), texts_of(row.get("answer") or row.get("answers"))


def _answers(cell: str) -> list[str]:
    """The list that Python wrote, or else the cell as it is, split at further tabs."""
    if cell.lstrip().startswith("["):
        try:
            return texts_of(ast.literal_eval(cell.strip()))
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            return []
    return texts_of(cell.split("\t"))
