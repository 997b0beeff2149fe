"""The commands that measure, added to `dateline` by their entry points. Only light things are imported at the top."""

import os
from pathlib import Path
from typing import Annotated

import typer

PEERS = ("langchain", "llamaindex", "haystack", "txtai")


def bench(
    folder: Annotated[
        Path | None, typer.Argument(help="articles.jsonl(.gz) and questions.jsonl; without: the bundled articles.")
    ] = None,
    peers: Annotated[str | None, typer.Option(help="Python of an environment that holds the other frameworks.")] = None,
    which: Annotated[str, typer.Option("--with", help="Which of them, with commas between.")] = ",".join(PEERS),
    only: Annotated[Path | None, typer.Option(help="A file with the ids of the articles to use.")] = None,
    articles: Annotated[int, typer.Option(min=1, help="The most articles.")] = 1_000_000,
    threads: Annotated[int, typer.Option(min=1, help="Threads of the embedder.")] = os.cpu_count() or 1,
    keep: Annotated[
        Path | None,
        typer.Option(
            help="A folder for what each takes in; where that lies there already, only searches are measured."
        ),
    ] = None,
    report: Annotated[
        Path | None, typer.Option(help="A Markdown file; its part between the bench marks is written anew.")
    ] = None,
) -> None:
    """Measure ingest, search and quality, beside LangChain, LlamaIndex, Haystack and txtai when given their Python.

    Each takes its turn alone, in a process of its own, with the same model, the same articles and the same questions.
    """
    from evals.bench import Plan, run
    from evals.report import draw, put_into, tables

    chosen = [name.strip() for name in which.split(",") if name.strip()] if peers else []
    if unknown := [name for name in chosen if name not in PEERS]:
        raise typer.BadParameter(f"{unknown[0]!r} is not known; known are {', '.join(PEERS)}.", param_hint="--with")
    done = run(
        Plan(folder, str(peers), chosen, only, articles, threads, keep), lambda name: typer.echo(f"{name} …", err=True)
    )
    typer.echo(tables(done))
    if report:
        put_into(report, tables(done), draw(done, report.parent / "images"))
        typer.echo(f"Written to {report}.", err=True)
