"""Checks of what stands around: the address to listen on, keys, names, the chat model."""

import asyncio
import ipaddress
import socket
from collections.abc import Iterator
from contextlib import aclosing, closing

from answering.model import ChatModel
from answering.prompt import Turn
from api.doctor.finding import Finding, Patient, note, ok, wrong
from api.engine import chat_model
from corpus.errors import DatelineError


def address(patient: Patient) -> Iterator[Finding]:
    """It can be listened on, and whoever reaches it is asked for a key that exists."""
    settings = patient.settings
    at = f"{settings.host}:{settings.port}"
    try:
        family, kind, proto, _, where = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0]
        with closing(socket.socket(family, kind, proto)) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(where)
        yield ok("address", f"{at} is free")
    except OSError as error:
        if patient.owner and patient.owner.url and patient.owner.url.endswith(f":{settings.port}"):
            yield ok("address", f"{at} is served by process {patient.owner.pid}")
        else:
            yield wrong("address", f"{at} cannot be listened on: {error.strerror or error}",
                        "end what listens there, or set DATELINE_HOST or DATELINE_PORT")  # fmt: skip
            return
    is_public = not ipaddress.ip_address(str(where[0]).partition("%")[0]).is_loopback
    if not is_public and settings.keys == "auto":
        yield ok("keys", "none asked for: only this machine reaches it")
        return
    scopes = patient.store.scopes if patient.store else {}
    if not scopes:
        yield wrong("keys", "keys are asked for and none is in force", "dateline keys create NAME")
    else:
        by_scope = ", ".join(f"{count:,} {scope}" for scope, count in sorted(scopes.items()))
        yield ok("keys", f"{sum(scopes.values()):,} in force: {by_scope}")
    if is_public and not settings.public_url:
        yield note("public address", "citations link to the name that each request came by", "set DATELINE_PUBLIC_URL")


def model(patient: Patient) -> Iterator[Finding]:
    """The chat model answers."""
    try:
        made = chat_model(patient.settings)
        if made is None:
            yield ok("chat model", "none set; answers are quoted")
            return
        made.load()
        said = asyncio.run(_asked(made))
    except DatelineError as error:
        yield wrong("chat model", str(error), "mend DATELINE_MODEL, DATELINE_MODEL_BASE_URL or DATELINE_MODEL_API_KEY")
        return
    yield ok("chat model", f"{patient.settings.model} answered {len(said):,} characters")


async def _asked(made: ChatModel) -> str:
    async with aclosing(made.stream([Turn("user", "Reply with the one word: ready")])) as pieces:
        return "".join([piece.text async for piece in pieces])
