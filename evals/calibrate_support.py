"""Fit and measure the support check on judged statements: `python -m evals.calibrate_support --qags F --wice F`.

QAGS files (Wang et al., 2020) hold summary sentences with three votes each on whether the article supports them; WiCE
claim files (Kamoi et al., 2023) hold claims with the sentences of the page they cite. The check is given the best
sentences of the article by overlap, as it would be given the spans that an answer cites. Every number reported is on
statements whose article the model was not fitted on. Prints Markdown tables and the constants of `answering/verify.py`.
"""

import argparse
import gzip
import json
import math
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from random import Random

import numpy as np
from numpy.typing import NDArray

from answering.answer import Verdict
from answering.lexicon import FUNCTION_WORDS
from answering.spelling import plain
from answering.stem import stem
from answering.verify import Signals, Support, signals_of, support_probability, verify
from corpus.sentence import sentence_spans
from retrieval.embedder import BUNDLED, LazyEmbedder

Numbers = NDArray[np.float64]
NAMES = ("breaks", "jumps", "numbers_missing", "names_missing")
_FOLDS, _REPEATS, _ROUNDS, _RIDGE = 5, 5, 2_000, 10.0
_WORDS = re.compile(r"[^\W_]+(?:'[^\W_]+)?")


@dataclass(frozen=True, slots=True)
class Judged:
    """A statement, the sentences it may rest on, and whether people called it supported."""

    suite: str
    article: str
    statement: str
    sentences: tuple[str, ...]
    supported: bool


@dataclass(frozen=True, slots=True)
class Measured:
    """A judged statement with everything that is computed of it once. `rule` is what the hard rules multiply with."""

    case: Judged
    quotes: tuple[str, ...]
    signals: Signals
    support: Support
    overlap: float

    @property
    def rule(self) -> float:
        return self.support.score / support_probability(self.signals)


def main() -> None:
    """Measure, fit, print."""
    arguments = _arguments()
    capitals = read_capitals(arguments.capitals) if arguments.capitals else frozenset()
    cases = [case for path in arguments.qags for case in read_qags(path, capitals)]
    cases += [case for path in arguments.wice for case in read_wice(path)]
    with tempfile.TemporaryDirectory() as folder:
        embedder = LazyEmbedder(BUNDLED, Path(folder), arguments.threads)

        def similarity(text: str, others: Sequence[str]) -> list[float]:
            vectors = embedder.embed_passages([text, *others])
            return [float(cosine) for cosine in vectors[1:] @ vectors[0]]

        measured = [measure(case, arguments.quotes, similarity) for case in cases]
    for names in (NAMES, (*NAMES, "similarity")):
        report(measured, names)
    if arguments.falsify:
        report_falsified(arguments.falsify)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--qags", type=Path, nargs="*", default=[], help="QAGS .jsonl files")
    parser.add_argument("--wice", type=Path, nargs="*", default=[], help="WiCE claim .jsonl.gz files")
    parser.add_argument(
        "--capitals", type=Path, help="articles (.jsonl.gz with `body`) to restore capitals of QAGS from"
    )
    parser.add_argument(
        "--falsify", type=Path, help="articles (.jsonl.gz with `body`) to take and falsify sentences of"
    )
    parser.add_argument("--quotes", type=int, default=5, help="sentences that each statement is checked against")
    parser.add_argument("--threads", type=int, default=2, help="threads of the embedder")
    return parser.parse_args()


# --- reading ---------------------------------------------------------------------------------------------------------

# QAGS is lower-cased and tokenised ("u. s.", "1, 600", "$ 5", "half - time"): news as it is published is neither.
_REPAIRS = (
    (r"â£", "£"), (r"''|``", '"'), (r"(?<!\d)(\d{1,3}), (?=\d{3}(?!\d))", r"\1,"), (r"([$€£]) (?=\d)", r"\1"),
    (r"(?<!\d)(\d{1,3})\. (?=\d)", r"\1."), (r"\b([A-Za-z])\. ([A-Za-z])\.", r"\1.\2."), (r"(?<=\w) - (?=\w)", "-"),
    (r"(?i)\bnew york\b", "New York"), (r"(?i)\bunited states\b", "United States"),
)  # fmt: skip


def read_capitals(articles: Path) -> frozenset[str]:
    """The words that the articles mostly write with a capital where no sentence begins."""
    upper: Counter[str] = Counter()
    lower: Counter[str] = Counter()
    for line in _lines(articles):
        for word in re.findall(r"(?<=[a-z,] )[A-Za-z][\w’'-]*", json.loads(line)["body"]):
            (upper if word[0].isupper() else lower)[word.lower()] += 1
    return frozenset(word for word, count in upper.items() if count >= 2 and count > 3 * lower[word])


