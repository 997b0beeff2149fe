"""A real PostgreSQL of the tests' own: a cluster in a temporary folder, run by a user that is not root."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psycopg

from corpus.database import Database

_DEBIAN = Path("/usr/lib/postgresql")
# Processes are killed here and machines are not, so nothing has to be forced to the disk.
_SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "listen_addresses": "''",
}
_PATIENCE = 60.0


class PostgresServer:
    """A server on a Unix socket in `folder`, over the data that lie there already."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self._folder = folder
        self._programs = programs
        self._as_user = _unprivileged(folder)

    def url(self, database: str, user: str = "dateline") -> str:
        """The address of one of its databases."""
        return f"postgresql://{user}@/{database}?host={self._folder}"

    def configure(self, settings: Mapping[str, str]) -> None:
        """Set these from the next start on."""
        with open(self._folder / "data" / "postgresql.conf", "a") as file:
            file.writelines(f"{name} = {value}\n" for name, value in settings.items())
            file.write(f"unix_socket_directories = '{self._folder}'\n")

    def start(self) -> None:
        """Serve, and return once it answers."""
        deadline = time.monotonic() + _PATIENCE
        # What a killed server leaves behind for a moment keeps the next one from starting.
        while not self._run("pg_ctl", "-l", str(self._folder / "log"), "-w", "start", check=False):
            assert time.monotonic() < deadline, (self._folder / "log").read_text()[-2000:]
            time.sleep(0.1)

    def kill(self) -> None:
        """SIGKILL to the server; what it was doing is left as it is."""
        os.kill(int((self._folder / "data" / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)

    def stop(self) -> None:
        """End it at once."""
        self._run("pg_ctl", "-m", "immediate", "-w", "stop", check=False)

    def _run(self, program: str, *arguments: str, check: bool = True) -> bool:
        command = [*self._as_user, str(self._programs / program), "-D", str(self._folder / "data"), *arguments]
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, cwd="/"
        )
        assert not check or done.returncode == 0, done.stderr
        return done.returncode == 0


class Cluster(PostgresServer):
    """One server of its own, with a migrated database that is copied for each test."""

    def __init__(self, folder: Path, programs: Path) -> None:
        super().__init__(folder, programs)
        self._run("initdb", "-U", "dateline", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        self.configure(_SETTINGS)
        self.start()
        self.execute("CREATE DATABASE template")
        Database(self.url("template")).close()

    def fresh(self) -> str:
        """The address of a new database with empty tables."""
        name = f"d{uuid.uuid4().hex[:12]}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE template")
        return self.url(name)

    def execute(self, statement: str) -> None:
        """Run a statement beside all databases of the tests."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())

    @contextmanager
    def standby(self) -> Iterator[PostgresServer]:
        """A second server that follows this one and holds what it holds now."""
        with _folder() as folder:
            follower = PostgresServer(folder, self._programs)
            follower._run("pg_basebackup", "-h", str(self._folder), "-U", "dateline", "-R", "--checkpoint=fast", "-N")
            follower.configure({})
            follower.start()
            try:
                yield follower
            finally:
                follower.stop()


@contextmanager
def cluster() -> Iterator[Cluster | None]:
    """A cluster of its own, None where PostgreSQL's programs are not installed."""
    programs = _programs()
    if programs is None:
        yield None
        return
    with _folder() as folder:
        running = Cluster(folder, programs)
        try:
            yield running
        finally:
            running.stop()


@contextmanager
def _folder() -> Iterator[Path]:
    # Short, because the path of a socket may have a hundred characters, and not below a folder of root's alone.
    folder = Path(tempfile.mkdtemp(prefix="dateline-pg-", dir="/tmp"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path | None:
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    versions = [path for path in _DEBIAN.glob("*/bin") if (path / "initdb").exists()]
    return max(versions, key=lambda path: int(path.parent.name), default=None)


def _unprivileged(folder: Path) -> list[str]:
    """What a command begins with so that it is not run by root, which PostgreSQL refuses; the folder is given away."""
    if os.getuid() != 0:
        return []
    names = {user.pw_name for user in pwd.getpwall()}
    user = "postgres" if "postgres" in names else "nobody"
    shutil.chown(folder, user)
    return ["runuser", "-u", user, "--"]
