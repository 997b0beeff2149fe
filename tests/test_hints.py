"""What a question says of outlets, times, quotations and the present, and what search makes of it."""

from collections.abc import Sequence
from datetime import UTC, datetime

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from answering.answer import Status
from answering.ask import Ask
from api.commands.terminal import print_passages
from api.engine import Engine
from corpus.article import IncomingArticle
from corpus.selection import Moment, Selection
from retrieval.copies import Scored
from retrieval.dates import date_ranges
from retrieval.heed import by_words
from retrieval.hints import NO_HINTS, Hint, Hints, Outlets, publishers_named, read_hints
from tests.running import Server
from tests.test_copies import chunk
from tests.test_search import put

NAMES = (
    "The Verge", "TechCrunch", "Fortune", "The New York Times", "BBC News", "CBSSports.com", "Associated Press", "Time",
    "Sporting News", "The Sydney Morning Herald", "The Independent - Life and Style", "Yardbarker", "Wired", "Le Monde",
    "Süddeutsche Zeitung", "FOX News - Health", "The Age", "Reuters", "CNN", "Agence France-Presse", "The Daily Telegraph",
    "People", "The Guardian",
)  # fmt: skip
OUTLETS = Outlets.of(NAMES)
NOW = datetime(2025, 8, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("What did TechCrunch and The Verge say about it?", ["TechCrunch", "The Verge"]),
        ("What does the Verge's article claim?", ["The Verge"]),
        ("Is that so according to theverge.com?", ["The Verge"]),
        ("Between the Fortune report and the one by Sporting News", ["Fortune", "Sporting News"]),
        ("What did the NYT write?", ["The New York Times"]),
        ("What did the New York Times write, and what AP?", ["The New York Times", "Associated Press"]),
        ("Did the BBC report on CBS Sports?", ["BBC News", "CBSSports.com"]),
        ("Did CBSSports.com say so?", ["CBSSports.com"]),
        ("What did 'The Independent - Life and Style' say?", ["The Independent - Life and Style"]),
        ("Was hat die Süddeutsche Zeitung geschrieben?", ["Süddeutsche Zeitung"]),
        ("Which Time magazine article names it?", ["Time"]),
        ("what did reuters say about the strike?", ["Reuters"]),
        ("according to the guardian, who is mayor", ["The Guardian"]),
        ("how did cnn's report on techcrunch end", ["CNN", "TechCrunch"]),
        ("What did the AFP and the Telegraph write?", ["Agence France-Presse", "The Daily Telegraph"]),
    ],
)
def test_outlets_are_known_by_what_people_call_them(question: str, named: list[str]) -> None:
    assert list(publishers_named(question, OUTLETS)) == named


@pytest.mark.parametrize(
    "question",
    [
        "At what time did it happen?",
        "How much was the fortune that Ada inherited?",
        "What did Fortune Feimster say?",
        "Who is wired into the grid?",
        "At what age did she retire?",
        "Is the ap in the store?",
        "what did people say about the guardian of the girl?",
        "how long has time been said to run?",
        "What happened in Big Time Rush?",
    ],
)
def test_ordinary_words_and_longer_names_are_no_outlets(question: str) -> None:
    assert publishers_named(question, OUTLETS) == {}


@given(st.text(max_size=120), st.lists(st.text(max_size=20), max_size=6))
def test_any_text_is_read_without_a_crash_and_names_only_what_there_is(question: str, names: list[str]) -> None:
    found = publishers_named(question, Outlets.of(names))
    assert set(found) <= set(names) and all(words in question for words in found.values())


