"""The examples of docs/clients.md that are Python are run as they stand, against a server of the tests."""

import contextlib
import io
import json
import re
import sys
from pathlib import Path

import pytest
from mcp import Client, StdioServerParameters

from tests.running import Server

PAGE = Path("docs/clients.md").read_text()
MCP = PAGE.partition("\n## MCP\n")[2].partition("\n## ")[0]
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
    command = str(Path(sys.executable).with_name("dateline"))
    async with Client(StdioServerParameters(command=command, args=arguments)) as client:
        assert len((await client.list_tools()).tools) == 4
        assert not (await client.call_tool("search", {"query": "Putin"})).is_error