def read_qags(path: Path, capitals: frozenset[str]) -> Iterator[Judged]:
    """The summary sentences of a QAGS file; supported when most votes say yes."""
    for number, line in enumerate(_lines(path)):
        row = json.loads(line)
        article = _repaired(row["article"], capitals)
        sentences = tuple(article[span.start : span.end] for span in sentence_spans(article))
        for summary in row["summary_sentences"]:
            votes = [vote["response"] == "yes" for vote in summary["responses"]]
            statement = _repaired(summary["sentence"], capitals)
            yield Judged(path.stem, f"{path.stem}-{number}", statement, sentences, sum(votes) * 2 > len(votes))


def read_wice(path: Path) -> Iterator[Judged]:
    """The claims of a WiCE file; a partly supported claim counts as not supported."""
    for number, line in enumerate(_lines(path)):
        row = json.loads(line)
        sentences = tuple(re.sub(r"^\(meta data\) TITLE: |^#+ ", "", sentence) for sentence in row["evidence"])
        suite = path.name.partition(".")[0]
        yield Judged(f"wice {suite}", f"{suite}-{number}", row["claim"].strip(), sentences, row["label"] == "supported")


def _lines(path: Path) -> Iterator[str]:
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
        yield from file


def _repaired(text: str, capitals: frozenset[str]) -> str:
    for pattern, instead in (*_REPAIRS, *_REPAIRS):
        text = re.sub(pattern, instead, text)
    return re.sub(r"[A-Za-z][\w’'-]*", lambda m: _capitalised(m.group(), capitals), text)


def _capitalised(word: str, capitals: frozenset[str]) -> str:
    return word[0].upper() + word[1:] if word.lower().removesuffix("'s") in capitals else word


# --- measuring -------------------------------------------------------------------------------------------------------


def measure(case: Judged, quotes: int, similarity: Callable[[str, Sequence[str]], Sequence[float]]) -> Measured:
    """Pick the quotes and compute signals, hard rules and the plain baselines."""
    chosen = best_sentences(case.statement, case.sentences, quotes)
    signals = signals_of(case.statement, chosen, similarity=similarity)
    fixed = verify(case.statement, chosen, similarity=lambda *_: [signals.similarity or 0.0])
    said = set(_WORDS.findall(case.statement.lower()))
    found = set(_WORDS.findall(" ".join(case.sentences).lower()))
    return Measured(case, chosen, signals, fixed, len(said & found) / max(1, len(said)))


def best_sentences(statement: str, sentences: Sequence[str], count: int) -> tuple[str, ...]:
    """The sentences that share most with the statement, rare words first, each weighed by what it adds."""
    wanted = _telling(statement)
    held = [wanted & _telling(sentence) for sentence in sentences]
    rarity = {w: math.log((len(sentences) + 1) / (sum(w in h for h in held) + 0.5)) for w in wanted}
    chosen: list[int] = []
    covered: set[str] = set()
    while len(chosen) < min(count, len(sentences)):
        gains = {
            i: sum(rarity[w] * (0.3 if w in covered else 1.3) for w in words)
            for i, words in enumerate(held)
            if i not in chosen
        }
        best = max(gains, key=lambda i: gains[i])
        chosen.append(best)
        covered |= held[best]
    return tuple(sentences[i] for i in chosen)


def _telling(text: str) -> set[str]:
    return {stem(word[:64]) for word in _WORDS.findall(text) if word.lower() not in FUNCTION_WORDS}


# --- fitting ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Model:
    """A logistic model: `intercept` and one weight a signal."""

    intercept: float
    weights: Numbers

    def logits(self, rows: Numbers) -> Numbers:
        """The log-odds of each row."""
        return np.asarray(rows @ self.weights + self.intercept)


def fit(rows: Numbers, labels: Numbers, importance: Numbers) -> Model:
    """Ridge-penalised logistic regression on standardised signals, by Newton's method."""
    mean, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-9
    design = np.column_stack([np.ones(len(rows)), (rows - mean) / spread])
    penalty = np.diag([0.0, *[_RIDGE] * rows.shape[1]])
    beta = np.zeros(design.shape[1])
    for _ in range(30):
        chance = 1 / (1 + np.exp(-design @ beta))
        gradient = design.T @ (importance * (labels - chance)) - penalty @ beta
        curvature = (design * (importance * chance * (1 - chance))[:, None]).T @ design + penalty
        beta += np.linalg.solve(curvature, gradient)
    weights = beta[1:] / spread
    return Model(float(beta[0] - weights @ mean), weights)


