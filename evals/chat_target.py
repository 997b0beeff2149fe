"""Anything that speaks OpenAI's chat protocol, asked with nothing but the question; its reply in the wire's shape.

So a plain chat model, or another service with citations, can stand beside Dateline under the same measures.
"""

import os
import re
import time
from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from corpus.errors import InvalidInput, ServerUnreachable
from corpus.sentence import sentence_spans
from evals.target import NO_CORPUS, Corpus
from evals.wording import holds

PREFIX = "openai:"
_DEFAULT_BASE = "https://api.openai.com/v1"
_MARKER = re.compile(r"\[(\d{1,3})\]")
_MOST_PATIENCE = 30.0  # seconds, whatever Retry-After asks for
_TRIES = 4


class ChatTarget:
    """`openai:MODEL` at `base_url` (or OPENAI_BASE_URL); the key is that of OPENAI_API_KEY, where one is set."""

    def __init__(self, model: str, base_url: str | None, abstains_like: Sequence[str], timeout: float = 120.0) -> None:
        if not model:
            raise InvalidInput("Name a model after openai:, such as openai:gpt-5-mini.")
        self._model = model
        self._abstains_like = abstains_like
        self._url = (base_url or os.environ.get("OPENAI_BASE_URL") or _DEFAULT_BASE).rstrip("/")
        key = os.environ.get("OPENAI_API_KEY", "")
        self._http = httpx.Client(timeout=timeout, headers={"Authorization": f"Bearer {key}"} if key else {})

    @property
    def name(self) -> str:
        return f"{PREFIX}{self._model}"

    def describe(self) -> dict[str, str]:
        return {"model": self._model, "base_url": self._url}

    def corpus(self, collection: str) -> Corpus:
        return NO_CORPUS

    def ask(self, body: dict[str, Any]) -> dict[str, Any]:
        messages = [*body.get("history", []), {"role": "user", "content": _question(body)}]
        request = {"model": self._model, "messages": messages, "temperature": 0}
        return wire_of(self._complete(request), body["question"], self._abstains_like)

    def search(self, body: dict[str, Any]) -> dict[str, Any]:
        raise InvalidInput("A chat model finds no passages: a suite of mode search needs a Dateline target.")

    def body(self, article_id: str, collection: str, revision: int) -> str | None:
        return None

    def articles(self, collection: str, most: int) -> list[dict[str, Any]]:
        return []

    def close(self) -> None:
        self._http.close()

    def _complete(self, request: dict[str, Any]) -> dict[str, Any]:
        for attempt in range(_TRIES):
            try:
                response = self._http.post(f"{self._url}/chat/completions", json=request)
            except httpx.HTTPError as error:
                raise ServerUnreachable(f"{self._url} does not answer ({type(error).__name__}).") from None
            if response.status_code == 429 and attempt + 1 < _TRIES:
                time.sleep(_patience(response, attempt))
                continue
            if response.status_code == 400 and "temperature" in request and "temperature" in response.text:
                request = {name: value for name, value in request.items() if name != "temperature"}
                continue
            break
        if response.status_code == 429 or response.status_code >= 500:
            raise ServerUnreachable(f"{self._url} answers {response.status_code}.")
        if response.is_error:
            # The body may repeat the key, so it is not shown.
            raise InvalidInput(f"{self._url} refuses the request with {response.status_code}: check model and key.")
        try:
            return dict(response.json())
        except ValueError:
            raise ServerUnreachable(f"{self._url} answers something that is not JSON.") from None


def wire_of(completion: Mapping[str, Any], question: str, abstains_like: Sequence[str]) -> dict[str, Any]:
    """A chat completion in the shape of `POST /v1/ask`: its sentences, and citations where it has some.

    Citations are read from annotations (Dateline's own hold the exact span), else from `citations` or
    `search_results`; passages from `search_results`. An empty reply, and one that holds a phrase of `abstains_like`
    and cites nothing, is an abstention.
    """
    choices = completion.get("choices") or [{}]
    message = choices[0].get("message") or {}
    text = str(message.get("content") or "").strip()
    sources = _sources(completion)
    citations = _annotated(message.get("annotations") or []) or sources
    numbers = {citation["n"] for citation in citations}
    statements: list[dict[str, Any]] = [
        {
            "text": text[span.start : span.end], "start": span.start, "end": span.end,
            "citations": [n for n in _numbers(text[span.start : span.end]) if n in numbers],
        }
        for span in sentence_spans(text)
    ]  # fmt: skip
    used = {n for statement in statements for n in statement["citations"]}
    is_abstention = not text or (not used and any(holds(text, phrase) for phrase in abstains_like))
    usage = completion.get("usage") or {}
    return {
        "object": "answer", "model": completion.get("model"), "question": question,
        "status": "abstained" if is_abstention else "answered",
        "reason": {"code": "said_so", "message": text} if is_abstention else None,
        "answer": "" if is_abstention else text,
        "statements": [] if is_abstention else statements,
        "citations": [] if is_abstention else [one for one in citations if one["n"] in used],
        "passages": [{"rank": n, "source_url": one["source_url"], "text": one["quote"]} for n, one in
                     enumerate(sources, 1)],
        "conflicts": [],
        "usage": {
            "input_tokens": usage.get("prompt_tokens") or 0, "output_tokens": usage.get("completion_tokens") or 0,
        },
    }  # fmt: skip


def _annotated(annotations: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    found: dict[int, dict[str, Any]] = {}
    for annotation in annotations:
        link = annotation.get("url_citation") or annotation
        ours = annotation.get("dateline") or {}
        n = ours.get("n") or len(found) + 1
        found.setdefault(
            n,
            {"source_url": link.get("url"), "title": link.get("title"), "quote": ""} | dict(ours) | {"n": n},
        )
    return list(found.values())


def _sources(completion: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The sources of a whole reply under the names that Perplexity gave them; the n-th is what `[n]` means."""
    results = completion.get("search_results") or []
    if not results:
        results = [{"url": url} for url in completion.get("citations") or []]
    return [
        {"n": n, "source_url": one.get("url"), "title": one.get("title"), "quote": one.get("snippet") or ""}
        for n, one in enumerate(results, 1)
    ]


def _numbers(sentence: str) -> list[int]:
    return list(dict.fromkeys(int(n) for n in _MARKER.findall(sentence)))


def _question(body: Mapping[str, Any]) -> str:
    return f"(It is {body['as_of']}.) {body['question']}" if body.get("as_of") else str(body["question"])


def _patience(response: httpx.Response, attempt: int) -> float:
    try:
        asked = float(response.headers.get("retry-after", ""))
    except ValueError:
        asked = 2.0**attempt
    return max(0.0, min(_MOST_PATIENCE, asked))
