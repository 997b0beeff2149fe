"""Datasets of other harnesses: ragas (`user_input`, `reference`) and deepeval (`input`, `expected_output`)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from corpus.sentence import sentence_spans
from evals.loaders.loaded import Loaded, Skipped, rows_of, text_of, texts_of

_SHORT = 8  # words; an answer that is longer is told sentence by sentence
_RAGAS = (("user_input", "question"), ("reference", "ground_truth", "ground_truths"), ("reference_contexts",))
_DEEPEVAL = (("input",), ("expected_output", "expectedOutput"), ("context",))


def load_ragas(path: Path) -> Loaded:
    """Samples as JSONL, a JSON list or CSV, by the names of ragas 0.2 and later, or the earlier ones."""
    return _load(path, "ragas", *_RAGAS)


def load_deepeval(path: Path) -> Loaded:
    """Goldens or test cases as JSON, JSONL or CSV."""
    return _load(path, "deepeval", *_DEEPEVAL)


def facts_of(reference: str) -> list[list[str]]:
    """What a reference answer says: itself when it is short, else its sentences."""
    if len(reference.split()) <= _SHORT:
        return [[reference]]
    return [[reference[span.start : span.end]] for span in sentence_spans(reference)]


def _load(path: Path, kind: str, asked: tuple[str, ...], said: tuple[str, ...], held: tuple[str, ...]) -> Loaded:
    skipped = Skipped()
    settings = {"name": path.name.split(".")[0], "description": f"Made from a {kind} dataset."}
    return Loaded(settings, _cases(path, asked, said, held, skipped), (), skipped)


def _cases(
    path: Path, asked: tuple[str, ...], said: tuple[str, ...], held: tuple[str, ...], skipped: Skipped
) -> Iterator[dict[str, Any]]:
    for n, (place, row) in enumerate(rows_of(path), 1):
        if isinstance(row.get(asked[0]), list):
            skipped.note(place, "a conversation of several turns")
            continue
        question = _first(row, asked)
        references = [text for name in said for text in texts_of(row.get(name))]
        evidence = [text for name in held for text in texts_of(row.get(name))]
        if not question:
            skipped.note(place, f"no {asked[0]}")
        elif not references and not evidence:
            skipped.note(place, f"no {said[0]}, so nothing is expected")
        else:
            case: dict[str, Any] = {"id": f"q{n}", "question": question}
            if references:
                case["facts"] = facts_of(references[0])
            yield case | ({"evidence": evidence} if evidence else {})


def _first(row: dict[str, Any], names: tuple[str, ...]) -> str:
    return next((text for name in names if (text := text_of(row.get(name)))), "")
