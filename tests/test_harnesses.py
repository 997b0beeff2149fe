"""The documented examples for other harnesses, run against a real server as far as the harness itself is not needed."""

import importlib.util
import json
import shutil
import subprocess
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest
import yaml
from typer.testing import CliRunner

from evals.eval_command import app
from tests.running import Server

EXAMPLES = Path("docs/examples")


def module(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert spec is not None and spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def transformed(expression: str, answer: dict[str, Any]) -> dict[str, Any]:
    """What promptfoo makes of a response: the expression, with the response as `json`."""
    script = (
        f"const json = JSON.parse(require('fs').readFileSync(0)); console.log(JSON.stringify({expression.strip()}))"
    )
    done = subprocess.run(["node", "-e", script], input=json.dumps(answer), capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout))


@pytest.mark.skipif(shutil.which("node") is None, reason="promptfoo's expressions are JavaScript")
def test_promptfoos_provider_sends_and_reads_what_dateline_has(server: Server) -> None:
    config = yaml.safe_load((EXAMPLES / "promptfooconfig.yaml").read_text())
    provider = config["providers"][0]["config"]
    for test in config["tests"]:
        body = json.loads(json.dumps(provider["body"]).replace("{{prompt}}", test["vars"]["question"]))
        url = provider["url"].replace("{{env.DATELINE_URL}}", server.url)
        answer = httpx.request(provider["method"], url, json=body, headers=provider["headers"], timeout=60)
        made = transformed(provider["transformResponse"], answer.raise_for_status().json())
        assert made["output"] and all(isinstance(text, str) for text in made["metadata"]["passages"])
        for assertion in test["assert"]:
            if assertion["type"] == "icontains":
                assert assertion["value"].lower() in made["output"].lower()
            else:
                holds = transformed(f"({{held: (({{context}}) => {assertion['value']})(json)}})", {"context": made})
                assert holds["held"], assertion


def test_the_rows_for_ragas_are_its_samples(server: Server) -> None:
    example = module("ragas_example")
    rows = example.samples(server.url, example.QUESTIONS)
    assert len(rows) == 2 and "£48,000" in rows[0]["response"]
    for row in rows:  # the fields and types of ragas' SingleTurnSample
        assert set(row) == {"user_input", "response", "retrieved_contexts", "reference"}
        assert row["retrieved_contexts"] and all(isinstance(text, str) for text in row["retrieved_contexts"])
    if importlib.util.find_spec("ragas"):
        from ragas import EvaluationDataset  # type: ignore[import-not-found]

        assert len(EvaluationDataset.from_list(rows)) == 2


def test_the_cases_for_deepeval_are_its_arguments(server: Server) -> None:
    example = module("deepeval_example")
    cases = example.cases(server.url, example.QUESTIONS)
    for fields in cases:
        assert set(fields) == {"input", "actual_output", "expected_output", "retrieval_context"}
        assert fields["expected_output"] in fields["actual_output"]
        assert fields["retrieval_context"] and all(isinstance(text, str) for text in fields["retrieval_context"])
    if importlib.util.find_spec("deepeval"):
        from deepeval.test_case import LLMTestCase  # type: ignore[import-not-found]

        assert LLMTestCase(**cases[0]).retrieval_context


def test_the_workflow_calls_commands_that_exist() -> None:
    steps = yaml.safe_load((EXAMPLES / "evaluate-workflow.yaml").read_text())["jobs"]["gate"]["steps"]
    commands = [step["run"].split() for step in steps if step.get("run", "").startswith("dateline eval")]
    assert [command[2] for command in commands] == ["run", "gate"]
    for command in commands:
        known = CliRunner().invoke(app, [command[2], "--help"], terminal_width=200).output
        assert all(word in known for word in command if word.startswith("--"))
