"""Articles kept as plain text or Markdown, with or without front matter."""

from typing import Any

from corpus.article import IncomingArticle
from corpus.errors import UnreadableFile
from corpus.records import article_from


def read_text(text: str, name: str, collection: str, file_id: str | None) -> IncomingArticle:
    """The one article of a text file; `file_id` names it when its front matter does not. Raises `InvalidInput`."""
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
    return article_from({**fields, "body": post.content}, collection)
