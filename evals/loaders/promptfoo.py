"""promptfoo's tests: a config with `tests`, a list of them as YAML or JSON, JSONL, or CSV with `__expected` columns."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from corpus.errors import InvalidInput
from evals.loaders.loaded import Loaded, Row, Skipped, opened, rows_of, text_of, texts_of

_ASKED = ("question", "query", "input", "prompt", "message", "q")


def load_promptfoo(path: Path) -> Loaded:
    """Assertions on words become facts, answers and forbidden words; those that need a model or code are skipped."""
    skipped = Skipped()
    rows = _yaml_rows(path) if path.suffix in (".yaml", ".yml", ".json") else rows_of(path)
    settings = {"name": path.name.split(".")[0], "description": "Made from promptfoo tests."}
    return Loaded(settings, _cases(rows, skipped), (), skipped)


def _cases(rows: Iterator[Row], skipped: Skipped) -> Iterator[dict[str, Any]]:
    for n, (place, row) in enumerate(rows, 1):
        variables = row.get("vars") if isinstance(row.get("vars"), dict) else _columns(row)
        question = _question(variables or {})
        if not question:
            skipped.note(place, f"no variable that asks: one of {', '.join(_ASKED)}, or a single one")
            continue
        case: dict[str, Any] = {"id": f"q{n}", "question": question}
        for assertion in _assertions(row):
            _take(case, assertion, place, skipped)
        if len(case) > 2:
            yield case | ({"note": text_of(row["description"])} if text_of(row.get("description")) else {})
        else:
            skipped.note(place, "no assertion that can be taken over")


def _take(case: dict[str, Any], assertion: dict[str, Any], place: str, skipped: Skipped) -> None:
    kind, value = text_of(assertion.get("type")), texts_of(assertion.get("value"))
    plain = kind.removeprefix("not-").removeprefix("i").removeprefix("contains").lstrip("-")
    is_words = kind.removeprefix("not-").removeprefix("i").startswith("contains") and plain in ("", "all", "any")
    if any(word.startswith(("file://", "javascript:", "python:")) or "{{" in word for word in value):
        skipped.note(place, "an assertion whose value is code, a file or a template")
    elif not value:
        skipped.note(place, f"an assertion of type {kind or 'unknown'} without words")
    elif is_words and kind.startswith("not-"):
        case["forbidden"] = case.get("forbidden", []) + value
    elif is_words and plain == "any":
        case["facts"] = [*case.get("facts", []), value]
    elif is_words:
        case["facts"] = case.get("facts", []) + [[word] for word in value]
    elif kind == "equals":
        case["answer"] = case.get("answer", []) + value
    else:
        skipped.note(place, f"an assertion of type {kind or 'unknown'}")


def _assertions(row: dict[str, Any]) -> list[dict[str, Any]]:
    found = [one for one in row.get("assert") or [] if isinstance(one, dict)]
    for name, value in row.items():
        if name.startswith("__expected") and text_of(value):
            kind, colon, words = text_of(value).partition(":")
            is_typed = colon and kind.replace("-", "").isalpha()
            more = [word.strip() for word in words.split(",")] if kind.endswith(("-all", "-any")) else words.strip()
            found.append({"type": kind, "value": more} if is_typed else {"type": "equals", "value": value})
    return found


def _columns(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if not name.startswith("__") and name != "description"}


def _question(variables: dict[str, Any]) -> str:
    named = next((text_of(variables[name]) for name in _ASKED if text_of(variables.get(name))), "")
    texts = [text for value in variables.values() if (text := text_of(value))]
    return named or (texts[0] if len(texts) == 1 else "")


def _yaml_rows(path: Path) -> Iterator[Row]:
    """The tests of a config, or of a list; JSON is YAML as well."""
    with opened(path) as text:
        try:
            value = yaml.safe_load(text)
        except yaml.YAMLError as error:
            raise InvalidInput(f"{path} is not valid YAML: {getattr(error, 'problem', error)}.") from None
    tests = value.get("tests") if isinstance(value, dict) else value
    if not isinstance(tests, list):
        raise InvalidInput(f"{path} holds no list of tests; name the file that its `tests` points to.")
    for n, row in enumerate(tests, 1):
        if isinstance(row, dict):
            yield f"{path.name}, test {n}", row
        else:
            raise InvalidInput(f"{path}, test {n}: expected an object; name the file that it points to.")
