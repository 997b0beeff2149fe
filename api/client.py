"""A small client of a running server, for commands that find the data folder in use."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from corpus.errors import DatelineError, InvalidInput, NotFound, ServerUnreachable, StoreInUse
from corpus.owner import current_owner


class Client:
    """Speaks to a Dateline server. Errors come back as the same classes that the server raised, where it matters."""

    def __init__(self, url: str, timeout: float = 120.0) -> None:
        # Proxies of the environment are for the outside; the server is named by address.
        self._http = httpx.Client(base_url=url, timeout=timeout, trust_env=False)
        self.url = url

    def get(self, path: str, **query: Any) -> Any:
        """The JSON at a path."""
        return self._send("GET", path, params={k: v for k, v in query.items() if v is not None})

    def post(self, path: str, body: dict[str, Any]) -> Any:
        """The JSON that a post answers."""
        return self._send("POST", path, json=body)

    def delete(self, path: str, **query: Any) -> None:
        """Delete what is at a path."""
        self._send("DELETE", path, params=query)

    @contextmanager
    def lines(self, path: str, **query: Any) -> Iterator[Iterator[bytes]]:
        """The lines of a streamed text, each with its line end, as they come in."""
        try:
            with self._http.stream("GET", path, params={k: v for k, v in query.items() if v is not None}) as response:
                if not response.is_success:
                    raise ServerUnreachable(f"The server at {self.url} answers {path} with {response.status_code}.")
                yield _lines(response.iter_bytes())
        except httpx.HTTPError as error:
            raise ServerUnreachable(f"The server at {self.url} broke off ({type(error).__name__}).") from error

    def _send(self, method: str, path: str, **more: Any) -> Any:
        try:
            response = self._http.request(method, path, **more)
            body = response.json() if response.content else None
        except (httpx.HTTPError, ValueError) as error:
            raise ServerUnreachable(f"The server at {self.url} does not answer ({type(error).__name__}).") from error
        if response.is_success:
            return body
        detail = body.get("detail", response.reason_phrase) if isinstance(body, dict) else response.reason_phrase
        kind: type[DatelineError] = {404: NotFound, 422: InvalidInput, 400: InvalidInput}.get(
            response.status_code, DatelineError
        )
        raise kind(str(detail))


def _lines(pieces: Iterator[bytes]) -> Iterator[bytes]:
    # Not httpx's own: that splits at every line end of Unicode, and a line of JSON may hold some.
    rest: list[bytes] = []
    for piece in pieces:
        *whole, last = piece.split(b"\n")
        for line in whole:
            yield b"".join([*rest, line, b"\n"])
            rest.clear()
        rest.append(last)
    if any(rest):
        yield b"".join(rest)


def serving(folder: Path) -> Client | None:
    """A client of the server that owns the data folder, if one does. Raises `StoreInUse` if another process does."""
    owner = current_owner(folder)
    if owner is None:
        return None
    if owner.url is None:
        raise StoreInUse(
            f"The data folder {folder} is in use by process {owner.pid}, which does not serve (it may be "
            "ingesting). Wait until it is done, or set DATELINE_DATA to another folder."
        )
    return Client(owner.url)
