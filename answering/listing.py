"""Lists: runs of lines that belong together, questions for several things, sentences that name several."""

import re
from collections.abc import Iterator

from answering.question import Question
from corpus.sentence import TextSpan

_LINE = re.compile(r"[^\n]+")
_MARKED = re.compile(r"^\s*(?:\d{1,2}[.)]|[-*•–◦▪])\s+\S")
_ENDED = re.compile(r"[.!?…:][\"”’'»)\]]*$")
_LONGEST_ITEM = 25  # words; an unfinished line with more was wrapped
_LONGEST = 700
_SEVERAL = re.compile(
    r"^\W*(?:(?:and|in|at|to|from|of|with|for|on|by)\s+)*(?:"
    r"(?:which|what)\s+(?:(?!(?:is|was|does|has|did)\b)[\w’'-]+\s+){0,2}?(?!(?:does|was|has|news|this)\b)\w{3,}[^s\W]s\b|"
    r"(?:what|who|which)\s+(?:are|were)\s+(?:the|his|her|its|their)\b|who\s+(?:took part|attended|joined|are|were)\b|"
    r"(?:name|list)\b)",
    re.IGNORECASE,
)
# "Croatia, Slovenia and Serbia", "a rise of 9 per cent, a break, and toilets"
_ITEM = r"[^\W_][\w’'%-]*(?: [\w’'%-]+){0,5}"
_NAMES_SEVERAL = re.compile(rf"(?:\b{_ITEM}, ){{1,12}}{_ITEM},? (?:and|or) [^\W_]")


def list_spans(text: str) -> Iterator[TextSpan]:
    """Runs of two or more lines, each right below the other, that are numbered or marked items or unfinished."""
    run: list[re.Match[str]] = []
    for line in _LINE.finditer(text):
        is_next = bool(run) and line.start() == run[-1].end() + 1
        if _is_item(line[0]) and (not run or is_next):
            run.append(line)
            continue
        yield from _of(run)
        run = [line] if _is_item(line[0]) else []
    yield from _of(run)


def _is_item(line: str) -> bool:
    return bool(_MARKED.match(line)) or (not _ENDED.search(line.rstrip()) and len(line.split()) <= _LONGEST_ITEM)


def _of(run: list[re.Match[str]]) -> Iterator[TextSpan]:
    if len(run) > 1 and run[-1].end() - run[0].start() <= _LONGEST:
        yield TextSpan(run[0].start(), run[-1].end())


def asks_for_several(question: Question) -> bool:
    """Whether the question asks for all of several: "which countries", "what are the demands"."""
    return bool(_SEVERAL.match(question.asked))


def names_several(text: str) -> bool:
    """Whether a text names three things or more in a row, or is a list."""
    return bool(_NAMES_SEVERAL.search(text)) or "\n" in text


def in_one_line(text: str) -> str:
    """A list with its items behind each other: those that no stop ends are followed by a semicolon."""
    lines = [line.strip() for line in text.split("\n")]
    return " ".join(line if _ENDED.search(line) else f"{line};" for line in lines).removesuffix(";")
