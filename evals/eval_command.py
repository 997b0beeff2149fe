"""`dateline eval`: run a suite, compare runs, gate on pinned floors. Only light things are imported at the top."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.commands.command import AsJson, Data, begin, go_on, heed_signals, print_json

if TYPE_CHECKING:
    from evals.results import Results

app = typer.Typer(help="Evaluate answers against a suite of questions of your own.", no_args_is_help=True)

SuiteName = Annotated[str, typer.Argument(metavar="SUITE", help="A suite's folder or file, KIND:PATH, or `bundled`.")]
Out = Annotated[Path, typer.Option("--out", help="Folder of the results, the report and the journal.")]


@app.command()
def run(
    suite: SuiteName,
    target: Annotated[
        str | None, typer.Option(help="http://... of a Dateline, or openai:MODEL; default: the data folder.")
    ] = None,
    out: Out = Path("eval"),
    concurrency: Annotated[int, typer.Option(min=1, max=256, help="Questions asked at once.")] = 4,
    resume: Annotated[bool, typer.Option("--resume", help="Ask only what --out's journal does not answer.")] = False,
    cache: Annotated[Path | None, typer.Option(help="A journal to share between runs; implies --resume.")] = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Take the suite's articles into a folder of their own and ask there.")
    ] = False,
    base_url: Annotated[str | None, typer.Option(help="Where openai:MODEL is served [OPENAI_BASE_URL].")] = None,
    tag: Annotated[list[str] | None, typer.Option(help="Only cases with this tag; may be repeated.")] = None,
    patience: Annotated[float, typer.Option(min=0, help="Seconds that a server that is away is waited for.")] = 60.0,
    data: Data = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Ask every question of a suite and write results.json, report.html and junit.xml.

    Exit code 1 when a question got no answer at all; whether the answers are good enough is for `gate`.
    """
    settings = begin(data=data)
    heed_signals()
    from api.commands.progress import progress_bar
    from evals.files import open_suite, write_run
    from evals.open_target import open_target
    from evals.run import JOURNAL, Plan
    from evals.run import run as evaluate

    with open_suite(suite, tag or []) as chosen, open_target(
        target, settings, chosen, fresh=fresh, base_url=base_url, quiet=as_json
    ) as opened, progress_bar(as_json) as progress:  # fmt: skip
        task = progress.add_task("Asking", total=len(chosen.cases))

        def show(done: int, of: int) -> None:
            go_on()
            progress.update(task, completed=done, total=of)

        journal = cache or out / JOURNAL
        plan = Plan(chosen, opened, journal, resume or cache is not None, concurrency, patience)
        results = evaluate(plan, show)
    files = write_run(results, out)
    if as_json:
        print_json(results.model_dump(mode="json", exclude={"cases"}))
    else:
        _print(results)
        typer.echo(f"\nReport: {files.report}")
    sys.exit(1 if any(one.error for one in results.cases) else 0)


@app.command()
def report(results: Annotated[Path, typer.Argument(help="A run's folder or results.json.")], out: Out) -> None:
    """Write report.html and junit.xml of an earlier run anew."""
    from evals.files import write_run
    from evals.results import read_results

    typer.echo(str(write_run(read_results(results), out).report))


@app.command()
def compare(
    before: Annotated[Path, typer.Argument(help="A run's folder or results.json.")],
    after: Annotated[Path, typer.Argument(help="Another run.")],
    as_json: AsJson = False,
) -> None:
    """Tell what changed between two runs, figure by figure and case by case, as Markdown."""
    from dataclasses import asdict

    from evals.compare import compare as compared
    from evals.compare import tables
    from evals.results import read_results

    found = compared(read_results(before), read_results(after))
    if as_json:
        print_json(
            {
                "warnings": found.warnings,
                "changes": [asdict(one) for one in found.changes],
                "broken": [one.case.id for one in found.broken],
                "mended": [one.case.id for one in found.mended],
            }
        )
    else:
        typer.echo(tables(found), nl=False)


