"""The extractive answerer on an article of our own: right sentences, valid spans, honest refusals."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from answering import calibration
from answering.answer import ReasonCode
from answering.extractive import UNSURE, Extraction, ExtractiveAnswerer
from answering.listing import in_one_line
from answering.reader import Reader
from corpus.article import Article
from retrieval.chunk import chunk_spans, embedded_text
from retrieval.embedder import Embedder, Vectors
from retrieval.hints import NO_HINTS, Outlets, read_hints
from retrieval.passage import Passage

READER = Reader(threads=2)

TITLE = "Why Premier Oster keeps putting off talks with the island of Velm"
# A line break ends a sentence, so long lines are joined here.
BODY = """\
The ministry in Harn said on Tuesday that Premier Jonas Oster and Mirel Danko, the elected head of \
Velm, would soon meet.
By nightfall that promise had become something smaller.
Government spokesman Pavel Rusk, asked about a date, spoke only of “studying the level of the delegations.”
Trade minister Lena Quist said the country “does not rule out any format,” but that a summit “has \
to be prepared with care.”
Pride and the ballot box
For Oster the island is not a neighbour but a lost province.
To shake hands with Danko would be to recognise the very independence that he has spent a career denying.
As Ilse Farrow, who directs the northern programme at the Calder Institute, puts it, Oster “would \
have to accept that he lost to a man he calls a harbour clerk.”
It would also require him to take back what state radio has told his voters for nine years.
His advisers fear that a public refusal at the table would cost him the autumn election.
What the broker wants
According to Tomas Breck, a former envoy, Oster might still attend the talks, but only if Velm \
first gives up its claim to the fishing grounds.
The mediator, Senator Ada Mould, sounded less certain than last week.
“We are 4,000 kilometres away and they have to decide,” she told Channel Six.
Oster has gained a trade treaty in Lisbon and the end of the grain embargo without giving anything.
If the pressure on Velm fails, he can close the ferry route again.
"""
OTHER = """\
Fishing crews in the north went back to work after a storm.
According to Tomas Breck, a former envoy, Oster might still attend the talks, but only if Velm \
first gives up its claim to the fishing grounds.
Prices at the quay were stable.
"""


def article(name: str, title: str, body: str) -> Article:
    return Article(
        id=name, revision=1, title=title, body=body, publisher="Coast Times", authors=(), url=None, language="en",
        published_at=None, updated_at=None, first_seen_at=dt.datetime(2024, 5, 1, tzinfo=dt.UTC),
    )  # fmt: skip


MAIN = article("main", TITLE, BODY)
SECOND = article("second", "Crews return to sea", OTHER)


def passages_for(embedder: Embedder, vector: Vectors, *articles: Article) -> list[Passage]:
    spans = [(a, s) for a in articles for s in chunk_spans(a.body)]
    if not spans:
        return []
    cosines = (
        embedder.embed_passages([embedded_text(a.title, None, a.body[s.start : s.end]) for a, s in spans]) @ vector
    )
    order = sorted(range(len(spans)), key=lambda i: -float(cosines[i]))
    return [
        Passage(rank, 1 / rank, float(cosines[i]), spans[i][0], spans[i][1].start, spans[i][1].end)
        for rank, i in enumerate(order, start=1)
    ]


def ask(embedder: Embedder, question: str, *articles: Article, **limits: int) -> Extraction:
    vector = embedder.embed_questions([question])[0]
    found = passages_for(embedder, vector, *(articles or (MAIN,)))
    return ExtractiveAnswerer(embedder, READER).answer(question, vector, found, **limits)  # type: ignore[arg-type]


def said(extraction: Extraction) -> str:
    return "\n".join(claim.text for claim in extraction.claims)


def test_a_question_of_reasons_gets_several(embedder: Embedder) -> None:
    answer = said(ask(embedder, "Why does Oster avoid the meeting?"))
    reasons = ("recognise the very independence", "would also require him", "would have to accept", "advisers fear")
    assert sum(reason in answer for reason in reasons) >= 2


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("What did Rusk speak of?", "level of the delegations"),
        ("How many kilometres away are they, as Mould told Channel Six?", "4,000 kilometres away"),
        ("What did Farrow say Oster would have to accept?", "lost to a man he calls a harbour clerk"),
        ("On what condition does Breck think Oster might attend the talks?", "only if Velm first gives up"),
        ("What can Oster do if the pressure on Velm fails?", "close the ferry route"),
        ("When did the ministry announce the meeting?", "on Tuesday"),
    ],
)
def test_the_right_sentence_is_among_the_claims(embedder: Embedder, question: str, words: str) -> None:
    assert words in said(ask(embedder, question))


@pytest.mark.parametrize(
    "question",
    [
        "Who won the 2022 World Cup?", "What is the capital of France?", "Who is the president of Brazil?",
        "How many people live in Harn?", "What did Merkel say about the meeting?", "How tall is Mount Everest?",
    ],
)  # fmt: skip
def test_what_the_article_does_not_say_is_refused(embedder: Embedder, question: str) -> None:
    found = ask(embedder, question)
    assert found.claims == () and found.reason is not None
    assert found.reason.code in (ReasonCode.NOTHING_RELEVANT, ReasonCode.DOES_NOT_SAY)


def test_the_reason_names_who_is_missing(embedder: Embedder) -> None:
    found = ask(embedder, "What did Merkel say about the meeting?")
    assert found.reason is not None and "Merkel" in found.reason.message


def test_an_answer_of_less_than_even_odds_says_that_it_is_not_certain(
    embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = "What did Rusk speak of?"
    assert UNSURE not in ask(embedder, question).notices
    monkeypatch.setattr(calibration, "SURE", 1.0)
    assert ask(embedder, question).notices == (UNSURE,)
    assert ask(embedder, "What did Merkel say about the meeting?").notices == ()


def test_a_verb_of_two_words_is_met_by_a_plain_one(embedder: Embedder) -> None:
    tour = article(
        "tour",
        "Lind's tour of the islands",
        "Tickets for the concerts of Ada Lind cost 40 crowns.\n"
        "Ada Lind's tour begins in Harn on 28 March, her manager said.",
    )
    assert "begins in Harn" in said(ask(embedder, "Where does Ada Lind's tour kick off?", tour))
    called = article("fair", "The Velm fair", "The fair of Velm was called off on Friday because of the storm.")
    assert "called off" in said(ask(embedder, "Why was the Velm fair cancelled?", called))


QUIST = "Lena Quist of Brant resigned on Tuesday"


@pytest.mark.parametrize(
    ("body", "question", "words"),
    [
        ("The port of Velm reopened on 3 May after divers cleared a wreck.",
         "When did the port reopen in May?", "3 May"),
        ("The port of Velm reopened at 6.30 a.m. on Friday, 3 May. It had been closed for weeks.",
         "What time on 3 May did the port of Velm reopen?", "6.30 a.m"),
        ("The blast in Harn killed 12 people and another 34 were wounded, 9 of them badly.",
         "How many people were injured in the blast?", "34"),
        ("The 40 buses of Harn cost 12 million dollars, the town said.",
         "How much did the buses of Harn cost?", "12 million dollars"),
        ("Ilse Farrow, 46, was elected mayor of Velm on Sunday.", "How old is Ilse Farrow?", "46"),
        ("The port of Velm was fined because two dockers, aged 24 and 31, drowned. Ilse Farrow, 52, who heads it, said"
         " that she was sorry.", "How old is Ilse Farrow?", "52"),
    ],
)  # fmt: skip
def test_the_words_that_answer_stand_out(embedder: Embedder, body: str, question: str, words: str) -> None:
    claim = ask(embedder, question, article("one", "From the coast", body)).claims[0]
    assert claim.highlight and claim.text[slice(*claim.highlight)] == words


@pytest.mark.parametrize(
    ("body", "question"),
    [
        ("The port of Velm reopened on 3 May. It had been closed for weeks.",
         "What time on 3 May did the port of Velm reopen?"),
        ("Tomas Breck won the race to Velm on Sunday, nine seconds ahead of Ilse Farrow.",
         "How many times has Tomas Breck won the race to Velm?"),
        ("Tomas Breck has sailed from Velm for 20 years. He owns two boats.", "How old is Tomas Breck?"),
        ("Ilse Farrow, 46, beat Tomas Breck on Sunday. She is mayor of Velm.", "How old is Tomas Breck?"),
        ("Orlin Motors moved its office to Velm last week. The firm has 200 people.",
         "Why did Orlin Motors move its office to Velm?"),
        ("The Rusk family sold the mill in Harn on Monday. It employs 60 people.", "Why was the mill in Harn sold?"),
    ],
)  # fmt: skip
def test_what_lacks_the_time_age_or_reason_asked_for_is_declined(embedder: Embedder, body: str, question: str) -> None:
    reason = ask(embedder, question, article("one", "From the coast", body)).reason
    assert reason is not None and reason.code is ReasonCode.DOES_NOT_SAY


@pytest.mark.parametrize(
    "body",
    [
        f"{QUIST}, citing her health. Her deputy takes over.",
        f"{QUIST} over a loan. Her deputy takes over.",
        f"{QUIST} to spend time with her sons. Her deputy takes over.",
        f"{QUIST}. She said that she was too ill. Her deputy takes over.",
        f"{QUIST}. Auditors had found that she paid her brother 40,000 crowns.",
    ],
)
def test_a_deed_is_told_where_a_reason_may_stand_in_it_or_beside_it(embedder: Embedder, body: str) -> None:
    asked = "Why did Lena Quist resign?"
    assert "resigned" in said(ask(embedder, asked, article("one", "From the coast", body)))


def test_the_sentence_that_tells_why_is_told_with_the_deed(embedder: Embedder) -> None:
    body = "The ferry to Velm was cancelled on Friday. A gale blew over the sound. Passengers slept in the hall."
    told = ask(embedder, "Why was the ferry to Velm cancelled?", article("one", "Ferry", body)).claims
    assert [claim.text for claim in told] == [
        "The ferry to Velm was cancelled on Friday.", "A gale blew over the sound."
    ]  # fmt: skip


def test_that_no_reason_was_given_is_told_with_the_deed(embedder: Embedder) -> None:
    body = f"{QUIST}. She gave no reason. The town thanked her after the council met."
    told = ask(embedder, "Why did Lena Quist resign?", article("one", "From the coast", body)).claims
    assert [claim.text for claim in told] == [f"{QUIST}.", "She gave no reason."]


def test_the_same_sentence_elsewhere_is_a_second_source(embedder: Embedder) -> None:
    found = ask(embedder, "On what condition does Breck think Oster might attend the talks?", MAIN, SECOND)
    claim = next(c for c in found.claims if "only if Velm" in c.text)
    assert {span.article.id for span in claim.spans} == {"main", "second"}


def test_limits_hold(embedder: Embedder) -> None:
    found = ask(embedder, "Why does Oster avoid the meeting?", MAIN, SECOND, max_claims=2, max_citations=2)
    assert 1 <= len(found.claims) <= 2
    assert sum(len(claim.spans) for claim in found.claims) <= 2


def test_no_passages_is_an_abstention(embedder: Embedder) -> None:
    vector = embedder.embed_questions(["Why?"])[0]
    found = ExtractiveAnswerer(embedder, READER).answer("Why?", vector, [])
    assert found.reason is not None and found.reason.code is ReasonCode.NOTHING_RELEVANT


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(question=st.text(max_size=120), body=st.text(max_size=400), limit=st.integers(0, 5))
def test_nothing_raises_and_every_span_is_valid(embedder: Embedder, question: str, body: str, limit: int) -> None:
    own = article("made-up", question[:40], body + "\n" + BODY[: 20 * limit])
    vector = np.zeros(384, dtype=np.float32)
    found = ExtractiveAnswerer(embedder, READER).answer(
        question, vector, [Passage(1, 1.0, None, own, 0, len(own.body))], limit, limit
    )
    assert (found.reason is None) == bool(found.claims)
    assert 0.0 <= found.confidence <= 1.0
    for claim in found.claims:
        assert claim.text == in_one_line(claim.spans[0].quote) and "\n" not in claim.text
        for span in claim.spans:
            assert 0 <= span.start < span.end <= len(span.article.body)


def test_the_outlet_and_the_day_of_the_article_need_not_stand_in_the_sentence(embedder: Embedder) -> None:
    body = "The Vannow ferry carried 412 passengers, the harbour office said."
    day = dt.datetime(2024, 11, 5, tzinfo=dt.UTC)
    told = replace(article("told", "Ferry full", body), publisher="The Harbour Ledger", published_at=day)
    asked = "How many passengers did the Harbour Ledger of 5 November 2024 count on the Vannow ferry?"
    hints = read_hints(asked, Outlets.of(["The Harbour Ledger"]), dt.datetime(2025, 1, 1, tzinfo=dt.UTC))
    vector = embedder.embed_questions([asked])[0]

    def answer(of: Article) -> Extraction:
        passages = [Passage(1, 1.0, 0.8, of, 0, len(body))]
        return ExtractiveAnswerer(embedder, READER).answer(asked, vector, passages, hints=hints)

    assert [claim.text for claim in answer(told).claims] == [body]
    elsewhere = answer(replace(told, publisher="Coast Times", published_at=None))
    assert elsewhere.reason is not None and "Harbour Ledger" in elsewhere.reason.message


@pytest.mark.parametrize(
    "time",
    ["in Q1 2024", "between 3 and 28 March 2024", "in the last 48 hours", "on 19 and 20 April", "in spring 2024"],
)
def test_the_words_that_bound_a_time_need_not_stand_in_an_article(embedder: Embedder, time: str) -> None:
    body = "The port of Skelmouth handled 412 ships, the harbour office said."
    published = dt.datetime(2024, 4, 25, tzinfo=dt.UTC)
    told = replace(article("told", "Port busy", body), published_at=published)
    asked = f"How many ships did the port of Skelmouth handle {time}?"
    hints = read_hints(asked, Outlets.of([]), dt.datetime(2024, 6, 1, tzinfo=dt.UTC))
    vector = embedder.embed_questions([asked])[0]

    def answer(of: Article) -> Extraction:
        passages = [Passage(1, 1.0, 0.8, of, 0, len(body))]
        return ExtractiveAnswerer(embedder, READER).answer(asked, vector, passages, hints=hints)

    assert [claim.text for claim in answer(told).claims] == [body]
    other = answer(replace(told, published_at=published.replace(year=2021)))
    assert other.reason is None or "2024" in other.reason.message


def test_of_two_outlets_the_one_named_speaks(embedder: Embedder) -> None:
    ledger = replace(
        article("ledger", "Ferry sale", "The Vannow ferry will be sold in May."), publisher="Harbour Ledger"
    )
    radio = replace(
        article("radio", "No sale", "The Vannow ferry will not be sold, its owner said."), publisher="Radio 5"
    )
    asked = "What does the Harbour Ledger say about the sale of the Vannow ferry?"
    vector = embedder.embed_questions([asked])[0]
    found = [Passage(n, 1.0, 0.8, a, 0, len(a.body)) for n, a in enumerate((radio, ledger), 1)]

    def first(*outlets: str) -> str:
        hints = read_hints(asked, Outlets.of(outlets), dt.datetime(2025, 1, 1, tzinfo=dt.UTC))
        answered = ExtractiveAnswerer(embedder, READER).answer(asked, vector, found, 1, hints=hints)
        return answered.claims[0].text if answered.claims else ""

    assert first("Harbour Ledger", "Radio 5") == ledger.body


def test_a_notice_under_every_article_is_no_answer(embedder: Embedder) -> None:
    notice = "Quist reports on the harbour of Velm and its closures for this paper.\n"
    bodies = {
        "a": "The harbour of Velm is shut for repairs.\n",
        "b": "Crews left the harbour of Velm.\n",
        "c": "Velm sells fish.\n",
    }
    asked = "Who reports on the harbour of Velm and its closures?"
    under = [article(name, "Velm", body + notice) for name, body in bodies.items()]
    assert "Quist" not in said(ask(embedder, asked, *under))
    assert "Quist" in said(ask(embedder, asked, under[0], article("d", "Velm", bodies["b"])))


HARBOUR = article(
    "harbour",
    "Harbour company of Velm counts the cost",
    "Oda Lindqvist, the chief executive of the harbour company, said the report had been filed and forgotten. "
    "Lindqvist said that she would not resign over the harbour wall of Velm.\n"
    "Correction: An earlier version of this article said that a car would pay £18 on the ferry to Velm. "
    "A car pays £11 on the ferry to Velm.\n"
    "The library of Velm will open for 18 hours a week from May. "
    "A proposal to close the library of Velm altogether was withdrawn.\n"
    "Divers found a crack four metres long in the harbour wall of Velm. The harbour wall of Velm is 620 metres long.\n",
)


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("Will Oda Lindqvist resign?", "said that she would not resign"),
        ("Will the library of Velm be closed?", "was withdrawn"),
        ("How long is the harbour wall of Velm?", "is 620 metres long"),
        ("How much does a car pay on the ferry to Velm?", "A car pays £11"),
    ],
)
def test_the_sentence_that_answers_stands_first(embedder: Embedder, question: str, first: str) -> None:
    claims = ask(embedder, question, HARBOUR).claims
    assert claims and first in claims[0].text


def test_what_a_correction_says_was_wrong_is_not_told(embedder: Embedder) -> None:
    assert "£18" not in said(ask(embedder, "How much does a car pay on the ferry to Velm?", HARBOUR))


def test_where_a_few_words_answer_nothing_is_told_beside_them(embedder: Embedder) -> None:
    body = (
        "Mayor Ilse Brand opened the hall of Velm on Friday. Three days later it is hard to buy a cup of tea in Velm without "
        "reading her name. The hall of Velm holds 240 people, the mayor said."
    )
    found = ask(embedder, "Who opened the hall of Velm?", article("hall", "Hall opens", body))
    assert [claim.text for claim in found.claims] == ["Mayor Ilse Brand opened the hall of Velm on Friday."]


def test_a_question_of_causes_gets_them_and_no_padding(embedder: Embedder) -> None:
    body = (
        "The hospital of Velm has nine beds. The maternity ward of Velm has been closed since 17 March, when the hospital had "
        "too few midwives to keep it open at night. A charity raised money for the maternity ward of Velm. The maternity "
        "ward of Velm will have nine beds, one fewer than before."
    )
    found = ask(embedder, "Why was the maternity ward of Velm closed?", article("ward", "Ward to reopen", body))
    assert found.claims[0].text.endswith("too few midwives to keep it open at night.")
    assert "nine beds" not in said(found) and "charity" not in said(found)


def report(name: str, day: int, hour: int, body: str, title: str = "Velm") -> Article:
    published = dt.datetime(2025, 3, day, hour, tzinfo=dt.UTC)
    return replace(article(name, title, body), publisher=f"Paper {name}", published_at=published)


@pytest.mark.parametrize(
    ("question", "one", "other", "kind"),
    [
        # One day: a dispute; days later: news.
        ("How many people were evacuated in Velm?", (3, 8, "640 people were evacuated in Velm, the mayor said."),
         (3, 11, "410 people were evacuated in Velm, the fire service said."), "disagree"),
        ("How many people fell ill in Velm?", (3, 8, "Twelve people fell ill in Velm."),
         (9, 8, "Thirty-one people fell ill in Velm."), "changed"),
        ("When will the port of Velm reopen?", (3, 8, "The port of Velm will reopen on 7 April, its owner said."),
         (9, 8, "The port of Velm will reopen on 21 April, its owner said."), "changed"),
        # Two things with numbers.
        ("How long is the harbour wall of Velm?", (3, 8, "The harbour wall of Velm is 620 metres long."),
         (9, 8, "Divers found a crack four metres long in the harbour wall of Velm."), None),
        ("How tall is the lighthouse of Velm?", (3, 8, "The lighthouse of Velm is 31 metres tall."),
         (9, 8, "The lighthouse of Velm has a garden 60 metres long."), None),
        ("How many people died in the flood of Velm?", (3, 8, "Three people died in the flood of Velm."),
         (9, 8, "Forty people were injured in the flood of Velm."), None),
        ("How much will the repair of the harbour wall cost?", (3, 8, "The repair of the harbour wall will cost £6 million."),
         (9, 8, "The repair of the undersea cable will cost £3 million."), None),
        ("How many visitors did the Velm festival draw in 2025?", (9, 8, "The Velm festival drew 23,500 visitors in 2025."),
         (3, 8, "The Velm festival drew 20,400 visitors in 2024."), None),
        ("How many boats sank in Velm?", (3, 8, "Three boats sank in Velm."), (9, 8, "In Velm three boats sank."), None),
        # Yes, no, and neither.
        ("Did the barge cause the hole in Velm?", (3, 8, "The barge caused the hole in Velm, the harbour master said."),
         (9, 8, "The barge did not cause the hole in Velm, the inquiry found."), "changed"),
        ("Did the barge cause the hole in Velm?", (3, 8, "It is too soon to say whether the barge caused the hole in Velm."),
         (9, 8, "The barge did not cause the hole in Velm, the inquiry found."), None),
    ],
)  # fmt: skip
def test_what_changed_what_is_disputed_and_what_is_neither(
    embedder: Embedder, question: str, one: tuple[int, int, str], other: tuple[int, int, str], kind: str | None
) -> None:
    found = ask(embedder, question, report("a", *one), report("b", *other))
    assert found.reason is None, found.reason
    assert (found.conflict.difference.value if found.conflict else None) == kind


LINDE = article(
    "linde", "Halder wins a third term as mayor of Linde",
    "Petra Halder was re-elected mayor of Linde on Sunday. She promises:\n\na tram line to the harbour\n1,500 new flats\n"
    "free meals at school\n\nHer deputy, Jonas Wexley, resigned on 2 February because he had let a flat to his brother.",
)  # fmt: skip
VOTE = article(
    "vote", "Six countries sign the Linde treaty",
    "Six countries signed the Linde treaty on Thursday. Croatia, Slovenia, Serbia, Montenegro, Bosnia and Albania had "
    "negotiated the treaty for four years. Hungary took part in the talks and did not sign.",
)  # fmt: skip


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ("Why did Halder resign?", ReasonCode.DOES_NOT_SAY),
        ("Who was the first mayor of Linde?", ReasonCode.DOES_NOT_SAY),
        ("Why did Hungary sign the Linde treaty?", ReasonCode.FALSE_PREMISE),
    ],
)
def test_somebody_else_s_deed_and_any_of_a_kind_are_no_answer(
    embedder: Embedder, question: str, code: ReasonCode
) -> None:
    found = ask(embedder, question, LINDE, VOTE)
    assert found.reason and found.reason.code is code, said(found)


def test_a_list_is_told_whole_and_cited_as_it_stands(embedder: Embedder) -> None:
    found = ask(embedder, "What does Halder promise?", LINDE, VOTE)
    assert found.claims[0].text == "a tram line to the harbour; 1,500 new flats; free meals at school"
    assert found.claims[0].spans[0].quote == "a tram line to the harbour\n1,500 new flats\nfree meals at school"


def test_where_several_are_asked_for_the_sentence_that_names_them_stands_first(embedder: Embedder) -> None:
    found = ask(embedder, "Which countries signed the Linde treaty?", LINDE, VOTE)
    assert found.claims[0].text.startswith("Croatia, Slovenia")


def test_where_the_present_is_asked_for_the_newest_that_answers_stands_first(embedder: Embedder) -> None:
    closed = report("closed", 3, 8, "The port of Velm is closed to all ships, the harbour master said.")
    opened = report("opened", 20, 8, "The port of Velm reopened to all ships, the harbour master said.")
    vector = embedder.embed_questions(["Is the port of Velm open?"])[0]
    found = passages_for(embedder, vector, closed, opened)
    hints = replace(NO_HINTS, asks_for_present=True)
    answer = ExtractiveAnswerer(embedder, READER).answer("Is the port of Velm open?", vector, found, hints=hints)
    assert answer.claims[0].text == opened.body


def test_a_relatives_deed_gives_way_to_ones_own(embedder: Embedder) -> None:
    lind = article(
        "lind",
        "Ada Lind, 1926 to 2022",
        "When her father died in 1952, Ada Lind — then just 25 years old — became the keeper of Eldermere.\n\n"
        "The ferries will stop for the day. Ada Lind's coffin is resting in the chapel where she died Thursday.",
    )
    [claim] = ask(embedder, "When did Ada Lind die?", lind).claims
    assert "Thursday" in claim.text
