"""The examples of docs/clients.md are run as they stand, against a server of the tests; those for Node in test_node.py."""

import contextlib
import io
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import httpx
import pytest
from mcp import Client, StdioServerParameters

from tests.commands import DATELINE
from tests.running import Server

PAGE = Path("docs/clients.md").read_text()
MCP, CURL, N8N = (PAGE.partition(f"\n## {name}")[2].partition("\n## ")[0] for name in ("MCP\n", "curl\n", "n8n"))
EXAMPLES = re.findall(r"^## ([^\n]+)\n|^```python\n(.*?)^```", PAGE, re.S | re.M)


def examples(section: str) -> list[str]:
    found, inside = [], False
    for heading, code in EXAMPLES:
        inside = heading == section if heading else inside
        found += [code] if code and inside else []
    return found


@pytest.mark.parametrize(
    ("section", "number", "words"),
    [
        ("Python", 0, r"\[1\].*\n404 not_found .+ req_"),
        ("Python", 1, r"\[1\] .+\nPutin .*\nanswered, \d citations"),
        ("Python", 2, r"^Why does Putin avoid the meeting\? False True\n"),
        ("MCP", 0, r"^\[1\] .+: .+"),
        ("openai-python", 0, r"^Putin .*\n\[1\] .+: .+\n.*Ushakov"),
        ("LangChain", 0, r"\d+ \d+\n\[1\] .+\nPutin .*\[1\]"),
    ],
)
def test_python_examples_work(server: Server, section: str, number: int, words: str) -> None:
    code = examples(section)[number].replace("http://127.0.0.1:8000", server.url)
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile(code, f"{section} {number}", "exec"), {"__name__": "__main__"})
    assert re.search(words, printed.getvalue(), re.S), printed.getvalue()


def test_the_example_without_a_server_works(data_folder: Path) -> None:
    code = examples("LangChain")[1].replace('"data"', repr(str(data_folder)))
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile(code, "in process", "exec"), {"__name__": "__main__"})
    assert printed.getvalue() == "0\n"


async def test_the_configuration_of_desktop_programs_works(server: Server) -> None:
    (configuration,) = re.findall(r"^```json\n(.*?)^```", MCP, re.S | re.M)
    entry = json.loads(configuration)["mcpServers"]["dateline"]
    assert entry["command"].endswith("/.venv/bin/dateline")
    server.engine.ownership.announce(server.url)
    arguments = [str(server.engine.settings.data) if one == "/path/to/data" else one for one in entry["args"]]
    async with Client(StdioServerParameters(command=str(DATELINE), args=arguments)) as client:
        assert len((await client.list_tools()).tools) == 4
        assert not (await client.call_tool("search", {"query": "Putin"})).is_error


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_lines_for_curl_work(server: Server) -> None:
    (lines,) = re.findall(r"^```bash\n(.*?)^```", CURL, re.S | re.M)
    lines = lines.replace("localhost:8000", server.url.removeprefix("http://"))
    done = subprocess.run(
        ["bash", "-ec", lines], env={**os.environ, "no_proxy": "*"}, capture_output=True, text=True, check=True
    )
    whole, _, rest = done.stdout.partition("event: ")
    assert json.loads(whole)["status"] == "answered"
    assert rest.startswith("answer.created") and "\nevent: answer.completed\n" in rest
    assert json.loads(rest[rest.rindex("\n{") :])["choices"][0]["message"]["annotations"]


def test_what_n8n_sends_and_reads_is_there(server: Server) -> None:
    (body,) = re.findall(r"^```json\n(.*?)^```", N8N, re.S | re.M)
    filled = body.replace("={{ $json.body.question }}", "Why does Putin avoid the meeting?")
    filled = re.sub(r"=\{\{ \$today.*? \}\}", "2025-01-01", filled)
    assert "{{" not in filled
    answer = httpx.post(f"{server.url}/v1/ask", json=json.loads(filled), timeout=60, trust_env=False).json()
    assert answer["status"] == "answered" and answer["answer"]
    read = set(re.findall(r"\$\{c\.(\w+)\}", N8N))
    assert read and all(read <= set(citation) for citation in answer["citations"])
