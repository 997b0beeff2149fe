"""Read an article from an HTML page. The only file that knows trafilatura.

Runs in the worker process (`corpus.parse`): pages are hostile, and parsing them can take all time and memory there is.
"""

import re
from collections import defaultdict
from html import unescape
from typing import TYPE_CHECKING, Any

from corpus.clean import clean_line
from corpus.errors import UnreadableFile
from corpus.found import Parsed
from corpus.identity import host_name
from corpus.language import language_code
from corpus.metadata import Declared, declared, linked_data, people, plausible_time, without_site
from corpus.shell import is_shell
from corpus.surroundings import completed

if TYPE_CHECKING:
    from lxml.html import HtmlElement

# Tuned on no data: a paragraph of prose is seldom shorter, a caption or a button seldom longer.
_PARAGRAPH = 80
_SHORT_BODY = 300
_LARGE = 2_000_000
_BLOCKS = (
    *("br", "hr", "p", "div", "section", "article", "blockquote", "pre", "ul", "ol", "li", "table", "tr", "td", "th"),
    *("h1", "h2", "h3", "h4", "h5", "h6"),
)
# What a fragment holds beside its text: captions belong to pictures, which are not stored.
_NO_TEXT = ("script", "style", "head", "noscript", "template", "svg")
_NO_PROSE = ("figcaption", "iframe", "object", "audio", "video", "form", "button", "nav")
_LAID_OUT = re.compile(r"<(?:p|br|div)\b", re.IGNORECASE)
_EMPTY_LINE = re.compile(r"\n[ \t]*\n\s*")
# What WordPress replaces when it shows a post; an export holds it as written.
_SHORTCODE = re.compile(
    r"\[caption [^\[\]]{0,500}\].{0,3000}?\[/caption\]|\[/?(?:gallery|embed|audio|video|playlist)\b[^\[\]]{0,500}\]",
    re.DOTALL,
)
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
# Half as much text again: metadata that holds the whole article where the page shows only its beginning.
_MUCH_LONGER = 1.5
_TAGS = re.compile(r"</?[a-zA-Z][^<>]{0,400}>")
_BREAKS = re.compile(rf"</?(?:{'|'.join(_BLOCKS)})\b[^<>]{{0,400}}>", re.IGNORECASE)
# lxml refuses control characters in what it builds; none of them is text.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def read_page(text: str, url: str | None = None) -> Parsed:
    """The article of a page: its body by trafilatura, the rest from metadata, and only then guessed.

    Raises `UnreadableFile` when the page holds no text that reads like an article.
    """
    tree = _tree(text)
    said = declared(tree, url)
    body = _body(text, tree, said)
    if not body:
        raise UnreadableFile("The page holds no article text: it may be a list of links, or be made by scripts.")
    if is_shell(body, text):
        raise UnreadableFile(
            "The page holds no article: it asks for JavaScript, cookies, or whether a person reads it."
        )
    guess = _guesses(tree, url, said)
    title = said.title or guess["title"]
    publisher = said.publisher or guess["publisher"]
    authors = said.authors or guess["authors"]
    published = said.published_at or guess["published_at"]
    made = {"title": title, "publisher": publisher, "authors": authors, "published_at": published}
    return Parsed(
        body=body,
        title=title,
        authors=authors,
        publisher=publisher,
        published_at=published,
        updated_at=said.updated_at,
        canonical=said.canonical,
        language=said.language,
        guessed=tuple(name for name, value in made.items() if value and not getattr(said, name)),
    )


def read_letter(text: str) -> Parsed:
    """Everything that an HTML letter shows, one block a line, and its language; empty when it shows no text.

    An extractor looks for the one body among the menus of a site; a letter is mostly letter, laid out in tables.
    """
    tree = _tree(text)
    return Parsed(_shown(tree, _NO_TEXT), language=language_code(tree.get("lang")))


def read_markup(text: str) -> Parsed:
    """The text of a body that is written in HTML, one block a line; empty when it shows none.

    An empty line parts paragraphs, as it does where posts are written. The end of a line does only where no element
    breaks lines: elsewhere it is how the source was wrapped.
    """
    text = _SHORTCODE.sub("", text.replace("\r\n", "\n"))
    is_laid_out = _LAID_OUT.search(text) is not None
    text = _EMPTY_LINE.sub("<br>", text)
    return Parsed(_shown(_tree(text.replace("\n", " ") if is_laid_out else text), (*_NO_TEXT, *_NO_PROSE)))


