"""What a Markdown text reads as: its words in lines, without the marks. The only file that knows markdown-it.

CommonMark with GitHub's tables and strikethrough. Headings, list items and rows of tables become lines of their own,
links their text, a wrapped paragraph one line; pictures, tags of HTML and what is struck out go.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from corpus.clean import clean_line

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_BREAK = re.compile(r"<br\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PlainText:
    """The text, and the heading of the first rank that began it and is not in `body`; None without one."""

    heading: str | None
    body: str


@dataclass(frozen=True, slots=True)
class _Line:
    """A heading, a paragraph, an item of a list, a row of a table. `space` stands between it and the one before."""

    text: str
    space: str
    is_title: bool = False


def plain_text(markdown: str, title: str | None = None) -> PlainText:
    """The words of a Markdown text. A heading that begins it goes when it is `title`, or when there is no `title`."""
    lines = list(_lines(_parser().parse(markdown)))
    heading = clean_line(lines[0].text) if len(lines) > 1 and lines[0].is_title else None
    if heading is None or (title and clean_line(title) != heading):
        return PlainText(None, _joined(lines))
    return PlainText(heading, _joined(lines[1:]))


@lru_cache(maxsize=1)
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark").enable(["table", "strikethrough"])


def _joined(lines: Sequence[_Line]) -> str:
    return "".join(line.space + line.text for line in lines).strip()


def _lines(tokens: Sequence["Token"]) -> Iterator[_Line]:
    number, is_title, space, depth = "", False, "\n\n", 0
    row: list[str] | None = None  # the cells of the row that is being read
    for token in tokens:
        match token.type:
            case "heading_open":
                is_title = token.tag == "h1"
            case "list_item_open":
                number = f"{token.info}{token.markup} " if token.info else ""
            case "tr_open":
                row = []
            case "inline" if row is not None:
                row.append(_words(token))
            case "tr_close":
                yield _Line(" | ".join(cell for cell in row or () if cell), space)
                row, space = None, "\n"
            case "inline" | "code_block" | "fence" | "html_block":
                if text := _words(token):
                    yield _Line(number + text, space, is_title)
                    number, is_title, space = "", False, "\n" if depth else "\n\n"
            case "bullet_list_open" | "ordered_list_open":
                depth += 1
            case "bullet_list_close" | "ordered_list_close":
                depth -= 1
                space = "\n" if depth else "\n\n"
            case "table_close":
                space = "\n\n"


def _words(token: "Token") -> str:
    if token.type == "html_block":
        return _text_of_html(token.content)
    if token.children is None:
        return token.content.strip("\n")
    pieces: list[str] = []
    is_struck = False
    for child in token.children:
        if child.type in ("s_open", "s_close"):
            is_struck = child.type == "s_open"
        elif is_struck:
            continue
        elif child.type in ("text", "code_inline"):
            pieces.append(child.content)
        elif child.type == "softbreak":
            pieces.append(" ")
        elif child.type == "hardbreak" or (child.type == "html_inline" and _BREAK.match(child.content)):
            pieces.append("\n")
    return re.sub(" {2,}", " ", "".join(pieces)).strip()


def _text_of_html(markup: str) -> str:
    from lxml import etree, html

    try:
        tree = html.fromstring(f"<div>{markup}</div>")
    except (etree.ParserError, ValueError):
        return ""
    etree.strip_elements(tree, "script", "style", etree.Comment, with_tail=False)
    return str(tree.text_content()).strip()
