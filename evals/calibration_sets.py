"""Questions with passages for fitting and measuring the extractive answerer, read from public sets by path.

The reader was trained on a part of SQuAD 2.0 and SQuADShifts. Only what it never saw is used here: half of it to fit
the constants of the answerer, the other half to measure. RealTimeQA it never saw at all.
"""

import datetime as dt
import gzip
import hashlib
import json
import math
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from answering.evidence import Candidate, read_passages
from answering.question import read_question
from answering.stem import stem, stems
from corpus.article import Article
from corpus.clean import clean_body
from corpus.words import query_terms
from retrieval.chunk import chunk_spans, embedded_text
from retrieval.embedder import Embedder
from retrieval.fusion import convex_combination
from retrieval.passage import Passage

_BEGINNING = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
_HELD_OUT_TITLES = {"Huguenot", "Packet_switching", "Scottish_Parliament", "French_and_Indian_War"}
_MEASURED_TITLES = {"Huguenot", "Scottish_Parliament"}
_SHOWN, _LOOKED_AT = 8, 30


@dataclass(frozen=True, slots=True)
class Trial:
    """A question with the passages it is asked of. `right` are the places that answer: (article id, start, end).

    `answer` is the answer string where places are not known (RealTimeQA). `group` keeps a page or a week together.
    """

    source: str
    group: str
    question: str
    passages: tuple[Passage, ...]
    answerable: bool
    held_out: bool
    right: tuple[tuple[str, int, int], ...] = ()
    answer: str | None = None
    gold: frozenset[str] = frozenset()

    def is_right(self, candidate: Candidate) -> bool:
        """Whether the sentence holds the answer."""
        article = candidate.passage.article.id
        if self.answer is not None:
            return article in self.gold and holds(candidate.text, self.answer)
        return any(a == article and candidate.start < e and s < candidate.end for a, s, e in self.right)


def is_held_out(file: str, page: str, article_id: str) -> bool:
    """Whether a paragraph is kept from fitting: of SQuAD 2.0 by its page, of SQuADShifts every fourth."""
    return _quarter(article_id) if "squadshifts" in file else page in _HELD_OUT_TITLES


def holds(text: str, answer: str) -> bool:
    """Whether `text` holds `answer` as whole words, case and punctuation aside."""
    return f" {_folded(answer)} " in f" {_folded(text)} "


def squad(path: Path, embedder: Embedder) -> list[Trial]:
    """SQuAD 2.0: the passage is given; about half of the questions cannot be answered from it."""
    trials = []
    for group, article, asked in squad_like(path):
        for qa in asked if group in _HELD_OUT_TITLES else ():
            right = () if qa.get("is_impossible") else _places(article, qa)
            trials.append(
                Trial(
                    "squad", group, qa["question"], _whole(article, qa["question"], embedder), bool(right),
                    group in _MEASURED_TITLES, right,
                )
            )  # fmt: skip
    return trials


def open_wiki(path: Path, embedder: Embedder, sample: int) -> list[Trial]:
    """SQuADShifts Wikipedia, all paragraphs one corpus: asked with the right paragraph there, and with it gone."""
    pages = list(squad_like(path))
    library = Library([(article, 0, len(article.body)) for _, article, _ in pages], embedder)
    asked = [(group, article, qa) for group, article, questions in pages for qa in questions]
    trials = []
    asked = [one for one in asked if is_held_out(path.name, one[0], one[1].id)]
    for group, article, qa in random.Random(1).sample(asked, min(sample, len(asked))):
        held, found = _half(article.id), library.search(qa["question"])
        if any(p.article.id == article.id for p in found):
            right = _places(article, qa)
            trials.append(Trial("wiki", group, qa["question"], found, True, held, right))
        gone = library.search(qa["question"], frozenset({article.id}))
        trials.append(Trial("wiki, article gone", group, qa["question"], gone, False, held))
    return trials


