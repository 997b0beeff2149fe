"""Which of several numbers of a sentence is asked for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answering.figure import figure_asked, is_figure_asked
from answering.question import read_question


@pytest.mark.parametrize(
    ("question", "text", "found", "asked"),
    [
        ("How many were seriously injured?", "34 injured, 5 of them seriously.", "34 injured, 5", "5"),
        ("How many were injured?", "34 injured, 5 of them seriously.", "34 injured, 5", "34"),
        ("How many people were seriously hurt?", "Thirty people were injured, five of them seriously.", "Thirty people were injured, five", "five"),
        ("How many people were slightly hurt?", "34 were hurt, five seriously and 29 slightly.", "34 were hurt, five seriously and 29", "29"),
        ("How many children were killed?", "Seven children were among the 19 people killed.", "Seven children were among the 19", "Seven"),
        ("How many people were killed?", "Seven children were among the 19 people killed.", "Seven children were among the 19", "19"),
        ("How many soldiers died?", "Twelve soldiers were hurt and three died.", "Twelve soldiers were hurt and three", "three"),
        ("How many died in Marlow?", "A blast killed 12 people and injured 34.", "12 people and injured 34", "12"),
        ("How many were injured?", "Twelve people died while 34 were injured.", "Twelve people died while 34", "34"),
        ("How many were wounded?", "It killed 12 people and another 34 were wounded.", "12 people and another 34", "34"),
        ("How many were killed?", "12 people were killed and 34 others injured.", "12 people were killed and 34", "12"),
        ("How many cats has she?", "She has four dogs and three cats.", "four dogs and three", "three"),
        ("How many drivers voted?", "31 per cent, or 2,300 drivers, voted.", "31 per cent, or 2,300", "2,300"),
        ("What share of nurses struck?", "Of the 900 nurses 60 per cent struck.", "900", "60 per cent"),
        ("How much did it cost?", "The 40 buses cost 12 million dollars.", "40 buses cost 12 million dollars",
         "12 million dollars"),
        ("How much did they cost?", "The 40 buses cost $12 million.", "40", "$12 million"),
        ("How old is Per Lund?", "Jon Pell, 9, and Per Lund, 58, came.", "9, and Per Lund, 58", "58"),
    ],
)  # fmt: skip
def test_of_several_numbers_the_one_that_counts_what_is_asked_stays(
    question: str, text: str, found: str, asked: str
) -> None:
    start = text.index(found)
    first, last = figure_asked(read_question(question), text, start, start + len(found))
    assert text[first:last] == asked


@pytest.mark.parametrize(
    ("question", "text", "found"),
    [
        ("How many people came?", "From 100 to 150 people came.", "100 to 150 people"),
        ("How many of the shops closed?", "3 of the 40 shops closed.", "3 of the 40"),
        ("How long did the race last?", "It lasted 2 hours and 14 minutes.", "2 hours and 14 minutes"),
        ("How many years did he get?", "He got two years and six months.", "two years and six months"),
        ("How many came?", "12 singers and 30 dancers stayed.", "12 singers and 30 dancers"),
        ("How many were injured?", "The blast injured 34 people.", "34"),
        ("How many nurses work there?", "60 per cent of the 900 nurses struck.", "900"),
        ("Who won?", "Tarn beat Hollin with 3 goals and 2 points.", "3 goals and 2"),
        ("When did it open?", "It opened on 3 May with 40 shops.", "3 May with 40"),
    ],
)
def test_what_is_one_measure_or_cannot_be_told_apart_stays_whole(question: str, text: str, found: str) -> None:
    place = text.index(found), text.index(found) + len(found)
    assert figure_asked(read_question(question), text, *place) == place


def test_a_number_is_sure_by_the_words_beside_it_where_there_are_several() -> None:
    text = "The blast killed 12 people and another 34 were wounded, 9 of them badly."
    question = read_question("How many people were injured in the blast?")
    sure = {
        number: is_figure_asked(question, text, text.index(number), text.index(number) + 2) for number in ("12", "34")
    }
    assert sure == {"12": False, "34": True}
    assert not is_figure_asked(question, "The blast injured 34.", 18, 20)


pieces = st.sampled_from("12 people and 34 injured killed , ; $5 60% two of the - half a dozen 2019 third".split())


@given(st.lists(pieces, max_size=12).map(" ".join), st.integers(0, 40), st.integers(0, 40))
def test_any_place_gives_a_place_of_the_text(text: str, start: int, length: int) -> None:
    for asked in ("How many were injured?", "What percentage were killed?", "How old is 34?", ""):
        first, last = figure_asked(read_question(asked), text, start, start + length)
        assert (first, last) == (start, start + length) or 0 <= first < last <= len(text)