def balanced(suites: NDArray[np.str_]) -> Numbers:
    """Weights under which every suite counts the same."""
    counts = Counter(suites.tolist())
    return np.array([len(suites) / len(counts) / counts[suite] for suite in suites.tolist()])


def held_out(rows: Numbers, labels: Numbers, suites: NDArray[np.str_], groups: NDArray[np.str_]) -> Numbers:
    """The chance of each statement by models fitted on other articles, averaged over repeated 5-fold splits."""
    total = np.zeros(len(rows))
    names = np.unique(groups)
    for repeat in range(_REPEATS):
        folds = np.random.default_rng(repeat).integers(0, _FOLDS, len(names))
        fold = folds[np.searchsorted(names, groups)]
        for number in range(_FOLDS):
            train = fold != number
            model = fit(rows[train], labels[train], balanced(suites[train]))
            total[~train] += model.logits(rows[~train])
    return np.asarray(1 / (1 + np.exp(-total / _REPEATS)))


def auc(labels: Numbers, scores: Numbers) -> float:
    """The area under the ROC curve; ties count half."""
    order = np.argsort(scores, kind="stable")
    ranks = np.empty(len(scores))
    at = 1
    for _, tied in groupby(order.tolist(), key=lambda i: scores[i]):
        same = list(tied)
        ranks[same] = at + (len(same) - 1) / 2
        at += len(same)
    yes = int(labels.sum())
    if not 0 < yes < len(labels):
        return float("nan")
    return float((ranks[labels > 0].sum() - yes * (yes + 1) / 2) / (yes * (len(labels) - yes)))


def interval(labels: Numbers, scores: Numbers, groups: NDArray[np.str_]) -> str:
    """The area with its 95 % interval over articles drawn anew."""
    members = [np.flatnonzero(groups == name) for name in np.unique(groups)]
    random = np.random.default_rng(0)
    areas = []
    for _ in range(_ROUNDS):
        drawn = np.concatenate([members[i] for i in random.integers(0, len(members), len(members))])
        areas.append(auc(labels[drawn], scores[drawn]))
    low, high = np.nanpercentile(areas, [2.5, 97.5])
    return f"{auc(labels, scores):.3f} ({low:.3f}-{high:.3f})"


# --- reporting -------------------------------------------------------------------------------------------------------


def report(measured: Sequence[Measured], names: Sequence[str]) -> None:
    """Print the tables and the constants for one set of signals."""
    rows = np.array([[float(getattr(m.signals, name)) for name in names] for m in measured])
    labels = np.array([float(m.case.supported) for m in measured])
    # WiCE's two halves are one suite to the fit and two to the reader.
    kinds = np.array([m.case.suite.split(" ")[0] for m in measured])
    suites = np.array([m.case.suite for m in measured])
    groups = np.array([m.case.article for m in measured])
    verbatim = np.array([m.support.score == 1.0 for m in measured])
    rules = np.array([m.rule for m in measured])
    chances = held_out(rows, labels, kinds, groups)
    scores = np.where(verbatim, 1.0, chances * np.minimum(rules, 1.0))
    others = np.where(verbatim, 1.0, _other_suites(rows, labels, kinds) * np.minimum(rules, 1.0))
    cosine = np.array([m.signals.similarity or 0.0 for m in measured])
    overlap = np.array([m.overlap for m in measured])
    print(f"\n## ROC AUC {'with' if 'similarity' in names else 'without'} similarity\n")
    print("| suite | statements | supported | cosine | overlap | support check | fitted on the other suites |")
    print("|---|---|---|---|---|---|---|")
    for suite in [*dict.fromkeys(suites.tolist()), "wice"]:
        at = (suites == suite) | (kinds == suite)
        columns = " | ".join(interval(labels[at], s[at], groups[at]) for s in (cosine, overlap, scores, others))
        print(f"| {suite} | {at.sum()} | {labels[at].mean():.0%} | {columns} |")
    _print_thresholds(scores, labels, kinds, np.array([bool(m.support.missing) for m in measured]))
    _print_contradicted(measured)
    model = fit(rows, labels, balanced(kinds))
    print("\nintercept", round(model.intercept, 3))
    print({name: round(float(weight), 3) for name, weight in zip(names, model.weights, strict=True)})


def _other_suites(rows: Numbers, labels: Numbers, kinds: NDArray[np.str_]) -> Numbers:
    chances = np.zeros(len(rows))
    for kind in np.unique(kinds):
        rest = kinds != kind
        if rest.any():
            logits = fit(rows[rest], labels[rest], balanced(kinds[rest])).logits(rows[~rest])
            chances[~rest] = 1 / (1 + np.exp(-logits))
    return chances


