"""The JavaScript clients, as their registry has them: openai-node and the Vercel AI SDK. `make test` installs them."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.running import Server

NODE = Path(__file__).parent / "node"
QUESTION = "Why does Putin avoid the meeting?"
FOLLOW_UP = "Why?"


def run(node: str, *arguments: str) -> str:
    done = subprocess.run([node, *arguments], cwd=NODE, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def node() -> str:
    """The program, where it and the clients are installed."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node is installed")
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    if int(version.removeprefix("v").split(".")[0]) < 20:
        pytest.skip(f"node {version.strip()} is older than 20")
    if not (NODE / "node_modules" / "ai").exists():
        pytest.skip("the packages of tests/node are not installed: npm ci --prefix tests/node")
    return node


@pytest.fixture(scope="module")
def seen(node: str, server: Server) -> dict[str, Any]:
    """What each client saw of one answer."""
    return dict(json.loads(run(node, "clients.js", f"{server.url}/v1", QUESTION, FOLLOW_UP)))


@pytest.fixture(scope="module")
def answer(server: Server) -> dict[str, Any]:
    response = httpx.post(f"{server.url}/v1/ask", json={"question": QUESTION}, timeout=60, trust_env=False)
    return dict(response.json())


SURFACES = [f"{client}{stream}" for client in ("openai chat", "openai responses") for stream in ("", " stream")]
VERCEL = [f"vercel{door}{stream}" for door in ("", " chat") for stream in ("", " stream")]


@pytest.mark.parametrize("surface", SURFACES)
def test_openai_node_sees_the_text_and_each_citation(seen: Any, answer: dict[str, Any], surface: str) -> None:
    shown = seen["seen"][surface]
    assert shown["text"] == answer["answer"]
    assert [one["n"] for one in shown["citations"]] == list(map(int, re.findall(r"\[(\d+)\]", answer["answer"])))
    for one in shown["citations"]:
        citation = answer["citations"][one["n"] - 1]
        assert (one["url"], one["title"], one["quote"]) == (citation["url"], citation["title"], citation["quote"])
        assert shown["text"][one["start_index"] : one["end_index"]] == f"[{one['n']}]"


@pytest.mark.parametrize("surface", VERCEL)
def test_the_ai_sdk_sees_the_text_and_the_sources(seen: Any, answer: dict[str, Any], surface: str) -> None:
    shown = seen["seen"][surface]
    assert shown["text"] == answer["answer"]
    sources = {(one["url"], one["title"]) for one in shown["citations"]}
    assert sources == {(one["url"], one["title"]) for one in answer["citations"]}


def test_the_ai_sdk_goes_on_from_an_answer_that_it_names(seen: Any, answer: dict[str, Any]) -> None:
    first = re.sub(r" \[\d+\]\.$", "", answer["statements"][0]["text"])
    assert seen["second"] == {"understood": f"Why? (asked after “{first}.”)", "named": True}


def test_a_lost_conversation_is_told(seen: Any) -> None:
    assert seen["refused"] == {"status": 400, "code": "previous_response_not_found"}


@pytest.mark.parametrize("example", re.findall(r"^```js\n(.*?)^```", Path("docs/clients.md").read_text(), re.S | re.M))
def test_examples_of_the_documentation_work(node: str, server: Server, answer: dict[str, Any], example: str) -> None:
    printed = run(node, "--input-type=module", "--eval", example.replace("http://127.0.0.1:8000", server.url))
    for citation in answer["citations"]:
        assert citation["title"] in printed
        assert citation["quote"] in printed or citation["url"] in printed
