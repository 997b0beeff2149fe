"""Questions that ask several things: taken apart where they do, and each part made to stand alone."""

import time

import pytest

from answering.compound import in_order, parts_of


@pytest.mark.parametrize(
    ("question", "alone"),
    [
        (
            "When was the bridge opened and by whom?",
            ["When was the bridge opened?", "By whom was the bridge opened?"],
        ),
        ("When and where was the ferry built?", ["When was the ferry built?", "Where was the ferry built?"]),
        ("What did Vale say, and who contradicted him?", ["What did Vale say?", "Who contradicted Vale?"]),
        ("Did the mayor resign, and why?", ["Did the mayor resign?", "Why did the mayor resign?"]),
        ("Who owns the mine and has it been closed?", ["Who owns the mine?", "Has the mine been closed?"]),
        ("Who designed the dam? Who built it?", ["Who designed the dam?", "Who built the dam?"]),
        (
            "What did Reed say about how the fire began and why the alarm failed?",
            ["What did Reed say about how the fire began?", "What did Reed say about why the alarm failed?"],
        ),
        (
            "How many people were hurt, when did it happen?",
            ["How many people were hurt?", "When did it happen? (asked after “How many people were hurt?”)"],
        ),
    ],
)  # fmt: skip
def test_each_part_stands_alone(question: str, alone: list[str]) -> None:
    assert in_order(question, parts_of(question)) == alone


@pytest.mark.parametrize(
    "question",
    [
        "Which towns and villages were flooded?",
        "What happened when the bridge and the road were closed?",
        "How did relations between Norland and Tarn change?",
        "What is the difference between what Vale said and what Reed said?",
        "How many of those who left and who stayed voted?",
        "What did the minister who resigned and who was replaced say?",
        "Why did prices rise when the mine closed and when the strike began?",
        "Which city and which country hosted it?",
        "Who said “when and how” it would end?",
        "In May, when did he resign?",
        "Who won? I mean the derby.",
        "Gas prices rose. How much does a gallon cost?",
        "Who owns the mine and is the chair of the board?",
        "",
    ],
)
def test_one_question_stays_one(question: str) -> None:
    assert parts_of(question) == (question,)


def test_what_a_question_was_asked_after_holds_for_its_parts() -> None:
    question = "Who resigned, and why? (asked after “What happened at the port?”)"
    asked = in_order(question, parts_of(question))
    assert asked[0] == "Who resigned? (asked after “What happened at the port?”)"
    assert asked[1].startswith("Why?") and "port" in asked[1]


def test_any_text_is_taken_apart_at_once() -> None:
    began = time.perf_counter()
    for text in ("who and " * 20_000, "who, " * 200, "what? " * 150, "why did " + "and when " * 100, "say who " * 120):
        assert parts_of(text)
    assert time.perf_counter() - began < 2
