from hypothesis import given
from hypothesis import strategies as st

from corpus.clean import clean_body
from corpus.sentence import sentence_spans
from retrieval.chunk import chunk_spans

words = st.sampled_from(
    ["The port", "said no.", "Mr. Orr", "😀", "e\u0301", "שלום", "\n\n", "3.5 per cent.", "x" * 50, "?"]
)


@given(st.lists(words, max_size=300).map(" ".join))
def test_chunks_are_whole_sentences_that_cover_the_body_once(text: str) -> None:
    body = clean_body(text).body
    chunks = chunk_spans(body)
    starts, ends = ({s.start for s in sentence_spans(body)}, {s.end for s in sentence_spans(body)})
    last = 0
    for chunk in chunks:
        assert last <= chunk.start < chunk.end <= len(body)
        assert chunk.start in starts and chunk.end in ends
        assert not body[last : chunk.start].strip()
        last = chunk.end
    assert not body[last:].strip()


def test_a_text_without_sentences_is_cut_all_the_same() -> None:
    body = "word " * 3_000
    chunks = chunk_spans(body.strip())
    assert len(chunks) > 5
    assert max(c.end - c.start for c in chunks) < 4_000


def test_a_short_tail_joins_the_chunk_before() -> None:
    body = " ".join(f"Sentence number {i} has exactly seven words." for i in range(40)) + " The end."
    assert body[chunk_spans(body)[-1].start :].count("Sentence") > 1
