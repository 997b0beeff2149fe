"""Copies of one text form a cluster, in whatever order they come and go; other texts do not."""

import random
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from api.engine import Engine
from api.settings import read_settings
from corpus.accept import accept
from corpus.article import IncomingArticle
from corpus.database import Database
from corpus.resemblance import are_one_text, in_order, share, shared_runs, shingles
from corpus.selection import Selection
from corpus.store import ArticleStore
from retrieval.prepare import cut
from tests.running import serve
from tests.small import Small

MAY = datetime(2024, 5, 1, tzinfo=UTC)
AGENCY = (
    "A container ship ran aground outside the harbour of Skelmouth early on Friday after its steering failed in heavy "
    "weather. Nobody was hurt, the coastguard said. Two tugs pulled the vessel free at high water shortly before noon, "
    "and divers were inspecting the hull for damage in the afternoon.\n\n"
    "The harbour master, Ines Tolland, said the channel would stay closed until the inspection was over. Eleven ships "
    "were waiting outside. The fishing fleet, which lands most of its catch on Fridays, was sent to Orrin Haven.\n\n"
    "It was the third grounding in the channel this year. The harbour board has asked the regional government for "
    "£2.4 million to dredge it, and expects an answer in June."
)
# The same news in other words: another source.
OTHER_WORDS = (
    "Skelmouth's port was shut for much of Friday when a freighter lost its rudder in a gale and stuck fast on the bar. "
    "The crew of nineteen are safe. Tugs got her off on the tide before midday; she lies at the coal quay now, where "
    "surveyors are looking her over.\n\n"
    "For the trawlers the timing could not be worse, skippers complained: on a Friday they sell their week's work, and "
    "this time they had to steam to Orrin Haven and take what price they were given there."
)
REWRITES = {
    "another headline": AGENCY,
    "an agency line": f"SKELMOUTH, May 3 (Coast Press) - {AGENCY}\n\n(Reporting by Coast Press; editing by the desk)",
    "a cut tail": AGENCY.split("\n\nIt was the third")[0],
    "a changed lead": AGENCY.replace(AGENCY.split(". ")[0], "A large ship stuck at the entrance of our port yesterday"),
    "a few words": AGENCY.replace("early", "in the small hours").replace("vessel", "ship").replace("expects", "awaits"),
    "case and punctuation": AGENCY.upper().replace(",", " -"),
}


def reworded(body: str, every: int) -> str:
    """With each so-manieth word another."""
    words = body.split(" ")
    return " ".join(f"other{at}" if at % every == every - 1 else word for at, word in enumerate(words))


def incoming(article_id: str, body: str, day: int = 0, publisher: str | None = None) -> IncomingArticle:
    when = MAY + timedelta(days=day)
    return accept(IncomingArticle(f"Headline of {article_id}", body, article_id, publisher, published_at=when))


class Archive:
    def __init__(self, where: Path | str) -> None:
        self.database = Database(where)
        self.store = ArticleStore(self.database)

    def put(self, *articles: IncomingArticle) -> None:
        self.store.put([(article, cut(article)) for article in articles])

    def clusters(self) -> set[frozenset[str]]:
        ids = [article.id for _, article in self.store.all_current("default")]
        return {frozenset(a.id for a in self.store.cluster_of("default", one)) for one in ids}

    def close(self) -> None:
        self.database.close()


@pytest.fixture
def archive(where: Path | str) -> Iterator[Archive]:
    archive = Archive(where)
    yield archive
    archive.close()


def test_many_equal_texts_in_one_batch_are_one_cluster_and_take_no_square_of_time(archive: Archive) -> None:
    archive.put(incoming("before", AGENCY))
    began = time.process_time()
    archive.put(
        *(incoming(f"short{n}", "The page was moved.") for n in range(1_000)),
        *(incoming(f"long{n}", AGENCY) for n in range(20)),
    )
    # Compared each with all before, the short ones alone took nine seconds of processor time.
    assert time.process_time() - began < 5
    (short,) = {frozenset(a.id for a in archive.store.cluster_of("default", one)) for one in ("short0", "short999")}
    assert len(short) == 1_000
    assert {a.id for a in archive.store.cluster_of("default", "long7")} == {"before", *(f"long{n}" for n in range(20))}


@pytest.mark.parametrize("kind", REWRITES)
def test_a_light_rewrite_is_a_copy(archive: Archive, kind: str) -> None:
    archive.put(incoming("first", AGENCY), incoming("second", REWRITES[kind], 1))
    assert archive.clusters() == {frozenset({"first", "second"})}


def test_the_same_news_in_other_words_is_not(archive: Archive) -> None:
    archive.put(incoming("first", AGENCY), incoming("second", OTHER_WORDS))
    assert archive.clusters() == {frozenset({"first"}), frozenset({"second"})}


