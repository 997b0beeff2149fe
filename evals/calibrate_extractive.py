"""Fit the constants of `answering.calibration`, and measure the extractive answerer on questions not fitted on.

`fit` prints the tables to put into `answering/calibration.py`; `measure` prints a table of results with it. Needs
scikit-learn and scipy, which the service does not. Vectors are kept in `--cache`, because both read the same texts.
"""

import argparse
import pickle
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.progress import track
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from answering import calibration
from answering.answerability import ANSWER_NAMES, answer_features
from answering.close_reading import read_closely
from answering.evidence import Reading, read_passages
from answering.extractive import EMBEDDED, ExtractiveAnswerer, lexical_scores
from answering.features import EMBEDDED_COLUMNS, NAMES, READ_COLUMNS, Features, lexical_features, set_cosines, set_read
from answering.question import Question, names_by_text, read_question
from answering.reader import WEIGHTS, Found, Look, Reader, Reads
from evals import calibration_sets as sets
from evals.bootstrap import estimate_of
from evals.calibration_sets import Trial
from evals.reliability import draw
from evals.selective import abstention_f1
from retrieval.courtesy import no_pause
from retrieval.embedder import BUNDLED, Embedder, Vectors, load_embedder

# How much a question of each source weighs in the fit of "does anything answer": news as asked by people first, then
# open search; SQuAD's traps, made to share every word with the passage, last.
_WEIGHTS = {
    "news": 6.0, "news, article gone": 1.5, "news, name changed": 4.0, "news, sentence cut": 0.5, "off topic": 2.0,
    "wiki, name changed": 2.0, "squad": 0.5,
}  # fmt: skip
_PENALTY = 1e-3  # L2 on standardised columns; 1e-4 to 1e-2 made no difference
# Added to the fitted weights, because the fitting sets hold few such questions and hardly any short ones. Why: the
# reasons that an article gives repeat little of the question, so that every other sign is weaker. A figure in the very
# unit asked for ("how far": miles) is a plain sign. A question with a name that stands in none
# of the articles is to be refused unless the rest is clear: the odds must be even. Set by hand, not fitted.
_PRIORS = {"why": 0.8, "why_named": 1.7, "unit": 1.0, "any_name_absent": -1.6}
_REFUSED = 0.04  # share of clearly answered questions that the threshold may refuse in the fitting half


class RememberingReader:
    """A reader that keeps what it saw, in a file."""

    def __init__(self, inner: Reads, path: Path) -> None:
        self._inner, self._path = inner, path
        self._kept: dict[tuple[str, str], Look] = pickle.loads(path.read_bytes()) if path.exists() else {}

    def read(self, question: str, texts: Sequence[str]) -> list[Look]:
        new = [text for text in dict.fromkeys(texts) if (question, text) not in self._kept]
        self._kept |= {(question, text): look for text, look in zip(new, self._inner.read(question, new), strict=True)}
        return [self._kept[question, text] for text in texts]

    def save(self) -> None:
        self._path.write_bytes(pickle.dumps(self._kept))


class Remembering:
    """An embedder that keeps every vector it made, in half precision, in a file."""

    def __init__(self, inner: Embedder, path: Path) -> None:
        self._inner, self._path = inner, path
        self._kept: dict[str, NDArray[np.float16]] = pickle.loads(path.read_bytes()) if path.exists() else {}
        self.name, self.fingerprint = inner.name, inner.fingerprint

    def embed_questions(self, questions: Sequence[str]) -> Vectors:
        return self.embed_passages(questions)

    def embed_passages(self, passages: Sequence[str], between: Callable[[], None] = no_pause) -> Vectors:
        between()
        new = [t for t in dict.fromkeys(passages) if t not in self._kept]
        if new:
            self._kept |= zip(new, self._inner.embed_passages(new).astype(np.float16), strict=True)
        return np.array([self._kept[t] for t in passages], dtype=np.float32)

    def save(self) -> None:
        self._path.write_bytes(pickle.dumps(self._kept))


@dataclass(slots=True)
class Read:
    """A trial with its features: rows of candidates, which of them are right, which are embedded."""

    trial: Trial
    question: Question
    reading: Reading
    rows: Features
    right: NDArray[np.bool_]
    order: list[int]
    answers: dict[int, Found] = field(default_factory=dict)


