"""Search over real parts: dense, keyword and fused pass the same tests, in every state of the index."""

from datetime import UTC, datetime
from typing import Literal

import pytest

from api.engine import Engine
from corpus.article import IncomingArticle
from corpus.errors import IndexUnavailable
from corpus.selection import Moment, Selection
from retrieval.indexer import IndexState

Sides = Literal["dense", "keyword", "fused"]
DAY = datetime(2024, 11, 5, tzinfo=UTC)
SIDES: tuple[Sides, ...] = ("dense", "keyword", "fused")
AGENCY = (
    "A subsea power cable between Skelmouth and the Isle of Vannow failed on Monday night, cutting electricity to "
    "about 2,300 homes, the grid operator said. Repair ships were expected within two days, weather permitting."
)


def put(engine: Engine, *articles: IncomingArticle) -> None:
    engine.ingester.put(articles)
    assert engine.indexer.wait_until_current(lambda _: None, 60)


@pytest.fixture
def filled(engine: Engine) -> Engine:
    put(
        engine,
        IncomingArticle("Cable fails", AGENCY, "agency", "Northline Agency", published_at=DAY),
        IncomingArticle(
            "Island in the dark", AGENCY + " Shops closed early.", "courier", "Skelmouth Courier",
            published_at=datetime(2024, 11, 6, tzinfo=UTC),
        ),
        IncomingArticle("Herring quota", "Fishermen may land 900 tonnes of herring this year.", "herring"),
        IncomingArticle("School roof", "The roof of Calder school will be repaired in the summer holidays.", "roof"),
    )  # fmt: skip
    return engine


@pytest.mark.parametrize("sides", SIDES)
def test_the_right_article_comes_first(filled: Engine, sides: Sides) -> None:
    result = filled.searcher.search("How much herring may fishermen land?", Selection(), sides=sides)
    assert result.passages[0].article.id == "herring"
    assert [p.rank for p in result.passages] == list(range(1, len(result.passages) + 1))


@pytest.mark.parametrize("sides", SIDES)
def test_filters_and_deletion_hold_on_every_side(filled: Engine, sides: Sides) -> None:
    def ids(**filters: object) -> set[str]:
        selection = Selection(**filters)  # type: ignore[arg-type]
        return {
            p.article.id for p in filled.searcher.search("power cable repair roof", selection, sides=sides).passages
        }

    assert ids(article_ids=("roof",)) == {"roof"}
    assert ids(publishers=("northline agency",)) == {"agency"}
    assert ids(moment=Moment(as_of=datetime(2024, 11, 5, 12, tzinfo=UTC))) == {"agency"}
    filled.ingester.delete("default", "roof")
    assert "roof" not in ids()
    assert ids(article_ids=("roof",)) == set()


def test_copies_take_one_place_and_are_listed(filled: Engine) -> None:
    passages = filled.searcher.search("Why did the power fail on the Isle of Vannow?", Selection()).passages
    cables = [p for p in passages if "cable" in p.text]
    assert len(cables) == 1
    assert cables[0].article.id == "agency", "the earliest speaks for all"
    assert [copy.id for copy in cables[0].copies] == ["courier"]


@pytest.mark.parametrize("state", [IndexState.STARTING, IndexState.REBUILDING, IndexState.UNAVAILABLE])
def test_every_state_of_the_index_finds_the_same(filled: Engine, state: IndexState) -> None:
    whole = filled.searcher.search("herring quota", Selection())
    filled.indexer.state = state
    again = filled.searcher.search("herring quota", Selection())
    assert [(p.article.id, p.start) for p in again.passages] == [(p.article.id, p.start) for p in whole.passages]
    assert bool(again.notices) is (state is not IndexState.STARTING)


def test_a_failing_index_is_left_for_the_store_and_opened_again(
    filled: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = filled.indexer.ready_index()
    assert index is not None

    def fail(*_: object) -> None:
        raise IndexUnavailable("the disk went away")

    monkeypatch.setattr(index, "query", fail)
    monkeypatch.setattr(filled.indexer.exact, "at_hand", lambda *_, **__: None)  # after a quiet moment all of it is
    assert filled.searcher.search("herring", Selection()).passages[0].article.id == "herring"
    assert filled.indexer.wait_until_current(lambda _: None, 60)
    assert filled.indexer.ready_index() not in (None, index)


def test_later_coverage_is_said(filled: Engine) -> None:
    mended = AGENCY + " It was mended."
    later = datetime(2024, 11, 9, tzinfo=UTC)
    put(
        filled, IncomingArticle("Cable fails", mended, "agency", "Northline Agency", published_at=DAY, updated_at=later)
    )
    moment = Moment(as_of=datetime(2024, 11, 7, tzinfo=UTC))
    then = filled.searcher.search("power cable", Selection(moment=moment))
    assert then.later_coverage and then.passages[0].article.revision == 1
    assert not filled.searcher.search("power cable", Selection()).later_coverage


def test_strange_questions_find_nothing_or_something_but_never_fail(filled: Engine) -> None:
    for question in ("", "?", '"', "NEAR(a b)", "* OR", "\x00", "x" * 10_000, "the of and"):
        filled.searcher.search(question, Selection())


@pytest.mark.parametrize("at_hand", [True, False])
@pytest.mark.parametrize("sides", SIDES)
def test_a_corrected_figure_is_found_as_it_stood(filled: Engine, sides: Sides, at_hand: bool) -> None:
    first, corrected = "The new sea wall of Velm costs 4 million.", "The new sea wall of Velm costs 6 million."
    before, after = datetime(2024, 11, 6, tzinfo=UTC), datetime(2024, 11, 10, tzinfo=UTC)
    put(filled, IncomingArticle("Sea wall", first, "wall", published_at=DAY))
    later = datetime(2024, 11, 8, tzinfo=UTC)
    put(filled, IncomingArticle("Sea wall", corrected, "wall", published_at=DAY, updated_at=later))
    if at_hand:
        filled.indexer.exact.keep("default")
        filled.indexer.exact.keep("default", current=False)

    def found(moment: datetime) -> tuple[int, str]:
        result = filled.searcher.search("What does the sea wall cost?", Selection(moment=Moment(moment)), sides=sides)
        top = result.passages[0]
        assert top.article.body[top.start : top.end] == top.text
        return top.article.revision, top.text

    assert found(before) == (1, first)
    assert found(after) == (2, corrected)


def test_few_of_many_are_found_whatever_comes_first(filled: Engine) -> None:
    # Far more passages of others than either side brings stand before the one that the filter lets pass.
    herring = (
        "Herring may be landed by fishermen, said harbour {n} of the herring coast in its herring report number {n}."
    )
    many = [IncomingArticle(f"Herring {n}", herring.format(n=n), f"many-{n}", "Many Times") for n in range(300)]
    put(filled, *many)
    filled.indexer.exact.keep("default")
    one = Selection(article_ids=("roof",))
    for sides in ("dense", "fused"):
        passages = filled.searcher.search("herring fishermen harbour", one, sides=sides).passages
        assert {passage.article.id for passage in passages} == {"roof"}
