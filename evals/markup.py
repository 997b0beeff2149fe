"""HTML and SVG put together so that text cannot become markup: every string is escaped unless it was made here."""

from html import escape
from urllib.parse import urlsplit


class Markup(str):
    """Markup that is safe to put into a page."""

    __slots__ = ()


def element(name: str, /, *children: object, **attributes: object) -> Markup:
    """An element. A trailing `_` of an attribute is dropped and `_` becomes `-`; None leaves the attribute out."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(str(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    return Markup(f"<{name}{written}>{joined(*children)}</{name}>")


def joined(*children: object) -> Markup:
    """Several pieces one after the other; lists are flattened, None is nothing, other values are text."""
    pieces: list[str] = []
    for child in children:
        if child is None:
            continue
        if isinstance(child, Markup):
            pieces.append(child)
        elif isinstance(child, list | tuple):
            pieces.append(joined(*child))
        else:
            pieces.append(escape(printable(str(child))))
    return Markup("".join(pieces))


def link(url: object, text: object, **attributes: object) -> Markup:
    """A link when the address leads to the web, else its text alone; `javascript:` and the like never lead anywhere."""
    try:
        parts = urlsplit(str(url or ""))
        leads = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        leads = False
    if not leads:
        return element("span", text, **attributes)
    return element("a", text, href=url, rel="noopener noreferrer", target="_blank", **attributes)


def printable(text: str) -> str:
    """Without characters that no HTML or XML may hold."""
    return "".join(
        c if c in "\t\n\r" or (c >= " " and not "\ud800" <= c <= "\udfff" and c not in "\ufffe\uffff") else "\ufffd"
        for c in text
    )
