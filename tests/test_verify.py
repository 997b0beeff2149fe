"""The support check on copies, honest paraphrases, falsified statements and hostile text."""

import time
from collections.abc import Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from answering.answer import Verdict
from answering.instruction import is_bare_instruction, without_instructions
from answering.spelling import plain
from answering.verify import Support, verify
from corpus.sentence import sentence_spans

QUOTES = {
    "visit": [
        "Marin avoids the visit because standing beside Oduya would legitimise Valdonia's statehood, which Marin has"
        " long "
        "denied. In a televised address on 21 February 2022, Marin called Valdonia “an inalienable part” of Kestian "
        "history and culture."
    ],
    "television": [
        "Marin also avoids the visit because years of Kestian state television propaganda against Oduya cannot be "
        "reversed overnight. Lutsen told the broadcaster that Marin had used state television to persuade Kestians "
        "that "
        "Oduya was a usurper."
    ],
    "summit": [
        "A fourth reason is that Marin feels strong and sees no need to concede anything.",
        "Marin has already had a summit in Oslo with Donald Hale without agreeing to a ceasefire.",
    ],
    "talks": [
        "Kestian officials say that Kestia does not refuse to talk. Foreign Minister Sergei Lavin says Kestia is "
        "open to "
        "any form of talks, provided that a meeting of leaders is well prepared."
    ],
    "port": [
        "The port of Calder reopened on 3 May after a nine-week strike by 1,200 dockers, the harbour master, Anna "
        "Lind, "
        "said on Tuesday."
    ],
    "bank": [
        "The central bank raised its key interest rate by a quarter of a percentage point to 4.5 per cent on Thursday, "
        "citing stubborn inflation."
    ],
    "flood": [
        "At least 12 people have been killed and more than 300 are missing after floods swept through the northern "
        "province of Karsa, officials said."
    ],
    "deal": [
        "Norvik Energy will buy its rival Aldane for $1.5bn in cash, the two companies announced on Monday, creating"
        " the "
        "region's largest wind-farm operator."
    ],
    "court": [
        "A court in Lisbon on Friday acquitted the former minister Rui Salgado of all corruption charges, ruling that "
        "prosecutors had failed to prove that he took bribes."
    ],
    "vaccine": [
        "The vaccine reduced hospital admissions by 60 percent among people over 65, according to a study of 40,000 "
        "patients published in the journal."
    ],
    "sanctions": [
        "The European Union did not extend the sanctions, which will expire on 31 July, after Hungary vetoed the "
        "renewal."
    ],
    "zelenskiy": ["Volodymyr Zelenskiy said on Monday that Kyiv would not give up land."],
}
PARAPHRASES = [
    ("visit", "Marin avoids visiting Oduya because doing so would legitimise its statehood, which he has long denied."),
    ("visit", 'In February 2022, Marin described Valdonia as "an inalienable part" of Kestian history and culture.'),
    ("television", "Years of state television propaganda against Oduya cannot be undone overnight."),
    ("summit", "Marin feels strong and sees no need to make concessions."),
    ("summit", "Marin has already held a summit with Hale in Oslo without agreeing to a ceasefire."),
    ("talks", "Lavin says Kestia is open to any form of talks as long as a leaders' meeting is well prepared."),
    ("talks", "Kestian officials insist that Kestia is not refusing to talk."),
    ("port", "Calder's port reopened on May 3 after a strike by 1,200 dockers that lasted nine weeks."),
    ("port", "The harbour master, Anna Lind, said the port had reopened on 3 May."),
    ("bank", "The central bank increased its key interest rate to 4.5% because of stubborn inflation."),
    ("bank", "The key rate was raised by a quarter of a percentage point to 4.5 percent."),
    ("flood", "At least twelve people died in floods in Karsa province, and more than 300 are missing."),
    ("deal", "Norvik Energy is buying its rival Aldane for 1.5 billion dollars in cash."),
    ("deal", "The $1.5 billion purchase of Aldane by Norvik Energy creates the region's largest wind-farm operator."),
    ("court", "Former minister Rui Salgado was acquitted of all corruption charges by a Lisbon court on Friday."),
    ("court", "The court ruled that prosecutors had not proved that Salgado took bribes."),
    ("vaccine", "A study of 40,000 patients found that the vaccine cut hospital admissions by 60% in people over 65."),
    ("sanctions", "The EU sanctions will expire on July 31 because Hungary vetoed their renewal."),
    ("sanctions", "Hungary vetoed the renewal, so the European Union did not extend the sanctions."),
    ("zelenskiy", "Zelenskyy said on Monday that Kiev would not give up land."),
]  # fmt: skip
CONTRADICTIONS = [
    ("television", "Years of state television propaganda against Oduya can be reversed overnight."),
    ("summit", "Marin feels strong and sees a need to concede something."),
    ("summit", "Marin has already had a summit in Oslo with Donald Hale and agreed to a ceasefire."),
    ("talks", "Kestian officials say that Kestia refuses to talk."),
    ("talks", "Lavin says Kestia is not open to any form of talks."),
    ("port", "The port of Calder reopened on 5 May after a nine-week strike by 1,200 dockers."),
    ("port", "The port of Calder reopened on 3 May after a nine-week strike by 1,500 dockers."),
    ("port", "The port of Calder closed on 3 May after a nine-week strike by 1,200 dockers."),
    ("bank", "The central bank cut its key interest rate by a quarter of a percentage point to 4.5 per cent."),
    ("bank", "The central bank raised its key interest rate to 5.5 per cent on Thursday, citing stubborn inflation."),
    ("flood", "At least 300 people have been killed and more than 12 are missing after floods in Karsa."),
    ("flood", "At least 12 people have been killed after floods swept through the southern province of Karsa."),
    ("deal", "Aldane will buy its rival Norvik Energy for $1.5bn in cash, the two companies announced on Monday."),
    ("deal", "Norvik Energy will buy its rival Aldane for $1.5m in cash."),
    ("court", "A court in Lisbon on Friday convicted the former minister Rui Salgado of all corruption charges."),
    ("court", "The court ruled that prosecutors had proved that Salgado took bribes."),
    ("vaccine", "The vaccine increased hospital admissions by 60 percent among people over 65."),
    ("vaccine", "The vaccine reduced hospital admissions by 65 percent among people over 60."),
    ("sanctions", "The European Union extended the sanctions, which will expire on 31 July."),
    ("visit", "Marin has long accepted Valdonia's statehood."),
]  # fmt: skip
MISSING = [
    ("visit", "In February 2021, Marin described Valdonia as “an inalienable part”.", "February 2021"),
    ("visit", "Marin called Valdonia “a natural part” of Kestian history.", "a natural part"),
    ("television", "Lavin told the broadcaster that Marin had used state television to persuade Kestians.", "Lavin"),
    ("summit", "Marin has already had a summit in Oslo with Joe Biden without agreeing to a ceasefire.", "Biden"),
    ("port", "The port of Calder reopened on 3 May, the harbour master, Maria Lind, said.", "Maria"),
    ("deal", "Norvik Energy will buy its rival Aldane for £1.5bn in cash.", "£1.5bn"),
    ("deal", "Norvik Energy will lay off half of Aldane's staff after the purchase.", "half"),
    ("port", "The dockers won a pay rise of 8 per cent.", "8 per cent"),
    ("zelenskiy", "Volodymyr Zelenskiy said on Tuesday that Kyiv would not give up land.", "Tuesday"),
]


