"""Articles kept as plain text or Markdown, with or without front matter."""

import re
import tomllib
from collections.abc import Mapping
from typing import Any

from corpus.article import IncomingArticle
from corpus.errors import UnreadableFile
from corpus.markdown import plain_text
from corpus.records import ALIASES, article_from, is_named

# As Hugo writes it.
_TOML = re.compile(r"\+{3}[ \t]*\n(?P<fields>.*?)^\+{3}[ \t]*$", re.DOTALL | re.MULTILINE)
_BETWEEN_RULES = re.compile(r"-{3,}[ \t]*\n\s*(?!-{3})\S")


def read_text(text: str, name: str, collection: str, file_id: str | None) -> IncomingArticle:
    """The one article of a text file; `file_id` names it when its front matter does not. Raises `InvalidInput`."""
    return article_from(_fields(text, name, file_id), collection)


def read_markdown(text: str, name: str, collection: str, file_id: str | None) -> IncomingArticle:
    """The one article of a Markdown file, as `read_text`; the body is what it reads as, without the marks."""
    fields = _fields(text, name, file_id)
    title = next((fields[alias] for alias in ALIASES["title"] if fields.get(alias)), None)
    plain = plain_text(fields["body"], title if isinstance(title, str) else None)
    return article_from({**fields, "title": title or plain.heading, "body": plain.body}, collection)


def _fields(text: str, name: str, file_id: str | None) -> dict[str, Any]:
    if not text.strip():
        raise UnreadableFile(f"{name} is empty.")
    said, body = _front_matter(text.strip(), name)
    # YAML has keys that are numbers, dates and truth values; no field is called like that.
    fields = {key: value for key, value in said.items() if isinstance(key, str)}
    if not is_named(fields):
        fields["id"] = file_id
    return {**fields, "body": body}


def _front_matter(text: str, name: str) -> tuple[Mapping[Any, Any], str]:
    """What stands before the text about it, and the text: all of it where that is only a text between two rules."""
    import frontmatter
    import yaml

    try:
        if toml := _TOML.match(text):
            return tomllib.loads(toml["fields"]), text[toml.end() :].strip()
        said, body = frontmatter.parse(text)
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        form = "TOML" if text.startswith("+++") else "YAML"
        raise UnreadableFile(f"The front matter of {name} is not valid {form}: {reason}.") from error
    is_text = not said and _BETWEEN_RULES.match(text) is not None
    return said, text if is_text else body
