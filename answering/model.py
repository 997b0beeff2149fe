"""The chat model, through LangChain: one overall deadline, one kind of error, never a word of the provider's own."""

import asyncio
import importlib.util
import logging
import threading
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol, cast

from answering.failure import Failure, read_failure
from answering.prompt import UNSEEN, Turn, as_structured
from answering.structured import REPLY_SCHEMA, StructuredReply
from corpus.errors import InvalidSettings, ModelUnavailable

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

# Libraries whose debug and info lines hold addresses and headers as they came: an answer's headers may repeat the key.
_TALKATIVE = ("anthropic", "httpcore", "httpcore2", "httpx", "httpx2", "openai")
# A token of English has four or five characters. A reply with more characters, or more events, than this never ends.
_MOST_A_TOKEN = 8
_PLAIN_PROVIDERS = (
    "anthropic baseten cohere deepseek fireworks google_genai google_vertexai groq huggingface litellm mistralai "
    "ollama openai openrouter perplexity together upstage xai"
)
# The providers of `init_chat_model`, with the module of each: known without importing LangChain, which takes a second.
_PROVIDERS = {name: f"langchain_{name}" for name in _PLAIN_PROVIDERS.split()} | {
    "azure_openai": "langchain_openai",
    "bedrock": "langchain_aws",
    "bedrock_converse": "langchain_aws",
    "nvidia": "langchain_nvidia_ai_endpoints",
}


@dataclass(frozen=True, slots=True)
class ModelPiece:
    """A piece of a reply, which may be empty, and the tokens paid for it (0 where the provider does not say).

    `retries` counts tries that failed before it. A piece that `is_whole` ends with the end of a sentence.
    """

    text: str
    input_tokens: int
    output_tokens: int
    retries: int = 0
    is_whole: bool = False


class ModelFormat(StrEnum):
    """How a chat model is asked for its answer: plain text with markers, or held to a schema by the provider.

    `AUTO` takes the schema where LangChain's profile of the model says that the provider enforces one.
    """

    AUTO = "auto"
    TEXT = "text"
    STRUCTURED = "structured"


class Speaks(Protocol):
    """What an answerer needs of a chat model: a name, and replies that come in pieces."""

    name: str

    def stream(self, messages: Sequence[Turn]) -> AsyncGenerator[ModelPiece]:
        """The reply as it comes. Raises `ModelUnavailable`."""
        ...

    def answer(self, messages: Sequence[Turn]) -> AsyncGenerator[ModelPiece]:
        """The same for messages that ask for claims with markers, in the form that the model is best held to."""
        ...


