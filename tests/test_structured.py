"""A model's structured reply, whole, in pieces, broken and hostile."""

import json
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answering.structured import StructuredReply

WHOLE = json.dumps(
    {
        "sentences": [
            {"text": "The port “reopened” on 3 May.", "passages": [1, 3]},
            {"text": "A brace } and a bracket ] are text.", "passages": []},
        ]
    }
)


def read(pieces: Sequence[str]) -> str:
    reply = StructuredReply()
    return "".join([*(reply.take(piece) for piece in pieces), reply.finish()])


@given(st.integers(1, 12))
def test_pieces_give_what_the_whole_does(size: int) -> None:
    expected = "The port “reopened” on 3 May. [1][3]\nA brace } and a bracket ] are text. \n"
    assert read([WHOLE[i : i + size] for i in range(0, len(WHOLE), size)]) == expected


def test_a_claim_is_given_as_soon_as_it_is_closed() -> None:
    reply = StructuredReply()
    assert reply.take('{"sentences": [{"text": "It opened.", "passages": [2]') == ""
    assert reply.take("}") == "It opened. [2]\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"sentences": []}', "NO_ANSWER"),
        ("It opened [1].", "It opened [1]."),
        ("NO_ANSWER", "NO_ANSWER"),
        ('{"sentences": [{"text": "It op', ""),
        ('{"sentence": "It opened."}', ""),
        ("", ""),
        ('{"sentences": [7, null, {"text": 7}, {"text": "A.", "passages": "1"}, {"text": "B.", "passages": [-1, "2", 4]}]}',
         "A. \nB. [4]\n"),
    ],
)  # fmt: skip
def test_what_is_no_claim_is_dropped_and_plain_text_is_read_as_such(text: str, said: str) -> None:
    assert read([text]) == said


@given(st.text(alphabet='{}[]":,ab1 \\ntextsentencespassages', max_size=120), st.integers(1, 9))
def test_nothing_breaks_it(text: str, size: int) -> None:
    read(['{"sentences": [', *(text[i : i + size] for i in range(0, len(text), size))])
