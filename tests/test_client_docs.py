"""The examples of docs/clients.md that are Python are run as they stand, against a server of the tests."""

import contextlib
import io
import re
from pathlib import Path

import pytest

from tests.running import Server

EXAMPLES = re.findall(r"^## ([^\n]+)\n|^```python\n(.*?)^```", Path("docs/clients.md").read_text(), re.S | re.M)


def examples(section: str) -> list[str]:
    found, inside = [], False
    for heading, code in EXAMPLES:
        inside = heading == section if heading else inside
        found += [code] if code and inside else []
    return found


@pytest.mark.parametrize(
    ("section", "number", "words"),
    [("Python", 0, r"\[1\].*\n404 not_found .+ req_"), ("Python", 1, r"\[1\] .+\nPutin .*\nanswered, \d citations")],
)
def test_python_examples_work(server: Server, section: str, number: int, words: str) -> None:
    code = examples(section)[number].replace("http://127.0.0.1:8000", server.url)
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile(code, f"{section} {number}", "exec"), {"__name__": "__main__"})
    assert re.search(words, printed.getvalue(), re.S), printed.getvalue()
