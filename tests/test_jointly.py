"""A question in several parts: each answered with its own evidence, and told which part is left open."""

import asyncio

import pytest

from answering.answer import ReasonCode
from answering.compound import parts_of
from answering.extractive import ExtractiveAnswerer
from answering.jointly import PartRead, claims_in_order, left_open, read_parts
from api.events import AnswerCompleted, StatementCompleted
from api.local import LocalDateline
from retrieval.embedder import Embedder
from tests.running import Server
from tests.test_extractive import READER, article, passages_for

BRIDGE = article(
    "bridge",
    "Wexley Bridge opens two years late",
    "The Wexley Bridge was opened on Saturday by the mayor, Grace Adair, two years late. It cost £94m.\n"
    "The bridge was designed by Studio Hoyle. Councillor Neil Sharma said the toll would be dropped in 2041.",
)
STORM = article(
    "storm",
    "Storm Ilse death toll rises to three",
    "The number of people killed by Storm Ilse has risen to three after a woman died in hospital.\n"
    "Gusts of 108mph were measured at Corran Head.",
)
QUITS = article(
    "quits",
    "Brightwell chief quits",
    "Marcus Thorne has resigned as chief executive of Brightwell over the collapse of talks on a loan.\n"
    "Priya Nair will take over on 1 August.",
)


def read(embedder: Embedder, question: str, most: int = 6) -> tuple[PartRead, ...]:
    vector = embedder.embed_questions([question])[0]
    passages = passages_for(embedder, vector, BRIDGE, STORM, QUITS)
    answerer = ExtractiveAnswerer(embedder, READER)
    return read_parts(question, parts_of(question), vector, passages, answerer, most)


def told(parts: tuple[PartRead, ...]) -> tuple[str, tuple[str, ...]]:
    claims = claims_in_order(parts)
    return " ".join(claim.text for claim in claims), left_open(parts, [s for claim in claims for s in claim.spans])


def test_both_parts_are_answered(embedder: Embedder) -> None:
    text, still_open = told(read(embedder, "Who designed the Wexley Bridge and how much did it cost?"))
    assert "Studio Hoyle" in text and "£94m" in text and not still_open
    text, still_open = told(read(embedder, "How many people did Storm Ilse kill, and how fast were the gusts?"))
    assert "three" in text and "108mph" in text and not still_open


def test_one_sentence_that_answers_both_is_told_once(embedder: Embedder) -> None:
    text, still_open = told(read(embedder, "Who resigned as chief executive of Brightwell and why?"))
    assert text.count("collapse of talks") == 1 and not still_open


def test_the_part_that_is_left_open_is_named(embedder: Embedder) -> None:
    text, still_open = told(read(embedder, "How much did the Wexley Bridge cost, and who painted it?"))
    assert "£94m" in text and len(still_open) == 1
    assert still_open[0].startswith("Not answered: “who painted it”.") and "Wexley Bridge" in still_open[0]
    _, still_open = told(read(embedder, "How much did the Wexley Bridge cost? Who decided that?"))
    assert still_open == ("Not answered: “Who decided that”. None of the articles found tells it.",)
    text, still_open = told(read(embedder, "Who painted the Wexley Bridge, and how much did it cost?"))
    assert "£94m" in text and [note[:33] for note in still_open] == ["Not answered: “Who painted the Wex"[:33]]


def test_the_injured_of_one_part_are_not_the_dead_of_the_other(embedder: Embedder) -> None:
    text, still_open = told(read(embedder, "How many people did Storm Ilse kill and how many were injured?"))
    assert "three" in text and len(still_open) == 1 and "injured" in still_open[0]


def test_what_nothing_answers_is_declined_as_one_question(embedder: Embedder) -> None:
    parts = read(embedder, "Who is the king of Velm and when was he crowned?")
    assert len(parts) == 1 and not claims_in_order(parts) and left_open(parts, ()) == ()
    assert parts[0].found.reason and parts[0].found.reason.code is ReasonCode.NOTHING_RELEVANT


def test_statements_that_were_withheld_leave_their_part_open(embedder: Embedder) -> None:
    parts = read(embedder, "Who designed the Wexley Bridge and how much did it cost?")
    stated = [span for claim in parts[0].found.claims for span in claim.spans]
    assert [note.split(".")[0] for note in left_open(parts, stated)] == ["Not answered: “how much did it cost”"]


def test_with_room_for_one_citation_the_question_is_read_as_one(embedder: Embedder) -> None:
    assert len(read(embedder, "Who designed the Wexley Bridge and how much did it cost?", most=1)) == 1


@pytest.mark.parametrize(
    "question",
    [
        "When will Cordwain School pupils return, and who painted the school?",
        "Who is the head teacher of Cordwain School and how many pupils does it have?",
    ],
)
def test_streamed_and_whole_are_the_same(server: Server, question: str) -> None:
    dateline = LocalDateline(server.engine, server.url)

    async def both() -> None:
        whole = await dateline.ask(question)
        events = [event async for event in dateline.stream(question)]
        last = events[-1]
        assert isinstance(last, AnswerCompleted)
        assert last.data.answer == whole.answer and last.data.notices == whole.notices
        statements = [event.data for event in events if isinstance(event, StatementCompleted)]
        assert [one.text for one in statements] == [one.text for one in whole.statements]
        assert [one.n for one in whole.citations] == list(range(1, len(whole.citations) + 1))
        assert sorted({n for one in whole.statements for n in one.citations}) == [one.n for one in whole.citations]
        assert ("Not answered: “who painted the school”" in " ".join(whole.notices)) == ("painted" in question)

    asyncio.run(both())
