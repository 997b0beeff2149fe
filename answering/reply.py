"""Read a model's reply: sentences without markup, each with the numbers of its markers. Any text is accepted."""

import html
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from answering.prompt import NO_ANSWER, UNSEEN
from corpus.sentence import TextSpan, sentence_spans

_LONGEST = 20_000  # characters of a reply that are read; every bound in the patterns below keeps this much quick

_THINK = re.compile(r"<(/?)(?:think|thinking|thought|reasoning|scratchpad)>", re.IGNORECASE)
_TARGET = r"\((?:[^()\n]|\([^()\n]{0,200}\)){0,500}+\)"
_SCHEMES = r"(?:(?:https?|ftp|file)://|www\.|(?:javascript|vbscript|data|mailto|blob):)"
# In order: what is escaped is unescaped before tags are taken away, and links go before the addresses inside them.
_MARKUP = (
    (re.compile(r"\\([\\`*_{}\[\]()#+.!<>-])"), r"\1"),
    (re.compile(r"^[ \t]*(?:```|~~~).*$", re.MULTILINE), ""),
    (re.compile(r"<(script|style)\b[^<]*</\1\s*>", re.IGNORECASE), " "),
    (re.compile(r"<(?:br|hr|/?(?:p|li|ul|ol|div|tr|h\d))\b[^<>]{0,1000}>", re.IGNORECASE), "\n"),
    (re.compile(r"<(?:" + _SCHEMES + r"|[/!?]?[a-z!?-])[^<>]{0,1000}>", re.IGNORECASE), ""),
    (re.compile(r"(?<!<)<++(?=[a-z/!?])", re.IGNORECASE), ""),
    (re.compile(r"\[{1,2}(\^?\d[\d,\s]{0,20})\]{1,2}" + _TARGET), r"[\1]"),
    (re.compile(r"!\[[^\[\]\n]{0,300}\]" + _TARGET), ""),
    (re.compile(r"\[([^\[\]\n]{0,300})\]" + _TARGET), r"\1"),
    (re.compile(_SCHEMES + r"[^\s\[\]<>()\"“”]*[^\s\[\]<>()\"“”.,;:!?]", re.IGNORECASE), ""),
    (re.compile(r"(?:https?|ftp|file)://", re.IGNORECASE), ""),
    (re.compile(r"\*\*|__|~~|`"), ""),
    (re.compile(r"(?<!\s)\*|\*(?!\s)"), ""),
)  # fmt: skip
_LINE_START = re.compile(r"\s*(?:(?:>|#{1,6}|[-*+•–—|]|\d{1,2}[.)])\s+)*")
_SOURCES = re.compile(r"[\W_]*(?:sources?|references?|citations?|footnotes?|bibliography|quellen)[\W_]*", re.IGNORECASE)
_SOURCE_LINE = re.compile(
    r"[\W_]*(?:sources?|references?|citations?|quellen)[*_\s]*:\W*\[\s*\^?\d|\s*\[\^?\d+\]:", re.IGNORECASE
)

