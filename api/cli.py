"""The command line. Only light things are imported at the top, so that `dateline --help` answers at once."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_args

import typer

from api.commands import answers as answers_command
from api.commands import feeds as feeds_command
from api.commands import keys as keys_command
from api.commands.command import AsJson, Collection, Data, Url, begin, end, go_on, heed_signals, print_json
from api.counted import counted
from corpus.errors import DatelineError, InvalidInput

if TYPE_CHECKING:
    from api.doors import Door

app = typer.Typer(
    help="Answer questions about news articles, and prove every sentence with an exact passage.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

app.add_typer(answers_command.app, name="answers")
app.add_typer(feeds_command.app, name="feeds")
app.add_typer(keys_command.app, name="keys")
# Commands of packages that stand above this one, such as the measuring ones.
for _point in entry_points(group="dateline.commands"):
    _command = _point.load()
    if isinstance(_command, typer.Typer):
        app.add_typer(_command, name=_point.name)
    else:
        app.command(_point.name)(_command)

Question = Annotated[str, typer.Argument(help="The question, in quotation marks, or - for standard input.")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="Use only what was public by then, e.g. 2025-08-20.")]
Hints = Annotated[
    bool,
    typer.Option("--hints/--no-hints", help="Heed what the question says of outlets and dates, and what is new."),
]
KnownBy = Annotated[
    str | None, typer.Option("--known-by", help="Use only what was stored here by then.", metavar="DATE")
]
PublishedFrom = Annotated[
    str | None, typer.Option("--published-from", help="Published on this day or later.", metavar="DATE")
]
PublishedTo = Annotated[
    str | None, typer.Option("--published-to", help="Published on this day or earlier.", metavar="DATE")
]
_OFTEN = "Give it again for more than one."
Publishers = Annotated[list[str] | None, typer.Option("--publisher", help=f"Only this outlet. {_OFTEN}")]
Authors = Annotated[list[str] | None, typer.Option("--author", help=f"Only by this author. {_OFTEN}")]
Languages = Annotated[list[str] | None, typer.Option("--language", help=f"Only in it, such as en. {_OFTEN}")]
Articles = Annotated[list[str] | None, typer.Option("--article", help=f"Only the article of this id. {_OFTEN}")]
TopK = Annotated[int, typer.Option("--top-k", min=1, max=50, help="The most passages.")]


def main() -> None:
    """Run the command line.

    Exit code 2 and one sentence for what a person can mend, 130 after Ctrl-C, 143 after SIGTERM.
    """
    try:
        app(standalone_mode=True)
    except DatelineError as error:
        typer.secho(f"error: {error}", fg="red", err=True)
        end(2)
    except BrokenPipeError:
        end(0)
    except SystemExit as asked:
        end(asked.code)


@app.command()
def serve(
    data: Data = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on [DATELINE_HOST, default 127.0.0.1].")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on [DATELINE_PORT, default 8000].")] = None,
    workers: Annotated[int | None, typer.Option(help="Server processes [DATELINE_WORKERS].")] = None,
) -> None:
    """Serve the chat page and the HTTP API; on the first start take in the bundled articles."""
    settings = begin(data=data, host=host, port=port, workers=workers)
    from api.server import serve as run

    heed_signals()
    run(settings)
    go_on()


@app.command()
def mcp(data: Data = None, url: Url = None) -> None:
    """Serve tools for assistants (MCP) on standard input and output: search, fetch, ask and verify.

    For programs such as Claude Desktop, which start it themselves. A running server has the same tools at /mcp.
    """
    settings = begin(data=data, url=url)
    from api.commands.mcp import run

    run(settings)


@app.command()
def ingest(
    sources: Annotated[list[str], typer.Argument(help="Files, folders, addresses, or - for standard input.")],
    data: Data = None,
    url: Url = None,
    collection: Collection = "default",
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Wait until vectors are complete.")] = True,
    ray: Annotated[
        str | None,
        typer.Option("--ray", metavar="ADDRESS", help="Spread the work over a Ray cluster: auto, HOST:PORT or local."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Read articles from files, folders and addresses and store them. Bad ones are named; the rest is done.

    Known are pages (.html), .pdf, .docx, newsletters (.eml), tables (.csv, .tsv), .json, .jsonl, .txt and .md, also
    packed as .gz; the content decides. An address may be a page, a document, a feed or a sitemap.
    """
    settings = begin(data=data, url=url)
    if not all(source.strip() for source in sources):  # a variable that is not set; as a path it is this folder
        raise InvalidInput("One of the names is empty; name what is to be read, or . for this folder.")
    heed_signals()
    urls = [source for source in sources if "://" in source]
    paths = [Path(source) for source in sources if source not in urls]
    if ray and urls:
        raise typer.BadParameter("addresses are fetched by one machine; leave --ray out", param_hint="--ray")
    codes = []
    if paths:
        from api.commands.ingest import run

        codes.append(run(settings, paths, collection, wait, as_json, ray))
    if urls:
        from api.commands.collect import exit_code, fetch, print_jobs

        job = fetch(settings, urls, collection, wait, as_json)
        print_json(job) if as_json else print_jobs([job])
        codes.append(exit_code([job]))
    sys.exit(max(codes))


