"""What was answered so far: one line a question, appended and flushed, so that a run that breaks off goes on later.

It is the cache as well: a line is found by a key of the question, the settings and the articles, whatever the suite.
"""

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

from corpus.errors import UnwritableFile
from evals.score import Reply
from evals.suite import digest_of


def key_of(body: dict[str, Any], described: dict[str, str], corpus_digest: str) -> str:
    """The key of an answer: everything that it depends on."""
    return digest_of([body, described, corpus_digest])


class Journal:
    """Answers by key, in a file. One thread writes."""

    def __init__(self, file: Path, *, fresh: bool) -> None:
        """Open or begin the file; `fresh` forgets what it holds. Raises `UnwritableFile`."""
        self._replies: dict[str, Reply] = {}
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            if fresh:
                file.unlink(missing_ok=True)
            whole = self._read(file) if file.exists() else 0
            self._file = open(file, "ab")  # noqa: SIM115 (held until closed)
            self._file.truncate(whole)  # a line that a crash cut is asked again
        except OSError as error:
            raise UnwritableFile(f"{file} cannot be written: {error.strerror or error}.") from None

    def get(self, key: str) -> Reply | None:
        """The answer of this key, if one came; a failure is none."""
        return self._replies.get(key)

    def put(self, key: str, case_id: str, reply: Reply) -> None:
        """Keep an answer; it is on the disk when this returns."""
        line = json.dumps({"key": key, "case": case_id, **asdict(reply)}, ensure_ascii=False)
        self._file.write(line.encode("utf-8", "surrogatepass") + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())
        self._note(key, reply)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _note(self, key: str, reply: Reply) -> None:
        if reply.error is None:
            self._replies[key] = reply

    def _read(self, file: Path) -> int:
        """Take in the whole lines; the number of bytes up to the end of the last of them."""
        end = 0
        with open(file, "rb") as lines:
            for line in lines:
                try:
                    fields = json.loads(line.decode("utf-8", "surrogatepass"))
                    reply = Reply(
                        fields["response"], fields["error"], float(fields["latency_ms"]), int(fields["attempts"])
                    )
                    key = str(fields["key"])
                except (ValueError, KeyError, TypeError):
                    break
                if not line.endswith(b"\n"):
                    break
                end += len(line)
                self._note(key, reply)
        return end
