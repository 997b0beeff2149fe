"""Until when sites asked to be left alone. In the store, so that a restart or the next command heeds it too."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, select

from corpus.database import Database
from corpus.dialect import replace
from corpus.schema import rests


class Rests:
    """The sites (`https://host:port`) of one store that are left alone. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def note(self, site: str, seconds: float) -> None:
        """The site asks to be left alone for so long from now on."""
        now = datetime.now(UTC)
        with self._db.write() as connection:
            connection.execute(delete(rests).where(rests.c.until <= now))
            connection.execute(replace(connection, rests), {"site": site, "until": now + timedelta(seconds=seconds)})

    def left(self, site: str) -> float:
        """For how many seconds more a site is to be left alone; 0 when it is not."""
        with self._db.read() as connection:
            until = connection.execute(select(rests.c.until).where(rests.c.site == site)).scalar()
        return 0.0 if until is None else max(0.0, (until - datetime.now(UTC)).total_seconds())