@app.command()
def ask(
    question: Question,
    data: Data = None,
    url: Url = None,
    collection: Collection = "default",
    as_of: AsOf = None,
    known_by: KnownBy = None,
    published_from: PublishedFrom = None,
    published_to: PublishedTo = None,
    publisher: Publishers = None,
    author: Authors = None,
    language: Languages = None,
    article: Articles = None,
    top_k: TopK = 8,
    mode: Annotated[str, typer.Option(help="auto, extractive or chat.")] = "auto",
    hints: Hints = True,
    as_json: AsJson = False,
) -> None:
    """Answer a question with exact quotes."""
    from api.commands.terminal import print_answer

    filters = _filters(published_from, published_to, publisher, author, language, article)
    body = _question(question, collection, as_of, known_by, top_k, hints) | {"filters": filters, "mode": mode}
    with _door(data, url) as door:
        answer = door.ask(body)
    print_json(answer) if as_json else print_answer(answer)


@app.command()
def search(
    question: Question,
    data: Data = None,
    url: Url = None,
    collection: Collection = "default",
    as_of: AsOf = None,
    known_by: KnownBy = None,
    published_from: PublishedFrom = None,
    published_to: PublishedTo = None,
    publisher: Publishers = None,
    author: Authors = None,
    language: Languages = None,
    article: Articles = None,
    top_k: TopK = 8,
    hints: Hints = True,
    as_json: AsJson = False,
) -> None:
    """Find the passages that bear on a question."""
    from api.commands.terminal import print_passages

    filters = _filters(published_from, published_to, publisher, author, language, article)
    body = _question(question, collection, as_of, known_by, top_k, hints) | {"filters": filters}
    with _door(data, url) as door:
        found = door.search(body)
    print_json(found) if as_json else print_passages(found)