def _print_thresholds(scores: Numbers, labels: Numbers, kinds: NDArray[np.str_], missing: NDArray[np.bool_]) -> None:
    print("\n| score at least | suite | passes | precision | recall | F1 |\n|---|---|---|---|---|---|")
    for threshold in (0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8):
        for kind in np.unique(kinds):
            at = kinds == kind
            passed = (scores[at] >= threshold) & ~missing[at]
            right = float((passed & (labels[at] > 0)).sum())
            precision, recall = right / max(1, passed.sum()), right / max(1.0, labels[at].sum())
            f1 = 2 * precision * recall / max(1e-9, precision + recall)
            print(f"| {threshold} | {kind} | {passed.mean():.0%} | {precision:.2f} | {recall:.2f} | {f1:.2f} |")


def _print_contradicted(measured: Sequence[Measured]) -> None:
    for supported in (True, False):
        these = [m for m in measured if m.case.supported == supported]
        count = sum(m.support.verdict == Verdict.CONTRADICTED for m in these)
        print(f"\ncontradicted among {'supported' if supported else 'not supported'}: {count} of {len(these)}")


# --- falsified sentences ---------------------------------------------------------------------------------------------

_STRANGERS = ("Hargrove", "Okonjo", "Lindqvist", "Marchetti", "Tanaka", "Montevideo", "Castellano", "Reykjavik")
_REVERSED = dict(
    pair.split(":")
    for pair in "more:fewer fewer:more before:after after:before won:lost lost:won rose:fell fell:rose up:down "
    "higher:lower lower:higher increase:decrease first:last best:worst opened:closed north:south east:west buy:sell "
    "accepted:rejected approved:blocked largest:smallest early:late men:women legal:illegal support:oppose".split()
)
_VERB = re.compile(r"\b(?:is|was|are|were|will|would|can|could|has|have|had)\b(?! not)")
_NOT = re.compile(r"(?<=\w) not\b")
_FIGURE = re.compile(r"(?<![\w.,$€£:-])\d{1,4}(?![\w.,:%-]|st|nd|rd|th)")
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{3,}\b")
_REVERSIBLE = re.compile(rf"\b(?:{'|'.join(_REVERSED)})\b")


def report_falsified(articles: Path, seed: int = 11, count: int = 2_000) -> None:
    """Print the verdicts on sentences of articles with one word changed, beside the unchanged sentence."""
    random = Random(seed)
    rows = random.sample(list(_lines(articles)), count)
    verdicts: dict[str, Counter[Verdict]] = {}
    for row in rows:
        body = json.loads(row)["body"]
        sentences = [plain(body[span.start : span.end]) for span in sentence_spans(body)]
        fit_for_use = [i for i, text in enumerate(sentences) if 8 <= len(text.split()) <= 35 and text.endswith(".")]
        if not fit_for_use:
            continue
        at = random.choice(fit_for_use)
        for change, statement in falsified(sentences[at], random):
            verdict = verify(statement, sentences[max(0, at - 1) : at + 2]).verdict
            verdicts.setdefault(change, Counter())[verdict] += 1
    print("\n| change | statements | " + " | ".join(Verdict) + " |\n|---|---|" + "---|" * len(Verdict))
    for change, counts in verdicts.items():
        total = counts.total()
        shares = " | ".join(f"{counts[verdict] / total:.1%}" for verdict in Verdict)
        print(f"| {change} | {total} | {shares} |")


def falsified(sentence: str, random: Random) -> Iterator[tuple[str, str]]:
    """The sentence unchanged and with one change of each kind that it allows."""
    yield "none", sentence
    if figure := _FIGURE.search(sentence):
        yield "number", _put(sentence, figure, str(int(figure.group()) + random.choice((1, 2, 3, 10))))
    if name := _NAME.search(sentence):
        yield "name", _put(sentence, name, random.choice(_STRANGERS))
    if verb := _VERB.search(sentence):
        yield "not put in", _put(sentence, verb, f"{verb.group()} not")
    if negation := _NOT.search(sentence):
        yield "not left out", _put(sentence, negation, "")
    if word := _REVERSIBLE.search(sentence):
        yield "opposite", _put(sentence, word, _REVERSED[word.group()])
    if '"' not in sentence:
        words = sentence.split()
        middle = len(words) // 2
        yield "invented quotation", " ".join([*words[:middle], '"utterly shameless"', *words[middle:]])


def _put(sentence: str, match: re.Match[str], instead: str) -> str:
    return sentence[: match.start()] + instead + sentence[match.end() :]


if __name__ == "__main__":
    main()
