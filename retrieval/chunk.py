"""Cut a body into chunks of whole sentences with exact offsets; what is embedded also names the article."""

from corpus.sentence import TextSpan, sentence_spans

# Changing how chunks are cut or what is embedded makes stored embeddings wrong: count this up, and `dateline reindex`
# is asked for.
CHUNKING_VERSION = "1"
# In words. With its headline a chunk stays inside the bundled model's 256 tokens. Set by judgement: long enough to hold
# the reasons of one argument together, short enough that one vector says what it is about.
TARGET_WORDS = 110
_MOST_CHARACTERS = 2_000  # a "sentence" longer than this (a table, a script, no punctuation) is cut at white space


def chunk_spans(body: str, language: str | None = "en", target_words: int = TARGET_WORDS) -> list[TextSpan]:
    """Spans of about `target_words` words that begin and end at sentence boundaries and cover every sentence once."""
    spans: list[TextSpan] = []
    start = end = words = 0
    for sentence in _bounded(body, sentence_spans(body, language)):
        length = len(body[sentence.start : sentence.end].split())
        if words and words + length > target_words:
            spans.append(TextSpan(start, end))
            words = 0
        if not words:
            start = sentence.start
        end, words = sentence.end, words + max(1, length)
    if words:
        spans.append(TextSpan(start, end))
    return _without_small_tail(body, spans, target_words)


def embedded_text(title: str, publisher: str | None, text: str) -> str:
    """What the embedder sees of a chunk: the headline and the outlet give a passage its subject back."""
    head = f"{title} ({publisher})" if publisher else title
    return f"{head}\n{text}"


def _bounded(body: str, sentences: tuple[TextSpan, ...]) -> list[TextSpan]:
    pieces: list[TextSpan] = []
    for sentence in sentences:
        if sentence.end - sentence.start <= _MOST_CHARACTERS:
            pieces.append(sentence)
            continue
        start = sentence.start
        while sentence.end - start > _MOST_CHARACTERS:
            cut = body.rfind(" ", start + 1, start + _MOST_CHARACTERS)
            cut = cut if cut > start else start + _MOST_CHARACTERS
            pieces.append(TextSpan(start, cut))
            start = cut + 1 if body[cut] == " " else cut
        if start < sentence.end:
            pieces.append(TextSpan(start, sentence.end))
    return pieces


def _without_small_tail(body: str, spans: list[TextSpan], target_words: int) -> list[TextSpan]:
    """A last chunk of a line or two says too little alone; it joins the one before."""
    if len(spans) > 1 and len(body[spans[-1].start : spans[-1].end].split()) < target_words // 4:
        last = spans.pop()
        spans[-1] = TextSpan(spans[-1].start, last.end)
    return spans
