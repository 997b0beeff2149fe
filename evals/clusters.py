"""Measure how well copies are found: `python -m evals.clusters ARTICLES [--sample N]`.

ARTICLES is a JSONL file (.gz too) of articles with `id`, `title` and `body`, such as the BBC news articles of 2004-05
(Greene and Cunningham, 2006), which hold exact duplicates under other ids. Light rewrites of a sample are planted, each
kind at three strengths; everything is stored with clustering as it ships.
"""

import argparse
import random
import re
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from corpus.accept import accept
from corpus.article import IncomingArticle
from corpus.database import Database
from corpus.errors import InvalidInput
from corpus.reader import read_file
from corpus.resemblance import bands, runs, share, shingles
from corpus.store import ArticleStore
from evals.bootstrap import estimate
from retrieval.prepare import cut

_WORD = re.compile(r"\w+")
_STRENGTHS = (0.05, 0.1, 0.2)
Rewrite = Callable[[str, float, random.Random, Sequence[str]], str]


def main() -> None:
    """Print tables of recall, precision and speed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", type=Path)
    parser.add_argument("--sample", type=int, default=100, help="articles of which rewrites are planted")
    parser.add_argument("--pairs", action="store_true", help="print the nearest pairs that were and were not merged")
    options = parser.parse_args()
    originals = _read(options.articles)
    planted = _plant(originals, options.sample, random.Random(1))
    with tempfile.TemporaryDirectory() as scratch:
        store = ArticleStore(Database(Path(scratch) / "dateline.sqlite"))
        _measure_speed(store, [*originals, *(article for _, _, article in planted)])
        cluster = {a.id: frozenset(m.id for m in store.cluster_of("default", a.id)) for a in originals if a.id}
        _report_duplicates(originals, cluster)
        _report_rewrites(planted, store)
        if options.pairs:
            _print_pairs(originals, cluster)


def _read(path: Path) -> list[IncomingArticle]:
    articles = []
    for found in read_file(path):
        if isinstance(found.outcome, IncomingArticle):
            try:
                articles.append(accept(found.outcome))
            except InvalidInput:
                continue
    return articles


def _agency_line(body: str, strength: float, chance: random.Random, words: Sequence[str]) -> str:
    return f"LONDON (Agency) - {body}\n(Reporting by our staff; editing by the desk)"


def _cut_tail(body: str, strength: float, chance: random.Random, words: Sequence[str]) -> str:
    return body[: int(len(body) * (1 - 2 * strength))].rsplit(" ", 1)[0]


def _changed_lead(body: str, strength: float, chance: random.Random, words: Sequence[str]) -> str:
    at = int(len(body) * strength)
    lead = " ".join(chance.choices(words, k=len(_WORD.findall(body[:at]))))
    return f"{lead.capitalize()}. {body[at:].split(' ', 1)[-1]}"


def _changed_words(body: str, strength: float, chance: random.Random, words: Sequence[str]) -> str:
    return _WORD.sub(lambda word: chance.choice(words) if chance.random() < strength else word[0], body)


_REWRITES: dict[str, Rewrite] = {
    "agency line added": _agency_line,
    "tail cut (twice the strength)": _cut_tail,
    "lead rewritten": _changed_lead,
    "words replaced": _changed_words,
}


def _plant(
    originals: Sequence[IncomingArticle], sample: int, chance: random.Random
) -> list[tuple[str, str, IncomingArticle]]:
    words = [word for article in originals[:500] for word in _WORD.findall(article.body)]
    planted = []
    for number, article in enumerate(chance.sample(originals, min(sample, len(originals)))):
        for kind, rewrite in _REWRITES.items():
            for strength in _STRENGTHS:
                body = rewrite(article.body, strength, chance, words)
                name = f"planted-{number}-{kind}-{strength}"
                copy = replace(article, id=name, title=f"Other headline {number}", body=body, url=None)
                assert article.id is not None
                planted.append((f"{kind}|{strength:.0%}", article.id, accept(copy)))
    return planted


def _measure_speed(store: ArticleStore, articles: Sequence[IncomingArticle]) -> None:
    times: list[float] = []
    for at in range(0, len(articles), 50):
        batch = [(article, cut(article)) for article in articles[at : at + 50]]
        clock = time.process_time()
        store.put(batch)
        times += [(time.process_time() - clock) / len(batch) * 1000] * len(batch)
    tenth = max(1, len(times) // 10)
    clock = time.process_time()
    for article in articles[:200]:
        bands("default", runs(article.body))
    alone = (time.process_time() - clock) / min(200, len(articles)) * 1000
    print("| storing, ms of processor time an article | |\n|---|---|")
    print(f"| first tenth | {statistics.mean(times[:tenth]):.2f} |")
    print(f"| last tenth | {statistics.mean(times[-tenth:]):.2f} |")
    print(f"| of it the signature | {alone:.2f} |\n")


def _report_duplicates(originals: Sequence[IncomingArticle], cluster: dict[str, frozenset[str]]) -> None:
    same: dict[str, list[str]] = defaultdict(list)
    for article in originals:
        same[" ".join(_WORD.findall(article.body.lower()))].append(article.id or "")
    groups = [ids for ids in same.values() if len(ids) > 1]
    copies = sum(len(ids) - 1 for ids in groups)
    found = sum(len(cluster[ids[0]] & set(ids)) - 1 for ids in groups)
    print(f"Exact duplicates: {found} of {copies} beside their original, in {len(groups)} groups.\n")


def _report_rewrites(planted: Sequence[tuple[str, str, IncomingArticle]], store: ArticleStore) -> None:
    hits: dict[str, list[float]] = defaultdict(list)
    for label, original, copy in planted:
        members = {article.id for article in store.cluster_of("default", copy.id or "")}
        hits[label].append(float(original in members))
    print("| rewrite | strength | found with its original |\n|---|---|---|")
    for label, values in hits.items():
        kind, strength = label.split("|")
        print(f"| {kind} | {strength} | {estimate(values)} |")
    print()


def _print_pairs(originals: Sequence[IncomingArticle], cluster: dict[str, frozenset[str]]) -> None:
    """The different texts that share most, for judging by eye whether they are one report."""
    by_band: dict[int, list[int]] = defaultdict(list)
    for place, article in enumerate(originals):
        for band in bands("default", runs(article.body)):
            by_band[band].append(place)
    near = {(a, b) for places in by_band.values() for n, a in enumerate(places) for b in places[n + 1 :]}
    sets = [shingles(article.body) for article in originals]
    shares = sorted(((share(sets[a], sets[b]), a, b) for a, b in near if sets[a] != sets[b]), reverse=True)
    for value, a, b in shares[:200]:
        one, other = originals[a], originals[b]
        merged = "merged" if other.id in cluster[one.id or ""] else "apart"
        print(f"{value:.3f} {merged}: {one.id} {one.title!r} / {other.id} {other.title!r}")


if __name__ == "__main__":
    main()
