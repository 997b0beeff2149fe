"""Answers, passages and articles for people at a terminal. Stored text is printed as text, never as markup."""

from datetime import datetime, timedelta
from textwrap import fill
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from api.counted import counted

_console = Console(highlight=False)
_DIM = "bright_black"


def print_answer(answer: dict[str, Any]) -> None:
    """The statements, then each citation with its exact quote."""
    if answer["status"] == "abstained":
        _line(f"No answer: {answer['reason']['message']}", "yellow")
        if answer["passages"]:
            _line("\nNearest passages:", _DIM)
            for passage in answer["passages"][:3]:
                _line(f"  {_source(passage)}", _DIM)
                _line(_indented(_short(passage["text"])))
    else:
        _print_statements(answer)
        for citation in answer["citations"]:
            _line(f"[{citation['n']}] {_source(citation)}{_voice(citation)}", "cyan")
            _line(_indented(f"“{citation['quote']}”"))
            for copy in citation["copies"]:
                _line(f"    also carried by {copy['publisher'] or copy['article_id']}", _DIM)
    if answer["withheld"]:
        _line(f"\n{counted(answer['withheld'], 'statement')} withheld: not supported by the passages cited.", "yellow")
    _print_hints(answer.get("hints"))
    for notice in answer["notices"]:
        _line(f"\n{notice}", "yellow")
    if answer["later_coverage"]:
        _line("\nLater coverage of this exists.", "yellow")


def _print_statements(answer: dict[str, Any]) -> None:
    """The answer's text, the words that answer underlined."""
    whole, done = answer["answer"], 0
    text = Text(style="bold")
    # A server of an earlier release shows no words.
    for place in filter(None, (statement.get("highlight") for statement in answer["statements"])):
        text.append(_printable(whole[done : place["start"]]))
        text.append(_printable(whole[place["start"] : place["end"]]), "underline")
        done = place["end"]
    text.append(_printable(whole[done:]))
    _console.print(text, width=_width())
    _line("")


def print_passages(found: dict[str, Any]) -> None:
    """The passages of a search, best first."""
    if not found["data"]:
        _line("Nothing found.", "yellow")
    for passage in found["data"]:
        _line(f"{passage['rank']}. {_source(passage)}  ({passage['score']:.2f})", "cyan")
        _line(_indented(passage["text"]))
    _print_hints(found.get("hints"))
    for notice in found["notices"]:
        _line(f"\n{notice}", "yellow")


def _print_hints(hints: dict[str, Any] | None) -> None:
    """How the question was read, so that a wrong reading is seen. A server of an earlier release does not say."""
    if hints is None:
        return
    read = [f"the outlet {name}" for name in hints["publishers"]]
    for times in hints["published"]["times"] if hints["published"] else []:
        read.append(f"“{times['text']}” as {_days(times['from'], times['to'])}")
    read += [f"the words “{phrase}”" for phrase in hints["phrases"]]
    read += [f"the name {name}" for name in hints.get("names", [])]
    if read:
        _line(f"\nRead in the question: {'; '.join(read)}. Use --no-hints to ignore it.", _DIM)


def _days(start: str | None, end: str | None) -> str:
    """A time in days. Its ends are moments: one at the very end or beginning of a day has nothing of that day."""
    first = (datetime.fromisoformat(start) + timedelta(milliseconds=1)).date() if start else None
    last = (datetime.fromisoformat(end) - timedelta(milliseconds=1)).date() if end else None
    if first is None or last is None:
        return f"until {last}" if last else f"since {first}"
    return str(first) if first == last else f"{first} to {last}"


def print_articles(page: dict[str, Any]) -> None:
    """A table of articles."""
    table = Table(box=None, header_style="bold")
    for name in ("Date", "Outlet", "Headline", "Id"):
        table.add_column(name, overflow="fold" if name == "Id" else "ellipsis", no_wrap=name != "Headline")
    for article in page["data"]:
        cells = (_day(article), article["publisher"] or "", _headline(article), article["id"])
        table.add_row(*(Text(cell) for cell in cells))
    _console.print(table)
    if page["has_more"]:
        _line("There are more; raise --limit or narrow with --query.", _DIM)


def print_article(article: dict[str, Any]) -> None:
    """One article, whole."""
    _line(article["title"], "bold")
    many = f", revision {article['revision']} of {len(article['revisions'])}"
    authors = ", ".join(article["authors"])
    _line(" · ".join(part for part in (article["publisher"], authors, _day(article) + many) if part), _DIM)
    _line("")
    _line(article["body"])
    if article["url"]:
        _line(f"\n{article['url']}", _DIM)


def print_deleted(found: dict[str, Any]) -> None:
    """What was deleted."""
    _line(f"Deleted {found['deleted']}.")


def print_revisions(found: dict[str, Any]) -> None:
    """All wordings of an article, one a line."""
    for revision in found["data"]:
        seen = f"seen here {minute(revision['first_seen_at'])}"
        dated = str(revision["updated_at"] or revision["published_at"] or "undated")[:10]
        current = ", current" if revision["is_current"] else ""
        _line(f"revision {revision['revision']}  {dated} ({seen}{current})  {revision['title']}")
        if revision["correction"]:
            _line(_indented(revision["correction"]["text"]), _DIM)


def print_difference(found: dict[str, Any]) -> None:
    """What changed from one wording to another: taken out with a minus, put in with a plus."""
    _line(f"{found['article_id']}: from revision {found['from_revision']} to {found['to_revision']}", "bold")
    changed = [step for step in found["data"] if step["kind"] != "equal"]
    for step in changed:
        _line("")
        for sign, side, style in (("-", "old", "red"), ("+", "new", "green")):
            if step[side]["text"]:
                _line(f"{sign} {step[side]['text']}", style)
    if not changed:
        _line("Nothing changed in the text." + (" The headline did." if found["title_changed"] else ""))