def test_each_kind_can_be_ignored() -> None:
    asked = 'What did the Verge write on 3 May about the "grand reopening"?'
    hints = read_hints(asked, OUTLETS, NOW)
    assert hints.publishers == ("The Verge",) and hints.typed == ("Verge",) and hints.phrases == ("grand reopening",)
    assert [times.text for times in hints.published] == ["3 May"]
    assert read_hints(asked, OUTLETS, NOW, {Hint.PUBLISHERS}).publishers == ()
    assert read_hints(asked, OUTLETS, NOW, {Hint.PHRASES}).phrases == ()
    no_time = read_hints(asked, OUTLETS, NOW, {Hint.PUBLISHED})
    assert no_time.published == () and no_time.prefers_recent and no_time.taken_back == ("3 May",)
    assert read_hints(asked, OUTLETS, NOW, set(Hint)).taken_back == ("3 May", "Verge") and hints.taken_back == ()
    assert not read_hints("What is the latest?", OUTLETS, NOW, set(Hint)).asks_for_present
    assert not read_hints("What is new?", OUTLETS, NOW, set(Hint)).prefers_recent


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("before 3 May 2024", "until 2024-05-02"),
        ("by 3 May 2024", "until 2024-05-03"),
        ("after 3 May 2024", "2024-05-04 to 2025-08-20"),
        ("since 3 May 2024", "2024-05-03 to 2025-08-20"),
        ("3 May 2024", "2024-05-03"),
    ],
)
def test_a_terminal_shows_the_days_that_a_question_was_read_as(
    said: str, shown: str, capsys: pytest.CaptureFixture[str]
) -> None:
    times = [
        {"text": time.text, "from": time.start and time.start.isoformat(), "to": time.end and time.end.isoformat()}
        for time in date_ranges(f"What happened {said}?", NOW.replace(hour=12))
    ]
    hints = {"publishers": [], "published": {"times": times}, "phrases": []}
    print_passages({"data": [], "notices": [], "hints": hints})
    assert f"Read in the question: “{said}” as {shown}. Use" in capsys.readouterr().out


@pytest.mark.parametrize("question", ["Who is the mayor?", "What is the latest on the port?", "Is it open?"])
def test_the_present_is_asked_for(question: str) -> None:
    assert read_hints(question, OUTLETS, NOW).asks_for_present
    assert not read_hints(f"{question} in May 2019", OUTLETS, NOW).asks_for_present


def report(number: int, publisher: str, body: str, when: datetime) -> IncomingArticle:
    return IncomingArticle(f"Report {number}", body, f"r{number}", publisher, published_at=when)


@pytest.fixture
def press(engine: Engine) -> Engine:
    ferry = "The Vannow ferry sank the pier at Skelmouth in a storm, reader {n} was told."
    damage = "Storm damage at Skelmouth: the harbour office counts 12 broken boats at the pier and a sunken ferry."
    again = (
        "After the storm of the autumn Skelmouth counts its damage: forty boats at the pier, and the ferry once more."
    )
    put(
        engine,
        *(report(n, "Skelmouth Courier", ferry.format(n=n), datetime(2024, 3, n, tzinfo=UTC)) for n in range(1, 9)),
        report(11, "Coast Times", damage, datetime(2024, 3, 12, tzinfo=UTC)),
        report(12, "Harbour Ledger", again, datetime(2024, 9, 3, tzinfo=UTC)),
        report(13, "Harbour Ledger", "Mayor Ida Renn opened the school fair.", datetime(2024, 9, 4, tzinfo=UTC)),
        report(14, "Coast Times", "Mayor Tom Aske resigned in the school row.", datetime(2022, 1, 4, tzinfo=UTC)),
    )
    return engine


def found(engine: Engine, question: str, ignored: set[Hint] | None = None) -> list[str]:
    selection = Selection(moment=Moment(as_of=datetime(2025, 6, 1, tzinfo=UTC)))
    return [p.article.id for p in engine.searcher.search(question, selection, 4, ignored=ignored or ()).passages]


def test_every_outlet_named_gets_its_share(press: Engine) -> None:
    asked = "What was a reader of Coast Times or Harbour Ledger told of the Vannow ferry that sank the pier in a storm?"
    assert set(found(press, asked)[:2]) == {"r11", "r12"}
    assert len(found(press, asked)) == 4, "the others are moved down, not shut out"
    assert not {"r11", "r12"} <= set(found(press, asked, {Hint.PUBLISHERS})[:2])


