"""Read and write suites: a folder with `suite.yaml` and cases in `*.jsonl`, or one file of either kind."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import ValidationError

from corpus.errors import InvalidInput, UnreadableFile
from evals.case import Case, Strict, SuiteSettings

SETTINGS = "suite.yaml"
CASES = "cases.jsonl"

_T = TypeVar("_T", bound=Strict)


@dataclass(frozen=True, slots=True)
class Suite:
    """Cases with the settings they share; ids are unique and aliases are resolved. `folder` is where it was read."""

    settings: SuiteSettings
    cases: tuple[Case, ...]
    folder: Path

    @property
    def digest(self) -> str:
        """Changes when a setting or any case does."""
        rows = [self.settings.model_dump(mode="json"), *(case.model_dump(mode="json") for case in self.cases)]
        return digest_of(rows)


@dataclass(frozen=True, slots=True)
class _Row:
    """A case as it stands in a file."""

    fields: Any
    place: str


def digest_of(value: Any) -> str:
    """A short digest of anything that JSON can hold."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def read_suite(path: Path) -> Suite:
    """The suite of a folder or file. Raises `InvalidInput` that names file, line and field of the first fault."""
    if path.is_dir():
        file = path / SETTINGS
        settings, rows = _settings(file) if file.exists() else (SuiteSettings(name=path.resolve().name), [])
        files = sorted(path.glob("*.jsonl"))
        rows += [row for one in files if not one.name.startswith("articles") for row in _lines(one)]
    elif path.suffix in (".yaml", ".yml") and path.is_file():
        settings, rows = _settings(path)
    elif path.is_file():
        settings, rows = SuiteSettings(name=path.stem), list(_lines(path))
    else:
        raise UnreadableFile(f"There is no suite {path}; name a folder with {SETTINGS} and {CASES}, or one such file.")
    if not rows:
        raise InvalidInput(f"{path} holds no cases: put them into {CASES}, one JSON object a line.")
    folder = path if path.is_dir() else path.parent
    return Suite(settings, tuple(_cases(rows, settings.aliases)), folder)


def suite_of(settings: Mapping[str, Any], cases: Iterable[Any], folder: Path) -> Suite:
    """A suite of fields that stand in no file. Raises `InvalidInput` that names the case by its number."""
    checked = _valid(SuiteSettings, dict(settings), "settings")
    rows = (_Row(case, f"case {n}") for n, case in enumerate(cases, 1))
    return Suite(checked, tuple(_cases(rows, checked.aliases)), folder)


def begin_suite(folder: Path) -> None:
    """Make the folder of a new suite. Raises `InvalidInput` when there is one already."""
    if (folder / SETTINGS).exists() or (folder / CASES).exists():
        raise InvalidInput(f"{folder} holds a suite already; name another folder, or delete it first.")
    folder.mkdir(parents=True, exist_ok=True)


def write_suite(folder: Path, settings: Mapping[str, Any], cases: Iterable[Mapping[str, Any]]) -> int:
    """Write a suite that `read_suite` takes; the number of cases. Raises `InvalidInput` when one is there already."""
    begin_suite(folder)
    written = yaml.safe_dump(dict(settings), allow_unicode=True, sort_keys=False, width=120)
    (folder / SETTINGS).write_text(written, encoding="utf-8")
    count = 0
    with (folder / CASES).open("w", encoding="utf-8") as out:
        for count, case in enumerate(cases, 1):  # noqa: B007  # the last count is the result
            out.write(json.dumps(case, ensure_ascii=False) + "\n")
    return count


def _cases(rows: Iterable[_Row], aliases: Mapping[str, str]) -> Iterator[Case]:
    seen: dict[str, str] = {}
    for row in rows:
        case = _resolved(_valid(Case, row.fields, row.place), aliases)
        if case.id in seen:
            raise InvalidInput(f"{row.place}: the id {case.id!r} is taken by the case at {seen[case.id]}.")
        seen[case.id] = row.place
        yield case


def _resolved(case: Case, aliases: Mapping[str, str]) -> Case:
    asked = [case.question, case.as_of, case.collection, [turn.content for turn in case.history]]
    return case.model_copy(
        update={
            "id": case.id or f"q-{digest_of(asked)[:8]}",
            "relevant": {aliases.get(name, name): grade for name, grade in case.relevant.items()},
            "must_cite": tuple(tuple(aliases.get(name, name) for name in one) for one in case.must_cite),
        }
    )


def _lines(file: Path) -> Iterator[_Row]:
    text = _text(file)
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        place = f"{file}, line {number}"
        try:
            yield _Row(json.loads(line), place)
        except ValueError as error:
            raise InvalidInput(f"{place}: not a JSON object ({error}).") from None


def _settings(file: Path) -> tuple[SuiteSettings, list[_Row]]:
    """The settings of a YAML file, and the cases under its `cases`, if it has some."""
    try:
        node = yaml.compose(_text(file), yaml.SafeLoader)
        value = yaml.load(_text(file), yaml.SafeLoader) or {}
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{file}, line {mark.line + 1}" if mark else str(file)
        raise InvalidInput(f"{place}: not valid YAML ({getattr(error, 'problem', error)}).") from None
    if not isinstance(value, dict):
        raise InvalidInput(f"{file}: settings are names with values, such as `name: my suite`.")
    keys = node.value if isinstance(node, yaml.MappingNode) else []
    places = {key.value: f"{file}, line {key.start_mark.line + 1}" for key, _ in keys}
    listed = value.pop("cases", [])
    if not isinstance(listed, list):
        raise InvalidInput(f"{places['cases']}: cases must be a list.")
    nodes: list[yaml.Node] = next((one.value for key, one in keys if key.value == "cases"), [])
    rows = [_Row(fields, f"{file}, line {one.start_mark.line + 1}") for fields, one in zip(listed, nodes, strict=True)]
    return _valid(SuiteSettings, value, str(file), places), rows


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFile(f"{file} cannot be read as text ({error}).") from None


def _valid(kind: type[_T], fields: Any, place: str, places: Mapping[str, str] | None = None) -> _T:
    if not isinstance(fields, dict):
        raise InvalidInput(f"{place}: expected an object with fields, found {type(fields).__name__}.")
    try:
        return kind.model_validate(fields)
    except ValidationError as error:
        fault = error.errors()[0]
        name = ".".join(str(part) for part in fault["loc"])
        if places and fault["loc"]:
            place = places.get(str(fault["loc"][0]), place)
        if fault["type"] == "extra_forbidden":
            known = ", ".join(kind.model_fields)
            raise InvalidInput(f"{place}: the field {name!r} is not known; known are {known}.") from None
        said = fault["msg"].removeprefix("Value error, ")
        raise InvalidInput(f"{place}: {name + ': ' if name else ''}{said}.") from None