def _shown(tree: "HtmlElement", without: tuple[str, ...]) -> str:
    """The text that shows, one block a line; elements in `without` are left out."""
    from lxml import etree

    etree.strip_elements(tree, *without, with_tail=False)
    for element in tree.iter(*_BLOCKS):
        element.text = "\n" + (element.text or "")
        element.tail = "\n" + (element.tail or "")
    for element in [element for element in tree.iter() if _HIDDEN.search(element.get("style") or "")]:
        element.clear(keep_tail=True)  # the line that shows beside the subject in a list of letters
    lines = (clean_line(line) for line in str(tree.text_content()).split("\n"))
    return "\n".join(line for line in lines if line)


def _tree(text: str) -> "HtmlElement":
    from lxml import etree, html

    # The parser gets bytes, because text with an encoding declaration of its own is refused; and no network, ever.
    parser = html.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    try:
        tree = html.document_fromstring(_CONTROLS.sub("", text).encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        if "memory" in str(error).lower() or len(text) > _LARGE:
            raise MemoryError from error  # libxml2 tells it in many ways
        raise UnreadableFile("The page holds nothing that can be parsed as HTML.") from error
    etree.strip_elements(tree, "noscript", with_tail=False)  # what it says is for no reader of the article
    return tree


def _body(text: str, tree: "HtmlElement", said: Declared) -> str:
    """The body that trafilatura finds when it prefers precision, mended where that leaves most of the article out."""
    paragraphs = sum(len(p.text_content()) for p in tree.iter("p"))
    body = _extracted(_tree(text), precision=True)
    if len(body) < max(_SHORT_BODY, paragraphs // 4):
        plain = _extracted(_tree(text), precision=False)
        body = plain if len(plain) > 2 * len(body) else body
    whole = unescape(_TAGS.sub("", _BREAKS.sub("\n", said.body or ""))).strip()
    return whole if len(whole) > _MUCH_LONGER * len(body) else completed(body, tree)


def _extracted(tree: "HtmlElement", *, precision: bool) -> str:
    from trafilatura import bare_extraction

    _join_split_body(tree)
    found = bare_extraction(
        tree, include_comments=False, with_metadata=False, favor_precision=precision, favor_recall=not precision
    )
    return str(getattr(found, "text", None) or "").strip()


def _join_split_body(tree: "HtmlElement") -> None:
    """Put an article that advertisements cut into several equal containers back into its first one.

    trafilatura takes the first container that looks like a body. Containers are equal when they have one tag and class
    and at least two paragraphs of prose each, in one `<article>` or `<aside>` and below one headline; they must lie
    within two levels of one another.
    """
    groups: dict[tuple[Any, ...], list[HtmlElement]] = defaultdict(list)
    headlines = 0
    for element in tree.iter("div", "section", "h1"):
        if element.tag == "h1":
            headlines += 1
            continue
        name = element.get("class") or ""
        if name and "comment" not in name.lower():
            prose = sum(len(p.text_content()) > _PARAGRAPH for p in element.findall("p"))
            if prose >= 2:
                story = next(element.iterancestors("article", "aside"), None)
                below = headlines + sum(1 for _ in element.iter("h1"))
                groups[element.tag, name, story, below].append(element)
    for first, *others in groups.values():
        around = first.getparent()
        above = around.getparent() if around is not None else None
        if above is not None and above.tag not in ("body", "html"):
            around = above
        for other in others:
            ancestors = list(other.iterancestors())
            if around is not None and around in ancestors and first not in ancestors:
                first.extend(list(other))


def _guesses(tree: "HtmlElement", url: str | None, said: Declared) -> dict[str, Any]:
    """What trafilatura and htmldate make of the page's layout, for what it does not declare."""
    none: dict[str, Any] = {"title": None, "publisher": None, "authors": (), "published_at": None}
    if said.title and said.authors and said.published_at and said.publisher:
        return none
    from trafilatura.metadata import extract_metadata

    for script in linked_data(tree):
        script.text = None  # it has been read, and may be of another story
    try:
        found = extract_metadata(tree, default_url=url, extensive=False)
    except Exception:  # a guess is worth no failure, and heuristics over hostile markup fail in any way
        return none
    return {
        "title": without_site(found.title, said.publisher),
        "publisher": host_name(url) if url else None,
        "authors": people([name for name in (found.author or "").split(";") if name.strip()]),
        "published_at": plausible_time(found.date),
    }
