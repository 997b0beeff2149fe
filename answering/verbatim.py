"""Words that must be in a quote as they are: a copied sentence, and what stands in quotation marks."""

import re

from answering.spelling import plain
from corpus.sentence import sentence_spans

_SINGLE = re.compile(r"(?<!\w)'(?=\w)([^\"]{1,400}?)'(?!\w)")


def is_verbatim(said: str, quote: str) -> bool:
    """Whether `said` is the quote, or one or more whole sentences of it in a row, white space aside."""
    text = plain(quote)
    if said == text:
        return True
    if said not in text:
        return False
    starts, ends, run = [], set(), ""
    for span in sentence_spans(quote):
        if sentence := plain(quote[span.start : span.end]):
            starts.append(len(run))
            run += sentence
            ends.add(len(run))
            run += " "
    return any(start + len(said) in ends and run.startswith(said, start) for start in starts)


def quoted_words(said: str) -> list[str]:
    """The words that `said` puts in quotation marks; a mark that never closes quotes to the end."""
    pieces = said.split('"')
    found = pieces[1::2] + [m for piece in pieces[::2] for m in _SINGLE.findall(piece)]
    stripped = (words.strip(" ,.;:!?'") for words in found)
    return [words for words in stripped if words]


def holds_words(quote: str, words: str) -> bool:
    """Whether `quote` holds `words` between word boundaries; the first letter may change its case."""
    for form in {words, words[0].swapcase() + words[1:]}:
        at = quote.find(form)
        while at >= 0:
            end = at + len(form)
            if not quote[at - 1 : at].isalnum() and not quote[end : end + 1].isalnum():
                return True
            at = quote.find(form, at + 1)
    return False