class ChatModel:
    """One chat model of any provider that LangChain speaks to, asked at temperature 0 where the model takes one.

    `name` is `provider:model`, such as `openai:NAME`; with a `base_url` and no provider it is a model of a server that
    speaks OpenAI's protocol. `api_key` None leaves the provider's own environment variable to be used; it is never sent
    to a `base_url` without a provider. `timeout_s` bounds a whole reply: connecting, one retry and streaming together.
    A model that refuses a schema (`form`) is asked in plain text from then on. Making one is quick and raises
    `InvalidSettings` when the name, the address or the provider's package is wrong.
    """

    def __init__(
        self,
        name: str,
        base_url: str | None = None,
        api_key: str | None = None,
        timeout_s: float = 30.0,
        max_output_tokens: int = 700,
        form: ModelFormat = ModelFormat.AUTO,
    ) -> None:
        self.name = name
        self._provider, self._model = _parse(name, base_url)
        self._base_url = base_url
        self._api_key = api_key
        self._timeout_s = timeout_s
        self._max_output_tokens = max_output_tokens
        self._temperature: float | None = 0.0
        self._form = form
        self._client: BaseChatModel | None = None
        self._lock = threading.Lock()

    async def stream(self, messages: Sequence[Turn]) -> AsyncGenerator[ModelPiece]:
        """The reply as it comes, cut when it does not end. Raises `ModelUnavailable`, within the deadline."""
        async with aclosing(self._spoken(messages, may_structure=False)) as pieces:
            async for piece in pieces:
                yield piece

    async def answer(self, messages: Sequence[Turn]) -> AsyncGenerator[ModelPiece]:
        """Claims with markers, whichever form the model gives them in. Raises `ModelUnavailable`, as `stream` does."""
        async with aclosing(self._spoken(messages, may_structure=True)) as pieces:
            async for piece in pieces:
                yield piece

    async def _spoken(self, messages: Sequence[Turn], may_structure: bool) -> AsyncGenerator[ModelPiece]:
        said = False
        async with aclosing(self._pieces(messages, may_structure)) as pieces:
            async for piece in pieces:
                said = said or bool(piece.text.strip())
                yield piece
        if not said:
            raise ModelUnavailable("The chat model answered nothing.")

    def load(self) -> None:
        """Import the provider and make its client: two seconds the first time. Raises `InvalidSettings`.

        Otherwise the first reply does it, on a thread and on its own deadline.
        """
        self._loaded()

    async def _pieces(self, messages: Sequence[Turn], may_structure: bool) -> AsyncGenerator[ModelPiece]:
        """The pieces of a reply, trying once more when that may help and nothing was said yet.

        Errors are raised outside every `except`: an exception keeps the one it was raised in, with its text.
        """
        clock = asyncio.get_running_loop().time
        end = clock() + self._timeout_s
        tries_left = 2
        while True:
            failure: Failure | None = None
            heard = False
            try:
                async with aclosing(self._attempt(messages, end, may_structure)) as pieces:
                    async for piece in pieces:
                        heard = heard or bool(piece.text)
                        yield piece
            except Exception as error:
                failure = read_failure(error, self._timeout_s)
            if failure is None:
                return
            if may_structure and failure.may_be_format and not heard and self._form is not ModelFormat.TEXT:
                self._form, may_structure, wait = ModelFormat.TEXT, False, 0.0
            else:
                tries_left -= 1
                pause = failure.retry_after_s
                if not tries_left or heard or pause is None or clock() + pause >= end:
                    raise ModelUnavailable(failure.message)
                wait = pause
            if failure.refuses_temperature:
                self._drop_temperature()
            yield ModelPiece("", 0, 0, retries=1)
            await asyncio.sleep(wait)

    async def _attempt(self, messages: Sequence[Turn], end: float, may_structure: bool) -> AsyncGenerator[ModelPiece]:
        async with asyncio.timeout_at(end):
            client = self._client
            if client is None:
                client = await asyncio.to_thread(self._loaded)
        held = self._held_to_schema(client) if may_structure else None
        if held is None:
            async with aclosing(self._heard(client, messages, end)) as pieces:
                async for piece in pieces:
                    yield piece
            return
        reply = StructuredReply()
        async with aclosing(self._heard(held, as_structured(messages), end)) as pieces:
            async for piece in pieces:
                yield replace(piece, text=reply.take(piece.text), is_whole=True)
        yield ModelPiece(reply.finish(), 0, 0, is_whole=True)

    async def _heard(self, client: Any, messages: Sequence[Turn], end: float) -> AsyncGenerator[ModelPiece]:
        """What comes of one request, as far as a reply may be long."""
        events_left = characters_left = _MOST_A_TOKEN * self._max_output_tokens
        reply = client.astream([(turn.role, turn.content) for turn in messages])
        async with aclosing(cast(AsyncGenerator[Any], reply)) as chunks:
            while events_left > 0 and characters_left > 0:
                chunk = await _next(chunks, end)
                if chunk is None:
                    return
                piece = _read(chunk, characters_left)
                events_left -= 1
                characters_left -= len(piece.text)
                yield piece

    def _held_to_schema(self, client: "BaseChatModel") -> Any:
        """The model held to a schema by its provider; None where plain text is wanted, or all that it can do."""
        profile = client.profile or {}
        if self._form is ModelFormat.TEXT or (self._form is ModelFormat.AUTO and not profile.get("structured_output")):
            return None
        try:
            # The first step of the sequence is the model, the second a parser that trusts what it gets.
            return getattr(client.with_structured_output(REPLY_SCHEMA), "first", None)
        except Exception:  # providers refuse in many ways, and plain text is always there
            return None

    def _loaded(self) -> "BaseChatModel":
        with self._lock:
            self._client = client = self._client or self._made()
        if client is not None:
            return client
        raise InvalidSettings(
            f"The chat model {self.name!r} cannot be set up: check DATELINE_MODEL, and DATELINE_MODEL_API_KEY or the "
            "provider's own variable for its key."
        )

    def _made(self) -> "BaseChatModel | None":
        try:
            from langchain.chat_models import init_chat_model

            _hush()
            provider = self._provider or "openai"
            client = init_chat_model(self._model, model_provider=provider, **self._arguments())
            return cast("BaseChatModel", client)
        except Exception:  # its text may hold the key
            return None

    def _arguments(self) -> dict[str, Any]:
        """What `init_chat_model` is given beside the name. Nothing of the environment's proxies for a `base_url`."""
        arguments: dict[str, Any] = {"temperature": self._temperature, "base_url": self._base_url}
        if self._provider == "ollama":
            timeout = {"timeout": self._timeout_s, "trust_env": self._base_url is None}
            arguments |= {"num_predict": self._max_output_tokens, "client_kwargs": timeout}
        else:
            arguments |= {"max_retries": 0, "timeout": self._timeout_s, "api_key": self._api_key}
            arguments["max_tokens"] = self._max_output_tokens
        if self._provider in ("openai", None):
            clients = _http_clients(trust_env=self._base_url is None)
            arguments |= {"stream_usage": True, "http_socket_options": (), **clients}
        if self._provider is None:
            # Such servers know the older name of the limit, have no Responses API, and often want any key at all.
            arguments |= {"extra_body": {"max_tokens": arguments.pop("max_tokens")}, "use_responses_api": False}
            arguments["api_key"] = self._api_key or "none"
        return {name: value for name, value in arguments.items() if value is not None}

    def _drop_temperature(self) -> None:
        with self._lock:
            self._temperature, self._client = None, None