@pytest.mark.parametrize(("key", "statement"), PARAPHRASES)
def test_an_honest_paraphrase_is_not_called_false(key: str, statement: str) -> None:
    support = verify(statement, QUOTES[key])
    assert support.verdict in (Verdict.SUPPORTED, Verdict.PARTLY)
    assert support.score > 0.55 and support.missing == ()


def test_nine_of_ten_honest_paraphrases_pass_the_strict_policy() -> None:
    passed = [verify(text, QUOTES[key]).verdict is Verdict.SUPPORTED for key, text in PARAPHRASES]
    assert sum(passed) >= 0.9 * len(passed)


@pytest.mark.parametrize(("key", "statement"), CONTRADICTIONS)
def test_a_changed_number_a_flipped_word_and_a_swapped_role_contradict(key: str, statement: str) -> None:
    support = verify(statement, QUOTES[key])
    assert (support.verdict, support.score <= 0.1) == (Verdict.CONTRADICTED, True)


@pytest.mark.parametrize(("key", "statement", "missing"), MISSING)
def test_an_invented_detail_is_named_and_never_supported(key: str, statement: str, missing: str) -> None:
    support = verify(statement, QUOTES[key])
    assert support.verdict is not Verdict.SUPPORTED
    assert missing in support.missing


@pytest.mark.parametrize(
    ("statement", "verdict"),
    [
        ("Marin called Valdonia 'an inalienable part' of Kestian history and culture.", Verdict.SUPPORTED),
        ("Marin called Valdonia “an alienable part” of Kestian history and culture.", Verdict.UNSUPPORTED),
        ("Marin called Valdonia “an inalienable part of Kestian history and culture.", Verdict.UNSUPPORTED),
        ("Marin called Valdonia “inalienable par” of Kestian history and culture.", Verdict.UNSUPPORTED),
    ],
)
def test_words_in_quotation_marks_must_be_in_a_quote_verbatim(statement: str, verdict: Verdict) -> None:
    assert verify(statement, QUOTES["visit"]).verdict is verdict


