"""Which words of a question are worth searching for, and which are quoted."""

import re

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?", re.UNICODE)
_QUOTED = re.compile(r"[\"“”«]([^\"“”«»]{2,80})[\"“”»]|(?<!\w)[‘']([^‘’']{2,80})[’'](?!\w)")
# Two capitalised words and more, and what may stand between them: "Ada Marlow", "Bank of Eldermere".
_NAME = re.compile(r"\b[A-Z][\w’'-]*(?: (?:(?:of|the|de|da|del|van|von|bin) ){0,2}[A-Z][\w’'-]*)+")
_MOST_NAMES = 4
# A question of a hundred kilobytes must not become a query of ten thousand terms.
_MOST_TERMS = 32
# Words that are in most articles: they cost a walk through most of the index and tell nothing apart.
STOP_WORDS = frozenset(
    (
        "a about after all also am an and any are as at be been before being between both but by can could "
        "did do does doing during each few for from further had has have having he her here hers him his how "
        "i if in into is it its just me more most my no nor not now of off on once only or other our out over "
        "own s said same say says she should so some such t than that the their them then there these they "
        "this those through to too under until up us very was we were what when where which while who whom "
        "why will with would you your "
    ).split()
)


def query_terms(question: str) -> list[str]:
    """The words of a question worth searching for, in order, each once; stop words only when there is nothing else."""
    words = list(dict.fromkeys(word.lower() for word in _WORD.findall(question)))
    telling = [word for word in words if word not in STOP_WORDS]
    return (telling or words)[:_MOST_TERMS]


def full_names(text: str) -> tuple[str, ...]:
    """Names of two words and more, by their capitals, in order, at most four; none in a text of capitals throughout."""
    words = _WORD.findall(text)
    if len(words) > 4 and sum(word[0].isupper() for word in words) > 0.7 * len(words):
        return ()
    found = []
    for name in _NAME.findall(text):
        words = name.removesuffix("'s").removesuffix("’s").split()
        while words and words[0].lower() in STOP_WORDS:
            words.pop(0)
        if len(words) > 1:
            found.append(" ".join(words))
    return tuple(dict.fromkeys(found))[:_MOST_NAMES]


def quoted_phrases(text: str) -> tuple[str, ...]:
    """What stands in quotation marks, in order; single marks count where they are no apostrophes."""
    return tuple(one or other for one, other in _QUOTED.findall(text))
