"""Make training examples for the reader from question sets in SQuAD's form.

`python -m evals.reader_examples OUT SQUAD.json.gz...`: for every question a window of sentences that holds its answer,
and windows or questions made so that nothing answers. Writes `train.jsonl` and `held_out.jsonl`, one example a line:
question, text, start and end of the answer in the text (-1 when there is none), kind.

A page title's hash decides what is held out, so no text is in both; of SQuAD 2.0 the titles that
`evals.calibration_sets` holds out.
"""

import argparse
import json
import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from answering.question import read_question
from corpus.article import Article
from corpus.sentence import sentence_spans
from evals.calibration_sets import Library, holds, is_held_out, squad_like

# Characters of a window: what two to six sentences of news have.
_SHORTEST, _LONGEST = 160, 560
_NEAREST = 5
# Sets about reviews and comments, which are further from news: used once, and their titles say nothing.
_FAR_FROM_NEWS = ("amazon", "reddit")
_NO_TITLE = re.compile(r"Amazon Reviews|Filtered Reddit")
# Words that turn a question into its opposite.
_OPPOSITES = (
    ("first", "last"), ("most", "least"), ("before", "after"), ("largest", "smallest"), ("highest", "lowest"),
    ("increase", "decrease"), ("won", "lost"), ("oldest", "youngest"), ("longest", "shortest"), ("more", "less"),
    ("north", "south"), ("east", "west"), ("maximum", "minimum"), ("best", "worst"), ("earliest", "latest"),
    ("began", "ended"), ("start", "end"), ("win", "lose"), ("rise", "fall"), ("like", "dislike"), ("buy", "sell"),
    ("good", "bad"), ("always", "never"), ("northern", "southern"), ("eastern", "western"), ("early", "late"),
)  # fmt: skip
_OPPOSITE = {a: b for pair in _OPPOSITES for a, b in (pair, pair[::-1])}
_YEAR = re.compile(r"\b(1[0-9]|20)\d\d\b")


@dataclass(frozen=True, slots=True)
class Example:
    """A question and a text; `start` and `end` mark the answer in it, -1 when it does not answer."""

    question: str
    text: str
    start: int
    end: int
    kind: str
    title: str


@dataclass(frozen=True, slots=True)
class _Asked:
    page: str
    article: Article
    question: str
    answers: tuple[tuple[int, int], ...]
    impossible: bool

    @property
    def words(self) -> list[str]:
        return [self.article.body[start:end] for start, end in self.answers]


def main() -> None:
    """Write the examples."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("sets", type=Path, nargs="+")
    parser.add_argument("--rounds", type=int, default=3, help="how often a question is used, each time otherwise")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    chance = random.Random(7)
    made: dict[bool, list[Example]] = {True: [], False: []}
    for path in options.sets:
        asked = list(_asked(path))
        rounds = 1 if any(word in path.name for word in _FAR_FROM_NEWS) else options.rounds
        for held in (True, False):
            part = [one for one in asked if is_held_out(path.name, one.page, one.article.id) is held]
            for _ in range(1 if held else rounds):
                made[held] += (_titled(one, chance) for one in _examples(part, chance))
    for held, name in ((True, "held_out.jsonl"), (False, "train.jsonl")):
        chance.shuffle(made[held])
        (options.out / name).write_text("".join(json.dumps(asdict(example)) + "\n" for example in made[held]))
        print(name, len(made[held]), dict(Counter(example.kind for example in made[held])))


def _asked(path: Path) -> Iterator[_Asked]:
    for page, article, questions in squad_like(path):
        for qa in questions:
            places = sorted({(a["answer_start"], a["answer_start"] + len(a["text"])) for a in qa.get("answers", ())})
            yield _Asked(page, article, qa["question"], tuple(places), bool(qa.get("is_impossible")))


def _examples(asked: Sequence[_Asked], chance: random.Random) -> Iterator[Example]:
    articles = {one.article.id: one.article for one in asked}
    library = Library([(article, 0, len(article.body)) for article in articles.values()])
    names: dict[str, list[str]] = {}
    for one in asked:
        read = read_question(one.question)
        names.setdefault(one.page, []).extend(read.shown[name] for name in read.names)
    for one in asked:
        if one.impossible:
            for _ in range(2):
                yield _nothing(one, _window(one.article, (), chance), "impossible")
            continue
        holding = _window(one.article, one.answers, chance)
        at = next(((s, e) for s, e in one.answers if holding[0] <= s and e <= holding[1]), None)
        if at is None:
            continue
        text = one.article.body[holding[0] : holding[1]]
        start, end = at[0] - holding[0], at[1] - holding[0]
        answered = Example(one.question, text, start, end, "answered", one.article.title)
        yield answered
        yield from _near_misses(one, answered, library, names, chance)


def _titled(example: Example, chance: random.Random) -> Example:
    """Every other example with the page's title before its text, where the title says what the page is about."""
    if chance.random() < 0.5 or _NO_TITLE.match(example.title):
        return example
    before = f"{example.title}. "
    moved = len(before) if example.start >= 0 else 0
    return replace(example, text=before + example.text, start=example.start + moved, end=example.end + moved)