def test_a_sentence_of_the_quotes_word_for_word_scores_one() -> None:
    for quote in (q for quotes in QUOTES.values() for q in quotes):
        for span in sentence_spans(quote):
            copied = quote[span.start : span.end].replace(" ", "\n ")
            assert verify(copied, ["Something else.", quote]) == Support(1.0, Verdict.SUPPORTED)


def test_a_piece_of_a_sentence_is_no_verbatim_copy() -> None:
    for quote in ("It is not true that {}", "She denied reports that {}", "There is no evidence that {}"):
        support = verify("The minister took the money.", [quote.format("the minister took the money.")])
        assert support.verdict is Verdict.CONTRADICTED


@pytest.mark.parametrize(
    ("statement", "quote"),
    [
        ("Cranes can swim.", "Cranes have no webs and no ability to swim."),
        ("The port has plans to reopen.", "The port has no plans to reopen."),
        ("Sleep causes fever.", "Sleep does not cause fever; adults need sleep, and a virus is what causes fever."),
        ("Norvik won its first title since 2008.", "That was not because Norvik won its first title since 2008."),
        ("Salgado took bribes.", "Salgado denied that he took bribes."),
        ("The minister took the money.", "The minister refused to take the money."),
        ("The court did not reject the appeal.", "The court rejected the appeal."),
        ("The court rejected the appeal.", "The appeal was not rejected by the court."),
    ],
)
def test_a_denial_of_the_same_matter_contradicts(statement: str, quote: str) -> None:
    assert verify(statement, [quote]).verdict is Verdict.CONTRADICTED


@pytest.mark.parametrize(
    ("statement", "quote"),
    [
        ("The appeal was rejected by the court.", "The court rejected the appeal."),
        ("The claims were denied by the minister.", "The minister denied the claims."),
        ("The offer was refused by the union.", "The union refused the offer on Monday."),
        ("The minister failed to stop the strike.", "The strike went on; the minister failed to stop it."),
    ],
)
def test_a_denial_told_in_another_order_does_not_contradict(statement: str, quote: str) -> None:
    assert verify(statement, [quote]).verdict in (Verdict.SUPPORTED, Verdict.PARTLY)


ELECTED = [
    "Ann Fields was elected mayor of Dunmere with 53 per cent of the vote.",
    "Bob Stone quit as mayor of Dunmere in November.",
]
RESIGNED = [
    "Prime Minister Helen Crane resigned on Friday after losing a confidence vote by 311 to 289.",
    "Owen Vale, the opposition leader, called for an early election.",
]
REFUSED = [
    ("raise the fuel tax", "The chancellor ruled out raising the fuel tax this year."),
    ("close the library", "The chancellor has dropped plans to close the library."),
    ("buy new jets", "The chancellor scrapped a plan to buy new jets."),
    ("resign over the affair", "The chancellor declined to resign over the affair."),
    ("announce a ban on plastic bags", "The chancellor stopped short of announcing a ban on plastic bags."),
]


