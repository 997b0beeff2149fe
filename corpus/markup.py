"""HTML where only text was asked for: how it is known, and what a line of it reads as."""

import html
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from corpus.accept import check_length
from corpus.article import IncomingArticle
from corpus.clean import clean_line
from corpus.errors import InvalidInput, UnreadableFile
from corpus.found import Found

_LONGEST_TITLE = 5_000  # characters that are looked through for tags; far fewer are kept

_TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<!--.*?-->", re.DOTALL)
_NAMES = r"p|div|span|a|em|strong|b|i|u|h[1-6]|ul|ol|li|blockquote|figure|section|article|table"
_OPENED = re.compile(rf"<({_NAMES})(?:\s[^<>]{{0,2000}})?>", re.IGNORECASE)
_CLOSED = re.compile(rf"</({_NAMES})\s{{0,9}}>", re.IGNORECASE)
_BEGINS = re.compile(r"\s*(?:<!--|<p[\s>])", re.IGNORECASE)
_BREAK = re.compile(r"<br\s{0,9}/?>", re.IGNORECASE)


def is_markup(text: str) -> bool:
    """Whether a text is HTML: an element that prose is made of is opened and closed in it, or a line broken.

    A lone "<b" of a formula, or a tag that a text on HTML names, is none.
    """
    if "<" not in text:
        return False
    if _BREAK.search(text) or _BEGINS.match(text):
        return True
    opened, closed = ({match[1].lower() for match in tag.finditer(text)} for tag in (_OPENED, _CLOSED))
    return not opened.isdisjoint(closed)


def plain_line(value: object) -> str | None:
    """One line without tags and entities, which titles and names hold in feeds and exports as they do in pages."""
    return clean_line(html.unescape(_TAG.sub("", value))) or None if isinstance(value, str) else None


def unmarked(records: Iterable[Found], read: Callable[[str], str]) -> Iterator[Found]:
    """The records, those whose body is HTML as `read` makes text of it; one that it refuses fails alone."""
    for found in records:
        article = found.outcome
        if isinstance(article, IncomingArticle) and is_markup(article.body):
            try:
                check_length(article.body)
                title = plain_line(article.title[:_LONGEST_TITLE]) or ""
                found = replace(found, outcome=replace(article, title=title, body=read(article.body)))
            except InvalidInput as error:
                found = Found(found.name, UnreadableFile(f"{found.name} cannot be read. {error}"))
        yield found
