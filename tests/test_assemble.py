import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answering.answer import Claim, Policy, Span, Verdict
from answering.assemble import Assembler, Judged
from corpus.article import Article

BODY = (
    "The port reopened on 3 May. “It holds,” the mayor said. A 😀 café [7] opened. Fuel exports resumed two days later."
)


def article(article_id: str, publisher: str | None = None) -> Article:
    now = datetime(2024, 5, 3, tzinfo=UTC)
    return Article(article_id, 1, "T", BODY, publisher, (), None, "en", now, None, now)


def assemble(
    judged: Sequence[Judged], policy: Policy, most: int, copies: Mapping[str, tuple[Article, ...]]
) -> Assembler:
    assembler = Assembler(policy, most, copies)
    for claim in judged:
        so_far, known = assembler.text, len(assembler.citations)
        stated = assembler.add(claim)
        assert assembler.text.startswith(so_far), "what was stated once never changes"
        assert assembler.citations[known:] == (stated.citations if stated else ())
    return assembler


spans = st.builds(
    Span, st.sampled_from([article("a"), article("b")]), st.integers(-2, len(BODY)), st.integers(-2, len(BODY) + 5)
)
judged = st.builds(
    Judged,
    st.builds(
        Claim, st.sampled_from(["It opened.", "It [3] held", "“Yes.”", "Why?"]), st.lists(spans, max_size=4).map(tuple)
    ),
    st.floats(0, 1),
    st.sampled_from(Verdict),
)


@given(st.lists(judged, max_size=8), st.sampled_from(Policy), st.integers(1, 6))
def test_the_invariants_of_every_answer(claims: list[Judged], policy: Policy, most: int) -> None:
    answer = assemble(claims, policy, most, {})
    assert [c.n for c in answer.citations] == list(range(1, len(answer.citations) + 1))
    assert len(answer.citations) <= most
    for citation in answer.citations:
        assert citation.span.quote == BODY[citation.span.start : citation.span.end] != ""
    for statement in answer.statements:
        assert answer.text[statement.start : statement.end] == statement.text
        assert policy is not Policy.STRICT or statement.verdict is Verdict.SUPPORTED
        assert {int(n) for n in re.findall(r"\[(\d+)\]", statement.text)} == set(statement.citations)
    first_use = list(dict.fromkeys(int(n) for n in re.findall(r"\[(\d+)\]", answer.text)))
    assert first_use == [c.n for c in answer.citations]


def one(text: str, *where: Span) -> Judged:
    return Judged(Claim(text, where), 1.0, Verdict.SUPPORTED)


def test_the_marker_stands_before_the_full_stop_but_outside_quotation_marks() -> None:
    span = Span(article("a"), 0, 27)
    assert assemble([one("It opened.", span)], Policy.STRICT, 6, {}).text == "It opened [1]."
    assert assemble([one("He said “yes.”", span)], Policy.STRICT, 6, {}).text == "He said “yes.” [1]"


def test_what_is_not_supported_is_withheld_and_counted() -> None:
    claim = Claim("It opened.", (Span(article("a"), 0, 27),))
    answer = assemble([Judged(claim, 0.2, Verdict.UNSUPPORTED)], Policy.STRICT, 6, {})
    assert answer.text == "" and answer.withheld == 1


def test_copies_and_articles_of_one_outlet_are_one_source() -> None:
    a, b, c = article("a", "Courier"), article("b", "Gazette"), article("c", "Courier")
    claim = one("It opened.", *(Span(x, 0, 27) for x in (a, b, c)))
    assert assemble([claim], Policy.STRICT, 6, {}).statements[0].independent_sources == 2
    assert assemble([claim], Policy.STRICT, 6, {"a": (b,)}).statements[0].independent_sources == 1


@pytest.mark.parametrize(
    ("quote", "copy", "is_listed"),
    [
        ("It cost $1.5bn in 2024.", "Before. It cost $1.5bn in 2024.", True),
        ("It cost $1.5bn in 2024.", "It cost $1.5bn in 2023.", False),
        ("14,666 cars came.", "They say 14,666 cars came.", True),
        ("14,666 cars came.", "They say 14,000 cars came.", False),
        ("666 cars came.", "They say 14,666 cars came.", False),
        ("14 cars came.", "They say 14,666 cars came.", False),
        ("Cars came.", "No cars came at all.", True),
    ],
)
def test_a_copy_with_another_figure_is_not_listed_and_is_still_the_same_source(
    quote: str, copy: str, is_listed: bool
) -> None:
    a, b = replace(article("a", "Courier"), body=quote), replace(article("b", "Gazette"), body=copy)
    made = assemble([one("It opened.", Span(a, 0, len(quote)), Span(b, 0, 3))], Policy.STRICT, 6, {"a": (b,)})
    assert (b in made.citations[0].copies) is is_listed
    assert made.statements[0].independent_sources == 1