@pytest.mark.parametrize(
    ("statement", "quotes", "name"),
    [
        ("Bob Stone was elected mayor of Dunmere with 53 per cent of the vote.", ELECTED, "Stone"),
        ("Bob Stone won 53 per cent of the vote to be elected mayor of Dunmere.", ELECTED, "Stone"),
        ("Owen Vale resigned on Friday after losing a confidence vote by 311 to 289.", RESIGNED, "Vale"),
    ],
)
def test_a_deed_of_another_named_in_full_is_not_carried(statement: str, quotes: list[str], name: str) -> None:
    support = verify(statement, quotes, similarity=lambda _, others: [0.95 for _ in others])
    assert (support.verdict is Verdict.SUPPORTED, name in support.missing) == (False, True)


@pytest.mark.parametrize(
    ("statement", "quotes"),
    [
        (
            "Bob Stone was elected mayor of Dunmere with 53 per cent of the vote.",
            ["Bob Stone, 51, is a farmer.", "He was elected mayor of Dunmere with 53 per cent of the vote."],
        ),
        (
            "Owen Vale resigned on Friday after losing a confidence vote by 311 to 289.",
            ["Vale, 51, resigned on Friday after losing a confidence vote by 311 to 289."],
        ),
        (
            "Norvik Energy rejected the offer of 4 per cent on Monday.",
            ["Lena Okafor of Norvik Energy rejected the offer of 4 per cent on Monday."],
        ),
        (
            "Norvik Energy will close its plant in Karsa.",
            ["Anna Lind is head of Norvik Energy.", "Anna Lind will close its plant in Karsa."],
        ),
    ],
)
def test_pronouns_surnames_and_those_who_act_for_a_company_are_no_others(statement: str, quotes: list[str]) -> None:
    support = verify(statement, quotes)
    assert (support.verdict, support.missing) == (Verdict.SUPPORTED, ())


@pytest.mark.parametrize(
    ("statement", "quote", "name"),
    [
        (
            "Mia Lund said the referee was wrong.",
            "Mia Lund was tired. Captain Ole Berg said the referee was wrong.",
            "Lund",
        ),
        (
            "“We will wait,” said Carla Ohlin.",
            "“We will wait,” said Tom Reeve. Carla Ohlin called for patience.",
            "Ohlin",
        ),
        ("Falk said it was “a whitewash”.", "Falk welcomed it. Gareth Munro said it was “a whitewash”.", "Falk"),
    ],
)
def test_words_put_into_another_mouth_are_not_carried(statement: str, quote: str, name: str) -> None:
    support = verify(statement, [quote])
    assert (support.verdict is Verdict.SUPPORTED, name in support.missing) == (False, True)


@pytest.mark.parametrize(
    ("statement", "quote"),
    [
        ("Sorour said that schools would stay shut.", "Governor Hamid Sorour said schools would stay shut."),
        ("Brightwell said it would close shops.", "Chief executive Anjali Raman said Brightwell would close shops."),
        ("Sorour said schools would stay shut.", "Sorour spoke on Sunday. He said schools would stay shut."),
        ("A spokesman for Velmar Lines said fares would not rise.", "Velmar Lines said fares would not rise."),
    ],
)
def test_the_same_mouth_under_another_name_is_no_other(statement: str, quote: str) -> None:
    assert verify(statement, [quote]).missing == ()


@pytest.mark.parametrize(
    ("statement", "quote"),
    [
        ("Six people were injured in the riot.", "More than 40 people were arrested and 6 were injured in the riot."),
        ("Three ships were damaged in the storm.", "Twelve ships were sunk and three damaged in the storm."),
        ("The pipe is about 25 miles long.", "The pipe is 40 kilometres long."),
        ("The pipe is 25 miles long.", "The pipe is 40 kilometres (25 miles) long."),
        ("The strike lasted two days.", "The strike lasted 48 hours."),
    ],
)
def test_a_number_with_the_thing_left_out_or_converted_is_the_same(statement: str, quote: str) -> None:
    support = verify(statement, [quote])
    assert support.verdict in (Verdict.SUPPORTED, Verdict.PARTLY)
    assert support.score > 0.55 and support.missing == ()