def _parse(name: str, base_url: str | None) -> tuple[str | None, str]:
    """The provider, None for a server that speaks OpenAI's protocol, and the model's own name."""
    if base_url and not base_url.startswith(("http://", "https://")):
        raise InvalidSettings("The chat model's base URL must begin with http:// or https://.")
    prefix, _, rest = name.partition(":")
    provider = prefix.replace("-", "_").lower()
    if provider not in _PROVIDERS:
        if base_url and name:
            return None, name
        raise InvalidSettings(
            f"The chat model {name!r} must name its provider, as in openai:NAME or ollama:NAME, or come with a base "
            f"URL; known are {', '.join(sorted(_PROVIDERS))}."
        )
    if not rest:
        raise InvalidSettings(f"The chat model {name!r} names a provider and no model: write {prefix}:NAME.")
    module = _PROVIDERS[provider]
    if importlib.util.find_spec(module) is None:
        package = module.replace("_", "-")
        raise InvalidSettings(f"The chat model {name!r} needs a package: run `pip install {package}`.")
    return provider, rest


def _http_clients(trust_env: bool) -> dict[str, Any]:
    """OpenAI's own clients without kept connections, which would tie them to one event loop and go stale unseen."""
    from openai import DefaultAsyncHttpxClient, DefaultHttpxClient

    settings: dict[str, Any] = {"trust_env": trust_env, "headers": {"Connection": "close"}}
    return {"http_async_client": DefaultAsyncHttpxClient(**settings), "http_client": DefaultHttpxClient(**settings)}


def _hush() -> None:
    """Keep libraries from logging what goes over the wire, unless somebody asked one of them for it by name."""
    for name in _TALKATIVE:
        logger = logging.getLogger(name)
        if logger.level == logging.NOTSET:
            logger.setLevel(logging.WARNING)


async def _next(chunks: AsyncGenerator[Any], end: float) -> Any:
    """The next chunk, None at the end. Nothing is traced to LangSmith, whatever the environment says."""
    from langsmith import tracing_context

    if asyncio.get_running_loop().time() >= end:
        raise TimeoutError
    with tracing_context(enabled=False):
        async with asyncio.timeout_at(end):
            return await anext(chunks, None)


def _read(chunk: Any, most: int) -> ModelPiece:
    usage = chunk.usage_metadata or {}
    # A provider that holds a model to a schema by a tool call sends the JSON as the call's arguments.
    said = str(chunk.text) or "".join(call.get("args") or "" for call in getattr(chunk, "tool_call_chunks", ()))
    text = UNSEEN.sub("", said)[:most]
    return ModelPiece(text, int(usage.get("input_tokens") or 0), int(usage.get("output_tokens") or 0))
