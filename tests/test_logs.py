"""What is logged: one line a record whatever it says, each request with its id, and never a key or a question."""

import json
import logging
import os
import re
import signal
import subprocess
import threading
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.caller import calling
from api.logs import LogFormat, formatter
from tests.commands import DATELINE, run
from tests.scripted_model import ScriptedModel

CANARY = "canary-of-a-model-7f3a9c"
ANYTHING = st.text(max_size=60) | st.text("\n\r\t\x1b\x85\u2028\u202e\ud800 ab", max_size=30)


def record(message: str, error: BaseException | None = None, **fields: Any) -> logging.LogRecord:
    exc_info = (type(error), error, None) if error else None
    made = logging.LogRecord("dateline.test", logging.INFO, __file__, 1, "%s", (message,), exc_info)
    made.fields = fields
    return made


@given(ANYTHING, ANYTHING)
def test_no_text_makes_a_second_line_or_moves_a_cursor(message: str, value: str) -> None:
    with calling(request_id="req_1"):
        line = formatter("text").format(record(message, note=value))
        said = formatter("json").format(record(message, note=value))
    assert len(line.splitlines()) == 1 and line.isprintable() and line.endswith(" request_id=req_1")
    assert len(said.splitlines()) == 1 and said.isascii() and said.isprintable()
    read = json.loads(said)
    assert read["level"] == "info" and read["request_id"] == "req_1" and set(read) >= {"time", "logger", "note"}


@given(ANYTHING)
def test_an_errors_text_stays_behind_its_bar(text: str) -> None:
    error = ValueError(f"{text}\nINFO dateline.request: forged")
    lines = formatter("text").format(record("it failed", error)).split("\n")
    assert lines[0] == "INFO dateline.test: it failed" and all(line.startswith("    | ") for line in lines[1:])
    assert "ValueError" in json.loads(formatter("json").format(record("it failed", error)))["error"]


def test_a_value_is_not_taken_for_a_field() -> None:
    line = formatter("text").format(record("answer", question='why? status=200 "x"'))
    assert line == r'INFO dateline.test: answer question="why? status=200 \"x\""'


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize(
    "told",
    [
        "the key {secret} was refused",
        "Authorization: Bearer dl_3f9c01d2ab47_AAAAbbbbCCCCdddd1111 and more",
        "{{'x-api-key': 'sEcReTvalue12'}}",
        "Incorrect API key provided: sk-proj-1234567890abcdef.",
        "postgresql://dateline:hunter22@db.example/dateline",
        "authorization: Basic bWU6c2VjcmV0a2V5",
    ],
)
def test_secrets_are_taken_out_wherever_they_stand(form: LogFormat, told: str) -> None:
    shape = formatter(form, [CANARY, "", "abc"])
    text = told.format(secret=CANARY)
    written = shape.format(record(text, RuntimeError(text), note=text))
    for secret in (CANARY, "AAAAbbbb", "sEcReT", "1234567890abcdef", "hunter22", "bWU6c2"):
        assert secret not in written, written
    assert written.count("[secret]") == 3


def test_a_server_logs_every_request_in_one_form_and_no_secret(data_folder: Path) -> None:
    text = run("keys", "create", "desk", "--scope", "admin", data=data_folder).stdout.strip()
    with ScriptedModel() as scripted:
        environment = {
            **os.environ, "DATELINE_DATA": str(data_folder), "DATELINE_SAMPLE": "0", "DATELINE_PORT": "0",
            "DATELINE_KEYS": "required", "DATELINE_LOG_FORMAT": "json", "DATELINE_MODEL": "unauthorised",
            "DATELINE_MODEL_BASE_URL": scripted.base_url, "DATELINE_MODEL_API_KEY": CANARY,
        }  # fmt: skip
        told: list[str] = []
        pipe = subprocess.PIPE
        with subprocess.Popen([DATELINE, "serve"], env=environment, stdout=pipe, stderr=pipe, text=True) as running:
            assert running.stdout and running.stderr
            reading = threading.Thread(target=lambda lines: told.extend(lines), args=(running.stderr,))
            reading.start()
            url = re.search(r"http://\S+", running.stdout.readline())
            assert url
            with httpx.Client(base_url=url[0], headers={"X-API-Key": text}, timeout=60, trust_env=False) as http:
                article = {"id": "a\nb", "title": "Port", "body": "The port of Skelmouth reopened on 3 May."}
                http.post("/v1/articles", json={"articles": [article], "wait": "keyword"})
                question = {"question": "When did the port\nof Skelmouth reopen?"}
                answer = http.post("/v1/ask", json=question, headers={"X-Request-Id": "desk-1"})
                odd = http.get("/v1/articles/no%1bsuch[31m", headers={"X-Request-Id": "two words"})
                refused = httpx.get(f"{url[0]}/v1/articles", headers={"X-API-Key": f"{text}x"}, trust_env=False)
            running.send_signal(signal.SIGTERM)
            assert running.wait(60) == 143
            reading.join(10)
    lines = [json.loads(line) for line in told]
    assert all(line["level"] and line["logger"] and line["time"] for line in lines)
    requests = {line["request_id"]: line for line in lines if line["logger"] == "dateline.request"}
    assert len(requests) == 4
    asked = requests["desk-1"]
    assert (asked["method"], asked["route"], asked["status"]) == ("POST", "/v1/ask", 200) and asked["ms"] > 0
    assert asked["key_id"] == text.split("_")[1] and answer.headers["x-request-id"] == "desk-1"
    (answered,) = [line for line in lines if line["logger"] == "dateline.answer"]
    assert (answered["request_id"], answered["id"]) == ("desk-1", answer.json()["id"])
    assert odd.headers["x-request-id"].startswith("req_") and odd.headers["x-request-id"] in odd.json()["instance"]
    assert requests[odd.headers["x-request-id"]]["route"] == "/v1/articles/{article_id:path}"
    assert requests[refused.headers["x-request-id"]]["status"] == 401
    whole = "".join(told)
    for hidden in (CANARY, text.split("_", 2)[2], "Skelmouth", "31m"):
        assert hidden not in whole


def test_uvicorn_speaks_as_all_others(data_folder: Path) -> None:
    environment = {
        **os.environ, "DATELINE_DATA": str(data_folder), "DATELINE_SAMPLE": "0", "DATELINE_PORT": "0",
        "DATELINE_LOG_FORMAT": "json", "DATELINE_LOG_LEVEL": "debug",
    }  # fmt: skip
    pipe = subprocess.PIPE
    with subprocess.Popen([DATELINE, "serve"], env=environment, stdout=pipe, stderr=pipe, text=True) as running:
        assert running.stdout
        url = re.search(r"http://\S+", running.stdout.readline())
        assert url and httpx.get(f"{url[0]}/healthz", timeout=60, trust_env=False).status_code == 200
        running.send_signal(signal.SIGTERM)
        _, told = running.communicate(timeout=60)
    lines = [json.loads(line) for line in told.splitlines()]
    assert any(line["logger"].startswith("uvicorn") and "Started server process" in line["message"] for line in lines)
