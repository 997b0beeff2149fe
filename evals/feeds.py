"""Read every feed of a collection: `python -m evals.feeds ARCHIVE.tar.gz|FOLDER`.

Meant for collections of broken feeds such as feedparser's own tests. Prints how many gave entries, how many are feeds
without entries, how many were refused with a reason, and the slowest. A crash ends it, which is the point.
"""

import argparse
import tarfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from corpus.errors import UnreadableFile
from corpus.feed import read_feed


def main() -> None:
    """Print the counts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("feeds", type=Path)
    counts: Counter[str] = Counter()
    slowest, slowest_name = 0.0, ""
    for name, data in _files(parser.parse_args().feeds):
        clock = time.perf_counter()
        try:
            counts["with entries" if read_feed(data, "https://feed.example/").entries else "without entries"] += 1
        except UnreadableFile:
            counts["refused with a reason"] += 1
        seconds = time.perf_counter() - clock
        if seconds > slowest:
            slowest, slowest_name = seconds, name
    for kind, count in counts.most_common():
        print(f"{count:,} {kind}")
    print(f"slowest: {slowest * 1000:.0f} ms, {slowest_name}")


def _files(path: Path) -> Iterator[tuple[str, bytes]]:
    if path.is_dir():
        for found in sorted(found for found in path.rglob("*") if found.is_file()):
            yield str(found), found.read_bytes()
        return
    with tarfile.open(path) as archive:
        for member in archive:
            if (file := archive.extractfile(member)) is not None:
                yield member.name, file.read()


if __name__ == "__main__":
    main()
