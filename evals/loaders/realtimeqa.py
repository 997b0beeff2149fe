"""RealTimeQA (Kasai et al., 2023): weekly news quizzes, each question as of its day.

Takes the project's own `DATE_qa.jsonl` files, and folders of `articles.jsonl` and `questions.jsonl` as `evals.dated`
describes them. The choices are not shown to the target.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from evals.loaders.loaded import Loaded, Row, Skipped, find, rows_of, text_of


def load_realtimeqa(path: Path) -> Loaded:
    """The questions of a file, or those of a folder with its articles."""
    skipped = Skipped()
    questions = find(path, "questions.jsonl") if path.is_dir() else path
    settings = {"name": "realtimeqa", "description": "Open questions: the quiz's choices are not shown."}
    articles = _articles(find(path, "articles.jsonl"), skipped) if path.is_dir() else ()
    return Loaded(settings, _cases(rows_of(questions), skipped), articles, skipped)


def _cases(rows: Iterator[Row], skipped: Skipped) -> Iterator[dict[str, Any]]:
    for place, row in rows:
        question = text_of(row.get("question") or row.get("question_sentence"))
        day = text_of(row.get("asked_on") or row.get("question_date")).replace("/", "-")
        answer = _answer(row)
        if not question or not answer:
            skipped.note(place, "no question, or an answer that is none of the choices")
            continue
        if answer.lower() in ("none of the above", "all of the above"):
            skipped.note(place, "an answer that means nothing without the choices")
            continue
        gold = row.get("gold_article_ids") or []
        case = {"question": question, "as_of": day or None, "answer": [answer.strip("“”\"' ")]}
        yield {
            "id": text_of(row.get("id") or row.get("question_id")) or f"q-{place.rpartition(' ')[2]}",
            **{name: value for name, value in case.items() if value},
            **({"relevant": gold} if gold else {}),
            "tags": ["article known" if gold else "article unknown"],
        }


def _answer(row: dict[str, Any]) -> str:
    """The answer itself, or the choice that its number names (from 0, as text in a list)."""
    answer = row.get("answer")
    if isinstance(answer, list):
        answer = answer[0] if answer else ""
        choices = row.get("choices") or []
        if text_of(answer).isdecimal():
            return text_of(choices[int(answer)]) if int(answer) < len(choices) else ""
    return text_of(answer)


def _articles(file: Path, skipped: Skipped) -> Iterator[dict[str, Any]]:
    for place, row in rows_of(file):
        if text_of(row.get("body")):
            yield row
        else:
            skipped.note(place, "an article without text")
