"""SQuAD 1.1 and 2.0 (Rajpurkar et al., 2016, 2018): each question is asked of its own paragraph."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from corpus.errors import InvalidInput
from evals.loaders.loaded import Loaded, Skipped, json_of, text_of


def load_squad(path: Path) -> Loaded:
    """Every paragraph becomes an article; impossible questions must be declined."""
    value = json_of(path)
    if not isinstance(value, dict) or not isinstance(value.get("data"), list):
        raise InvalidInput(f"{path} is not in SQuAD's form: an object with a list `data`.")
    skipped = Skipped()
    settings = {"name": path.name.split(".")[0], "description": "Each question is asked of its own paragraph alone."}
    paragraphs = list(_paragraphs(value["data"]))
    return Loaded(settings, _cases(paragraphs, skipped), _articles(paragraphs), skipped)


def _paragraphs(data: list[Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for entry in data:
        title = text_of(entry.get("title"))
        for n, paragraph in enumerate(entry.get("paragraphs") or [], 1):
            yield f"{title[:150] or 'untitled'}-{n}", title.replace("_", " "), paragraph


def _articles(paragraphs: list[tuple[str, str, dict[str, Any]]]) -> Iterator[dict[str, Any]]:
    for name, title, paragraph in paragraphs:
        if text_of(paragraph.get("context")):
            yield {"id": name, "title": title, "body": paragraph["context"]}


def _cases(paragraphs: list[tuple[str, str, dict[str, Any]]], skipped: Skipped) -> Iterator[dict[str, Any]]:
    for name, _, paragraph in paragraphs:
        for asked in paragraph.get("qas") or []:
            place = f"question {asked.get('id')}"
            answers = list(dict.fromkeys(text_of(one.get("text")) for one in asked.get("answers") or []))
            case: dict[str, Any] = {
                "id": str(asked.get("id")), "question": text_of(asked.get("question")),
                "filters": {"article_ids": [name]},
            }  # fmt: skip
            if not text_of(paragraph.get("context")) or not case["question"]:
                skipped.note(place, "an empty paragraph or question")
            elif asked.get("is_impossible"):
                yield case | {"must_abstain": True, "tags": ["impossible"]}
            elif any(answers):
                yield case | {"answer": [one for one in answers if one], "relevant": [name], "tags": ["answerable"]}
            else:
                skipped.note(place, "a question without an answer that is not marked as impossible")