@app.command()
def articles(
    article_id: Annotated[str | None, typer.Argument(help="Show this article whole.")] = None,
    data: Data = None,
    url: Url = None,
    collection: Collection = "default",
    revision: Annotated[int | None, typer.Option(help="An earlier revision.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=200, help="The most articles listed.")] = 50,
    query: Annotated[str | None, typer.Option("--query", "-q", help="Words that the headline holds.")] = None,
    revisions: Annotated[bool, typer.Option("--revisions", help="List all wordings of the named article.")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Show what changed between two wordings of it.")] = False,
    old: Annotated[int | None, typer.Option("--from", help="With --diff: the older revision.")] = None,
    new: Annotated[int | None, typer.Option("--to", help="With --diff: the newer revision.")] = None,
    cluster: Annotated[
        bool, typer.Option("--cluster", help="Show who carries the same text, and what is shared.")
    ] = False,
    delete: Annotated[bool, typer.Option("--delete", help="Delete the named article with all its revisions.")] = False,
    as_json: AsJson = False,
) -> None:
    """List stored articles, newest first; show one, its wordings, what changed, or who carries its text; delete one."""
    from api.commands import terminal

    if article_id is None and (revisions or diff or cluster or delete or revision):
        raise typer.BadParameter("name the article", param_hint="ARTICLE_ID")
    show: Callable[[dict[str, Any]], None]
    with _door(data, url) as door:
        if article_id is None:
            found, show = door.articles(collection=collection, limit=limit, q=query), terminal.print_articles
        elif delete:
            door.delete(article_id, collection)
            found, show = {"deleted": article_id}, terminal.print_deleted
        elif revisions:
            found, show = door.revisions(article_id, collection), terminal.print_revisions
        elif diff:
            found, show = door.diff(article_id, collection, old, new), terminal.print_difference
        elif cluster:
            found, show = door.cluster(article_id, collection), terminal.print_cluster
        else:
            found, show = door.article(article_id, collection, revision), terminal.print_article
    print_json(found) if as_json else show(found)


@app.command()
def reindex(data: Data = None, as_json: AsJson = False) -> None:
    """Cut and embed everything anew: after changing DATELINE_EMBEDDER, or to rebuild the index."""
    settings = begin(data=data)
    from api.commands.ingest import catch_up
    from api.engine import Engine

    with Engine(settings, renew=True) as engine:
        engine.start()
        catch_up(engine, quiet=as_json)
        coverage = engine.store.coverage("default")
    done = {"articles": coverage.articles, "embedder": settings.embedder}
    print_json(done) if as_json else typer.echo(f"Done: everything is embedded with {settings.embedder}.")


@app.command("move-index")
def move_index(
    server: Annotated[str | None, typer.Argument(help="Address of the Chroma server [DATELINE_CHROMA_URL].")] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Copy all vectors to a Chroma server and check them there; nothing is embedded again. Goes on after a kill."""
    settings = begin(data=data)
    heed_signals()
    from api.commands.move_index import run

    moved = run(settings, server, as_json)
    count = sum(moved.vectors.values())
    said = f"{count:,} vectors are on the server; {moved.found:,} of {moved.asked:,} asked for found themselves."
    print_json(asdict(moved)) if as_json else typer.echo(f"{said} Now set DATELINE_CHROMA_URL and start Dateline.")


@app.command()
def doctor(data: Data = None, as_json: AsJson = False) -> None:
    """Check settings, store, indexes, models and address, changing nothing; exit code 1 when something is wrong."""
    from api.commands.doctor import run

    sys.exit(run(data, as_json))


@app.command()
def export(
    target: Annotated[str, typer.Argument(metavar="[FILE|-]", help="A .jsonl or .jsonl.gz; - prints.")] = "-",
    data: Data = None,
    url: Url = None,
    collection: Annotated[str | None, typer.Option("--collection", help="Only this one; default: all.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write every revision with its history as JSONL, which `dateline ingest FILE` takes in again."""
    from api.commands.export import STDOUT, run

    count = run(begin(data=data, url=url), target, collection, quiet=as_json)
    if target != STDOUT:
        said = f"{counted(count, 'revision')} written to {target}."
        print_json({"revisions": count}) if as_json else typer.echo(said)


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="Where to put the copy; an earlier one of that name is replaced.")],
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Copy the store to one checked file, also while a server works on it."""
    from api.commands.backup import backup as run

    report = run(begin(data=data), file, as_json)
    said = f"{report.revisions:,} revisions of {report.articles:,} articles copied to {file} and checked."
    print_json(asdict(report)) if as_json else typer.echo(said)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A file that `dateline backup` made.")],
    data: Data = None,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Wait until the index is made again.")] = True,
    as_json: AsJson = False,
) -> None:
    """Put a backup back into an empty data folder; nothing is embedded again."""
    from api.commands.backup import restore as run

    settings = begin(data=data)
    report = run(settings, file, wait=wait, quiet=as_json)
    said = f"{report.revisions:,} revisions of {report.articles:,} articles are back in {settings.data}."
    print_json(asdict(report)) if as_json else typer.echo(said)


def _question(
    question: str, collection: str, as_of: str | None, known_by: str | None, top_k: int, hints: bool
) -> dict[str, Any]:
    """The request that both `ask` and `search` make."""
    from api.request_schemas import HintKind

    ignored = [] if hints else list(get_args(HintKind))
    return {
        "question": _asked(question),
        "collection": collection,
        "as_of": as_of,
        "known_by": known_by,
        "top_k": top_k,
        "ignore_hints": ignored,
    }


def _asked(question: str) -> str:
    """The question, which for - stands on standard input. Raises `InvalidInput` when nothing does."""
    if question != "-":
        return question
    if not (text := sys.stdin.buffer.read().decode("utf-8", "replace").strip()):
        raise InvalidInput("There is no question on standard input.")
    return text


def _filters(
    published_from: str | None,
    published_to: str | None,
    publishers: list[str] | None,
    authors: list[str] | None,
    languages: list[str] | None,
    articles: list[str] | None,
) -> dict[str, Any]:
    return {
        "published_from": published_from,
        "published_to": published_to,
        "publishers": publishers or [],
        "authors": authors or [],
        "languages": languages or [],
        "article_ids": articles or [],
    }


@contextmanager
def _door(data: Path | None, url: str | None) -> Iterator["Door"]:
    from api.doors import open_door

    with open_door(begin(data=data, url=url)) as door:
        yield door


if __name__ == "__main__":
    main()
