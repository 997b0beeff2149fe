"""`dateline doctor`: one line a check, as soon as it is made."""

from dataclasses import asdict
from pathlib import Path

import typer

from api.commands.command import begin, print_json
from corpus.errors import InvalidSettings

_COLOURS = {"ok": "green", "note": "yellow", "wrong": "red"}


def run(data: Path | None, as_json: bool) -> int:
    """Print what is found; 1 when something is wrong, else 0."""
    from api.doctor.finding import Finding, State, ok, wrong

    found: list[Finding] = []

    def tell(finding: Finding) -> None:
        found.append(finding)
        if not as_json:
            remedy = f" -> {finding.remedy}" if finding.remedy else ""
            state = typer.style(f"{finding.state.value:5}", fg=_COLOURS[finding.state.value])
            typer.echo(f"{state}  {finding.about}: {finding.detail}{remedy}")

    try:
        settings = begin(data=data)
    except InvalidSettings as error:
        tell(wrong("settings", str(error), "set it anew in the environment or in .env, and run this again"))
    else:
        tell(ok("settings", "they can be read"))
        from api.doctor.report import findings

        for finding in findings(settings):
            tell(finding)
    faults = sum(finding.state is State.WRONG for finding in found)
    if as_json:
        print_json({"object": "doctor_report", "ok": not faults, "findings": [asdict(one) for one in found]})
    elif faults:
        typer.echo(f"{faults} of {len(found)} checks found something wrong.")
    else:
        typer.echo("Nothing is wrong.")
    return 1 if faults else 0