def print_cluster(found: dict[str, Any]) -> None:
    """Who carries one text, the earliest first, and the longest stretches that each shares with it."""
    for member in found["data"]:
        outlet = f"{member['publisher'] or 'Unknown outlet'}, {_day(member)}"
        _line(f"{member['article_id']}  {outlet}: {member['title']}", "bold" if member["is_representative"] else "")
        if not member["is_representative"]:
            _line(f"  {member['share']:.0%} of the shorter text is shared; the longest of it:", _DIM)
            for run in member["shared"]:
                _line(_indented(_short(run["text"])), _DIM)
    if len(found["data"]) == 1:
        _line("No other stored article carries this text.", _DIM)


def minute(moment: str) -> str:
    """A moment in ISO 8601, as people write it."""
    return f"{moment[:10]} {moment[11:16]} UTC"


def print_kept_answers(page: dict[str, Any]) -> None:
    """The answers that were given, two lines each."""
    for kept in page["data"]:
        state = " · stale" if kept["stale"] else ""
        _line(f"{kept['id']}  {kept['asked_at'][:16]}  {kept['status']}{state}", "yellow" if kept["stale"] else _DIM)
        _line(f"    {kept['question'] or '(question not kept)'}")
    if not page["data"]:
        _line("No answer is kept.", "yellow")
    if page["has_more"]:
        _line("There are more; raise --limit or narrow with --query.", _DIM)


def print_kept_answer(kept: dict[str, Any]) -> None:
    """A kept answer with its citations, and what became of their articles."""
    _line(kept["question"] or "(question not kept)", "bold")
    _line(f"{kept['asked_at'][:19]} · {kept['model']} · {kept['collection']} · {kept['versions']['index']}", _DIM)
    _line("")
    if kept["status"] == "abstained":
        reason = kept["reason"]
        _line(f"No answer: {reason['message'] or reason['code']}", "yellow")
    else:
        _line(kept["answer"] or "(The words are not kept: a cited article was deleted.)", "bold")
        _line("")
    for citation in kept["citations"]:
        _line(f"[{citation['n']}] {citation['article_id']}, revision {citation['revision']}", "cyan")
        _line(_indented(f"“{citation['quote']}”" if citation["quote"] else "(deleted)"))
    if kept["withheld"]:
        _line(f"\n{kept['withheld']} statement(s) withheld: their passages do not support them.", "yellow")
    for change in kept["changes"]:
        _line(f"\n{_change(change)}", "yellow")
        if change["notice"]:
            _line(_indented(change["notice"]), _DIM)


def print_replay(found: dict[str, Any]) -> None:
    """What differs between an answer and the one that its question gets now."""
    status, statements, passages = found["status"], found["statements"], found["passages"]
    _line(f"{found['before']} asked again: {'the same' if found['same'] else 'it differs'} ({found['after']}).", "bold")
    if status:
        _line(f"{status['before']} before, {status['after']} now", "yellow")
    if statements is None:
        _line("The words of the first answer are not kept, so statements cannot be compared.", _DIM)
    for sign, side, style in (("-", "gone", "red"), ("+", "new", "green"), (" ", "unchanged", "")):
        for text in statements[side] if statements else ():
            _line(f"{sign} {text}", style)
    counts = f"{passages['unchanged']} the same, {len(passages['gone'])} gone, {len(passages['new'])} new"
    _line(f"\nPassages: {counts}.", _DIM)
    for one in passages["revised"]:
        before, after = (", ".join(map(str, one[side])) for side in ("before", "after"))
        _line(f"{one['article_id']}: revision {before} before, {after} now", "yellow")
    for name, sides in found["versions"].items():
        _line(f"{name}: {sides['before'] or 'none'} before, {sides['after'] or 'none'} now", "yellow")


def _change(change: dict[str, Any]) -> str:
    if change["became"] == "deleted":
        return f"[{change['n']}] {change['article_id']} was deleted since."
    stands = "still stand in it" if change["stands"] else "do not stand in it any longer"
    newest = f"revision {change['revision']} of {change['changed_at'][:16]}"
    return f"[{change['n']}] {change['article_id']} was {change['became']} since ({newest}); the cited words {stands}."


def _line(text: str, style: str = "") -> None:
    _console.print(Text(_printable(text), style=style), soft_wrap=True)


def _printable(text: str) -> str:
    """Without control characters: an article must not move the cursor or recolour the terminal."""
    return "".join(c for c in text if c == "\n" or (c >= " " and not "\x7f" <= c <= "\x9f"))


def _voice(citation: dict[str, Any]) -> str:
    """Who speaks in a quote that does not say so itself."""
    speaker = (citation.get("attribution") or {}).get("speaker")
    return f"; {speaker} speaks" if speaker and speaker not in citation["quote"] else ""


def _source(item: dict[str, Any]) -> str:
    revision = f", revision {item['revision']}" if item["revision"] > 1 else ""
    return f"{item['publisher'] or 'Unknown outlet'}, {_day(item)}: {item['title']}{revision}"


def _headline(article: dict[str, Any]) -> str:
    revision = f" (rev. {article['revision']})" if article["revision"] > 1 else ""
    return f"{article['title']}{revision}"


def _day(item: dict[str, Any]) -> str:
    return str(item["published_at"] or "undated")[:10]


def _short(text: str) -> str:
    return text if len(text) <= 240 else text[:240].rsplit(" ", 1)[0] + " …"


def _indented(text: str) -> str:
    return "\n".join(
        fill(line, _width(), initial_indent="    ", subsequent_indent="    ") for line in text.split("\n") if line
    )


def _width() -> int:
    return min(_console.width, 100)
