"""What chat front ends ask for beside answers: a title, tags, follow-ups. Nothing is searched for it."""

import json
import re
from contextlib import aclosing, suppress

from pydantic import BaseModel

from answering.model import ChatModel
from answering.prompt import Turn
from api.answer_schemas import CitationOut, StatementOut, UsageOut
from corpus.errors import ModelUnavailable

_LONGEST_PROMPT = 20_000
_LONGEST_TITLE, _MOST_ITEMS, _LONGEST_ITEM = 60, 5, 200
# Such a prompt shows the JSON that it wants, and the name in it tells what is wanted.
_KIND = re.compile(r'"(title|tags|follow_ups|queries|text|prompt)"\s*:')
_LISTS = ("tags", "follow_ups", "queries")
_ASKED = re.compile(r"^USER:\s*(.+?)\s*(?=^(?:USER|ASSISTANT):|</chat_history>|\Z)", re.DOTALL | re.MULTILINE)
_NAME = re.compile(r"(?<=[\w,’'] )[A-Z][\w’'-]+(?: [A-Z][\w’'-]+)*")
_DECLINED = "Dateline answers questions about its articles; it does not do this."


class Direct(BaseModel):
    """A text that is no answer from articles: it states nothing and cites nothing."""

    answer: str
    usage: UsageOut = UsageOut(input_tokens=0, output_tokens=0, retries=0)
    statements: list[StatementOut] = []
    citations: list[CitationOut] = []


async def housekeeping(prompt: str, model: ChatModel | None) -> Direct:
    """The JSON that the prompt asks for: by the chat model where one is set and does as told, else by simple rules.

    A model's reply is passed on only as the title or the list that was wanted, so that nobody is told news in this way.
    """
    kind = _KIND.search(prompt)
    if kind is None:
        return Direct(answer=_DECLINED)
    usage = UsageOut(input_tokens=0, output_tokens=0, retries=0)
    found: str | list[str] | None = None
    if model is not None:
        said = ""
        with suppress(ModelUnavailable):
            async with aclosing(model.stream((Turn("user", prompt[:_LONGEST_PROMPT]),))) as pieces:
                async for piece in pieces:
                    said += piece.text
                    usage.input_tokens += piece.input_tokens
                    usage.output_tokens += piece.output_tokens
                    usage.retries += piece.retries
            found = _read(kind[1], said)
    return Direct(answer=json.dumps({kind[1]: found or _by_rule(kind[1], prompt)}, ensure_ascii=False), usage=usage)


def _read(kind: str, said: str) -> str | list[str] | None:
    """What a model's reply holds of the kind that was wanted; None when that is not there."""
    try:
        value = json.loads(said[said.find("{") : said.rfind("}") + 1])[kind]
    except (ValueError, KeyError, TypeError):
        return None
    if kind not in _LISTS:
        return _cut(value, _LONGEST_TITLE if kind == "title" else _LONGEST_ITEM) if isinstance(value, str) else None
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        return None
    return [_cut(item, _LONGEST_ITEM) for item in value[:_MOST_ITEMS]]


def _by_rule(kind: str, prompt: str) -> str | list[str]:
    """The first question is the title, the names in it are tags; nothing is made up where a rule has nothing to say."""
    asked = _ASKED.findall(prompt)
    first = " ".join(asked[0].split()) if asked else ""
    if kind == "title":
        return _cut(first.rstrip(" ?.!"), _LONGEST_TITLE) or "New chat"
    if kind == "tags":
        return list(dict.fromkeys(_NAME.findall(first)))[:3] or ["General"]
    return [] if kind in _LISTS else ""


def _cut(text: str, most: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else f"{text[:most].rsplit(' ', 1)[0].rstrip(' ,;:')} …"
