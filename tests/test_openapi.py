"""The description of the API: the committed file is what the code says, and it says enough."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from api.engine import Engine
from api.openapi import document
from api.settings import read_settings

COMMITTED = Path(__file__).parent.parent / "docs" / "openapi.json"


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    with Engine(read_settings(data=tmp_path_factory.mktemp("openapi"), sample=False)) as engine:
        yield document(engine)


def operations(described: dict[str, Any]) -> list[dict[str, Any]]:
    return [operation for path in described["paths"].values() for operation in path.values()]


def test_the_committed_file_is_what_the_code_says(described: dict[str, Any]) -> None:
    assert json.loads(COMMITTED.read_text(encoding="utf-8")) == described, "the API changed: run `make openapi`"


def test_operations_have_names_of_their_own_and_summaries(described: dict[str, Any]) -> None:
    names = [operation["operationId"] for operation in operations(described)]
    assert len(set(names)) == len(names) >= 29
    assert all(operation["summary"] for operation in operations(described))


@pytest.mark.parametrize("name", ["create_chat_completion", "create_response"])
def test_openai_compatible_answers_are_shown_by_example(described: dict[str, Any], name: str) -> None:
    operation = next(one for one in operations(described) if one["operationId"] == name)
    assert operation["responses"]["200"]["content"]["application/json"]["example"]["dateline"]["citations"]
    asked = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rsplit("/", 1)[1]
    properties = described["components"]["schemas"][asked]["properties"]
    example = (properties.get("messages") or properties["input"])["examples"][0]
    validator = Draft202012Validator({"$ref": f"#/components/schemas/{asked}", "components": described["components"]})
    validator.validate({"messages" if "messages" in properties else "input": example})


def test_faults_are_described_as_problems(described: dict[str, Any]) -> None:
    for operation in operations(described):
        for status, response in operation["responses"].items():
            if status in ("400", "404", "422") and operation["operationId"] not in ("list_starters", "export"):
                assert "application/problem+json" in response["content"], (operation["operationId"], status)
