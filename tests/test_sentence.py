import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.sentence import sentence_spans


def split(text: str) -> list[str]:
    return [text[s.start : s.end] for s in sentence_spans(text)]


def test_splits_prose_and_keeps_abbreviations_whole() -> None:
    assert split("Mr. Orr met the U.S. envoy at 5 p.m. on Friday. He left early.") == [
        "Mr. Orr met the U.S. envoy at 5 p.m. on Friday.",
        "He left early.",
    ]


def test_a_line_break_ends_a_sentence() -> None:
    assert split("A question of pride\nThe mayor said no.") == ["A question of pride", "The mayor said no."]


@pytest.mark.parametrize(
    "text",
    [
        "“Why is he suddenly talking to him?” Lutsevich argued, as quoted by CNN.",
        "“We are 7,000 miles away!” he told Fox News.",
        '"Will it hold?" asked the harbour master.',
    ],
)
def test_a_quotation_stays_with_its_attribution(text: str) -> None:
    assert split(text) == [text]


def test_a_month_can_end_a_sentence() -> None:
    assert len(split("The port reopened on 3 May. Fuel exports resumed two days later.")) == 2


def test_initials_behind_a_hyphen_do_not_end_a_sentence() -> None:
    text = "Majority leader Ada Reed, D-N.Y., said so. She left."
    assert [text[s.start : s.end] for s in sentence_spans(text)] == [text[:42], "She left."]


def test_a_quotation_does_not_take_an_unrelated_sentence() -> None:
    assert len(split("“Will it hold?” The storm of 3 May broke the wall.")) == 2


def test_offsets_count_code_points() -> None:
    text = "😀 e\u0301 שלום. The port reopened."
    assert split(text)[-1] == "The port reopened."


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=300))
def test_spans_are_ordered_stripped_and_cover_every_character(text: str) -> None:
    spans = sentence_spans(text)
    covered: set[int] = set()
    last = 0
    for span in spans:
        assert last <= span.start < span.end <= len(text)
        assert text[span.start : span.end] == text[span.start : span.end].strip()
        last = span.end
        covered.update(range(span.start, span.end))
    assert all(text[i].isspace() for i in range(len(text)) if i not in covered)


@pytest.mark.parametrize("text", ["The mayor said so. " * 4_000, "word " * 9_000, "x" * 50_000, "é " * 30_000])
def test_a_book_in_one_line_is_covered_too(text: str) -> None:
    spans = sentence_spans(text)
    assert "".join(text[span.start : span.end] for span in spans).replace(" ", "") == text.replace(" ", "")
    assert max(span.end - span.start for span in spans) <= 20_000