def test_texts_of_one_mould_are_not_copies(archive: Archive) -> None:
    mould = "The harbour office gave this forecast for {}: wind from the {}, force {}, seas {}, visibility {}. {} It was issued at {}."
    archive.put(
        incoming(
            "mon",
            mould.format(
                "Monday",
                "north-west",
                "five to six",
                "moderate",
                "good",
                "Ferries sail as planned and the lock is open from six.",
                "five in the morning",
            ),
        ),
        incoming(
            "tue",
            mould.format(
                "Tuesday",
                "east, later south",
                "eight",
                "very rough",
                "poor in rain",
                "The lock stays shut, no ferry sails before the evening tide.",
                "half past four",
            ),
        ),
    )
    assert len(archive.clusters()) == 2


def test_short_texts_are_copies_only_when_equal(archive: Archive) -> None:
    archive.put(
        incoming("a", "The match was abandoned."),
        incoming("b", "The match was abandoned!"),
        incoming("c", "The match was postponed."),
    )
    assert archive.clusters() == {frozenset({"a", "b"}), frozenset({"c"})}


def test_collections_do_not_mix(archive: Archive) -> None:
    archive.put(incoming("a", AGENCY), replace(incoming("b", AGENCY), collection="other"))
    assert archive.clusters() == {frozenset({"a"})}


def test_the_earliest_stands_for_all_whenever_it_arrives(archive: Archive) -> None:
    archive.put(incoming("late", AGENCY, day=3))
    archive.put(incoming("latest", REWRITES["a few words"], day=5))
    archive.put(incoming("early", REWRITES["a cut tail"], day=1))
    assert [article.id for article in archive.store.cluster_of("default", "latest")] == ["early", "late", "latest"]


def test_a_rewording_leaves_and_a_deletion_splits(archive: Archive) -> None:
    one, two, three = AGENCY.split("\n\n")
    first, second = f"{OTHER_WORDS}\n\n{one}", f"{two}\n\n{three}"
    archive.put(
        incoming("whole", f"{first}\n\n{second}"), incoming("head", first), incoming("tail", f"{one}\n\n{second}")
    )
    assert archive.clusters() == {frozenset({"whole", "head", "tail"})}
    archive.put(incoming("head", "Nothing of the kind happened. " * 3))
    assert archive.clusters() == {frozenset({"whole", "tail"}), frozenset({"head"})}
    archive.put(incoming("head", first))
    archive.store.delete("default", "whole")
    assert archive.clusters() == {frozenset({"head"}), frozenset({"tail"})}
    archive.store.delete("default", "head")
    archive.store.delete("default", "tail")
    with archive.database.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM cluster_bands")).scalar() == 0


PARAGRAPHS = [*AGENCY.split("\n\n"), *OTHER_WORDS.split("\n\n")]


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    bodies=st.lists(st.lists(st.sampled_from(PARAGRAPHS), min_size=1, max_size=4, unique=True), min_size=2, max_size=7),
    seed=st.integers(0, 100),
)
def test_the_order_of_arrival_makes_no_difference(
    tmp_path_factory: pytest.TempPathFactory, bodies: list[list[str]], seed: int
) -> None:
    articles = [incoming(f"a{n}", "\n\n".join(body)) for n, body in enumerate(bodies)]
    found = []
    for order in (articles, random.Random(seed).sample(articles, len(articles))):
        archive = Archive(tmp_path_factory.mktemp("order") / "dateline.sqlite")
        for article in order:
            archive.put(article)
        found.append(archive.clusters())
        archive.close()
    assert found[0] == found[1]


def test_articles_of_an_earlier_release_are_placed_later(archive: Archive) -> None:
    archive.put(incoming("first", AGENCY), incoming("second", REWRITES["a cut tail"]), incoming("third", OTHER_WORDS))
    with archive.database.write() as connection:
        connection.execute(text("UPDATE articles SET cluster = NULL"))
        connection.execute(text("DELETE FROM cluster_bands"))
    assert archive.clusters() == {frozenset({"first"}), frozenset({"second"}), frozenset({"third"})}
    while archive.store.place_some(limit=2):
        pass
    assert archive.clusters() == {frozenset({"first", "second"}), frozenset({"third"})}


def test_a_search_gives_a_text_one_place_and_names_who_carries_it(tmp_path: Path) -> None:
    small = Small(tmp_path / "data").start()
    small.ingester.put(
        [incoming(f"copy{n}", body, day=n, publisher=f"P{n}") for n, body in enumerate(REWRITES.values())]
    )
    small.ingester.put([incoming("own", OTHER_WORDS, 2, "Harbour Ledger")])
    small.settle()
    found = small.searcher.search("Why was the harbour channel of Skelmouth closed on Friday?", Selection()).passages
    carried = [passage for passage in found if passage.article.id.startswith("copy")]
    assert carried[0].article.id == "copy0", "the earliest that holds the words"
    for passage in carried:
        assert {copy.id for copy in passage.copies} | {passage.article.id} == {f"copy{n}" for n in range(6)}
    assert len(carried) <= 2, "six copies of two chunks each take no more places than one"
    assert "own" in {passage.article.id for passage in found}
    small.close()


def test_the_share_is_of_the_shorter_text_and_runs_are_exact() -> None:
    whole, tail = AGENCY, "Breaking. " + AGENCY.split("\n\n")[2]
    assert share(shingles(tail), shingles(whole)) > 0.9 and are_one_text(tail, whole, shingles(tail), shingles(whole))
    run = shared_runs(tail, whole)[0]
    assert tail[run.start : run.end] == whole[run.other_start : run.other_end]
    assert tail[run.start :].startswith("It was the third grounding")