def news(folder: Path, embedder: Embedder, elsewhere: Sequence[str]) -> list[Trial]:
    """RealTimeQA: asked of all articles, of all but those that answer, and questions from `elsewhere` asked of news."""
    places = []
    with gzip.open(folder / "articles.jsonl.gz", "rt") as lines:
        for row in map(json.loads, lines):
            body = clean_body(row["body"]).body
            article = _article(row["id"], row["title"] or body[:60], body)
            places += [(article, s.start, s.end) for s in chunk_spans(body)]
    library = Library(places, embedder)
    rows = [json.loads(line) for line in (folder / "questions.jsonl").read_text().splitlines()]
    days = sorted({row["asked_on"] for row in rows})
    weeks = sorted({_week(day) for day in days})
    trials = []
    for row in rows:
        gold = frozenset(row["gold_article_ids"]) | frozenset(row["weak_article_ids"])
        if not gold:
            continue
        held, question = weeks.index(_week(row["asked_on"])) % 2 == 1, row["question"]
        found = library.search(question)
        trial = Trial("news", row["asked_on"], question, found, True, held, answer=row["answer"], gold=gold)
        if any(p.article.id in gold for p in found):
            trials.append(trial)
        gone = library.search(question, gold)
        trials.append(replace(trial, source="news, article gone", passages=gone, answerable=False, gold=frozenset()))
    for question in elsewhere:
        trials.append(Trial("off topic", question, question, library.search(question), False, _quarter(question)))
    return trials


def cut(trials: Iterable[Trial]) -> list[Trial]:
    """The same questions, with the sentences that answer cut out of the articles: near misses."""
    return [made for trial in trials if (made := _cut(trial))]


def renamed(trials: Sequence[Trial], embedder: Embedder) -> list[Trial]:
    """The same questions with one name changed to one that no passage holds."""
    chance = random.Random(3)
    asked = [(trial, read_question(trial.question)) for trial in trials]
    names = [question.shown[n] for _, question in asked for n in question.names]
    made = []
    for trial, question in asked:
        if not question.names:
            continue
        old, text = question.shown[chance.choice(question.names)], " ".join(p.text for p in trial.passages).lower()
        new = next((n for n in chance.sample(names, 5) if n.lower() not in text), None)
        if new:
            words = re.sub(rf"\b{re.escape(old)}\b", new, trial.question)
            vector = embedder.embed_questions([words])[0]
            passages = tuple(replace(p, similarity=float(_vector(p, embedder) @ vector)) for p in trial.passages)
            made.append(_unanswerable(trial, "name changed", question=words, passages=passages))
    return made


class Library:
    """A small hybrid search in memory: BM25 finds, the embedder re-orders, the scores are fused."""

    def __init__(self, places: list[tuple[Article, int, int]], embedder: Embedder | None = None) -> None:
        self._places, self._embedder = places, embedder
        found: dict[str, list[tuple[int, int]]] = defaultdict(list)
        counts = [Counter(stems(a.title) * 2 + stems(a.body[s:e])) for a, s, e in places]
        for i, count in enumerate(counts):
            for word, n in count.items():
                found[word].append((i, n))
        lengths = np.array([sum(count.values()) for count in counts])
        self._norm = 1.2 * (0.25 + 0.75 * lengths / lengths.mean())
        self._found = {word: np.array(held).T for word, held in found.items()}

    def search(self, question: str, without: frozenset[str] = frozenset()) -> tuple[Passage, ...]:
        """The best passages, those of the articles `without` left out."""
        assert self._embedder is not None
        scores = self._scores(question)
        order = [int(i) for i in np.argsort(-scores)[: 4 * _LOOKED_AT] if self._places[i][0].id not in without]
        order = [i for i in order if scores[i] > 0][:_LOOKED_AT]
        if not order:
            return ()
        passages = {i: Passage(0, 0.0, None, *self._places[i]) for i in order}
        vector = self._embedder.embed_questions([question])[0]
        cosine = {i: float(_vector(p, self._embedder) @ vector) for i, p in passages.items()}
        fused = convex_combination(cosine, {i: float(scores[i]) for i in order})[:_SHOWN]
        return tuple(
            replace(passages[i], rank=rank, score=score, similarity=cosine[i])
            for rank, (i, score) in enumerate(fused, start=1)
        )

    def nearest(self, question: str, limit: int, without: frozenset[str]) -> list[Article]:
        """The articles that share most words with the question; needs no embedder."""
        scores = self._scores(question)
        order = [int(i) for i in np.argsort(-scores)[: limit + len(without)] if scores[i] > 0]
        return [self._places[i][0] for i in order if self._places[i][0].id not in without][:limit]

    def _scores(self, question: str) -> Any:
        scores = np.zeros(len(self._places))
        for word in dict.fromkeys(stem(term) for term in query_terms(question)):
            if word in self._found:
                rows, n = self._found[word]
                rarity = math.log(1 + (len(self._places) - len(rows) + 0.5) / (len(rows) + 0.5))
                scores[rows] += rarity * n * 2.2 / (n + self._norm[rows])
        return scores


