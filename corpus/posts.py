"""Articles as content systems give them in JSON: where they lie in an answer or export, and in which form.

WordPress (REST), Ghost, Drupal (JSON:API), Arc (ANS), Strapi, Contentful and Elasticsearch; names that differ only by
themselves are in `corpus.records.ALIASES`.
"""

from collections.abc import Mapping
from typing import Any

from corpus.errors import InvalidInput

# What an envelope holds its articles by, the surest first. `db` and `hits` hold an envelope of their own.
_HOLDING = ("articles", "posts", "stories", "items", "entries", "results", "docs", "data", "response", "db", "hits")
_INNER = ("attributes", "fields", "_source")
_BODIES = ("body", "text", "content", "html")  # what has one of these is an article, whatever else it holds
_DEEPEST = 5
_UNPUBLISHED = {"draft", "auto-draft", "pending", "private", "future", "scheduled", "trash", "inherit", "unpublished"}
# Parts of an ANS story that are text of the article itself, as HTML.
_WORDS = {"text": "p", "header": "h2", "correction": "p"}


def items_in(value: Any, depth: int = _DEEPEST) -> list[Any]:
    """What may be articles: the items of a list, those that an envelope holds (`posts`, `data` …), or a lone value."""
    if isinstance(value, list) and not (len(value) == 1 and _held(value[0])):
        return value
    envelope = value[0] if isinstance(value, list) else value
    held = _held(envelope) if depth else None
    return [envelope] if held is None else items_in(held, depth - 1)


def _held(value: Any) -> Any:
    """What an envelope holds its articles in; None for what is no envelope."""
    if not isinstance(value, Mapping) or any(isinstance(value.get(name), str) for name in _BODIES):
        return None
    if isinstance(stories := value.get("content_elements"), list) and "headlines" not in value:  # a search of Arc
        return stories
    return next((value[name] for name in _HOLDING if isinstance(value.get(name), list | Mapping)), None)


def plain_fields(item: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of an article one beside the other, as text; of other articles as they are.

    Raises `InvalidInput` for a post that its system has not published.
    """
    fields = {name: value for name, value in item.items() if name not in _INNER or not isinstance(value, Mapping)}
    for inner in (item.get(name) for name in _INNER):
        if isinstance(inner, Mapping):
            fields = {**inner, **fields}
    if "drupal_internal__nid" in fields:  # "authored on", which editors set to when a post went out
        fields = {"published_at": fields.get("created"), **fields}
    if isinstance(fields.get("headlines"), Mapping) and isinstance(fields.get("content_elements"), list):
        fields = _story(fields)
    if isinstance(fields.get("guid"), Mapping):  # WordPress: each site counts its posts from 1, and its authors too
        fields = {**fields, "id": None, "url": fields.get("link"), "authors": _embedded(fields), "author": None}
    _check_published(fields)
    return {name: _words(value) for name, value in fields.items()}


def _check_published(fields: Mapping[str, Any]) -> None:
    status = fields.get("status")
    if (isinstance(status, str) and status.lower() in _UNPUBLISHED) or (
        status is False and "drupal_internal__nid" in fields
    ):
        said = f" (its status is {status})" if status else ""
        raise InvalidInput(f"The post is not published{said}, so it is left out.")


def _words(value: Any) -> Any:
    """The text of a field that comes with its form: `rendered` of WordPress, `processed` or `value` of Drupal."""
    if isinstance(value, Mapping):
        names = ("rendered", "processed", "value") if "format" in value else ("rendered",)
        return next((value[name] for name in names if isinstance(value.get(name), str)), value)
    return value


def _story(fields: Mapping[str, Any]) -> dict[str, Any]:
    parts = (part for part in fields["content_elements"] if isinstance(part, Mapping))
    credited = fields["credits"].get("by") if isinstance(fields.get("credits"), Mapping) else None
    return {
        **fields,
        "title": fields["headlines"].get("basic"),
        "body": "\n".join(filter(None, map(_part, parts))),
        "authors": credited if isinstance(credited, list) else None,
    }


def _part(part: Mapping[str, Any], depth: int = _DEEPEST) -> str:
    kind, words = str(part.get("type")), part.get("content")
    if kind in _WORDS and isinstance(words := words or part.get("text"), str):
        return f"<{_WORDS[kind]}>{words}</{_WORDS[kind]}>"
    within = part.get("items") if kind == "list" else part.get("content_elements") if kind == "quote" else None
    if not isinstance(within, list) or not depth:
        return ""
    return "\n".join(filter(None, (_part(one, depth - 1) for one in within if isinstance(one, Mapping))))


def _embedded(fields: Mapping[str, Any]) -> list[Any] | None:
    """The authors of a post that was asked for with `_embed`; without, WordPress gives but their numbers."""
    embedded = fields.get("_embedded")
    authors = embedded.get("author") if isinstance(embedded, Mapping) else None
    return authors if isinstance(authors, list) else None
