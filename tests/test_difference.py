"""What changed between two wordings."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from corpus.article import Article
from corpus.difference import ChangeKind, differences

ARTICLE = Article("a", 1, "T", "", None, (), None, "en", None, None, datetime(2024, 5, 1, tzinfo=UTC))


def wording(body: str, revision: int = 1) -> Article:
    return replace(ARTICLE, body=body, revision=revision)


def test_a_changed_figure_an_added_and_a_dropped_sentence() -> None:
    old = wording("The wall costs £18 million. It was planned in 2020. The mayor was pleased.")
    new = wording("The wall costs £11 million. It was planned in 2020.\n\nCorrection: the first figure was wrong.", 2)
    found = [
        (d.kind, old.body[d.old.start : d.old.end], new.body[d.new.start : d.new.end]) for d in differences(old, new)
    ]
    assert found == [
        (ChangeKind.REPLACED, "The wall costs £18 million.", "The wall costs £11 million."),
        (ChangeKind.EQUAL, "It was planned in 2020.", "It was planned in 2020."),
        (ChangeKind.REPLACED, "The mayor was pleased.", "Correction: the first figure was wrong."),
    ]


def test_a_reworded_sentence_stands_beside_its_new_words_and_a_new_one_by_itself() -> None:
    old = wording("The wall costs £18 million in all. The mayor was very pleased.")
    new = wording("Rain is expected. The wall costs £11 million in all. Correction: the first figure was wrong.", 2)
    found = [
        (d.kind, old.body[d.old.start : d.old.end], new.body[d.new.start : d.new.end]) for d in differences(old, new)
    ]
    assert found == [
        (ChangeKind.INSERTED, "", "Rain is expected."),
        (ChangeKind.REPLACED, "The wall costs £18 million in all.", "The wall costs £11 million in all."),
        (ChangeKind.REPLACED, "The mayor was very pleased.", "Correction: the first figure was wrong."),
    ]
    one, two = wording("It costs £640 a year."), wording("It costs £690 a year. Correction: it said £640.", 2)
    kinds = [(d.kind, two.body[d.new.start : d.new.end]) for d in differences(one, two)]
    assert kinds == [
        (ChangeKind.REPLACED, "It costs £690 a year."),
        (ChangeKind.INSERTED, "Correction: it said £640."),
    ]


def test_an_insertion_stands_where_something_is_missing() -> None:
    old, new = wording("One stood. Three stood."), wording("One stood. Two stood. Three stood.", 2)
    (_, added, _) = differences(old, new)
    assert added.kind is ChangeKind.INSERTED and new.body[added.new.start : added.new.end] == "Two stood."
    assert added.old.start == added.old.end == old.body.index("Three")


def test_the_same_words_in_other_lines_are_the_same() -> None:
    steps = differences(wording("One stood. Two stood."), wording("One stood.\n\nTwo   stood.", 2))
    assert [step.kind for step in steps] == [ChangeKind.EQUAL]


SENTENCES = st.lists(
    st.sampled_from(["Der Hafen ist offen.", "The port opens. ", "مرحبا بكم.", "Ça va 🚢!", "\n", "Costs £3.5m.", ""])
)


@given(SENTENCES.map("".join), SENTENCES.map("".join))
def test_every_character_of_both_but_white_space_is_accounted_for(before: str, after: str) -> None:
    old, new = wording(before), wording(after, 2)
    steps = differences(old, new)
    for body, spans in ((before, [s.old for s in steps]), (after, [s.new for s in steps])):
        assert all(0 <= span.start <= span.end <= len(body) for span in spans)
        assert all(a.end <= b.start for a, b in pairwise(spans))
        assert "".join("".join(body[s.start : s.end].split()) for s in spans) == "".join(body.split())
    for step in steps:
        if step.kind is ChangeKind.EQUAL:
            ours, theirs = before[step.old.start : step.old.end], after[step.new.start : step.new.end]
            assert "".join(ours.split()) == "".join(theirs.split())