def _cut(trial: Trial) -> Trial | None:
    read = read_passages(read_question(trial.question), trial.passages).candidates
    right = [c for c in read if trial.is_right(c)]
    if not right or len(read) < 3:
        return None
    passages = []
    for passage in trial.passages:
        inside = sorted({(c.start, c.end) for c in right if c.passage is passage}, reverse=True)
        for start, end in inside:
            body = passage.article.body
            shorter = replace(passage.article, body=body[:start] + body[end:])
            passage = replace(passage, article=shorter, end=passage.end - (end - start))
        passages.append(passage)
    return _unanswerable(trial, "sentence cut", passages=tuple(passages))


def _unanswerable(trial: Trial, how: str, **changes: Any) -> Trial:
    return replace(
        trial, source=f"{trial.source}, {how}", answerable=False, right=(), answer=None, gold=frozenset(), **changes
    )


def squad_like(path: Path) -> Iterable[tuple[str, Article, list[dict[str, Any]]]]:
    """The paragraphs of a set in SQuAD's form: page title, article, questions as they stand in the file."""
    with gzip.open(path, "rt") as file:
        data = json.load(file)["data"]
    for page in data:
        for number, paragraph in enumerate(page["paragraphs"]):
            title = page["title"]
            yield title, _article(f"{title}-{number}", title.replace("_", " "), paragraph["context"]), paragraph["qas"]


def _places(article: Article, qa: dict[str, Any]) -> tuple[tuple[str, int, int], ...]:
    return tuple((article.id, a["answer_start"], a["answer_start"] + len(a["text"])) for a in qa["answers"])


def _whole(article: Article, question: str, embedder: Embedder) -> tuple[Passage, ...]:
    passage = Passage(1, 1.0, None, article, 0, len(article.body))
    similarity = float(_vector(passage, embedder) @ embedder.embed_questions([question])[0])
    return (replace(passage, similarity=similarity),)


def _vector(passage: Passage, embedder: Embedder) -> Any:
    return embedder.embed_passages([embedded_text(passage.article.title, None, passage.text)])[0]


def _article(article_id: str, title: str, body: str) -> Article:
    return Article(
        id=article_id, revision=1, title=title, body=body, publisher=None, authors=(), url=None, language="en",
        published_at=None, updated_at=None, first_seen_at=_BEGINNING,
    )  # fmt: skip


def _half(key: str) -> bool:
    return hashlib.sha256(f"{key} measured".encode()).digest()[0] % 2 == 0


def _quarter(key: str) -> bool:
    return int(hashlib.sha256(key.encode()).hexdigest()[:6], 16) % 4 == 0


def _week(day: str) -> int:
    return (dt.date.fromisoformat(day[:10]).toordinal() - 4) // 7


def _folded(text: str) -> str:
    return re.sub(r"[\W_]+", " ", text.lower()).strip()
