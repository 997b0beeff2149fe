"""Whether a sentence measures what a question asks for."""

import pytest

from answering.dimension import measures_otherwise
from answering.question import read_question


@pytest.mark.parametrize(
    ("question", "sentence", "otherwise"),
    [
        ("How long is the breakwater?", "Divers found a crack four metres long in the breakwater.", True),
        ("How long is the breakwater?", "The breakwater is 620 metres long and was built in 1934.", False),
        ("How long is the crack?", "Divers found a crack four metres long in the breakwater.", False),
        ("How long is the ferry ride?", "The ride on a ferry 90 metres long takes two hours.", False),
        ("How long will the port be closed?", "Divers found a crack four metres long.", False),
        ("How tall is the lighthouse?", "The lighthouse recorded a gust of 131 kilometres an hour.", True),
        ("How tall is the lighthouse?", "The lighthouse has a height of 31 metres.", False),
        ("How tall is the lighthouse?", "The lighthouse stands on the headland.", False),
        ("How heavy is the barge?", "The barge is 40 metres long.", True),
        ("How heavy is the barge?", "The barge weighs 900 tonnes.", False),
        ("How fast may trains go?", "The limit rises to 90 kilometres an hour.", False),
        ("How fast may trains go?", "The tunnel is 3 kilometres long.", True),
        ("How high was the price?", "The price was 40 euros.", False),
        ("How many times has Moser won?", "Moser won on Sunday, nine seconds ahead of Ricci.", True),
        ("How many times has Moser won?", "It is Moser's eleventh victory in Halle.", False),
        ("How many times has Moser won?", "Moser won twice.", False),
        ("How often does the ferry run?", "The ferry runs six times a day.", False),
        ("How often does the ferry run?", "The ferry carries 200 people.", True),
        ("Who built the breakwater?", "Divers found a crack four metres long.", False),
    ],
)
def test_another_measure_and_another_thing_are_no_answer(question: str, sentence: str, otherwise: bool) -> None:
    assert measures_otherwise(read_question(question), sentence) is otherwise
