"""Vectors follow behind what is stored: what lags is said, what is new comes first, and a question need not wait."""

import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from api.commands.terminal import print_passages
from api.engine import Engine
from api.local import LocalDateline
from api.settings import read_settings
from corpus.article import IncomingArticle
from corpus.embeddings import Waiting
from corpus.selection import Moment, Selection
from retrieval.courtesy import Courtesy, no_pause
from retrieval.embedder import Embedder, Vectors
from retrieval.lag import lag_notice
from tests.small import HashedWords, Small, article


class Held(HashedWords):
    """Embeds passages only when let, and remembers which."""

    def __init__(self) -> None:
        self.may = threading.Event()
        self.seen: list[str] = []

    def embed_passages(self, passages: Sequence[str], between: Callable[[], None] = no_pause) -> Vectors:
        self.may.wait(30)
        self.seen += passages
        return super().embed_passages(passages, between)


def test_what_lags_is_said_until_its_vectors_are_made(tmp_path: Path) -> None:
    held = Held()
    small = Small(tmp_path / "data", embedder=held).start()

    def notices(selection: Selection) -> tuple[str, ...]:
        return small.searcher.search("report", selection).notices

    assert notices(Selection()) == ()
    early = IncomingArticle(
        "Early report", "It was told early.", "e", "Ledger", published_at=datetime(2020, 1, 1, tzinfo=UTC)
    )
    small.ingester.put([article(1), article(2), early])
    said = "3 passages of 3 articles are found by keyword only until their vectors are made."
    assert said in notices(Selection())
    one = "1 passage of 1 article is found by keyword only until its vector is made."
    assert one in notices(Selection(publishers=("Ledger",)))
    assert one in notices(Selection(moment=Moment(as_of=datetime(2021, 1, 1, tzinfo=UTC))))
    assert not notices(Selection("another"))
    assert small.searcher.search("early", Selection()).passages[0].article.id == "e", "found by keyword all the same"
    small.ingester.put([article(1, "revised")])
    assert said in notices(Selection()), "a wording that is history is not waited for"
    held.may.set()
    small.settle()
    assert notices(Selection()) == () == notices(Selection(publishers=("Ledger",)))
    small.close()


def test_what_has_no_vector_yet_is_found_by_its_rare_word_among_many_that_resemble_it(tmp_path: Path) -> None:
    def wharf(name: str) -> IncomingArticle:
        return IncomingArticle(
            f"The wharf of {name}", f"The wharf of {name} was repaired by a yard, it was said.", name
        )

    held = Held()
    held.may.set()
    small = Small(tmp_path / "data", embedder=held).start()
    small.ingester.put([wharf(f"Place{number}x") for number in range(30)])
    small.settle()
    held.may.clear()
    small.ingester.put([wharf("Gutipuzor"), wharf("Casumipus")])
    found = small.searcher.search("Who repaired the wharf of Gutipuzor?", Selection(), 5)
    assert found.passages[0].article.id == "Gutipuzor" and found.passages[0].similarity is None and found.notices
    held.may.set()
    small.settle()
    assert small.searcher.search("Who repaired the wharf of Gutipuzor?", Selection(), 5).passages[0].similarity
    small.close()


async def test_what_has_no_vector_yet_answers_questions(data_folder: Path) -> None:
    def wharf(name: str) -> IncomingArticle:
        yard = f"by the yard of {name}, its mayor said on Monday."
        repaired = (f"The wharf of {name} was repaired in stage {n} {yard}" for n in range(12))
        return IncomingArticle(f"The wharf of {name}", "\n".join(repaired), name)

    new = "Gutipuzor Mesosenas Casumipus Rozunazas Ninosoton Vofufobut Zitobisot Lebanunis Tivekaher".split()
    old = "Bicokusir Ditimoson Ceposonan Cesovedan Temihatar Lavihuvun Panofabat Rakidabas Mazakabas Safecabar".split()
    settings = read_settings(data=data_folder, sample=False)
    with Engine(settings) as engine:
        engine.start()
        engine.ingester.put([wharf(name) for name in old])
        assert engine.indexer.wait_until_current(lambda _: None, 90)
    with Engine(settings) as engine:  # not started, it embeds nothing
        engine.ingester.put([wharf(name) for name in new])
        for name in new:
            answer = await LocalDateline(engine, "").ask(f"Who repaired the wharf of {name}?")
            assert answer.status == "answered" and answer.citations[0].article_id == name and answer.notices


def test_the_notice_counts() -> None:
    assert lag_notice(Waiting(0, 0)) is None
    assert lag_notice(Waiting(1204, 96)) == (
        "1,204 passages of 96 articles are found by keyword only until their vectors are made."
    )


def test_the_command_line_prints_notices(capsys: pytest.CaptureFixture[str]) -> None:
    print_passages({"data": [], "notices": ["2 passages wait."]})
    assert "2 passages wait." in capsys.readouterr().out


def test_the_newest_are_embedded_first_and_an_interrupted_run_goes_on(tmp_path: Path) -> None:
    held = Held()
    small = Small(tmp_path / "data", embedder=held)
    small.ingester.put([article(number) for number in range(150)])
    held.may.set()
    small.start()
    while not held.seen:
        time.sleep(0.001)
    small.close()
    assert "uniquen149 " in held.seen[0]
    again = Held()
    again.may.set()
    small = Small(tmp_path / "data", embedder=again).start().settle()
    assert sorted(held.seen + again.seen) == sorted(set(held.seen + again.seen)), "nothing is embedded twice"
    assert len(held.seen) + len(again.seen) == 150
    small.check(["n0", "n149"])
    small.close()


def test_background_work_waits_for_a_question_but_not_for_ever() -> None:
    courtesy = Courtesy()
    courtesy.make_way()
    done = threading.Event()
    with courtesy.question(), courtesy.question():

        def work() -> None:
            courtesy.make_way(20)
            done.set()

        worker = threading.Thread(target=work)
        worker.start()
        assert not done.wait(0.1)
        clock = time.monotonic()
        courtesy.make_way(0.05)
        assert time.monotonic() - clock >= 0.05
    assert done.wait(10)
    worker.join()


def test_a_short_call_does_not_wait_in_line_behind_a_long_one(embedder: Embedder) -> None:
    many = [f"The harbour board of place {number} said the port reopened. " * 20 for number in range(120)]
    parts: list[int] = []
    long_one = threading.Thread(target=lambda: embedder.embed_passages(many, lambda: parts.append(1)))
    long_one.start()
    while len(parts) < 10:
        time.sleep(0.001)
    vectors = embedder.embed_passages(["The port reopened.", "It was long shut."])
    assert len(parts) < 60, "it was served while most of the long call was still to do"
    long_one.join()
    assert len(parts) == 120
    assert vectors.shape == (2, 384)


def test_vectors_come_in_the_order_of_their_texts(embedder: Embedder) -> None:
    texts = [f"Sentence {number} is about {number} herrings. " * (1 + number % 5) for number in range(12)]
    together = embedder.embed_passages(texts)
    for text, vector in zip(texts, together, strict=True):
        assert float(embedder.embed_passages([text])[0] @ vector) > 0.999
