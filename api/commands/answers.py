"""`dateline answers`: list and show the answers that were given, ask one again, forget one."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.commands.command import AsJson, Data, Url, begin, print_json

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from api.doors import Door

app = typer.Typer(help="List and show the answers that were given, and ask one again.", no_args_is_help=True)

AnswerId = Annotated[str, typer.Argument(help="The answer's id, as `dateline answers list` shows it.", metavar="ID")]


@app.command(name="list")
def list_answers(
    data: Data = None,
    url: Url = None,
    collection: Annotated[str | None, typer.Option("--collection", help="Only of this one; default: all.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=200, help="The most answers listed.")] = 20,
    query: Annotated[str | None, typer.Option("--query", "-q", help="Words that the question holds.")] = None,
    status: Annotated[str | None, typer.Option(help="answered or abstained.")] = None,
    stale: Annotated[
        bool | None, typer.Option("--stale/--fresh", help="Whether a cited article changed since.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List answers, newest first."""
    from api.commands.terminal import print_kept_answers
    from corpus.errors import InvalidInput

    if status not in (None, "answered", "abstained"):
        raise InvalidInput(f"There is no status {status!r}: an answer is answered or abstained.")
    asked: dict[str, Any] = {"collection": collection, "limit": limit, "q": query, "status": status, "stale": stale}
    with _door(data, url) as door:
        found = door.kept_answers(asked)
    print_json(found) if as_json else print_kept_answers(found)


@app.command()
def show(answer_id: AnswerId, data: Data = None, url: Url = None, as_json: AsJson = False) -> None:
    """Show an answer as it was given, and what became of its articles since."""
    from api.commands.terminal import print_kept_answer

    with _door(data, url) as door:
        found = door.kept_answer(answer_id)
    print_json(found) if as_json else print_kept_answer(found)


@app.command()
def replay(answer_id: AnswerId, data: Data = None, url: Url = None, as_json: AsJson = False) -> None:
    """Ask the same question again, under the same settings, and show what differs."""
    from api.commands.terminal import print_replay

    with _door(data, url) as door:
        found = door.replay(answer_id)
    print_json(found) if as_json else print_replay(found)


@app.command()
def delete(answer_id: AnswerId, data: Data = None, url: Url = None) -> None:
    """Forget an answer."""
    with _door(data, url) as door:
        door.forget(answer_id)
    typer.echo(f"Forgot {answer_id}.")


def _door(data: Path | None, url: str | None) -> "AbstractContextManager[Door]":
    from api.doors import open_door

    return open_door(begin(data=data, url=url))