def test_what_is_of_the_time_named_comes_first(press: Engine) -> None:
    assert found(press, "What storm damage was counted at the pier in September 2024?")[0] == "r12"
    assert found(press, "What storm damage was counted at the pier in March 2024?")[0] == "r11"


def test_a_question_for_the_present_gets_the_newest_that_bears_on_it(press: Engine) -> None:
    assert found(press, "Who is the mayor?")[0] == "r13"
    assert found(press, "Why did mayor Tom Aske resign?")[0] == "r14"


async def test_a_reading_taken_back_asks_for_no_more_than_the_rest_of_the_question(press: Engine) -> None:
    for question in (
        "Which school fair did Mayor Ida Renn open in October 2023?",
        "What did Harbour Ledger report of Mayor Tom Aske?",
    ):
        answer = await press.asker.ask(Ask(question, Selection(), ignored=frozenset(Hint)))
        assert answer.status is Status.ANSWERED, question


def test_the_answer_says_how_the_question_was_read(server: Server) -> None:
    asked = {"question": "What did the Skelmouth Courier report on 3 May 2024?"}
    with httpx.Client(base_url=server.url, timeout=60, trust_env=False) as http:
        answer = http.post("/v1/ask", json=asked).json()
        ignored = http.post("/v1/search", json={**asked, "ignore_hints": ["publishers", "published", "names"]}).json()
        wrong = http.post("/v1/search", json={**asked, "ignore_hints": ["colour"]})
    assert answer["hints"]["publishers"] == ["Skelmouth Courier"] and not answer["hints"]["present"]
    assert answer["hints"]["published"]["from"] == "2024-05-03T00:00:00Z"
    assert [times["text"] for times in answer["hints"]["published"]["times"]] == ["3 May 2024"]
    assert ignored["hints"] == {"publishers": [], "published": None, "phrases": [], "names": [], "present": False}
    assert wrong.status_code == 422 and "ignore_hints" in wrong.json()["detail"]


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("Why did Ada Marlow leave the Bank of Eldermere?", ("Ada Marlow", "Bank of Eldermere")),
        ("Did Ada Marlow's boat sink?", ("Ada Marlow",)), ("Who is Ludwig van Beek?", ("Ludwig van Beek",)),
        ("What did Marlow say?", ()), ("Is The Verge right in what it says about Ada Marlow?", ("Ada Marlow",)),
        ("Who said “Ada Marlow left”?", ()), ("WHO IS ADA MARLOW NOW OR EVER?", ()), ("who is ada marlow?", ()),
    ],
)  # fmt: skip
def test_full_names_are_found(question: str, names: tuple[str, ...]) -> None:
    assert read_hints(question, OUTLETS, NOW).names == names
    assert read_hints(question, OUTLETS, NOW, {Hint.NAMES}).names == ()


def test_passages_with_the_whole_names_go_up() -> None:
    of_one = [
        chunk(1, "a1", "Jo Marlow and Ada left.".split()),
        chunk(2, "a2", "Both came.".split()),
        chunk(3, "a3", "The boat of Ada Marlow’s is old.".split()),
    ]
    both = Hints(names=("Ada Marlow", "Tom Aske"))

    def order(found: Sequence[Scored], hints: Hints) -> list[int]:
        return [one.found.chunk.key for one in by_words(found, hints)]

    assert order(of_one, Hints(names=("Ada Marlow",))) == [3, 1, 2]
    assert order([*of_one, chunk(4, "a4", "Tom Aske met Ada Marlow.".split())], both) == [4, 3, 1, 2]
    assert order(of_one, NO_HINTS) == [1, 2, 3]
    assert order(of_one, Hints(names=("Ada Marlow",), publishers=("Coast Times",))) == [1, 2, 3]


def test_no_hints_is_what_a_plain_question_gives() -> None:
    assert read_hints("Why does the minister avoid the meeting?", OUTLETS, NOW) == NO_HINTS
