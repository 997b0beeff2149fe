"""Check, clean and name an incoming article, so that what reaches the store is whole and citable."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import parse_qsl, unquote_plus, urlencode, urlsplit, urlunsplit

from corpus.article import IncomingArticle
from corpus.clean import clean_body, clean_line
from corpus.errors import DatelineError, InvalidInput
from corpus.language import kept_language

MOST_BODY_CHARACTERS, MOST_BODY_LINES = 2_000_000, 100_000
_MOST_TITLE = 500
_MOST_ID = 200
_CAN_BE_GUESSED = ("title", "authors", "publisher", "published_at", "updated_at", "url", "language")
_COLLECTION = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
# Parameters that say where a reader came from, not what the page is.
_TRACKING = re.compile(r"utm_\w+|fbclid|gclid|mc_cid|mc_eid|cmpid|ref_src|smid|ocid", re.IGNORECASE)
_EPOCH_SECONDS, _EPOCH_MILLISECONDS = re.compile(r"\d{10}(?:\.\d+)?"), re.compile(r"\d{13}")
_TWELVE_HOURS = re.compile(r"\b(0?[1-9]|1[0-2])(?::(\d\d))?(:\d\d)?\s*([ap])\.?m\b\.?", re.IGNORECASE)
_EARLIEST = datetime(1800, 1, 1, tzinfo=UTC)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Clocks and zones are wrong by hours; what is dated further ahead would hide itself until then.
_AHEAD = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Failure:
    """An article that could not be taken: its place in the batch, what it is called, and why."""

    index: int
    name: str | None
    error: DatelineError


def accept(incoming: IncomingArticle) -> IncomingArticle:
    """The article with a clean title and body, a canonical URL and an id. Raises `InvalidInput` with what to mend."""
    check_length(incoming.body)
    text = clean_body(incoming.body, clean_line(incoming.title))
    if not any(character.isalnum() for character in text.body):
        raise InvalidInput("The article has no text: its body is empty after cleaning.")
    title = clean_line(incoming.title) or text.syndicated_title or _first_line(text.body)
    publisher = _optional(incoming.publisher) or text.syndicated_publisher
    url = canonical_url(incoming.url) if incoming.url else None
    cleaned = replace(
        incoming,
        title=title[:_MOST_TITLE],
        body=text.body,
        publisher=publisher,
        authors=tuple(name for name in map(clean_line, incoming.authors) if name),
        url=url,
        language=kept_language(incoming.language),
        collection=check_collection(incoming.collection),
        guessed=tuple(name for name in _CAN_BE_GUESSED if name in incoming.guessed),
    )
    return replace(cleaned, id=check_id(incoming.id) if incoming.id else _made_id(cleaned))


def check_length(body: str) -> None:
    """Raise `InvalidInput` for a body that is longer than articles are."""
    if len(body) > MOST_BODY_CHARACTERS:
        raise InvalidInput(f"The body has {len(body):,} characters; at most {MOST_BODY_CHARACTERS:,} are taken.")
    if (lines := body.count("\n") + 1) > MOST_BODY_LINES:
        raise InvalidInput(f"The body has {lines:,} lines; at most {MOST_BODY_LINES:,} are taken.")


def check_collection(name: str) -> str:
    """The name of a collection, when it is one. Raises `InvalidInput`."""
    if not _COLLECTION.fullmatch(name):
        raise InvalidInput(
            f"The collection name {name[:80]!r} is not valid: use up to 63 lower-case letters, digits, '-' and '_'.",
            at="collection",
        )
    return name


def check_id(article_id: str) -> str:
    """The id of an article, when it is one. Raises `InvalidInput`."""
    if not article_id or len(article_id) > _MOST_ID or article_id != clean_line(article_id):
        raise InvalidInput(f"The id {article_id[:80]!r} is not valid: use up to {_MOST_ID} characters on one line.")
    if article_id in (".", ".."):
        raise InvalidInput(f"The id {article_id!r} is not valid: in an address it is a step and no name.")
    return article_id


def canonical_url(url: str) -> str:
    """One form for one page: lower-case host, no fragment, no tracking parameters. Raises `InvalidInput`."""
    try:
        url.encode()
        parts = urlsplit(url.strip())
        host = parts.hostname
        _ = parts.port
    except UnicodeEncodeError:
        raise InvalidInput(f"The URL {url[:200]!r} holds half a surrogate pair, which is no character.") from None
    except ValueError:
        host, parts = None, urlsplit("")
    if parts.scheme.lower() not in ("http", "https") or not host:
        raise InvalidInput(f"The URL {url[:200]!r} is not an http or https address.")
    query = "&".join(filter(None, map(_parameter, parts.query.split("&"))))
    host = f"[{host}]" if ":" in host else host
    netloc = host if parts.port is None else f"{host}:{parts.port}"
    return urlunsplit((parts.scheme.lower(), netloc, parts.path or "/", query, ""))


def is_relative(url: object) -> bool:
    """Whether this is an address without a site ("/posts/9/"), which by itself leads nowhere."""
    try:
        return isinstance(url, str) and not urlsplit(url.strip()).scheme
    except ValueError:
        return False


def _parameter(pair: str) -> str:
    """One form for a parameter; as it is when it is no pair or no UTF-8; nothing for one that only tracks."""
    name, is_pair, _ = pair.partition("=")
    if _TRACKING.fullmatch(unquote_plus(name)):
        return ""
    try:
        return urlencode(parse_qsl(pair, keep_blank_values=True, errors="strict")) if is_pair else pair
    except UnicodeError:
        return pair


def parse_time(value: object, field: str, *, end_of_day: bool = False) -> datetime | None:
    """An aware UTC time from a datetime, a date, or ISO 8601 or RFC 2822 text; None and empty text give None.

    A number of 10 digits is seconds since 1970, one of 13 is milliseconds. A time without a zone is read as UTC. A bare
    date is its first moment, or its last with `end_of_day`. Raises `InvalidInput` naming `field`, by its last part
    where it lies in others ("filters.published_from").
    """
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        try:
            return _utc(value)
        except OverflowError:
            raise InvalidInput(f"{field} {value.isoformat()} is before or after all that can be dated.") from None
    if isinstance(value, date):
        return datetime.combine(value, time.max if end_of_day else time.min, UTC)
    text = str(value).strip()
    if _EPOCH_SECONDS.fullmatch(text) or _EPOCH_MILLISECONDS.fullmatch(text):
        return datetime.fromtimestamp(float(text) / (1_000 if len(text) == 13 and text.isdecimal() else 1), UTC)
    text = _TWELVE_HOURS.sub(_by_24_hours, text)
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        try:
            return parse_time(date.fromisoformat(text), field, end_of_day=end_of_day)
        except ValueError:
            pass
    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            return _utc(parse(text))
        except (ValueError, TypeError, OverflowError):
            continue
    name = field.rpartition(".")[2]
    raise InvalidInput(f"{name} {text[:80]!r} is not a date; write it like 2024-05-03 or 2024-05-03T06:00:00Z.", field)


def check_order(begin: datetime | None, end: datetime | None, first: str, last: str) -> None:
    """Raise `InvalidInput` for a span that ends before it begins; `first` and `last` name the fields of its ends."""
    if begin is not None and end is not None and begin > end:
        ends = (begin.isoformat(timespec="seconds"), end.isoformat(timespec="seconds"))
        said = f"{first.rpartition('.')[2]} ({ends[0]}) is later than {last} ({ends[1]})"
        raise InvalidInput(f"{said}: nothing lies between them.", at=first)


def believed_time(when: datetime | None) -> datetime | None:
    """A time that an article can have, else None."""
    if when is None or when < _EARLIEST or when == _EPOCH or when > datetime.now(UTC) + _AHEAD:
        return None
    return when


def _by_24_hours(clock: re.Match[str]) -> str:
    hour = int(clock[1]) % 12 + (12 if clock[4] in "pP" else 0)
    return f"{hour:02}:{clock[2] or '00'}{clock[3] or ''}"


def names(value: object) -> tuple[str, ...]:
    """Author names from a list or from one string."""
    if value is None:
        return ()
    if isinstance(value, str):
        return (value,)
    return tuple(str(name) for name in value) if isinstance(value, Iterable) else (str(value),)


def _utc(value: datetime) -> datetime:
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _made_id(article: IncomingArticle) -> str:
    """From the URL, or from what stays the same when a wording changes: outlet, headline and day."""
    return digest_id(article.url) if article.url else digest_id(article.publisher, article.title, article.published_at)


def digest_id(*parts: object) -> str:
    """An id that stays the same as long as these do."""
    return "a-" + hashlib.sha256("|".join(map(str, parts)).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _optional(value: str | None) -> str | None:
    return (clean_line(value) or None) if value else None


def _first_line(body: str) -> str:
    line = body.split("\n", 1)[0]
    return line if len(line) <= 120 else line[:120].rsplit(" ", 1)[0] + " …"
