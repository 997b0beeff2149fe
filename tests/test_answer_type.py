"""Whether words hold the kind of thing that a question asks for."""

import pytest

from answering.answer_type import answer_type, counted_noun, counts_otherwise, leaves_time_open, time_asked
from answering.question import read_question
from answering.stem import stem, stems


@pytest.mark.parametrize(
    ("question", "counted"),
    [
        ("How many nurses went on strike?", "nurses"),
        ("How many people are missing after the storm?", "missing"),
        ("How many people in Skelmouth have been evacuated?", "evacuated"),
        ("How many people live in Skelmouth?", None),
        ("How many people have been told to leave?", None),
        ("How many people from Oslo?", None),
        ("Who resigned?", None),
    ],
)
def test_what_is_counted_is_a_thing_or_what_people_did(question: str, counted: str | None) -> None:
    assert counted_noun(read_question(question)) == (stem(counted) if counted else None)


@pytest.mark.parametrize(
    ("question", "sentence", "fits"),
    [
        ("How tall is the breakwater?", "The breakwater is 620 metres long and was built in 1934.", 0.0),
        ("How tall is the breakwater?", "The breakwater is 620 metres long and 9 metres high.", 1.0),
        ("How tall is the breakwater?", "The breakwater rises 9 metres from the sea.", 1.0),
        ("How high is inflation?", "Inflation was 7.9% in February.", 1.0),
        ("How high is inflation?", "Inflation is at a 40-year high.", 0.5),
        ("What is the depth of the harbour?", "The harbour is 300 metres wide.", 0.0),
        ("How wide is the gap?", "The gap is 38 metres across.", 1.0),
        ("How long is the breakwater?", "The breakwater is 620 metres long.", 1.0),
    ],
)
def test_a_length_of_another_dimension_is_no_answer(question: str, sentence: str, fits: float) -> None:
    assert answer_type(read_question(question), sentence, stems(sentence)) == fits


@pytest.mark.parametrize(
    ("question", "sentence", "otherwise"),
    [
        ("How many people live in Skelmouth?", "The storm killed 60 people in Skelmouth.", True),
        ("How many people live in Skelmouth?", "Skelmouth has 41,000 inhabitants.", False),
        ("How many people died in the storm?", "The storm injured 60 people.", True),
        ("How many people died in the storm?", "The storm injured 60 people and killed two.", False),
    ],
)
def test_who_suffered_one_thing_is_not_counted_for_another(question: str, sentence: str, otherwise: bool) -> None:
    assert counts_otherwise(read_question(question), sentence) is otherwise


@pytest.mark.parametrize(
    ("question", "sentence", "is_open"),
    [
        ("When were ferries to Skerra cancelled?", "Ferries to Skerra were cancelled.", True),
        ("When was the mill sold?", "The Vale family sold the mill to a firm from Hollin.", True),
        ("When were ferries to Skerra cancelled?", "Ferries to Skerra were cancelled on Tuesday.", False),
        ("When were ferries to Skerra cancelled?", "Ferries to Skerra were cancelled after the storm.", False),
        ("When will the ferries return?", "The company did not say when they would.", False),
        ("When did Reed score?", "Reed scored in the 88th minute.", False),
        ("Who cancelled the ferries?", "Ferries to Skerra were cancelled.", False),
        ("When did the quay close in May 2024?", "The quay closed in May 2024.", True),
        ("When did the quay close in May 2024?", "The quay closed on 3 May.", False),
        ("When did the quay close in May 2024?", "The quay closed on 31 May 2024.", False),
        ("When did the quay close in May?", "The quay closed in May 2024.", False),
        ("What time on 3 May did the quay close?", "The quay closed on 3 May 2024 with 40 boats in it.", True),
        ("What time on 3 May did the quay close?", "The quay closed at 6.30 a.m. on 3 May.", False),
        ("At what time did the quay close?", "The quay closed shortly after midnight.", False),
        ("At what time did the quay close?", "The town did not say.", False),
        ("At what time of year does the quay close?", "The quay closes in May.", False),
        ("On which day of the week did the quay close?", "The quay closed on 3 May 2024.", True),
        ("On which day of the week did the quay close?", "The quay closed on Friday, 3 May 2024.", False),
        ("On which day did the quay close?", "The quay closed on 3 May 2024.", False),
    ],
)
def test_a_sentence_without_a_time_leaves_open_when(question: str, sentence: str, is_open: bool) -> None:
    assert leaves_time_open(read_question(question), sentence) is is_open


@pytest.mark.parametrize(
    ("question", "shown"),
    [
        ("At what time did the quay close?", "6.30 a.m"),
        ("On which day of the week did the quay close?", "Friday"),
        ("When did the quay close?", "3 May"),
        ("Who closed the quay?", "3 May"),
    ],
)
def test_of_the_words_found_a_clock_time_or_weekday_is_what_asks_for_it(question: str, shown: str) -> None:
    text = "The quay closed at 6.30 a.m. on Friday, 3 May."
    start, end = time_asked(read_question(question), text, text.index("3 May"), text.index("3 May") + 5)
    assert text[start:end] == shown
