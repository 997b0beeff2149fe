"""`dateline keys`: make, list and revoke keys to the API, also while a server runs."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.commands.command import AsJson, Data, begin, print_json

if TYPE_CHECKING:
    from corpus.keys import Key, KeyStore

app = typer.Typer(help="Make, list and revoke keys to the API.", no_args_is_help=True)


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="Whose key it is, or what for.")],
    scope: Annotated[str, typer.Option(help="read, write (articles, feeds) or admin (export too).")] = "read",
    per_minute: Annotated[int | None, typer.Option(min=1, help="The most requests a minute.")] = None,
    collection: Annotated[list[str] | None, typer.Option(help="A collection that it reaches; default: all.")] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Make a key and print it, this once: only its digest is stored."""
    from corpus.errors import InvalidInput
    from corpus.keys import Scope

    if scope not in list(Scope):
        raise InvalidInput(f"There is no scope {scope!r}: a key may read, write or admin.")
    with _open(data) as keys:
        key, text = keys.create(name, Scope(scope), per_minute, collection or ())
    if as_json:
        print_json({**_shown(key), "key": text})
        return
    typer.echo(text)
    typer.secho(f"This is the key {key.id} ({scope}). It is not shown again.", err=True)


@app.command(name="list")
def list_keys(data: Data = None, as_json: AsJson = False) -> None:
    """List the keys, without the keys themselves."""
    with _open(data) as keys:
        found = keys.all()
    if as_json:
        print_json([_shown(key) for key in found])
        return
    for key in found:
        state = f"revoked {key.revoked_at:%Y-%m-%d}" if key.revoked_at else f"made {key.created_at:%Y-%m-%d}"
        limit = f", {key.per_minute} a minute" if key.per_minute else ""
        bound = f", only {' '.join(key.collections)}" if key.collections else ""
        typer.echo(f"{key.id}  {key.scope.value:5}  {key.name} ({state}{limit}{bound})")
    if not found:
        typer.echo("No keys. Make one with `dateline keys create NAME`.")


@app.command()
def revoke(
    key_id: Annotated[str, typer.Argument(help="The key's id, as `dateline keys list` shows it.")], data: Data = None
) -> None:
    """Revoke a key; it opens nothing from now on, on a running server too."""
    with _open(data) as keys:
        keys.revoke(key_id)
    typer.echo(f"The key {key_id} is revoked.")


@contextmanager
def _open(data: Path | None) -> "Iterator[KeyStore]":
    """The keys of the data folder. The folder need not be owned: either engine lets another process write a row."""
    from corpus.database import Database
    from corpus.keys import KeyStore

    settings = begin(data=data)
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    database = Database(settings.store)
    try:
        yield KeyStore(database)
    finally:
        database.close()


def _shown(key: "Key") -> dict[str, object]:
    times = {name: when.isoformat() if when else None for name, when in
             (("created_at", key.created_at), ("revoked_at", key.revoked_at))}  # fmt: skip
    return {**asdict(key), **times}
