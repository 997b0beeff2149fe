"""One reading for many spellings: numbers, amounts, dates, names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answering.day import days
from answering.name import name_key, same_name
from answering.quantity import Quantity, quantities
from answering.spelling import plain, short_names


def only(text: str) -> Quantity:
    (found,) = quantities(plain(text))
    return found


SAME_NUMBERS = [
    ("$1.5bn", "1.5 billion dollars"),
    ("$1.5bn", "US$1.5 billion"),
    ("$1.5bn", "$1,500,000,000"),
    ("$1.5bn", "$1,500m"),
    ("€40m", "40 million euros"),
    ("£2,000", "two thousand pounds"),
    ("twelve", "12"),
    ("a dozen", "12"),
    ("twenty-five", "25"),
    ("a hundred", "100"),
    ("one hundred and five", "105"),
    ("1,200", "1200"),
    ("5 per cent", "5%"),
    ("five percent", "5 pct"),
    ("half of", "50%"),
    ("two-thirds of", "67 per cent"),
    ("third", "3rd"),
    ("twentieth", "20th"),
    ("the '90s", "the 1990s"),
    ("9.30pm", "21:30"),
    ("9:30 p.m.", "21:30"),
    ("1990s", "1993"),
    ("about 1,500", "1,487"),
    ("more than 1,400", "1,487"),
    ("nearly 1,500", "1,487"),
    ("5m", "five million"),
]
OTHER_NUMBERS = [
    ("$1.5bn", "$1.5m"),
    ("$1.5bn", "£1.5bn"),
    ("$50", "50"),
    ("5%", "5 percentage points"),
    ("5%", "5"),
    ("twelve", "13"),
    ("3rd", "3"),
    ("-5", "5"),
    ("about 1,500", "1,900"),
    ("about 503", "500"),
    ("nearly 903", "nearly 900"),
    ("more than 2,000", "1,487"),
    ("more than 100", "9,000"),
    ("9:30", "21:30"),
    ("1980s", "1993"),
]


@pytest.mark.parametrize(("one", "other"), SAME_NUMBERS)
def test_one_number_in_two_spellings(one: str, other: str) -> None:
    assert only(one).agrees(only(other))


@pytest.mark.parametrize(("one", "other"), OTHER_NUMBERS)
def test_numbers_that_are_not_the_same(one: str, other: str) -> None:
    assert not only(one).agrees(only(other))


def test_the_first_number_of_a_range_takes_the_unit_and_the_scale_of_the_second() -> None:
    low, high = quantities("10 to 12 per cent")
    assert (low.unit, high.unit) == ("%", "%")
    low, high = quantities("$10-12 million")
    assert low.agrees(only("$10m")) and high.agrees(only("$12m"))
    assert quantities("2018-19")[1].agrees(only("2019"))


@pytest.mark.parametrize("text", ["one of them", "first of all", "Covid19 and B2", "a man", "1" * 200, "no-one"])
def test_what_is_no_number(text: str) -> None:
    assert quantities(text) == ()


SAME_DATES = [
    ("3 May", "May 3"),
    ("3 May", "May 3rd, 2022"),
    ("the 3rd of May 2022", "2022-05-03"),
    ("Sept. 9", "9 September"),
    ("in May", "3 May"),
    ("May 2022", "3 May 2022"),
    ("in March", "March 2020"),
]
OTHER_DATES = [("3 May", "4 May"), ("3 May", "3 June"), ("3 May 2022", "3 May 2021"), ("3 May", "in May")]


@pytest.mark.parametrize(("one", "other"), SAME_DATES)
def test_one_date_in_two_spellings(one: str, other: str) -> None:
    assert days(one)[0].agrees(days(other)[0])


@pytest.mark.parametrize(("one", "other"), OTHER_DATES)
def test_dates_that_are_not_the_same(one: str, other: str) -> None:
    assert not days(one)[0].agrees(days(other)[0])


@pytest.mark.parametrize("text", ["He may go", "They march on", "45 May", "2022-13-41", "a decent market"])
def test_what_is_no_date(text: str) -> None:
    assert days(text) == ()


SAME_NAMES = [
    "Zelenskyy Zelenskiy Zelensky Zelenskyi Zelenskij",
    "Kyiv Kiev",
    "Sergei Sergey",
    "Dmitry Dmitri Dmitriy",
    "Alexei Aleksei Alexey",
    "Erdoğan Erdogan",
    "Khodorkovsky Hodorkovskiy",
    "U.S. US USA American",
    "Britain British UK",
    "Gaddafi Qaddafi",
    "France French",
    "Putin Putin's",
]


@pytest.mark.parametrize("spellings", SAME_NAMES)
def test_one_name_in_many_spellings(spellings: str) -> None:
    assert len({name_key(word) for word in spellings.split()}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [("Russia", "Russian"), ("China", "Chinese"), ("Israel", "Israelis"), ("Canada", "Canadian"), ("Mali", "Malian")],
)
def test_a_land_and_its_people(one: str, other: str) -> None:
    assert same_name(name_key(one), name_key(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [("Iran", "Iraq"), ("Austria", "Australia"), ("Niger", "Nigeria"), ("India", "Indiana"), ("Trump", "Truman")],
)
def test_names_that_only_look_alike(one: str, other: str) -> None:
    assert not same_name(name_key(one), name_key(other))


def test_quotation_marks_dashes_and_white_space_are_plain() -> None:
    assert plain("“It’s\u00a0on”\n — he\tsaid…") == '"It\'s on" - he said...'
    assert short_names("the United Nations and Great Britain") == "the UN and UK"


@given(st.text(st.characters()))
def test_nothing_raises_and_every_span_is_in_the_text(text: str) -> None:
    text = plain(text)
    for start, end in [(q.start, q.end) for q in quantities(text)] + [(d.start, d.end) for d in days(text)]:
        assert 0 <= start < end <= len(text)
    for word in text.split():
        assert same_name(name_key(word), name_key(word))


@given(st.integers(0, 10**12))
def test_a_number_agrees_with_itself_however_it_is_grouped(number: int) -> None:
    assert only(f"{number:,}").agrees(only(str(number)))
