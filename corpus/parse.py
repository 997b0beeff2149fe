"""The worker that parses hostile documents: a process of its own, with limits, fed by `corpus.worker`.

`python -m corpus.parse` reads requests from standard input and answers on standard output. A request is a frame of JSON
(`kind`, `url`, `charset`, `size`) and `size` bytes; an answer is a frame of JSON, `{"parsed": {...}}` or
`{"reason": "..."}`. A frame is four bytes of length, high byte first, and as many bytes.
"""

import contextlib
import io
import json
import os
import resource
import select
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any, BinaryIO

from corpus.accept import check_length
from corpus.charset import decoded
from corpus.docx import read_docx
from corpus.errors import InvalidInput, UnreadableFile
from corpus.feed import Feed, read_feed
from corpus.found import Parsed, Records
from corpus.newsletter import read_newsletter
from corpus.page import read_markup, read_page
from corpus.pdf import read_pdf
from corpus.reader import read_records
from corpus.sniff import Kind

MEMORY_BYTES = 512 << 20
CPU_SECONDS = 8
OUT_OF_MEMORY = 3
_DEEPEST = 5_000
# What a document took is seldom given back to the system; the next one would have the less.
_USED_UP_BYTES = 250 << 20


def main() -> None:
    """Serve requests until standard input ends, which it does when the owner is gone."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not pass for an answer
    threading.Thread(target=_end_with_the_owner, daemon=True).start()
    _warm_up()
    _limit()
    _send(answers, {"ready": True})
    while request := _receive(sys.stdin.buffer):
        data = sys.stdin.buffer.read(int(request["size"]))
        if len(data) < int(request["size"]):
            return
        used = resource.getrusage(resource.RUSAGE_SELF)
        spent = int(used.ru_utime + used.ru_stime) + 1
        resource.setrlimit(resource.RLIMIT_CPU, (spent + CPU_SECONDS, resource.RLIM_INFINITY))
        try:
            answer = _answer(request, data)
            _send(answers, {**answer, "used_up": _resident_bytes() > _USED_UP_BYTES})
        except MemoryError:
            os._exit(OUT_OF_MEMORY)  # what is left of the heap is not to be trusted with the next document


def _answer(request: dict[str, Any], data: bytes) -> dict[str, Any]:
    try:
        parsed = _parser(str(request["kind"]), request)(data)
        if isinstance(parsed, Parsed):
            check_length(parsed.body)  # here, so that the owner need not take in what nobody stores
        return {"parsed": asdict(parsed)}
    except InvalidInput as error:
        return {"reason": str(error)}
    except MemoryError:
        raise
    except RecursionError:
        return {"reason": "It is nested too deeply to be a document that people write."}
    except Exception as error:  # parsers over hostile bytes raise anything; the next document must still be read
        return {"reason": f"It cannot be parsed ({type(error).__name__}); it is probably damaged."}


def _parser(kind: str, request: dict[str, Any]) -> Callable[[bytes], Parsed | Feed | Records]:
    def page(data: bytes) -> Parsed:
        return read_page(decoded(data, "The page", request.get("charset"), is_page=True), request.get("url"))

    def markup(data: bytes) -> Parsed:
        return read_markup(data.decode("utf-8", "replace"))

    def feed(data: bytes) -> Feed:
        return read_feed(data, str(request.get("url")), request.get("charset"))

    def records(data: bytes) -> Records:
        return read_records(Kind(request["of"]), data, str(request["name"]), request.get("charset"))

    parsers: dict[str, Callable[[bytes], Parsed | Feed | Records]] = {
        "page": page,
        "markup": markup,
        "pdf": read_pdf,
        "docx": read_docx,
        "newsletter": read_newsletter,
        "feed": feed,
        "records": records,
    }
    return parsers[kind]


def _warm_up() -> None:
    """Import everything now: later there is little memory, and no file may be written."""
    import docx
    import pypdfium2

    docx.Document()
    pypdfium2.PdfDocument.new().close()
    for example in (b"<rss version='2.0'><channel/></rss>", b"<urlset/>"):
        read_feed(example, "https://example.org/feed")
    read_records(Kind.MARKDOWN, b"---\ntitle: T\n---\nA sentence.", "warm-up", None)
    with contextlib.suppress(UnreadableFile):
        read_page("<html><body><article><p>" + "A sentence to warm up with. " * 20 + "</p></article></body></html>")


def _limit() -> None:
    """Memory, no core files, no files written. Where the system knows a limit not (macOS), the deadline remains."""
    for limit, amount in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
    ):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(limit, (amount, amount))
    sys.setrecursionlimit(_DEEPEST)


def _resident_bytes() -> int:
    """Memory held now. The peak that `getrusage` tells would be the owner's, from before this program was loaded."""
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * resource.getpagesize()
    except (OSError, ValueError, IndexError):
        return 0


def _end_with_the_owner() -> None:
    """Leave as soon as the other end of standard input is closed, also in the middle of a document."""
    watch = select.poll()
    watch.register(0, 0)  # no events asked for, so only the hang-up is told
    watch.poll()
    os._exit(1)


def _receive(stream: BinaryIO) -> dict[str, Any]:
    length = stream.read(4)
    return dict(json.loads(stream.read(int.from_bytes(length)))) if len(length) == 4 else {}


def _send(stream: io.BufferedWriter | BinaryIO, answer: dict[str, Any]) -> None:
    # As itself rather than escaped, which takes up to three times the room; json.loads reads lone surrogates like this.
    raw = json.dumps(answer, default=datetime.isoformat, ensure_ascii=False).encode("utf-8", "surrogatepass")
    stream.write(len(raw).to_bytes(4) + raw)
    stream.flush()


if __name__ == "__main__":
    main()
