"""What a person sees while a command works and of what it could not take. On standard error, beside the results."""

from collections.abc import Sequence

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

_MOST_NAMED = 20

_console = Console(stderr=True)


def progress_bar(quiet: bool) -> Progress:
    """A bar that says how far the work has come."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=_console,
        disable=quiet,
    )


def counted(number: int, thing: str) -> str:
    """So many of a thing: "1 article", "1,204 articles"."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def print_failures(failures: Sequence[tuple[str, str]]) -> None:
    """Name what could not be taken, each with its reason; of very many only the first."""
    _print_named(failures, "red")


def print_notices(notices: Sequence[tuple[str, str]]) -> None:
    """Name that of which there is something to say though it did not fail; of very many only the first."""
    _print_named(notices, "yellow")


def _print_named(named: Sequence[tuple[str, str]], style: str) -> None:
    for name, what in named[:_MOST_NAMED]:
        said = what if name in what else f"{name}: {what}"  # many say themselves what they are about
        _console.print(f"  {_printable(said)}", style=style, markup=False, highlight=False, soft_wrap=True)
    if len(named) > _MOST_NAMED:
        _console.print(f"  … and {len(named) - _MOST_NAMED:,} more; --json names them all.", style=style)


def _printable(text: str) -> str:
    """The text with what would steer a terminal, or cannot be printed, escaped: names of files hold anything."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
