"""Questions that take for granted what the articles deny, and ordinary ones that do not."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from answering.answer import Span
from answering.premise import Denied, find_denied, in_words, premise
from answering.question import read_question
from corpus.article import Article

NOW = datetime(2025, 3, 11, tzinfo=UTC)


def denied(question: str, *sentences: str) -> Denied | None:
    spans = []
    for n, sentence in enumerate(sentences):
        article = Article(str(n), 1, "Budget", sentence, "Coast Times", (), None, "en", NOW, None, NOW)
        spans.append((Span(article, 0, len(sentence)), sentence))
    return find_denied(read_question(question), spans)


TAX = "The council passed its budget on Tuesday and raised the council tax by 4.2 per cent."


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("Why did the council raise the council tax by 8 per cent?", TAX),
        ("Why did the council raise the council tax by 8 per cent between 3 and 5 May 2024?", TAX),
        ("Why did the barge sink on 5 May?", "The barge sank on 4 May."),
        ("Why did the council cut the council tax?", TAX),
        ("Why is the ferry to Vannow free?", "The ferry to Vannow is not free: a ticket costs £9.40."),
        ("Why was Oduya invited to Oslo?", "Anna Oduya was not invited to Oslo."),
        ("Why wasn’t Oduya invited to Oslo?", "Anna Oduya was invited to Oslo."),
        ("Why can't the ferry reach Vannow?", "The ferry can reach Vannow."),
        ("When did the barge cause the hole in the breakwater?", "The barge did not cause the hole in the breakwater."),
        ("When did Halder resign?", "Halder said that she would not resign."),
        ("Why did Hungary sign the river treaty?", "Hungary took part in the talks as an observer and did not sign."),
        ("When did the Arden Bridge collapse?", "The Arden Bridge was not at risk of collapse, the engineer said."),
    ],
)
def test_a_false_premise_is_found(question: str, sentence: str) -> None:
    assert denied(question, sentence)


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("Why did the council raise the council tax by 4.2 per cent?", TAX),
        ("Why did the council raise the council tax?", TAX),
        ("Did the council raise the council tax by 8 per cent?", TAX),
        ("How many people died in the Quernby outbreak?", "Nobody died in the Quernby outbreak."),
        ("Who won the title before 2025?", "The title is the first since 1987, when they won it under Harl."),
        ("When did the port of Skelmouth reopen?", "The port of Skelmouth remains closed."),
        ("Why wasn't Oduya invited to Oslo?", "Anna Oduya was not invited to Oslo."),
        ("Why can't the ferry reach Vannow?", "The ferry cannot reach Vannow before the tide turns."),
        ("Who won the Aldine Prize in 2022?", "Damaj won the Aldine Prize in 2017."),
        ("Who cut the council tax?", "The council passed its budget and raised the council tax."),
        ("What caused the hole in the breakwater?", "The barge did not cause the hole in the breakwater."),
        ("Where could the meeting in Oslo take place?", "The meeting in Oslo will not take place."),
        ("When did Halder resign?", "Halder was re-elected."),
        ("When did Halder resign?", "Wexley said that he would not resign."),
        (
            "Why did the port not reopen on 7 April?",
            "The port had been due to reopen on 7 April, but a swell kept it shut.",
        ),
        ("When will the clinic open?", "The ward of the clinic will not open before January."),
        ("Why did the barge sink between 3 and 5 May 2024?", "The barge sank on the night of 4 May."),
        ("When in Q1 2024 did the council raise the council tax?", TAX),
        ("Why did the council raise the council tax 3 weeks ago?", TAX),
        ("Why did the council raise the council tax in the last 24 hours?", TAX),
        ("Why did the council raise the council tax on 19 and 20 November by 4.2 per cent?", TAX),
        ("What happened?", TAX),
        ("", TAX),
    ],
)
def test_others_are_let_pass(question: str, sentence: str) -> None:
    assert denied(question, sentence) is None


def test_what_an_article_says_of_another_month_denies_nothing_of_its_own() -> None:
    sentence = "Tarn recalled 350,000 vehicles, 39,000 of them for the risk of fire in May."
    article = Article("a", 1, "Tarn recalls", sentence, "Coast Times", (), None, "en", NOW, None, NOW)
    near = [(Span(article, 0, len(sentence)), sentence)]
    for time, is_denied in (("March 2025", False), ("June 2025", True)):
        # A time that an article's own date meets is among what its sentences need not hold.
        asked = replace(read_question(f"Why did Tarn recall vehicles in {time}?"), names=("tarn",), numbers=())
        assert bool(find_denied(asked, near)) is is_denied


def test_one_article_that_bears_it_out_is_enough() -> None:
    assert (
        denied("Why did the council raise the tax by 8 per cent?", TAX, "The council raised the tax by 8 per cent.")
        is None
    )


def test_it_says_who_says_otherwise() -> None:
    found = denied("Why did the council raise the council tax by 8 per cent?", TAX)
    assert (
        found and in_words(found) == "The question says “8 per cent”; Coast Times of 11 March 2025 says “4.2 per cent”."
    )
    found = denied("Why is the ferry to Vannow free?", "The ferry to Vannow is not free on Sundays.")
    assert found and in_words(found).endswith("for granted that Coast Times of 11 March 2025 contradicts.")


def test_the_premise_stands_in_the_order_of_a_statement() -> None:
    assert premise(read_question("Why did Rome sue Paris?")) == "Rome sue Paris"
    assert premise(read_question("Is Rome suing Paris?")) is None
