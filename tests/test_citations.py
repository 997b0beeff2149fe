import re
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answering.answer import Claim
from answering.citations import parse_claims
from corpus.article import Article
from retrieval.passage import Passage

HARBOUR = (
    "Storm over.\n"
    "The harbour reopened to cargo on 3 May after nine days. Fuel exports resumed two days later, the mayor said. "
    "“We lost 12 million euros,” Anna Lind told reporters. She blamed the ministry for the delay.\n"
    "A second storm is expected."
)
FERRY = "Ferries were full. The harbour reopened to cargo on 3 May, and 40 ships waited outside. Nobody was hurt."


def passage(body: str, rank: int = 1, start: int = 0, end: int | None = None) -> Passage:
    article = Article(
        id=f"a-{rank}",
        revision=1,
        title="Harbour reopens",
        body=body,
        publisher="Coast Times",
        authors=(),
        url=None,
        language="en",
        published_at=datetime(2024, 5, 3, tzinfo=UTC),
        updated_at=None,
        first_seen_at=datetime(2024, 5, 3, tzinfo=UTC),
    )
    return Passage(rank, 0.9, 0.8, article, start, len(body) if end is None else end)


PASSAGES = (passage(HARBOUR), passage(FERRY, 2, FERRY.index("The harbour")))


def quotes(claim: Claim) -> list[tuple[str, str]]:
    return [(span.article.id, span.quote) for span in claim.spans]


def said(reply: str) -> list[tuple[str, list[str]]]:
    return [(claim.text, sorted({span.article.id for span in claim.spans})) for claim in parse_claims(reply, PASSAGES)]


REOPENED = ("The harbour reopened to cargo on 3 May.", ["a-1"])


def test_a_sentence_is_tied_to_the_stored_sentence_that_carries_it() -> None:
    (claim,) = parse_claims("The harbour reopened on 3 May [1].", PASSAGES)
    assert claim.text == "The harbour reopened on 3 May."
    assert quotes(claim) == [("a-1", "The harbour reopened to cargo on 3 May after nine days.")]
    assert claim.score == 1.0


def test_spans_lie_inside_the_cited_passage() -> None:
    (claim,) = parse_claims("Ferries were full [2].", PASSAGES)
    assert all(span.start >= PASSAGES[1].start for span in claim.spans)


def test_two_sentences_are_cited_when_the_claim_needs_both() -> None:
    (claim,) = parse_claims("Anna Lind blamed the ministry for the delay [1].", PASSAGES)
    assert quotes(claim) == [
        ("a-1", "“We lost 12 million euros,” Anna Lind told reporters. She blamed the ministry for the delay.")
    ]
    (claim,) = parse_claims("The harbour reopened on 3 May and a second storm is expected [1].", PASSAGES)
    assert [quote for _, quote in quotes(claim)] == [
        "The harbour reopened to cargo on 3 May after nine days.",
        "A second storm is expected.",
    ]


def test_a_number_weighs_more_than_a_word() -> None:
    body = "The storm cost the harbour city 7 million euros. The storm cost 12 million."
    (claim,) = parse_claims("The storm cost the city 12 million [1].", [passage(body)])
    assert "12 million" in " ".join(quote for _, quote in quotes(claim))


def test_each_cited_passage_is_tied_but_one_that_carries_nothing_is_dropped() -> None:
    (claim,) = parse_claims("The harbour reopened to cargo on 3 May [1][2].", PASSAGES)
    assert [article for article, _ in quotes(claim)] == ["a-1", "a-2"]
    (claim,) = parse_claims("Fuel exports resumed two days later [1][2].", PASSAGES)
    assert quotes(claim) == [("a-1", "Fuel exports resumed two days later, the mayor said.")]


def test_without_any_common_word_there_is_still_one_span_to_be_judged() -> None:
    (claim,) = parse_claims("Bananas grew quickly [1].", PASSAGES)
    assert (len(claim.spans), claim.score) == (1, 0.0)


