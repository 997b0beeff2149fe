"""What of an article stands around the container of its body on a page: notices of corrections.

Plain rules over blocks: what lies between the headline and the body, and what follows the body up to another headline.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise, takewhile
from typing import TYPE_CHECKING

from corpus.clean import clean_line
from corpus.correction import correction_notice

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_BLOCKS = (
    *("p", "div", "section", "article", "aside", "header", "footer", "main", "nav", "blockquote", "pre", "figure"),
    *("ul", "ol", "li", "dl", "dt", "dd", "table", "tr", "td", "th", "h1", "h2", "h3", "h4", "h5", "h6"),
)
# Chosen by eye: a paragraph is seldom shorter, a label seldom longer; and no notice is longer.
_SHORTEST, _LONGEST = 40, 1_200
_MOST_NOTICES, _MOST_BLOCKS = 3, 20_000
_ELSEWHERE = ("article", "nav", "form", "button", "figure", "template", "ul", "ol", "table")
_OTHER_STORIES = re.compile(
    r"comment|related|recommend|trending|popular|promo|newsletter|most-?read|more-(?:stories|news)", re.IGNORECASE
)
_MARKS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class _Block:
    """An element that holds no other block, and its text on one line."""

    element: "HtmlElement"
    text: str

    @property
    def is_headline(self) -> bool:
        return bool(self.element.tag == "h1")


def completed(body: str, tree: "HtmlElement") -> str:
    """The body with the notices of corrections after it that its page has around it.

    A body none of whose paragraphs stands on the page as a block stays as it is.
    """
    lines = {_letters(line) for line in body.split("\n") if len(line) >= _SHORTEST}
    blocks = [_Block(element, clean_line(element.text_content())) for element in islice(_innermost(tree), _MOST_BLOCKS)]
    first = next((place for place, block in enumerate(blocks) if _letters(block.text) in lines), None)
    if first is None:
        return body
    around = set(blocks[first].element.iterancestors())
    headline = next((place for place in range(first - 1, -1, -1) if blocks[place].is_headline), None)
    opening = blocks[headline:first] if headline is not None else []
    rest = [*opening, *takewhile(lambda block: not block.is_headline, blocks[first:])]
    return "\n".join((body, *islice(_notices(rest, _letters(body), around), _MOST_NOTICES)))


def _innermost(tree: "HtmlElement") -> Iterator["HtmlElement"]:
    """Headlines, and blocks that hold no other, in order."""
    for element in tree.iter(*_BLOCKS):
        if element.tag == "h1" or next(element.iterdescendants(*_BLOCKS), None) is None:
            yield element


def _notices(blocks: Sequence[_Block], held: str, around: set["HtmlElement"]) -> Iterator[str]:
    """What says that the article was corrected and is not in `held`; the label can be a heading above it."""
    seen = {""}
    for before, block in pairwise(blocks):
        if block.is_headline or len(block.text) > _LONGEST or block.text in seen:
            continue
        seen.add(block.text)
        said = block.text
        if len(before.text) <= _SHORTEST and before.element.getparent() is block.element.getparent():
            said = f"{before.text.rstrip(':')}: {said}"
        notice = next((one for one in (block.text, said) if correction_notice(one)), None)
        if notice and _letters(block.text) not in held and _belongs(block.element, around):
            yield notice


def _belongs(element: "HtmlElement", around: set["HtmlElement"]) -> bool:
    """Whether a block is of the same story as the body within `around`, and is no link to another one."""
    if sum(len(link.text_content()) for link in element.iter("a")) * 2 > len(element.text_content()):
        return False
    inner = _up_to(around, element)
    if any(one.tag in _ELSEWHERE or _OTHER_STORIES.search(_names(one)) for one in inner):
        return False
    # A footer of the whole page speaks for the site.
    is_in_story = next(inner[-1].iterancestors("article", "main"), None) is not None
    return is_in_story or not any(one.tag == "footer" for one in inner)


def _up_to(around: set["HtmlElement"], element: "HtmlElement") -> list["HtmlElement"]:
    """The element and what holds it, without what holds the body as well."""
    return [element, *takewhile(lambda one: one not in around, element.iterancestors())]


def _names(element: "HtmlElement") -> str:
    return f"{element.get('class') or ''} {element.get('id') or ''}"


def _letters(text: str) -> str:
    return _MARKS.sub("", text.lower())
