"""Whether a sentence tells how old one is who is asked about."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answering.age import age_told, asks_age, leaves_age_open
from answering.question import read_question
from retrieval.embedder import Embedder
from tests.test_extractive import article, ask


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("How old is Lena Quist?", True),
        ("How old was Ada Mould when she died?", True),
        ("At what age did Ada Mould die?", True),
        ("What was the age of the victim?", True),
        ("What age group is most at risk?", False),
        ("How many people over the age of 80 live in Brant?", False),
        ("What is the average age of the nurses in Brant?", True),
        ("When was Ada Mould born?", False),
    ],
)
def test_questions_for_an_age(question: str, asks: bool) -> None:
    assert asks_age(read_question(question)) is asks


@pytest.mark.parametrize(
    "text",
    [
        "Lena Quist, 46, was elected mayor.",
        "The winner is Lena Quist, 46.",
        "Lena Quist (46) was elected mayor.",
        "The 46-year-old Lena Quist was elected mayor.",
        "Forty-six-year-old mayor Lena Quist spoke.",
        "Mayor Quist, aged 46, spoke.",
        "Quist is 46 and has two sons.",
        "Quist is 46 years old, grew up in Harn and has two sons.",
        "The 46-year-old from Harn was elected, and her party cheered.",
        "She turned 46 on Sunday.",
        "She was born in 1978.",
        "Quist, who is in her mid-forties, spoke.",
        "She died at the age of 46.",
    ],
)
def test_an_age_is_told_in_many_forms(text: str) -> None:
    question = read_question("How old is Lena Quist?")
    assert age_told(question, text) == 1.0 and not leaves_age_open(question, text)


@pytest.mark.parametrize(
    "text",
    [
        "Lena Quist beat Tomas Breck by 300 votes.",
        "Tomas Breck, 58, lost to Lena Quist.",
        "The 9-year-old Dora Quist sang.",
        "Lena Quist has sat in the council for 20 years.",
        "Lena Quist, 46 votes ahead, spoke of 12, 13 and 14 May.",
        "She founded the shop in 1952.",
        "She was 19 when she joined the party.",
        "The builder was fined because two workers, aged 24 and 31, were killed.",
    ],
)
def test_anothers_or_an_earlier_age_and_other_numbers_leave_it_open(text: str) -> None:
    question = read_question("How old is Lena Quist?")
    assert age_told(question, text) == 0.0 and leaves_age_open(question, text)


@pytest.mark.parametrize(
    ("question", "text", "is_open"),
    [
        ("How old was Lena Quist when she joined?", "She was 19 when she joined the party.", False),
        ("How old was Toghun Temur?", "The 13-year-old Toghun Temür became emperor.", False),
        ("How old is the mayor of Brant?", "Lena Quist, 46, is the mayor of Brant.", False),
        ("How old is the bridge?", "The bridge has carried trains for 120 years.", False),
        ("How old is Orlin Motors?", "Orlin Motors was founded in 1952.", False),
        ("How old is the bridge?", "The bridge carries trains.", True),
        ("How old is Lena Quist's son?", "Her son, Jon Pell, 9, sang.", False),
        ("How old is Lena Quist?", "Her age is not known.", False),
        ("How many sons has Lena Quist?", "Lena Quist came.", False),
    ],
)
def test_whose_age_it_is_is_heeded_where_a_name_is_asked_for(question: str, text: str, is_open: bool) -> None:
    assert leaves_age_open(read_question(question), text) is is_open


@given(st.text(max_size=100), st.text(max_size=200))
def test_any_text_is_read(question: str, text: str) -> None:
    assert age_told(read_question(f"How old is {question}"), text) in (0.0, 1.0)


FERRY = article(
    "ferry",
    "Ferry hits pier",
    "Transport minister Ingrid Halvorsen promised an inquiry.\nHalvorsen, 52, visited the injured on Tuesday.\n"
    "Captain Rory Tennant, 61, said the thruster had failed. Substitute captain Jamie Orr was not on board.\n"
    "The former treasurer of the line was jailed for three years.",
)


def test_the_age_of_one_named_by_a_role_stands_at_the_name_elsewhere(embedder: Embedder) -> None:
    found = ask(embedder, "How old is the transport minister?", FERRY)
    assert [claim.text[:20] for claim in found.claims] == ["Transport minister I", "Halvorsen, 52, visit"]
    assert [claim.highlight and claim.text[slice(*claim.highlight)] for claim in found.claims] == [None, "52"]


@pytest.mark.parametrize("who", ["the manager", "the fire chief", "the former treasurer of the line"])
def test_another_age_is_not_that_of_one_named_by_a_role(embedder: Embedder, who: str) -> None:
    assert not ask(embedder, f"How old is {who}?", FERRY).claims