@pytest.mark.parametrize(
    "marked",
    [
        "The harbour reopened to cargo on 3 May [1].",
        "The harbour reopened to cargo on 3 May. [1]",
        "The harbour reopened to cargo on 3 May.[1]",
        "The harbour reopened to cargo on 3 May. [1].",
        "The harbour [1] reopened to cargo on 3 May.",
        "[1] The harbour reopened to cargo on 3 May.",
        "The harbour reopened to cargo on 3 May.\n[1]",
        "The harbour reopened to cargo on 3 May ([1]).",
        "The harbour reopened to cargo on 3 May [[1]](https://x.example/a_(b)).",
        "The harbour reopened to cargo on 3 May [1](http://x.example).",
        "The harbour reopened to cargo on 3 May 【1†source】.",
        "The harbour reopened to cargo on 3 May [^1].",
        "The harbour reopened to cargo on 3 May [Passage 1].",
        r"The harbour reopened to cargo on 3 May \[1\].",
        "The harbour reopened to cargo on 3 May <sup>[1]</sup>.",
        "The harbour reopened to cargo on 3 May &#91;1&#93;.",
        "- **The harbour** reopened to *cargo* on 3 May [1].",
        "1. The harbour reopened to cargo on `3 May` [1].",
        "> The harbour reopened to cargo on 3 May [1].",
        "## Answer\n\nThe harbour reopened to cargo on 3 May [1].",
        "Here is what the passages say:\n* The harbour reopened to cargo on 3 May [1].",
        "```text\nThe harbour reopened to cargo on 3 May [1].\n```",
        "The harbour reopened to cargo on 3 May [1].\n\n**Sources:**\n[1] Coast Times\n[2] Other",
        "The harbour reopened to cargo on 3 May [1].\nSources: [1] Coast Times, [2] Other",
        "The harbour reopened to cargo on 3 May [1].\n\n[1]: https://x.example/a",
        "<think>Perhaps it was 4 May [2].</think>The harbour reopened to cargo on 3 May [1].",
        "Perhaps it was 4 May [2].</think>\nThe harbour reopened to cargo on 3 May [1].",
        "The harbour reopened to cargo on 3 May [1].<think>Or was it",
        "The harbour reopened to cargo on 3 May [1].\nThe harbour reopened to cargo on 3 May [1].",
        "The harbour\x00 reopened\ud800 to cargo on 3 May [1].",
        "The [harbour](javascript:alert(1)) reopened to cargo ![map](http://x.example/m.png) on 3 May [1].",
        "The <b onclick='x()'>harbour</b> reopened to cargo on 3 May<script>alert(1)</script> [1].",
        "The harbour reopened to cargo https://x.example/?q=1 on 3 May [1].",
        "The harbour] reopened to cargo [[on 3 May [1].",
        "The harbour reopened to cargo on 3 May [1]. And then the harbour [",
    ],
)
def test_one_sentence_however_it_is_marked(marked: str) -> None:
    assert said(marked)[0] == REOPENED
    assert len(said(marked)) == 1 or said(marked)[1:] == [("And then the harbour", [])]


@pytest.mark.parametrize(
    ("marker", "cited"),
    [
        ("[1][2]", ["a-1", "a-2"]),
        ("[1] [2]", ["a-1", "a-2"]),
        ("[1, 2]", ["a-1", "a-2"]),
        ("[1-2]", ["a-1", "a-2"]),
        ("[1–9999]", ["a-1", "a-2"]),
        ("[2]", ["a-2"]),
        ("[9]", []),
        ("[0]", []),
        ("[2-1]", []),
        ("[1][9]", ["a-1"]),
        ("[99999]", []),
        ("[]", []),
        ("", []),
    ],
)
def test_markers_are_read_and_those_to_nothing_dropped(marker: str, cited: list[str]) -> None:
    assert said(f"The harbour reopened to cargo on 3 May {marker}.") == [(REOPENED[0], cited)]


