"""Keys to the API: made, listed, revoked, looked up. A key is shown once, and only its digest is stored."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import insert, select, update

from corpus.accept import check_collection
from corpus.database import Database
from corpus.errors import InvalidInput, NotFound
from corpus.schema import api_keys

_PREFIX = "dl"
_SECRET_BYTES = 32  # so that guessing is hopeless, and a plain digest enough to keep
_MOST_NAME = 100


class Scope(StrEnum):
    """What a key may do. Each may do what those before it may."""

    READ = "read"
    WRITE = "write"
    ADMIN = "admin"

    def allows(self, needed: "Scope") -> bool:
        """Whether a key of this scope may do what needs `needed`."""
        order = list(Scope)
        return order.index(self) >= order.index(needed)


@dataclass(frozen=True, slots=True)
class Key:
    """A key, without its secret. `per_minute` is the most requests a minute; None leaves it to the setting.

    `collections` are those that it reaches; empty: all.
    """

    id: str
    name: str
    scope: Scope
    per_minute: int | None
    created_at: datetime
    revoked_at: datetime | None
    collections: tuple[str, ...] = ()


class KeyStore:
    """The keys of one store. Thread-safe. Another process may add and revoke keys while a server looks them up."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def create(
        self, name: str, scope: Scope, per_minute: int | None = None, collections: Sequence[str] = ()
    ) -> tuple[Key, str]:
        """A new key and the text that its holder sends, which is given this once. Raises `InvalidInput`."""
        name = name.strip()
        if not name or len(name) > _MOST_NAME or not name.isprintable():
            raise InvalidInput(f"A key's name must be 1 to {_MOST_NAME} plain characters.")
        if per_minute is not None and per_minute < 1:
            raise InvalidInput("A key must be allowed at least one request a minute.")
        bound = tuple(dict.fromkeys(map(check_collection, collections)))
        key = Key(secrets.token_hex(6), name, scope, per_minute, datetime.now(UTC), None, bound)
        text = f"{_PREFIX}_{key.id}_{secrets.token_urlsafe(_SECRET_BYTES)}"
        row = {"id": key.id, "digest": _digest(text), "name": name, "scope": scope.value, "collections": list(bound)}
        with self._db.write() as connection:
            connection.execute(insert(api_keys).values(**row, per_minute=per_minute, created_at=key.created_at))
        return key, text

    def all(self) -> list[Key]:
        """Every key, revoked ones too, in order of their making."""
        with self._db.read() as connection:
            rows = connection.execute(select(*_COLUMNS).order_by(api_keys.c.created_at)).all()
        return [_key(*row) for row in rows]

    def revoke(self, key_id: str) -> None:
        """From now on the key opens nothing. Raises `NotFound` when there is no such key that still does."""
        with self._db.write() as connection:
            held = api_keys.c.id == key_id, api_keys.c.revoked_at.is_(None)
            if connection.execute(update(api_keys).where(*held).values(revoked_at=datetime.now(UTC))).rowcount == 0:
                raise NotFound(f"No key {key_id!r} is in force; `dateline keys list` shows those that are.")

    def find(self, text: str) -> Key | None:
        """The key that a client sent, if it is one that is in force."""
        prefix, _, rest = text.partition("_")
        key_id, _, secret = rest.partition("_")
        if prefix != _PREFIX or not secret or not (text.isascii() and text.isprintable()):
            return None
        with self._db.read() as connection:
            query = select(*_COLUMNS, api_keys.c.digest).where(api_keys.c.id == key_id)
            row = connection.execute(query).first()
        if row is None or row.revoked_at is not None or not hmac.compare_digest(row.digest, _digest(text)):
            return None
        return _key(*row[:-1])

    def is_empty(self) -> bool:
        """Whether no key is in force, so that nobody could be let in."""
        with self._db.read() as connection:
            return connection.execute(select(api_keys.c.id).where(api_keys.c.revoked_at.is_(None))).first() is None


_COLUMNS = (
    api_keys.c.id, api_keys.c.name, api_keys.c.scope, api_keys.c.per_minute, api_keys.c.created_at,
    api_keys.c.revoked_at, api_keys.c.collections,
)  # fmt: skip


def _key(key_id: str, name: str, scope: str, *rest: Any) -> Key:
    *others, collections = rest
    key = Key(key_id, name, Scope(scope), *others)
    return replace(key, collections=tuple(collections))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