def main() -> None:
    """Read the arguments, then fit or measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("do", choices=["fit", "measure"])
    parser.add_argument("--squad", type=Path, help="SQuAD 2.0 JSON, gzipped")
    parser.add_argument("--wiki", type=Path, help="SQuADShifts new_wiki JSON, gzipped")
    parser.add_argument("--realtimeqa", type=Path, help="folder with articles.jsonl.gz, questions.jsonl")
    parser.add_argument("--made", type=Path, required=True, help="folder of the int8 embedder")
    parser.add_argument("--cache", type=Path, required=True, help="file that keeps vectors between runs")
    parser.add_argument("--reader", type=Path, default=WEIGHTS, help="the reader's weights")
    parser.add_argument("--plots", type=Path, help="folder for pictures of the confidence, when measuring")
    parser.add_argument("--out", type=Path, help="also write the result here")
    given = parser.parse_args()
    if given.do == "fit" and not (given.squad and given.wiki and given.realtimeqa):
        parser.error("to fit, give --squad, --wiki and --realtimeqa; to measure, any of them")
    embedder = Remembering(load_embedder(BUNDLED, given.made, threads=4), given.cache)
    reader = RememberingReader(Reader(threads=4, weights=given.reader), given.cache.with_suffix(".read"))
    trials = all_trials(given.squad, given.wiki, given.realtimeqa, embedder)
    embedder.save()
    result = fit(trials, embedder, reader) if given.do == "fit" else measure(trials, embedder, reader, given.plots)
    embedder.save()
    reader.save()
    print(result)
    if given.out:
        given.out.write_text(result)


def all_trials(squad: Path | None, wiki: Path | None, realtimeqa: Path | None, embedder: Embedder) -> list[Trial]:
    """Every set that is given, and near misses made of a part of the answerable questions."""
    given = sets.squad(squad, embedder) if squad else []
    open_wiki = sets.open_wiki(wiki, embedder, 1_500) if wiki else []
    asked = given + open_wiki
    elsewhere = [t.question for t in random.Random(2).sample(asked, min(300, len(asked)))]
    news = sets.news(realtimeqa, embedder, elsewhere) if realtimeqa else []
    base = [t for t in given if t.answerable][::3] + [t for t in open_wiki if t.answerable][:700]
    base += [t for t in news if t.answerable]
    return [*given, *open_wiki, *news, *sets.cut(base), *sets.renamed(base, embedder)]


def fit(trials: Sequence[Trial], embedder: Embedder, reader: Reads) -> str:
    """The weights of the three stages of ranking, of answerability, and its threshold, as Python tables."""
    reads = [read for trial in trials if not trial.held_out and (read := _read(trial))]
    ranked = [r for r in reads if r.trial.answerable and r.right.any()]
    lexical = fit_ranking(ranked, [i for i in range(len(NAMES)) if i not in EMBEDDED_COLUMNS])
    for read in reads:
        _embed(read, lexical, embedder)
    cosines = fit_ranking(ranked, [i for i, name in enumerate(NAMES) if i not in READ_COLUMNS])
    for read in track(reads, "Reading"):
        _read_closely(read, cosines, reader)
    sentence = fit_ranking(ranked, list(range(len(NAMES))))
    usable = [r for r in reads if r.right.any() or not r.trial.answerable]
    features = np.array([_answer_row(r, sentence) for r in usable])
    answerable = np.array([r.trial.answerable for r in usable])
    weights = np.array([_WEIGHTS.get(r.trial.source, 1.0) for r in usable])
    deviation = _deviation(features)
    free = np.array([float(name not in calibration.NEAR_MISS) for name in ANSWER_NAMES])
    scaled = features / deviation * free
    model = LogisticRegression(C=0.3, max_iter=5_000).fit(scaled, answerable, sample_weight=weights)
    answer_weights = model.coef_[0] / deviation
    answer_weights += [_PRIORS.get(name, 0.0) for name in ANSWER_NAMES]
    signs = np.array([calibration.NEAR_MISS.get(name, 0.0) for name in ANSWER_NAMES])
    probability = 1 / (1 + np.exp(-(features @ (answer_weights * free + signs) + model.intercept_[0])))
    clear = [r.trial.source == "news" and bool(r.right[r.order[:2]].any()) for r in usable]
    threshold = float(np.quantile(probability[np.array(clear)], _REFUSED))
    return (
        _table("_LEXICAL", NAMES, lexical) + _table("_EMBEDDED", NAMES, cosines) + _table("_SENTENCE", NAMES, sentence)
        + _table("_ANSWER", ANSWER_NAMES, answer_weights)
        + f"_ANSWER_INTERCEPT = {model.intercept_[0]:.3f}\nANSWER_THRESHOLD = {threshold:.2f}\n"
    )  # fmt: skip


def fit_ranking(reads: Sequence[Read], columns: Sequence[int]) -> Features:
    """Weights by which a right sentence stands first: a softmax over the candidates of each question (L-BFGS)."""
    chosen = [r.order or list(range(len(r.rows))) for r in reads]
    rows = np.concatenate([r.rows[o] for r, o in zip(reads, chosen, strict=True)])
    right = np.concatenate([r.right[o] for r, o in zip(reads, chosen, strict=True)]).astype(float)
    first = np.cumsum([0, *map(len, chosen[:-1])])
    of = np.repeat(np.arange(len(chosen)), [len(o) for o in chosen])
    deviation = _deviation(rows)
    used = np.zeros(rows.shape[1])
    used[list(columns)] = 1
    scaled = rows / deviation * used

    def loss(weights: Features) -> tuple[float, Features]:
        scores = scaled @ weights
        odds = np.exp(scores - np.maximum.reduceat(scores, first)[of])
        total = np.add.reduceat(odds, first)
        good = np.maximum(np.add.reduceat(odds * right, first), 1e-12)
        slope = (scaled * (odds / total[of] - odds * right / good[of])[:, None]).sum(axis=0) / len(chosen)
        return float(-np.log(good / total).mean() + _PENALTY * weights @ weights), slope + 2 * _PENALTY * weights

    return np.asarray(minimize(loss, np.zeros(rows.shape[1]), jac=True, method="L-BFGS-B").x / deviation * used)


def measure(trials: Sequence[Trial], embedder: Embedder, reader: Reads, plots: Path | None = None) -> str:
    """A Markdown table of what the answerer as it stands does on the held-out trials; pictures of its confidence."""
    answerer = ExtractiveAnswerer(embedder, reader)
    held = [t for t in trials if t.held_out]
    lines = ["| held-out questions | metric | value [95 %] | plain cosine |", "|---|---|---|---|"]
    scored: dict[str, list[tuple[bool, float, float]]] = {}
    declined: dict[str, list[tuple[bool, bool]]] = {}
    for source in dict.fromkeys(t.source for t in held):
        some = [t for t in held if t.source == source]
        first, plain, said, refused, clear = [], [], [], [], []
        for trial in some:
            vector = embedder.embed_questions([trial.question])[0]
            found = answerer.answer(trial.question, vector, trial.passages)
            refused.append(found.reason is not None)
            read = _read(trial)
            if read is None:
                continue
            cosine = embedder.embed_passages([c.text for c in read.reading.candidates]) @ vector
            scored.setdefault(source, []).append((trial.answerable, found.confidence, float(cosine.max())))
            if read.right.any():
                order, _ = answerer.rank(read.question, vector, read.reading, read.rows)
                first.append(bool(read.right[order[0]]))
                clear.append((bool(read.right[order[:2]].any()), found.reason is not None))
                plain.append(bool(read.right[int(cosine.argmax())]))
                places = {
                    (c.passage.article.id, c.start)
                    for c, r in zip(read.reading.candidates, read.right, strict=True)
                    if r
                }
                cited = {(s.article.id, s.start) for claim in found.claims for s in claim.spans}
                said.append(bool(places & cited))
        answerable = [t.answerable for t in some]
        declined[source] = [(not a, r) for a, r in zip(answerable, refused, strict=True)]
        if first:
            lines.append(
                f"| {source} ({len(first)}) | right sentence first | {_interval(first)} | {_interval(plain)} |"
            )
            lines.append(f"| {source} ({len(said)}) | right sentence among the claims | {_interval(said)} | |")
            lost = [r for c, r in clear if c]
            lines.append(
                f"| {source} ({len(lost)}) | refused, a right sentence in the first two | {_interval(lost)} | |"
            )
        for what, wanted in (("wrongly refused", True), ("refused", False)):
            if some_refused := [r for r, a in zip(refused, answerable, strict=True) if a is wanted]:
                lines.append(f"| {source} ({len(some_refused)}) | {what} | {_interval(some_refused)} | |")
    for source, other in (("squad", "squad"), ("wiki", "wiki, article gone"), ("news", "news, article gone")):
        if source not in scored:
            continue
        pairs = scored.get(source, []) + (scored.get(other, []) if other != source else [])
        labels, ours, theirs = map(np.array, zip(*pairs, strict=True))
        if plots:
            title = f"{source} questions ({len(pairs)})"
            draw(
                ours.tolist(), labels.tolist(), calibration.ANSWER_THRESHOLD, title, plots / f"reliability-{source}.svg"
            )
        lines.append(
            f"| {source} ({len(pairs)}) | answerable, ROC AUC | {_auc(labels, ours)} | {_auc(labels, theirs)} |"
        )
        both = declined[source] + (declined[other] if other != source else [])
        should, did = (np.array(column) for column in zip(*both, strict=True))
        every = np.ones_like(did)
        f1, plain_f1 = estimate_of(abstention_f1, should, did), estimate_of(abstention_f1, should, every)
        lines.append(f"| {source} ({len(both)}) | abstention F1 (beside it: of declining all) | {f1} | {plain_f1} |")
    return "\n".join(lines) + "\n"


def _read(trial: Trial) -> Read | None:
    question = names_by_text(read_question(trial.question), [p.text for p in trial.passages])
    reading = read_passages(question, trial.passages)
    if not reading.candidates or not question.terms:
        return None
    right = np.array([trial.is_right(c) for c in reading.candidates])
    return Read(trial, question, reading, lexical_features(question, reading), right, [])


def _embed(read: Read, lexical: Features, embedder: Embedder) -> None:
    before = lexical_scores(read.question, read.rows, lexical)
    read.order = [int(i) for i in np.argsort(-before, kind="stable")[:EMBEDDED]]
    vectors = embedder.embed_passages([read.reading.candidates[i].text for i in read.order])
    set_cosines(read.rows, read.order, vectors @ embedder.embed_questions([read.question.text])[0])


def _read_closely(read: Read, weights: Features, reader: Reads) -> None:
    read.order.sort(key=lambda i: -float(read.rows[i] @ weights))
    seen = read_closely(read.question, read.reading, read.order, reader)
    set_read(read.rows, read.order, seen.rows)
    read.answers = seen.answers


def _answer_row(read: Read, sentence: Features) -> Features:
    scores = read.rows @ sentence
    read.order.sort(key=lambda i: -float(scores[i]))
    return answer_features(read.question, read.reading, read.rows, scores, read.order, read.answers)


def _deviation(rows: Features) -> Features:
    deviation = rows.std(axis=0)
    return np.where(deviation < 1e-6, 1.0, deviation)


def _table(name: str, names: Sequence[str], weights: Features) -> str:
    lines, line = [f"{name} = {{"], "   "
    for key, weight in zip(names, weights, strict=True):
        entry = f' "{key}": {weight + 0.0:.3f},'
        if len(line) + len(entry) > 119:
            lines.append(line)
            line = "   "
        line += entry
    return "\n".join([*lines, line, "}  # fmt: skip"]) + "\n"


def _interval(hits: Sequence[bool]) -> str:
    return _shown(lambda rows: float(np.mean(np.array(hits)[rows])), len(hits))


def _auc(labels: NDArray[np.bool_], scores: Features) -> str:
    def area(rows: NDArray[np.int64]) -> float:
        return float(roc_auc_score(labels[rows], scores[rows])) if len(set(labels[rows])) > 1 else 0.5

    return _shown(area, len(labels))


def _shown(statistic: Callable[[NDArray[np.int64]], float], size: int) -> str:
    chance = np.random.default_rng(0)
    drawn = [statistic(chance.integers(0, size, size)) for _ in range(1_000)]
    low, high = np.percentile(drawn, [2.5, 97.5])
    return f"{statistic(np.arange(size)):.3f} [{low:.3f}, {high:.3f}]"


if __name__ == "__main__":
    main()