def test_markers_belong_to_the_sentence_before_them_unless_the_line_begins_with_one() -> None:
    after = "The harbour reopened to cargo on 3 May. [1] Nobody was hurt. [2]"
    before = "[1] The harbour reopened to cargo on 3 May. [2] Nobody was hurt."
    assert said(after) == said(before) == [REOPENED, ("Nobody was hurt.", ["a-2"])]
    assert said("The harbour reopened to cargo. Nobody was hurt [2].") == [
        ("The harbour reopened to cargo.", []),
        ("Nobody was hurt.", ["a-2"]),
    ]


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "   \n",
        "NO_ANSWER",
        "**NO_ANSWER**.",
        r"NO\_ANSWER",
        "NO_ANSWER. But the harbour reopened [1].",
        "[1]",
        "...",
        "<think>The harbour reopened [1].",
        "<think>x</think>\nNO_ANSWER",
        "Sources:\nThe harbour reopened [1].",
    ],
)
def test_nothing_said_is_no_claim(reply: str) -> None:
    assert parse_claims(reply, PASSAGES) == ()


def test_a_marker_at_a_full_stop_ends_a_sentence_but_not_one_in_the_middle() -> None:
    assert said("It reopened on 3 May [1]. Nobody was hurt [2].") == [
        ("It reopened on 3 May.", ["a-1"]),
        ("Nobody was hurt.", ["a-2"]),
    ]
    assert len(said("Ships from the U.S. [1] and elsewhere waited [2].")) == 1


def test_words_in_brackets_stay() -> None:
    assert said("“[The mayor] resumed exports,” she said [1].")[0][0] == "“[The mayor] resumed exports,” she said."


def test_no_passages_no_spans() -> None:
    (claim,) = parse_claims("The harbour reopened [1].", [])
    assert claim == Claim("The harbour reopened.", (), 0.0)


PIECES = (
    "[ ![ [a]( < <a <think> </think> http:// [1] [[1]2 †1 [†1 * ((( . “ &lt; ]( 【 \ud800 | 1. e\u0301 <p> <br U.S.[1]"
).split(" ")


@pytest.mark.parametrize(
    "piece", [*PIECES, "\n", "a [1]. ", "[1-2] harbour. ", "word " * 50 + "[1, 2]. ", " ", "Lind "]
)
def test_an_enormous_reply_is_read_quickly(piece: str) -> None:
    began = time.thread_time()  # what costs the square of its length takes a minute
    claims = parse_claims(piece * (300_000 // len(piece)), PASSAGES)
    assert len(claims) <= 40
    assert time.thread_time() - began < 10


TOKENS = st.sampled_from(
    [
        *PIECES,
        *(
            "[2]",
            "[1][2]",
            "[1, 2]",
            "[1-9]",
            "[9]",
            "]",
            "【1】",
            "<b>",
            "&#91;",
            "http://x.example/1",
            "![a](b)",
            "[1](c)",
        ),
        *(
            "* ",
            "\n",
            "\n# ",
            "Sources:",
            ". ",
            "? ",
            "harbour",
            "3 May",
            "”",
            "12 million",
            "\x00",
            "NO_ANSWER",
            "<<a",
            " ",
        ),
    ]
)


@given(st.one_of(st.text(), st.lists(TOKENS, max_size=40).map("".join)), st.lists(st.text(max_size=300), max_size=3))
def test_any_reply_gives_exact_spans_and_text_without_markers(reply: str, bodies: list[str]) -> None:
    found = [*PASSAGES, *(passage(body, n + 3) for n, body in enumerate(bodies))]
    claims = parse_claims(reply, found)
    assert len({claim.text for claim in claims}) == len(claims)
    for claim in claims:
        assert any(c.isalnum() for c in claim.text)
        assert claim.text == " ".join(claim.text.split())
        assert not re.search(r"\[[\W\d]*\]|【|】|<[a-z/!?]|https?://|[\ud800-\udfff\x00]", claim.text, re.IGNORECASE)
        assert claim.text.encode("utf-8")
        assert 0 <= claim.score <= 1
        for span in claim.spans:
            assert span.quote == span.article.body[span.start : span.end] != ""
            assert any(p.article is span.article and p.start <= span.start < span.end <= p.end for p in found)
    assert parse_claims(reply, found) == claims