def _near_misses(
    one: _Asked, answered: Example, library: Library, names: dict[str, list[str]], chance: random.Random
) -> Iterator[Example]:
    """One or two examples that the answer is missing from: the kinds take turns at random."""
    if chance.random() < 0.5:
        text = _without_answer(one, chance)
        if text and not any(holds(text, words) for words in one.words):
            yield Example(one.question, text, -1, -1, "cut", one.article.title)
    else:
        for article in library.nearest(one.question, _NEAREST, frozenset({one.article.id})):
            if not any(holds(article.body, words) for words in one.words) and chance.random() < 0.5:
                yield _nothing(one, _window(article, (), chance), "elsewhere", article)
                break
    if chance.random() < 0.4:
        changed = _changed(one, names, chance)
        if changed:
            yield replace(answered, question=changed, start=-1, end=-1, kind="changed")


def _nothing(one: _Asked, window: tuple[int, int], kind: str, article: Article | None = None) -> Example:
    article = article or one.article
    return Example(one.question, article.body[window[0] : window[1]], -1, -1, kind, article.title)


def _window(article: Article, held: Sequence[tuple[int, int]], chance: random.Random) -> tuple[int, int]:
    """Whole sentences around one of the places `held`, or around any sentence, up to a length drawn by chance."""
    spans = [(span.start, span.end) for span in sentence_spans(article.body, "en")] or [(0, len(article.body))]
    place = chance.choice(list(held)) if held else chance.choice(spans)
    inside = [i for i, (start, end) in enumerate(spans) if start < place[1] and place[0] < end] or [0]
    first, last = inside[0], inside[-1]
    most = chance.randint(_SHORTEST, _LONGEST)
    while True:
        sides = [(first - 1, last)] * (first > 0) + [(first, last + 1)] * (last + 1 < len(spans))
        sides = [(a, b) for a, b in sides if spans[b][1] - spans[a][0] <= most]
        if not sides:
            return spans[first][0], spans[last][1]
        first, last = chance.choice(sides)


def _without_answer(one: _Asked, chance: random.Random) -> str | None:
    """The sentences around the answer with those that hold it left out."""
    body = one.article.body
    spans = [(span.start, span.end) for span in sentence_spans(body, "en")]
    around = _window(one.article, one.answers, chance)
    wider = (max(0, around[0] - 300), min(len(body), around[1] + 300))
    left = [
        body[start:end]
        for start, end in spans
        if wider[0] <= start and end <= wider[1] and not any(start < e and s < end for s, e in one.answers)
    ]
    return " ".join(left)[: _LONGEST + 100] if left else None


def _changed(one: _Asked, names: dict[str, list[str]], chance: random.Random) -> str | None:
    """The question with a name, a year or a word changed so that the text does not answer it."""
    read = read_question(one.question)
    ways: list[tuple[str, str]] = []
    for name in (read.shown[n] for n in read.names):
        others = [other for other in names[one.page] if other.lower() != name.lower()]
        ways += [(name, chance.choice(others))] if others else []
    ways += [(year.group(), str(int(year.group()) + chance.choice((-20, -3, -1, 1, 2, 10)))) for year in
             _YEAR.finditer(one.question)]  # fmt: skip
    ways += [(word, _OPPOSITE[word]) for word in re.findall(r"[a-z]+", one.question) if word in _OPPOSITE]
    if not ways:
        return None
    old, new = chance.choice(ways)
    return re.sub(rf"\b{re.escape(old)}\b", lambda _: new, one.question)


if __name__ == "__main__":
    main()