@app.command()
def gate(
    results: Annotated[Path, typer.Argument(help="A run's folder or results.json.")],
    floors: Annotated[Path, typer.Option(help="The file of pinned floors.")] = Path("floors.json"),
    update: Annotated[bool, typer.Option("--update", help="Pin the floors at what this run measured.")] = False,
    allow_regression: Annotated[bool, typer.Option("--allow-regression", help="Let --update lower floors.")] = False,
    slack: Annotated[int, typer.Option(min=0, help="With --update: cases that may fall before a floor counts.")] = 1,
) -> None:  # fmt: skip
    """Fail (exit code 1) when a run falls below pinned floors, and name what fell."""
    from evals.gate import judge, lowered, pin, read_floors, write_floors
    from evals.results import read_results

    found = read_results(results)
    if update:
        new = pin(found, slack)
        losses = lowered(read_floors(floors), new) if floors.exists() else []
        if losses and not allow_regression:
            typer.secho(f"{floors} is left as it is: these floors would be lowered.", fg="red", err=True)
            for loss in losses:
                typer.echo(f"  {loss}", err=True)
            typer.echo("If that is meant, add --allow-regression.", err=True)
            sys.exit(1)
        write_floors(floors, new)
        typer.echo(f"{len(new.floors)} floors pinned in {floors}.")
        return
    judgement = judge(found, read_floors(floors))
    for fall in judgement.falls:
        typer.secho(f"fell: {fall}", fg="red")
    for one in judgement.broken:
        typer.echo(f"  no longer holds: {one.case.id}: {one.case.question} {' '.join(one.faults)}")
    if judgement.falls:
        sys.exit(1)
    typer.echo(f"All floors hold ({found.passed} of {len(found.cases)} cases).")


@app.command()
def new(
    collection: Annotated[str, typer.Argument(help="The collection to draft questions about.")],
    out: Annotated[Path, typer.Option("--out", help="Folder of the suite that is made.")],
    articles: Annotated[int, typer.Option(min=1, max=200, help="Of so many of the newest articles.")] = 20,
    target: Annotated[str | None, typer.Option(help="http://... of a Dateline; default: the data folder.")] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Draft a suite about a collection: by the chat model when one is set, else by templates.

    Every case is marked `"reviewed": false` until a person has read it and taken the mark away.
    """
    settings = begin(data=data)
    from api.engine import chat_model
    from evals.draft import draft
    from evals.open_target import open_target
    from evals.suite import Suite, begin_suite, write_suite

    begin_suite(out)
    from evals.case import SuiteSettings

    with open_target(target, settings, Suite(SuiteSettings(), (), out)) as opened:
        drafted = draft(opened.articles(collection, articles), chat_model(settings))
    about = {"name": out.resolve().name, "collection": collection, "description": f"Drafted {drafted.how}."}
    count = write_suite(out, about, drafted.cases)
    if as_json:
        print_json({"cases": count, "how": drafted.how, "dropped": drafted.dropped})
        return
    typer.echo(f"{count:,} cases drafted {drafted.how} and written to {out}; {drafted.dropped:,} drafts were dropped.")
    typer.echo('Read each, mend or delete it, and remove its "reviewed": false.')


@app.command(name="import")
def import_(
    kind: Annotated[str, typer.Argument(help="beir, crag, deepeval, multihop-rag, natural-questions, promptfoo, ...")],
    path: Annotated[Path, typer.Argument(help="The file or folder to read.")],
    out: Annotated[Path, typer.Option("--out", help="Folder of the suite that is made.")],
    as_json: AsJson = False,
) -> None:
    """Make a suite out of a published benchmark, or of another harness's test file, and say what was skipped."""
    from dataclasses import asdict

    from evals.loaders.kinds import import_suite

    imported = import_suite(kind, path, out)
    if as_json:
        print_json(asdict(imported))
        return
    typer.echo(f"{imported.cases:,} cases and {imported.articles:,} articles written to {out}.")
    for line in imported.skipped:
        typer.secho(f"  {line}", fg="yellow")
    fresh = " --fresh" if imported.articles else ""
    typer.echo(f"Run it: dateline eval run {out}{fresh}")


def _print(results: "Results") -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from evals.names import ordered, title
    from evals.plots import said

    console = Console()
    figures = Table(box=None, header_style="bold")
    for column in ("Figure", "Value (95 %)", "Cases"):
        figures.add_column(column)
    for name in ordered(results.measures):
        one = results.measures[name]
        figures.add_row(title(name), said(one), f"{one.cases:,}")
    console.print(figures)
    if results.by_tag:
        tags = Table(box=None, header_style="bold")
        for column in ("Tag", "Hold (95 %)", "Cases"):
            tags.add_column(column)
        for tag, measured in results.by_tag.items():
            tags.add_row(Text(tag), said(measured["passed"]), f"{measured['passed'].cases:,}")
        console.print(tags)
    for notice in results.notices:
        console.print(Text(notice, "yellow"))
    console.print(f"{results.passed:,} of {len(results.cases):,} cases hold.", style="bold", highlight=False)


if __name__ == "__main__":
    from corpus.errors import DatelineError

    try:
        app()
    except DatelineError as error:
        typer.secho(f"error: {error}", fg="red", err=True)
        sys.exit(2)
