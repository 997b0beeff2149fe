"""The page `/evals`: all runs of a server, each with a link to its report."""

from collections.abc import Sequence
from pathlib import Path

from api.eval_schemas import EvalRunOut
from evals.markup import Markup, element
from evals.plots import strip

_STYLE = (Path(__file__).parent / "report.css").read_text(encoding="utf-8")
_WORDS = {"queued": "waits", "failed": "failed", "interrupted": "was interrupted"}


def render_runs(runs: Sequence[EvalRunOut]) -> str:
    """The whole page; without script, so it is loaded anew to see how far a run is."""
    is_busy = any(one.status in ("queued", "running") for one in runs)
    head = element(
        "head",
        Markup('<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'),
        Markup('<meta name="color-scheme" content="light dark">'),
        Markup('<meta http-equiv="refresh" content="5">') if is_busy else None,
        element("title", "Evaluations - Dateline"),
        element("style", Markup(_STYLE)),
    )
    nothing = element("p", 'No run yet. Begin one: POST /v1/evals/runs with {"suite": "bundled"}.', class_="lead")
    body = element(
        "body",
        element("header", element("p", element("a", "Dateline", href="/"), class_="wordmark"),
                element("h1", "Evaluations")),
        element("main", [_row(one) for one in runs] or nothing),
    )  # fmt: skip
    return f"<!doctype html>\n{element('html', head, body, lang='en')}\n"


def _row(one: EvalRunOut) -> Markup:
    name = element("span", one.suite, dir="auto")
    if one.report:
        name = element("a", one.suite, href=one.report, dir="auto")
    return element(
        "article",
        element("h2", name),
        element("p", f"{one.created_at:%-d %B %Y, %H:%M} UTC: {_said(one)}"),
        strip({True: one.passed, False: one.total - one.passed}) if one.passed is not None else None,
        class_="run",
    )


def _said(one: EvalRunOut) -> str:
    if one.passed is not None:
        return f"{one.passed:,} of {one.total:,} cases hold"
    if one.status == "running":
        return f"{one.done:,} of {one.total:,} asked"
    return f"{_WORDS[one.status]}{f': {one.error}' if one.error else ''}"