@pytest.mark.parametrize(
    ("statement", "quote"),
    [
        ("Kellan resigned in 2014.", "Kellan joined in 2014 and resigned in 2021."),
        ("The pipe is 40 miles long.", "The pipe is 40 kilometres long."),
        ("It rained for 12 days.", "It rained for 12 hours."),
        ("The water had 41 degrees Fahrenheit.", "The water had 41 degrees Celsius."),
        ("Profit rose from 30 to 20 per cent.", "Profit rose from 20 to 30 per cent."),
        ("All of the miners were rescued.", "All but two of the miners were rescued."),
        ("All five ships sank.", "None of the five ships sank."),
        ("The factory closed in 1960.", "The factory opened in 1960."),
        ("The ban was imposed.", "The ban was lifted."),
        ("The tax was abolished in 2010.", "The tax was introduced in 2010."),
        ("Sulvik bought Norden for £30 million.", "Norden bought Sulvik for £30 million."),
        ("Carla Ohlin was fined after insulting Tom Reeve.", "Tom Reeve was fined after insulting Carla Ohlin."),
        ("The ship hit the pier.", "The ship narrowly avoided hitting the pier."),
        ("The driver was injured in the crash.", "The driver escaped unhurt after the crash."),
        ("The board accepted the offer on Tuesday.", "The board turned down the offer on Tuesday."),
        ("The plane landed at noon.", "The plane took off at noon."),
    ],
)
def test_another_measure_way_role_or_opposite_contradicts(statement: str, quote: str) -> None:
    assert verify(statement, [quote]).verdict is Verdict.CONTRADICTED


@pytest.mark.parametrize(("deed", "quote"), REFUSED)
def test_phrases_that_say_no_are_read(deed: str, quote: str) -> None:
    assert verify(f"The chancellor will {deed}.", [quote]).verdict is Verdict.CONTRADICTED
    assert verify(f"The chancellor will not {deed}.", [quote]).verdict in (Verdict.SUPPORTED, Verdict.PARTLY)


@pytest.mark.parametrize(
    ("statement", "quote"),
    [
        ("The police told drivers to avoid parking there.", "The police urged drivers to avoid parking there."),
        ("Scotland have named Sean Orr in the team.", "Sean Orr has been named in the Scotland team."),
        ("The board turned down the bid.", "The board rejected the bid on Tuesday."),
    ],
)
def test_avoiding_a_passive_and_another_verb_of_denial_do_not_contradict(statement: str, quote: str) -> None:
    assert verify(statement, [quote]).verdict in (Verdict.SUPPORTED, Verdict.PARTLY)


@pytest.mark.parametrize(
    "statement", ["The minister resigned.", "Did the minister resign?", "“Did the minister resign?”"]
)
def test_a_question_carries_nothing(statement: str) -> None:
    assert verify(statement, ["Did the minister resign?"]) == Support(0.0, Verdict.UNSUPPORTED)
    assert verify(statement, ["Nobody knew. Did the minister resign?"]).verdict is not Verdict.SUPPORTED


def test_a_question_states_nothing() -> None:
    assert verify("Did the minister resign?", ["The minister resigned."]) == Support(0.0, Verdict.UNSUPPORTED)


def test_that_somebody_asked_is_carried() -> None:
    quote = "“Did the minister resign? Nobody told us,” Anna Lind asked on Tuesday."
    assert verify("Anna Lind asked on Tuesday, “Did the minister resign?”", [quote]).verdict is Verdict.SUPPORTED


@pytest.mark.parametrize("quotes", [[], [""], ["  \n\x00"]])
def test_without_quotes_nothing_is_supported(quotes: list[str]) -> None:
    assert verify("The port reopened.", quotes) == Support(0.0, Verdict.UNSUPPORTED)


@pytest.mark.parametrize("statement", ["", " \n", "\x00"])
def test_an_empty_statement_is_unsupported(statement: str) -> None:
    assert verify(statement, ["The port reopened."]) == Support(0.0, Verdict.UNSUPPORTED)


def test_details_lower_the_score_one_by_one() -> None:
    quotes = QUOTES["port"]
    honest = verify("The harbour master said the port of Calder reopened after a strike.", quotes).score
    one = verify("The harbour master said the port of Calder and Varna reopened after a strike.", quotes).score
    two = verify("The harbour master said the port of Calder and Varna reopened after a strike in 1987.", quotes).score
    assert honest > one > two