@pytest.fixture
def http(data_folder: Path) -> Iterator[httpx.Client]:
    for server in serve(Engine(read_settings(data=data_folder, sample=False))):
        with httpx.Client(base_url=server.url, timeout=60, trust_env=False) as client:
            yield client


def test_history_over_http(http: httpx.Client) -> None:
    def push(article_id: str, body: str, **fields: str) -> None:
        item = {"id": article_id, "title": "Ship aground", "body": body, **fields}
        assert not http.post("/v1/articles", json={"articles": [item], "wait": "keyword"}).json()["failed"]

    corrected = AGENCY.replace("£2.4 million", "£4.2 million") + "\n\nCorrection: an earlier version gave a wrong sum."
    push("news/ship", AGENCY, publisher="Coast Press", published_at="2024-05-03")
    push("news/ship", corrected, publisher="Coast Press", published_at="2024-05-03", updated_at="2024-05-04")
    push("echo", REWRITES["a cut tail"], publisher="Echo", published_at="2024-05-05")

    listed = http.get("/v1/articles/news%2Fship/revisions").json()["data"]
    assert [item["revision"] for item in listed] == [1, 2] and listed[0]["correction"] is None
    assert listed[1]["correction"]["text"].startswith("Correction:") and listed[1]["is_current"]

    diff = http.get("/v1/articles/news%2Fship/diff").json()
    assert (diff["from_revision"], diff["to_revision"]) == (1, 2)
    for number, side in ((1, "old"), (2, "new")):
        body = http.get("/v1/articles/news%2Fship", params={"revision": number}).json()["body"]
        for step in diff["data"]:
            assert body[step[side]["start"] : step[side]["end"]] == step[side]["text"]
    (changed,) = [step for step in diff["data"] if step["kind"] == "replaced"]
    assert "2.4" in changed["old"]["text"] and "4.2" in changed["new"]["text"]

    cluster = http.get("/v1/articles/echo/cluster").json()
    assert cluster["representative"] == "news/ship" and [m["article_id"] for m in cluster["data"]] == [
        "news/ship",
        "echo",
    ]
    echo = http.get("/v1/articles/echo").json()
    assert echo["cluster"] == {"representative": "news/ship", "articles": 2}
    run = cluster["data"][1]["shared"][0]
    assert echo["body"][run["start"] : run["end"]] == run["text"] and cluster["data"][1]["share"] > 0.9

    for path in ("/v1/articles/none/revisions", "/v1/articles/none/diff", "/v1/articles/none/cluster"):
        problem = http.get(path)
        assert problem.status_code == 404 and "none" in problem.json()["detail"]
    assert http.get("/v1/articles/echo/diff", params={"from": 7}).status_code == 404
    assert http.get("/v1/articles/echo/diff").json()["data"][0]["kind"] == "equal"

    page = http.get("/changes/news%2Fship")
    assert page.status_code == 200 and "<del>" in page.text and "<ins>" in page.text
    assert "The outlet says what it corrected" in http.get("/read/news%2Fship").text


def test_one_word_in_ten_replaced_makes_no_other_text(tmp_path: Path) -> None:
    store = ArticleStore(Database(tmp_path / "dateline.sqlite"))
    light, heavy = reworded(AGENCY, 9), reworded(AGENCY, 3)
    assert share(shingles(light), shingles(AGENCY)) < 0.7 and in_order(light, AGENCY) > 0.85
    for name, body in (("whole", AGENCY), ("light", light), ("heavy", heavy), ("other", OTHER_WORDS)):
        article = incoming(name, body)
        store.put([(article, cut(article))])
    assert {a.id for a in store.cluster_of("default", "light")} == {"whole", "light"}


def test_a_story_that_repeats_the_background_of_another_is_another() -> None:
    first = AGENCY.split("\n\nIt was the third")[0]
    follow_up = f"{OTHER_WORDS[:200]}\n\n{first[len(first) // 3 :]}"
    ours, theirs = shingles(follow_up), shingles(AGENCY)
    assert 0.4 < share(ours, theirs) < 0.7 and not are_one_text(follow_up, AGENCY, ours, theirs)


WORDS = st.lists(st.sampled_from("a b c d e f".split()), max_size=12)


@given(WORDS, WORDS)
def test_words_in_order_are_those_of_the_longest_common_subsequence(one: list[str], other: list[str]) -> None:
    lengths = [[0] * (len(other) + 1) for _ in range(len(one) + 1)]
    for x in reversed(range(len(one))):
        for y in reversed(range(len(other))):
            same = lengths[x + 1][y + 1] + 1 if one[x] == other[y] else 0
            lengths[x][y] = max(same, lengths[x + 1][y], lengths[x][y + 1])
    short, long = sorted((len(one), len(other)))
    expected = lengths[0][0] / short if short and short >= 0.75 * long else 0.0
    assert in_order(" ".join(one), " ".join(other)) == expected == in_order(" ".join(other), " ".join(one))