_BRACKETS = re.compile(r"[\[【]([^\[\]【】\n]{1,200})[\]】]")
_MARKER = re.compile(r"(?:(?:passages?|sources?|articles?|and|to)\b|[\s\d,;&^#–—-]|†[^\s,;]*+)++", re.IGNORECASE)
_LINE_NUMBERS = re.compile(r"†[^\s,;]*")
_RANGE = re.compile(r"(\d{1,4})(?:\s*(?:[-–—]|to)\s*(\d{1,4}))?")
_CUT_MARKER = re.compile(r"[\[【][^\]】\n]{0,60}\Z")
_STOP = re.compile(r"[.?!…]+[\"”’»)]*(?=\s|\Z)")
_STOPPED = re.compile(r"[.?!…][\"”’»)]*\Z")
_PLACEHOLDER = re.compile(r"\[(?:[\W\d_]{0,200}|citation needed|sources?|ref|link|n)\]|\(\s*[,;.]?\s*\)", re.IGNORECASE)
_SAYS_NOTHING = re.compile(rf"\W*{NO_ANSWER.replace('_', '[_ ]')}\b")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a reply without markers, and the passages that it cites, counted from 1, in order, each once."""

    text: str
    cited: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Mark:
    at: int
    numbers: tuple[int, ...]


def read_reply(reply: str, passages: int, language: str | None = "en") -> tuple[Sentence, ...]:
    """The sentences of `reply` with the markers that point to one of `passages` passages. Empty for `NO_ANSWER`.

    Reasoning, code fences, images, addresses, tags, headings and a closing list of sources are left out. A marker
    belongs to the sentence before it, or to the one after it on a line that begins with a marker and ends in words.
    """
    text = _without_markup(_without_reasoning(reply)[:_LONGEST])
    if _SAYS_NOTHING.match(text):
        return ()
    found: list[Sentence] = []
    for line in _lines(text):
        words, marks = _separated(line, passages)
        if not any(c.isalnum() for c in words):
            if found:  # markers alone on a line belong to what stands above them
                found[-1] = _with(found[-1], [n for mark in marks for n in mark.numbers])
        elif marks or not words.rstrip().endswith(":"):
            found.extend(_sentences(words, marks, language))
    return tuple(found)


def _without_reasoning(text: str) -> str:
    """What stands outside <think> blocks; an end without a beginning ends one, and one without an end never ends."""
    kept: list[str] = []
    inside, last = False, 0
    for tag in _THINK.finditer(text):
        if tag[1]:
            if not inside:
                kept.clear()
            inside = False
        elif inside:
            continue
        else:
            kept.append(text[last : tag.start()])
            inside = True
        last = tag.end()
    return "".join(kept) + ("" if inside else text[last:])


def _without_markup(text: str) -> str:
    text = UNSEEN.sub("", "\n".join(html.unescape(text).splitlines()))
    for pattern, instead in _MARKUP:
        text = pattern.sub(instead, text)
    return _CUT_MARKER.sub("", unicodedata.normalize("NFC", text))


def _lines(text: str) -> Iterator[str]:
    for line in text.splitlines():
        if _SOURCES.fullmatch(line):
            return
        is_heading = line.lstrip().startswith("#") and not _BRACKETS.search(line)
        if not is_heading and not _SOURCE_LINE.match(line):
            start = _LINE_START.match(line)
            yield line[start.end() if start else 0 :].strip()


def _separated(line: str, passages: int) -> tuple[str, list[_Mark]]:
    """The line without its markers, and where in it they stood."""
    words, marks, last = "", [], 0
    for match in _BRACKETS.finditer(line):
        if not _MARKER.fullmatch(match[1]) or not any(c.isdigit() for c in match[1]):
            continue
        words = (words + line[last : match.start()]).rstrip()
        marks.append(_Mark(len(words), _numbers(match[1], passages)))
        last = match.end()
        if line[last : last + 1].isalnum():
            words += " "
    return words + line[last:], marks


def _numbers(inside: str, passages: int) -> tuple[int, ...]:
    numbers: dict[int, None] = {}
    for match in _RANGE.finditer(_LINE_NUMBERS.sub("", inside)):
        first, last = int(match[1]), int(match[2] or match[1])
        numbers.update(dict.fromkeys(range(max(1, first), min(last, passages) + 1)))
    return tuple(numbers)


def _sentences(words: str, marks: Sequence[_Mark], language: str | None) -> Iterator[Sentence]:
    spans = _split(words, marks, language or "en")
    cited: list[list[int]] = [[] for _ in spans]
    leads = bool(marks) and marks[0].at == 0 and marks[-1].at < len(words.rstrip(" .,;"))
    for mark in marks:
        cited[_owner(spans, mark.at, leads)].extend(mark.numbers)
    for span, numbers in zip(spans, cited, strict=True):
        text = _tidy(words[span.start : span.end])
        if any(c.isalnum() for c in text) and NO_ANSWER not in text:
            yield _with(Sentence(text, ()), numbers)


def _split(words: str, marks: Sequence[_Mark], language: str) -> list[TextSpan]:
    """The sentences of a line: a marker at a full stop ends one, even after what may be short for something ("3 May.").

    Not before a lower-case word: "in the U.S. [1] and elsewhere" goes on.
    """
    cuts = {0, len(words)}
    for mark in marks:
        after = _STOP.match(words, mark.at)
        if after or _STOPPED.search(words, max(0, mark.at - 4), mark.at):
            cut = after.end() if after else mark.at
            if not words[cut : cut + 3].lstrip()[:1].islower():
                cuts.add(cut)
    return [
        TextSpan(start + span.start, start + span.end)
        for start, end in pairwise(sorted(cuts))
        for span in sentence_spans(words[start:end], language)
    ]


def _owner(spans: Sequence[TextSpan], at: int, leads: bool) -> int:
    if leads:
        return next((i for i, span in enumerate(spans) if span.end > at), len(spans) - 1)
    return next((i for i in range(len(spans) - 1, 0, -1) if spans[i].start < at), 0)


def _with(sentence: Sentence, numbers: Sequence[int]) -> Sentence:
    return Sentence(sentence.text, tuple(dict.fromkeys((*sentence.cited, *numbers))))


def _tidy(text: str) -> str:
    """`text` without brackets that close nothing or hold no words, and without the space that markers leave behind."""
    text = _PLACEHOLDER.sub("", text.translate({ord("【"): "[", ord("】"): "]"}))
    opened: list[int] = []
    unmatched: set[int] = set()
    for i, c in enumerate(text):
        if c == "[":
            opened.append(i)
        elif c == "]":
            if opened:
                opened.pop()
            else:
                unmatched.add(i)
    unmatched.update(opened)
    text = "".join(c for i, c in enumerate(text) if i not in unmatched)
    if any(_MARKER.fullmatch(inside) or not any(c.isalpha() for c in inside) for inside in _BRACKETS.findall(text)):
        text = text.replace("[", "").replace("]", "")
    text = re.sub(r"\s+(?=[.,;:!?](?:\s|$))", "", " ".join(text.split())).strip(" ,;")
    return re.sub(r"(?<!\.)([.?!])\.$", r"\1", text)  # "3 May. [1]." has two full stops around its marker