def test_another_quote_that_says_more_never_lowers_the_score() -> None:
    statement = "Hungary vetoed the renewal of the sanctions, the harbour master said."
    alone = verify(statement, QUOTES["sanctions"]).score
    assert verify(statement, [*QUOTES["sanctions"], *QUOTES["port"]]).score >= alone


def test_similarity_is_asked_for_only_where_words_leave_it_open() -> None:
    asked = []

    def similarity(text: str, others: Sequence[str]) -> list[float]:
        asked.append(text)
        return [0.9 for _ in others]

    for key, statement in (("port", QUOTES["port"][0]), *CONTRADICTIONS, ("visit", MISSING[1][1])):
        verify(statement, QUOTES[key], similarity=similarity)
    assert asked == []
    key, statement = PARAPHRASES[0]
    assert verify(statement, QUOTES[key], similarity=similarity).verdict is Verdict.SUPPORTED
    assert asked == [statement]


@pytest.mark.parametrize("cosine", [-1.0, 0.0, 1.0, 7.0, float("nan"), float("inf")])
def test_any_cosine_gives_a_score_between_nought_and_one(cosine: float) -> None:
    key, statement = PARAPHRASES[0]
    assert 0.0 <= verify(statement, QUOTES[key], similarity=lambda *_: [cosine]).score <= 1.0


LETTERS = st.characters() | st.sampled_from("aB 1.,'\"“”$%-\n\x00\ud800not")
ANY_TEXT = st.text(LETTERS, max_size=200)


@given(ANY_TEXT, st.lists(ANY_TEXT, max_size=4))
def test_no_text_raises_and_the_score_stays_in_bounds(statement: str, quotes: list[str]) -> None:
    support = verify(statement, quotes)
    assert 0.0 <= support.score <= 1.0
    assert support.verdict is not Verdict.SUPPORTED or (support.score >= 0.6 and not support.missing)


def is_evidence(text: str) -> bool:
    """Whether there are words in the text, and no question, order or line of a program, which carries nothing."""
    return (
        bool(plain(text))
        and "?" not in text
        and not is_bare_instruction(text)
        and without_instructions(text, quoted_too=True) == text
    )


@given(ANY_TEXT.filter(is_evidence), ANY_TEXT, ANY_TEXT)
def test_a_quote_always_supports_itself(text: str, before: str, after: str) -> None:
    assert verify(text, [before, text, after]) == Support(1.0, Verdict.SUPPORTED)


@given(ANY_TEXT)
@example(".")
@example("He left. “…”")
def test_every_sentence_of_a_quote_is_supported(quote: str) -> None:
    for span in sentence_spans(quote):
        if is_evidence(quote) and plain(quote[span.start : span.end]):
            assert verify(quote[span.start : span.end], [quote]) == Support(1.0, Verdict.SUPPORTED)


PIECES = [
    "Aa Bb ",
    "7 miles ",
    "from 7 to ",
    "a",
    "a ",
    "7 ",
    "A b. ",
    "'a ",
    '"a" ',
    "3 May ",
    "$5 million to ",
    "a\n",
    "\ud800\x00a ",
]


@pytest.mark.parametrize("piece", PIECES)
def test_a_hundred_kilobytes_end_in_bounded_time(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    started = time.process_time()
    cases = (text, text + "b"), (text[:3_900] + " x", text), ("The port reopened.", text), (text, "a")
    for statement, quote in cases:
        assert 0.0 <= verify(statement, [quote]).score <= 1.0
    assert time.process_time() - started < 20


def test_a_sentence_against_three_quotes_takes_about_a_millisecond() -> None:
    quotes = [*QUOTES["port"], *QUOTES["bank"], *QUOTES["flood"]]
    statement = "The harbour master, Anna Lind, said the port had reopened on 3 May after nine weeks."
    verify(statement, quotes)
    times = []
    for _ in range(50):
        started = time.process_time()
        verify(statement, quotes)
        times.append(time.process_time() - started)
    assert min(times) < 0.005  # seconds; about 0.001 on an idle core
