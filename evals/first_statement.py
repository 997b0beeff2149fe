"""Time until the first statement, beside a search: `python -m evals.first_statement URL [QUESTIONS] [--rounds N]`.

QUESTIONS is a file with a question a line; without one the server's own starters are asked. Each question goes in turn
to `/v1/search`, to a stream of `/v1/ask` and to one of `/v1/chat/completions`, extractive and warm, over one kept
connection. Questions that are not answered are left out. The timings are those that the answers themselves report.

What a server has read and embedded it remembers for a while, so the first time that a question is asked is told apart
from the rounds after it; start a fresh server for it.
"""

import argparse
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
import numpy as np

_TIMINGS = ("embed_ms", "retrieve_ms", "answer_ms", "verify_ms")


def main() -> None:
    """Print medians and 95th percentiles in milliseconds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url")
    parser.add_argument("questions", type=Path, nargs="?")
    parser.add_argument("--rounds", type=int, default=20)
    arguments = parser.parse_args()
    with httpx.Client(base_url=arguments.url, timeout=120, trust_env=False) as http:
        questions = _questions(http, arguments.questions)
        http.post("/v1/ask", json={"question": "Is anybody there?", "mode": "extractive"})  # loads the models
        first = _measure(http, questions)
        rounds = [_measure(http, questions) for _ in range(arguments.rounds)]
    rows = [row for measured in rounds for row in measured]
    if not rows:
        raise SystemExit("None of the questions is answered; give a file of questions that the articles answer.")
    print(f"{len(rows) // arguments.rounds} questions, {arguments.rounds} rounds; milliseconds\n")
    print("| | first asked, p50 | p95 | asked again, p50 | p95 |\n|---|---|---|---|---|")
    for name in rows[0]:
        print(f"| {name} | " + " | ".join(_percentiles([row[name] for row in some]) for some in (first, rows)) + " |")


def _questions(http: httpx.Client, file: Path | None) -> list[str]:
    if file is None:
        return list(http.get("/v1/starters").raise_for_status().json()["data"])
    return [line.strip() for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]


def _measure(http: httpx.Client, questions: Sequence[str]) -> list[dict[str, float]]:
    rows = []
    for question in questions:
        clock = time.perf_counter()
        http.post("/v1/search", json={"question": question}).raise_for_status()
        search = _ms(clock)
        ask = {"question": question, "mode": "extractive", "stream": True}
        first, events = _first(http, "/v1/ask", ask, lambda event: "support" in event)
        chat = {"messages": [{"role": "user", "content": question}], "model": "dateline-extractive", "stream": True}
        in_chat, _ = _first(http, "/v1/chat/completions", chat, _says)
        if first is None or in_chat is None:
            continue
        timings = events[-1]["timings"]
        row = {"search": search, "first statement": first, "first statement in a chat completion": in_chat}
        row["first statement beyond the search"] = first - search
        rows.append(row | {f"reported: {name}": timings[name] for name in _TIMINGS})
    return rows


def _first(
    http: httpx.Client, path: str, body: dict[str, Any], is_it: Any
) -> tuple[float | None, list[dict[str, Any]]]:
    """Milliseconds until the first event that `is_it`, None when there is none, and all events."""
    clock = time.perf_counter()
    first, events = None, []
    with http.stream("POST", path, json=body) as response:
        for line in response.raise_for_status().iter_lines():
            if not line.startswith("data: {"):
                continue
            events.append(json.loads(line.removeprefix("data: ")))
            if first is None and is_it(events[-1]):
                first = _ms(clock)
    return first, events


def _says(chunk: dict[str, Any]) -> bool:
    return any("[1]" in (choice["delta"].get("content") or "") for choice in chunk["choices"])


def _ms(since: float) -> float:
    return (time.perf_counter() - since) * 1000


def _percentiles(values: Sequence[float]) -> str:
    return " | ".join(f"{value:.1f}" for value in np.percentile(values, (50, 95)))


if __name__ == "__main__":
    main()
