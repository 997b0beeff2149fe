"""What SQLite and PostgreSQL say differently in SQL. Everything else in the store is written once for both."""

from collections.abc import Sequence
from itertools import chain
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Connection, Table, Text, bindparam, cast, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction

_ROWS_AT_ONCE = 500  # of at most 32,766 values, which is what SQLite takes


class _Elements(GenericFunction[Any]):
    """The elements of a JSON list, as rows with one column `value`."""

    name = "json_each"
    inherit_cache = True


class _Folded(GenericFunction[str]):
    """A text without its letter case. SQLite's is Python's `casefold` (`corpus.engines`)."""

    name = "casefold"
    type = Text()
    inherit_cache = True


@compiles(_Elements, "postgresql")
def _elements_in_postgresql(element: _Elements, compiler: Any, **options: Any) -> str:
    return f"json_array_elements_text{compiler.process(element.clause_expr, **options)}"


@compiles(_Folded, "postgresql")
def _folded_in_postgresql(element: _Folded, compiler: Any, **options: Any) -> str:
    # By the rules of Unicode, whatever the database was made with: in a database of the locale C, lower() alone knows
    # the letters of ASCII.
    return f'lower({compiler.process(element.clauses, **options)} COLLATE "und-x-icu")'


def elements(of: Any, name: str) -> Any:
    """A table `name` of the elements of a JSON list; its column `value` is text in PostgreSQL."""
    return _Elements(of).table_valued("value", name=name)


def listed(name: str) -> Any:
    """The numbers of a list that is bound as `name`: one statement for lists of every length."""
    return select(cast(elements(bindparam(name, type_=JSON), name).c.value, BigInteger))


def folded(text: Any) -> Any:
    """A text or column to be compared without regard to letter case, with another one that is `folded`."""
    return _Folded(text)


def insert_new(connection: Connection, table: Table) -> Any:
    """An INSERT that passes over rows that are there already."""
    return _upsert(connection, table).on_conflict_do_nothing()


def replace(connection: Connection, table: Table) -> Any:
    """An INSERT of whole rows that takes the place of rows with the same primary key."""
    statement = _upsert(connection, table)
    others = {column.name: statement.excluded[column.name] for column in table.c if not column.primary_key}
    return statement.on_conflict_do_update(index_elements=list(table.primary_key), set_=others)


def insert_many(
    connection: Connection, table: Table, columns: Sequence[Column[Any]], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Insert rows of plain numbers, text and bytes, given in the order of `columns`.

    The statement is written once and the rows go to the driver as they are: SQLAlchemy by itself makes several objects
    of each row, which for rows as small as these takes four times as long as storing them. To SQLite many go at once:
    its driver lets the interpreter go before each row of `executemany` and waits for it after, which takes longer than
    the row when another thread is working.
    """
    if not rows:
        return
    names = [column.name for column in columns]
    statement = str(insert(table).compile(dialect=connection.dialect, column_keys=names))
    if not connection.dialect.positional:
        connection.exec_driver_sql(statement, [dict(zip(names, row, strict=True)) for row in rows])
        return
    head, _, one = statement.rpartition(" VALUES ")
    for at in range(0, len(rows), _ROWS_AT_ONCE):
        these = rows[at : at + _ROWS_AT_ONCE]
        connection.exec_driver_sql(f"{head} VALUES {', '.join([one] * len(these))}", tuple(chain.from_iterable(these)))


def _upsert(connection: Connection, table: Table) -> Any:
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)
