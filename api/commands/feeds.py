"""`dateline feeds`: subscribe to feeds, list them, poll them."""

import time
from typing import Annotated

import typer

from api.commands.command import AsJson, Collection, Data, begin, go_on, heed_signals, print_json
from corpus.article import DEFAULT_COLLECTION

app = typer.Typer(help="Subscribe to feeds and sitemaps, and poll them.", no_args_is_help=True)

_Url = Annotated[str, typer.Argument(help="The address of an RSS, Atom or JSON feed, or of a sitemap.")]
_WATCH_SECONDS = 10.0


@app.command()
def add(url: _Url, data: Data = None, collection: Collection = "default", as_json: AsJson = False) -> None:
    """Subscribe to a feed. A running server polls it from now on; else `dateline feeds poll` does."""
    from api.commands.collect import open_feeds

    with open_feeds(begin(data=data)) as feeds:
        feed = feeds.add(url, collection)
    print_json(feed) if as_json else typer.echo(f"Subscribed to {feed['url']}.")


@app.command(name="list")
def list_feeds(data: Data = None, as_json: AsJson = False) -> None:
    """List the feeds that are subscribed to, with what went wrong last."""
    from api.commands.collect import open_feeds
    from api.commands.terminal import minute

    with open_feeds(begin(data=data)) as feeds:
        found = feeds.all()
    if as_json:
        print_json(found)
        return
    for feed in found:
        polled = f"(polled {minute(feed['polled_at'])})" if feed["polled_at"] else "(not polled yet)"
        where = f"[{feed['collection']}]" if feed["collection"] != DEFAULT_COLLECTION else None
        typer.echo("  ".join(filter(None, (feed["url"], feed["title"], where, polled))))
        if feed["error"]:
            typer.secho(f"    {feed['error']}", fg="red")
    if not found:
        typer.echo("No feeds. Subscribe with `dateline feeds add URL`.")


@app.command()
def remove(url: _Url, data: Data = None, collection: Collection = "default") -> None:
    """End a subscription; the articles that it brought stay."""
    from api.commands.collect import open_feeds

    with open_feeds(begin(data=data)) as feeds:
        feeds.remove(url, collection)
    typer.echo(f"No longer subscribed to {url}.")


@app.command()
def poll(
    data: Data = None,
    watch: Annotated[bool, typer.Option("--watch", help="Keep polling when feeds are due, until Ctrl-C.")] = False,
    as_json: AsJson = False,
) -> None:
    """Poll all feeds now, and take what is new or changed."""
    from api.commands.collect import brought_something, open_feeds, poll_exit_code, print_jobs, progress
    from corpus.errors import InvalidInput

    settings = begin(data=data)
    heed_signals()
    with open_feeds(settings, quiet=as_json) as feeds:
        if watch and feeds.polls_by_itself:
            raise InvalidInput(
                "A server is running and polls feeds when due (DATELINE_POLL_FEEDS); --watch is for when none is."
            )
        everything = True
        while True:
            with progress(as_json or not everything) as report:
                jobs = feeds.poll(report, everything=everything)
            if jobs:
                feeds.catch_up()
            if everything or any(brought_something(job) for job in jobs):
                print_json(jobs) if as_json else print_jobs(jobs)
            if not watch:
                break
            everything = False
            until = time.monotonic() + _WATCH_SECONDS
            while time.monotonic() < until:
                go_on()
                time.sleep(0.2)
    raise typer.Exit(poll_exit_code(jobs))
