"""Who holds an office: which questions ask only for that, and whom a sentence names."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answering.answer import Status
from answering.ask import Ask
from answering.holder import holder
from answering.office import office_asked
from answering.question import read_question
from api.engine import Engine
from corpus.accept import parse_time
from corpus.article import IncomingArticle
from corpus.selection import Moment, Selection


def named(question: str, sentence: str) -> str | None:
    office = office_asked(read_question(question))
    assert office is not None
    found = holder(office, sentence)
    return sentence[found.start : found.end] if found else None


@pytest.mark.parametrize(
    ("question", "body", "is_held"),
    [
        ("Who is the CEO of Larkspur?", ("larkspur",), True),
        ("who's Larkspur's chief executive?", ("larkspur",), True),
        ("Who is the French president?", ("franc",), True),
        ("Who is the current mayor of New Tarn?", ("new", "tarn"), True),
        ("Who was the mayor of New Tarn?", ("new", "tarn"), False),
        ("Who is the former mayor of New Tarn?", ("new", "tarn"), False),
        ("And who is the speaker of the House?", ("hous",), True),
        ("Who is the US secretary of state?", ("america",), True),
        ("Who is the attorney general?", (), True),
        ("Who is the police chief of Tarn?", ("tarn",), True),
        ("Who is the chief of staff of Tarn?", ("tarn",), True),
        ("Who is the Democratic leader?", ("democratic",), True),
        ("Who is Will Marlow's wife?", ("will", "marlow"), True),
        ("Who runs Larkspur?", ("larkspur",), True),
        ("who currently leads the Tarn Party?", ("tarn", "parti"), True),
        ("Who founded Larkspur?", ("larkspur",), False),
        ("Who became mayor of Tarn after Vale quit?", ("tarn",), True),
        ("Who was appointed CEO of Larkspur?", ("larkspur",), True),
        ("Who is the new mayor of Tarn now that Ines Vale has gone?", ("tarn",), True),
    ],
)
def test_questions_for_the_holder_of_an_office(question: str, body: tuple[str, ...], is_held: bool) -> None:
    office = office_asked(read_question(question))
    assert office is not None and (office.body, office.is_held) == (body, is_held)


@pytest.mark.parametrize(
    "question",
    [
        "Who is Liz Marlow?",
        "Who was the first mayor of Tarn?",
        "Who are the hosts of the Tarn Awards?",
        "Who is the man who shot the mayor?",
        "Who is the actor in the film?",
        "Who did the mayor of Tarn meet?",
        "Who is the president of Tarn meeting on Friday?",
        "Why is the mayor of Tarn leaving?",
        "Who is the most expensive striker of Tarn?",
        "Who became mayor of Tarn after 1997?",
        "Who leads in the polls?",
        "Who runs the shop in Tarn?",
    ],
)
def test_other_questions(question: str) -> None:
    assert office_asked(read_question(question)) is None


@pytest.mark.parametrize(
    ("question", "sentence", "name"),
    [
        ("Who is the CEO of Larkspur?", "Larkspur CEO Ines Vale said on Monday it would grow.", "Ines Vale"),
        ("Who is the CEO of Larkspur?", "Larkspur co-founder and CEO Ines Vale said so.", "Ines Vale"),
        ("Who is the CEO of Larkspur?", "The boss of Larkspur, Ines Vale, has resigned.", "Ines Vale"),
        ("Who is the CEO of Larkspur?", "Ines Vale, the chief executive of Larkspur, has resigned.", "Ines Vale"),
        ("Who is the CEO of Larkspur?", "“We will grow,” said Ines Vale, Larkspur's new chief executive.", "Ines Vale"),
        ("Who is the CEO of Larkspur?", "Ines Vale was named CEO of Larkspur in May.", "Ines Vale"),
        ("Who is the CEO of Larkspur?", "Ines Vale became the chief executive of Larkspur.", "Ines Vale"),
        ("Who is the CEO of Larkspur?", "Ines Vale succeeded Tom Reed as CEO of Larkspur.", "Ines Vale"),
        ("Who is the CEO of Larkspur?", "Former Larkspur CEO Tom Reed said so.", None),
        ("Who is the CEO of Larkspur?", "Hollin CEO Tom Reed left for Larkspur.", None),
        ("Who is the CEO of Larkspur?", "Larkspur called the CEO of Hollin, Tom Reed, a rival.", None),
        ("Who is the CEO of Larkspur?", "Larkspur is looking for a CEO.", None),
        ("Who runs Larkspur?", "Larkspur president and chief executive Ines Vale said so.", "Ines Vale"),
        ("Who coaches Tarn United?", "Tarn United boss Tom Reed said so.", "Tom Reed"),
        ("Who became mayor of Tarn after Reed quit?", "Tarn Mayor Tom Reed has quit.", None),
        ("Who became mayor of Tarn after Reed quit?", "Tarn Mayor Ines Vale opened the bridge.", "Ines Vale"),
        ("Who was the CEO of Larkspur?", "Former Larkspur CEO Tom Reed said so.", "Tom Reed"),
        ("Who is the president of France?", "French President Anna Lind spoke.", "Anna Lind"),
        ("Who is the president of France?", "France's embattled president, Anna Lind, spoke.", "Anna Lind"),
        ("Who is the president of France?", "French Vice President Tom Reed spoke.", None),
        ("Who is the president of France?", "President Tom Reed called France.", None),
        ("Who is the president of France?", "In France, President Anna Lind holds more power.", "Anna Lind"),
        ("Who is the president of France?", "She flew to France, President Tom Reed to Spain.", None),
        ("Who is the governor of Norland?", "Norland Gov. Ines Vale signed the bill.", "Ines Vale"),
        ("Who is the governor of Norland?", "Vale is the governor of Norland.", "Vale"),
        ("Who is the police chief of Tarn?", "Tarn Police Chief Élodie Vale agreed.", "Élodie Vale"),
        ("Who is the police chief of Tarn?", "Tarn Fire Chief Tom Reed agreed.", None),
        ("Who is the mayor of Tarn?", "Tarn: Mayor Ines Vale opened the bridge.", "Ines Vale"),
        ("Who is the mayor of Tarn?", "Mayor Ines Vale of Tarn opened the bridge.", "Ines Vale"),
        ("Who is the mayor of Tarn?", "Mayor Tom Reed of Hollin opened the bridge.", None),
        ("Who is the mayor?", "Ines Vale was elected mayor of Tarn.", "Ines Vale"),
        ("Who is the mayor of Tarn?", "In Tarn: a visit of Mayor Tom Reed.", None),
        ("Who is the US president?", "US President Ada Reed spoke.", "Ada Reed"),
        ("Who is the president of the United States?", "The American president, Ada Reed, spoke.", "Ada Reed"),
        ("Who is the US president?", "She met President Tom Reed in Ankara.", None),
        ("Who is the attorney general?", "Attorney General Ines Vale said so.", "Ines Vale"),
        ("Who is the attorney general?", "Norland Attorney General Tom Reed said so.", None),
        ("Who is the secretary of state?", "Secretary of State Ines Vale said so.", "Ines Vale"),
        (
            "Who is Will Marlow's wife?",
            "They joked about Will Marlow's wife, Ada Vale Marlow, on stage.",
            "Ada Vale Marlow",
        ),
        ("Who is Will Marlow's wife?", "Will Marlow's mother, Ada Vale, was there with his wife.", None),
        ("Who is the head of the Tarn Trust?", "Dr. Ines Vale, director of the Tarn Trust, agreed.", "Ines Vale"),
        ("Who is the head of the Tarn Trust?", "The head of the Tarn Trust on Monday declined to say.", None),
    ],
)
def test_whom_a_sentence_names(question: str, sentence: str, name: str | None) -> None:
    assert named(question, sentence) == name


async def test_who_holds_an_office_is_told_of_now_and_of_then(engine: Engine) -> None:
    def article(day: str, body: str) -> IncomingArticle:
        return IncomingArticle(f"News of {day}", body, f"a{day}", published_at=parse_time(day, "published_at"))

    engine.ingester.put(
        [
            article("2020-03-01", "Tarn Mayor Tom Reed opened the bridge on Sunday. It had taken four years to build."),
            article("2020-09-01", "The ferry is late again. Tom Reed, the mayor of Tarn, blamed the fog for all of it."),
            article("2024-05-02", "Ines Vale was elected mayor of Tarn on Thursday. Hollin Mayor Ada Marlow wished her well."),
            article("2024-05-09", "Norland has no snow this year. The roads are open, Republican Gov. Jo Hale said on Monday."),
            article("2024-05-10", "Vestland has snow.\nA visit to the capital by Gov. Jo Hale was called off on Monday."),
            article("2024-05-11", "President Tom Hale flew to Ankara. Secretary of State Jo Vale stayed in the capital on Monday."),
            article("2024-05-12", "Ada Marlow was at the opening. The guests laughed when Marlow's husband, Per Marlow, fell asleep."),
            article("2024-05-13", "Tarn Rovers lost again. “We were slow in the second half,” Rovers coach Bo Reed said on Monday."),
            article("2024-05-14", "Norvane Steel will shut its mill.\nIts chair, Douglas Penn, said on Monday that it was too dear."),
            article("2024-06-02", "Former Tarn mayor Tom Reed has written a book. It is about the bridge that he opened."),
        ]
    )  # fmt: skip

    async def told(question: str, as_of: datetime | None = None) -> str:
        answer = await engine.asker.ask(Ask(question, Selection(moment=Moment(as_of))))
        if answer.status is Status.ABSTAINED:
            return ""
        place = answer.statements[0].highlight
        assert place is not None
        return answer.text[slice(*place)]

    assert await told("Who is the mayor of Tarn?") == "Ines Vale"
    assert await told("Who is Hollin's mayor?") == "Ada Marlow"
    assert await told("Who is the mayor of Tarn?", datetime(2021, 1, 1, tzinfo=UTC)) == "Tom Reed"
    assert await told("Who is the former mayor of Tarn?") == "Tom Reed"
    assert await told("Who is the mayor of Eldermere?") == ""
    assert await told("Who is the governor of Norland?") == "Jo Hale"
    assert await told("Who is the governor of Vestland?") == ""
    assert await told("Who is the sheriff of Tarn?") == ""
    assert await told("Who is the US secretary of state?") == "Jo Vale"
    assert await told("Who is the coach of Tarn Rovers?") == "Bo Reed"
    assert await told("Who is the chair of Norvane Steel?") == "Douglas Penn"
    assert await told("Who is the chair of Hollin Steel?") == ""
    assert await told("Who is Ada Marlow's husband?") == "Per Marlow"


async def test_a_headline_says_of_what_a_bare_office_is(engine: Engine) -> None:
    def article(number: int, title: str, body: str) -> IncomingArticle:
        return IncomingArticle(title, body, f"a{number}", published_at=datetime(2024, 5, number, tzinfo=UTC))

    engine.ingester.put(
        [
            article(1, "Brightwell to close its shops", "It is closing. Chief executive Bram Holt said on Monday so."),
            article(
                2,
                "Larkspur buys Hollin",
                "The price is high. Chief executive Jo Reed left. Chief executive Al Orr stayed.",
            ),
            article(
                3, "Kessar quake: more found dead", "The toll has risen to 127, Governor Hamid Sorour said on Monday."
            ),
        ]
    )

    async def told(question: str) -> str:
        answer = await engine.asker.ask(Ask(question, Selection()))
        return "" if answer.status is Status.ABSTAINED else answer.statements[0].text

    assert "Bram Holt" in await told("Who is the chief executive of Brightwell?")
    assert "Sorour" in await told("Who is the governor of Kessar?")
    assert await told("Who is the chief executive of Larkspur?") == ""
    assert await told("Who is the chief executive of Norvane?") == ""


@pytest.mark.parametrize(
    ("question", "reports", "first"),
    [
        (
            "Who is the prime minister?",
            ("Prime Minister Ada Crane resigned on Friday after losing a vote.", "Owen Vale was sworn in as prime minister on Tuesday."),
            "Owen Vale",
        ),
        (
            "Who is the mayor of Tarn?",
            ("Tarn Mayor Bo Reed opened the bridge.", "Mayor Bo Reed of Tarn, 61, has died."),
            "61, has died",
        ),
        (
            "Who is the current mayor?",
            ("Iris Bell was elected mayor of Tarn with 53 per cent.", "Mayor Carl Lund of Tarn quit on Wednesday."),
            "Iris Bell",
        ),
        (
            "Who is the CEO of Larkspur?",
            ("Larkspur CEO Tom Hale said it would grow.", "Jo Marlow succeeded Tom Hale as CEO of Larkspur."),
            "Jo Marlow",
        ),
        (
            "Who is the CEO of Larkspur?",
            ("Tom Hale quit as CEO of Larkspur.", "Larkspur CEO Tom Hale, who came back, said it would grow."),
            "Tom Hale, who came back",
        ),
        ("Who is the CEO of Larkspur?", ("Larkspur CEO Tom Hale will quit if it shrinks.",), "Tom Hale will quit"),
    ],
)  # fmt: skip
async def test_who_has_left_an_office_no_longer_holds_it(
    engine: Engine, question: str, reports: tuple[str, ...], first: str
) -> None:
    engine.ingester.put(
        [
            IncomingArticle(f"Report {n}", report, f"r{n}", published_at=datetime(2024, 5, n, tzinfo=UTC))
            for n, report in enumerate(reports, 1)
        ]
    )
    answer = await engine.asker.ask(Ask(question, Selection()))
    assert answer.status is Status.ANSWERED and first in answer.statements[0].text
    assert len(answer.statements) == 1


@given(st.text(alphabet="Tarn Mayor of the,.’'s Ines Vale is was \n", max_size=200))
def test_any_sentence_is_read_and_names_lie_in_it(text: str) -> None:
    office = office_asked(read_question("Who is the mayor of Tarn?"))
    assert office is not None
    found = holder(office, text)
    assert found is None or (0 <= found.start < found.end <= len(text) and 0 < found.strength <= 1)
