"""Who holds an office: which questions ask only for that, and whom a sentence names."""

import pytest

from answering.office import holder, office_asked
from answering.question import read_question


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
        ("Who is the US secretary of state?", (), True),
        ("Who is the attorney general?", (), True),
        ("Who is Will Marlow's wife?", ("will", "marlow"), True),
    ],
)
def test_questions_for_the_holder_of_an_office(question: str, body: tuple[str, ...], is_held: bool) -> None:
    office = office_asked(read_question(question))
    assert office is not None and (office.body, office.is_held) == (body, is_held)


@pytest.mark.parametrize(
    "question",
    [
        "Who is Liz Marlow?",
        "Who is the man who shot the mayor?",
        "Who is the actor in the film?",
        "Who did the mayor of Tarn meet?",
        "Who is the president of Tarn meeting on Friday?",
        "Why is the mayor of Tarn leaving?",
        "Who is the most expensive striker of Tarn?",
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
        ("Who is the CEO of Larkspur?", "Former Larkspur CEO Tom Reed said so.", None),
        ("Who is the CEO of Larkspur?", "Hollin CEO Tom Reed left for Larkspur.", None),
        ("Who is the CEO of Larkspur?", "Larkspur called the CEO of Hollin, Tom Reed, a rival.", None),
        ("Who is the CEO of Larkspur?", "Larkspur is looking for a CEO.", None),
        ("Who was the CEO of Larkspur?", "Former Larkspur CEO Tom Reed said so.", "Tom Reed"),
        ("Who is the president of France?", "French President Anna Lind spoke.", "Anna Lind"),
        ("Who is the president of France?", "France's embattled president, Anna Lind, spoke.", "Anna Lind"),
        ("Who is the president of France?", "French Vice President Tom Reed spoke.", None),
        ("Who is the president of France?", "President Tom Reed called France.", None),
        ("Who is the governor of Norland?", "Norland Gov. Ines Vale signed the bill.", "Ines Vale"),
        ("Who is the governor of Norland?", "Vale is the governor of Norland.", "Vale"),
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
