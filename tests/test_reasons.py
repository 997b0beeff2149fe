"""How plainly a sentence gives a reason."""

import pytest

from answering.reasons import reason_strength


@pytest.mark.parametrize(
    ("sentence", "strength"),
    [
        ("A handshake would be to recognise the province.", 1.0),
        ("The cut would cost the average boat £19,000.", 0.0),
        ("A refusal would cost him the election.", 1.0),
        ("The doctor said the reason was a new room.", 1.0),
        ("The wall failed because the sea had washed out its foundations.", 0.7),
        ("The port has been closed since the storm broke the wall.", 0.7),
        ("The school has been shut since 22 January.", 0.0),
        ("The list has grown since the flood of January 2025.", 0.0),
        ("Since then the classes have moved.", 0.0),
        ("The port was due to reopen on Monday.", 0.0),
        ("Trains were late due to heavy snow.", 0.7),
        ("A swell kept divers from making the last survey.", 0.7),
        ("The cost of flood protection had made the larger number impossible.", 0.7),
        ("The board cut the quota after a survey found fewer fish.", 0.5),
        ("The board cut the quota.", 0.0),
    ],
)
def test_times_prices_and_plans_are_no_reasons(sentence: str, strength: float) -> None:
    assert reason_strength(sentence) == strength
