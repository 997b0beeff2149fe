"""The page that shows what changed between two wordings of an article, readable without JavaScript."""

from html import escape

from api.pages.reader import page_around, revision_address
from corpus.article import Article
from corpus.difference import ChangeKind, Difference, differences


def render_changes(old: Article, new: Article) -> str:
    """The page of what changed from `old` to `new`: what was taken out is struck, what was put in is underlined.

    Never raises; everything from the articles is escaped.
    """
    steps = differences(old, new)
    if any(step.kind is not ChangeKind.EQUAL for step in steps) or old.title != new.title:
        body = "\n".join(_paragraph(step, old, new) for step in steps)
    else:
        body = '<p class="notice">Nothing changed in the text.</p>'
    head = (
        f'<p class="dateline">What changed from revision {old.revision} to revision {new.revision}</p>\n'
        f'<h1 class="story-title" dir="auto">{_headline(old, new)}</h1>\n'
        f'<p class="story-links"><a href="{escape(revision_address(old, old.revision))}">Revision {old.revision}</a> '
        f'<a href="{escape(revision_address(new, new.revision))}">Revision {new.revision}</a></p>'
    )
    return page_around(new, head, body)


def _headline(old: Article, new: Article) -> str:
    if old.title == new.title:
        return escape(new.title)
    return f"<del>{escape(old.title)}</del> <ins>{escape(new.title)}</ins>"


def _paragraph(step: Difference, old: Article, new: Article) -> str:
    before, after = old.body[step.old.start : step.old.end], new.body[step.new.start : step.new.end]
    if step.kind is ChangeKind.EQUAL:
        return "\n".join(f'<p dir="auto">{escape(line)}</p>' for line in after.split("\n") if line.strip())
    gone = f"<del>{escape(before)}</del>" if before else ""
    come = f"<ins>{escape(after)}</ins>" if after else ""
    return f'<p class="change" dir="auto">{" ".join(filter(None, (gone, come)))}</p>'
