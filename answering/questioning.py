"""Sentences that ask: "Did the minister resign?" does not say that he did."""

from corpus.sentence import sentence_spans

_MARKS = frozenset('"“”„«»')


def is_question(sentence: str) -> bool:
    """Whether a sentence of an article asks and quotes nobody, so that it carries nothing that could be said of it."""
    return _asks(sentence) and _MARKS.isdisjoint(sentence)


def is_bare_question(text: str) -> bool:
    """Whether the text only asks, in quotation marks or not, so that nobody is said to have asked."""
    own = "".join(text.split('"')[::2])
    if '"' in text and any(c.isalpha() for c in own):
        return False
    asked = text.strip(' ".')
    return "?" in asked and not without_questions(asked)


def without_questions(text: str) -> str:
    """The text without its sentences that ask; one that goes on after a quoted question tells who asked."""
    if "?" not in text:
        return text
    spans = (text[span.start : span.end] for span in sentence_spans(text))
    return " ".join(sentence for sentence in spans if not _asks(sentence))


def _asks(sentence: str) -> bool:
    return sentence.rstrip(" !\n").endswith("?")
