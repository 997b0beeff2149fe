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
    for name, reason in failures[:_MOST_NAMED]:
        said = reason if name in reason else f"{name}: {reason}"  # many say themselves what they are about
        _console.print(f"  {_printable(said)}", style="red", markup=False, highlight=False, soft_wrap=True)
    if len(failures) > _MOST_NAMED:
        _console.print(f"  … and {len(failures) - _MOST_NAMED:,} more; --json names them all.", style="red")


def _printable(text: str) -> str:
    """The text with what would steer a terminal, or cannot be printed, escaped: names of files hold anything."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
