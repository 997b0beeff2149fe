"""Articles kept as plain text or Markdown, with or without front matter."""

from typing import Any

from corpus.article import IncomingArticle
from corpus.errors import UnreadableFile
from corpus.markdown import plain_text
from corpus.records import ALIASES, article_from


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
    import frontmatter
    import yaml

    if not text.strip():
        raise UnreadableFile(f"{name} is empty.")
    try:
        post = frontmatter.loads(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise UnreadableFile(f"The front matter of {name} is not valid YAML: {reason}.") from error
    fields: dict[str, Any] = dict(post.metadata)
    if "id" not in fields and "url" not in fields:
        fields["id"] = file_id
    return {**fields, "body": post.content}
