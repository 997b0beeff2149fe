"""Say why nothing is said, in the question's own words and no others."""

import re

from answering.answer import Reason, ReasonCode
from answering.evidence import Reading
from answering.question import Question
from answering.stem import WORD, stem
from answering.terms import coverage, has

# Below this share of the question's weighted words in the passages, they are about something else; unless one of them
# is as near to a question without names as this cosine. Of 102 questions of RealTimeQA one found such a passage among
# articles about other matters, and nine in ten did in the article that answers. For the bundled embedder.
_ABOUT, _NEAR = 0.5, 0.5
_PLAIN = re.compile(r"^(?:who|what|which|whose|how many|how much)\b", re.IGNORECASE)
_INVERTED = re.compile(
    r"\b(?:do|does|did)\b|^\S+(?: \S+){0,6}? (?:is|are|was|were|has|have|had|can|could|will|would|should|may|might)\b",
    re.IGNORECASE,
)
# How a message begins that says why nothing is said.
DECLINES = re.compile(
    r"^\s*(?:No answer|None of the articles found|No article bears|Articles (?:mention|come near)|"
    r"The question (?:takes|says))\b"
)
_SIGNS = ("£", "$", "€")
_SCALE = re.compile(r"%| (?:hundred|thousand|million|billion|per cent|percent)\b", re.IGNORECASE)
_JOINS = re.compile(r" | of (?:the )?")
_PARTICIPLE = (
    r"(?:[a-z]{2,}ed|born|built|made|found|held|sent|sold|paid|lost|won|shot|caught|taught|bought|brought|hurt|seen|taken|"
    r"given|written|stolen|chosen|broken|driven|hidden|beaten|done|put|set|met|said|told)"
)
_PREPOSITION = r"(?:in|on|at|by|for|from|to|with|of|about|after|before|during|under|against|into|over)"
# "What was decided in Istanbul" and "who is buying" keep their order: what is done, not what is asked about.
_DONE = re.compile(rf"^(?:{_PARTICIPLE}|[a-z]+ing)\b")
_WITH_DONE = re.compile(rf"^(?P<who>.+?) (?P<done>(?:\w+ly )?{_PARTICIPLE}(?: {_PREPOSITION} .+)?)$")
# "Sales convicted of", "Trump meeting": part of these is a verb, and must not be moved along.
_VERBAL = re.compile(
    rf"\b{_PREPOSITION}$|\bbeing\b|(?<!\bthe)(?<!\ba)(?<!\ban) [a-z]+ing\b|(?<!\bthe)(?<!\ba)(?<!\ban) {_PARTICIPLE}$"
)
_IS = re.compile(
    r"^(?P<ask>who|what|where|when|how (?!many\b|much\b|is\b|are\b|was\b|were\b)\w+) (?P<be>is|are|was|were) "
    r"(?P<rest>[^,?]+)\??$",
    re.IGNORECASE,
)


def reason_for(question: Question, reading: Reading) -> Reason:
    """`NOTHING_RELEVANT` when the passages are about something else, `DOES_NOT_SAY` when they only leave it out.

    The sentence names what of the question is missing; everything quoted in it comes from the question.
    """
    missing = {t for t in question.terms if not has(t, reading.anywhere)}
    runs = _named(question)
    absent = [shown for shown, held in runs if held & missing]
    found = [shown for shown, held in runs if not held & missing]
    is_near = not absent and _nearest(reading) >= _NEAR
    if not reading.candidates or not (found or is_near or coverage(reading.weights, reading.anywhere) >= _ABOUT):
        if absent:
            message = f"None of the articles found mentions {_listed(absent, 'or')}."
        elif question.terms:
            message = f"None of the articles found bears on {_quoted(question.asked)}."
        else:
            message = "No article bears on the question."
        return Reason(ReasonCode.NOTHING_RELEVANT, message)
    if absent:
        lead = f"Articles mention {_listed(found)}, but none" if found else "Articles come near the question, but none"
        return Reason(ReasonCode.DOES_NOT_SAY, f"{lead} mentions {_listed(absent, 'or')}.")
    lead = f"Articles mention {_listed(found)}, but none" if found else "None of the articles found"
    return Reason(ReasonCode.DOES_NOT_SAY, f"{lead} {_says(question.asked)}.")


def _nearest(reading: Reading) -> float:
    return max((candidate.passage.similarity or 0.0 for candidate in reading.candidates), default=0.0)


def _named(question: Question) -> list[tuple[str, set[str]]]:
    """Names and numbers as they stand in the question, neighbours together ("2022 World Cup"), with their stems."""
    named, text = {*question.names, *question.numbers}, question.text
    runs: list[tuple[int, int, set[str]]] = []
    for word in WORD.finditer(text):
        key = stem(word.group())
        if key not in named:
            continue
        start, end = word.span()
        if key in question.numbers:  # "£62 million"
            start -= text[start - 1 : start] in _SIGNS
            end = after.end() if (after := _SCALE.match(text, end)) else end
        if runs and _JOINS.fullmatch(text, runs[-1][1], start):
            runs[-1] = (runs[-1][0], end, runs[-1][2] | {key})
        else:
            runs.append((start, end, {key}))
    return [(_in_words(text, start, end), keys) for start, end, keys in runs]


def _in_words(text: str, start: int, end: int) -> str:
    """The words of a run, with its article ("the 2030 World Cup"); that of one word may belong to what follows."""
    words = re.sub("['’]s?$", "", text[start:end])
    return f"the {words}" if " " in words and text[:start].lower().endswith("the ") else words


def _listed(words: list[str], last: str = "and") -> str:
    words = list(dict.fromkeys(words))[:4]
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + f" {last} {words[-1]}" if words else ""


def _says(text: str) -> str:
    """ "says who built the lighthouse" where English word order allows it, else the question itself in quotes."""
    text = " ".join(text.split()).strip()
    if asked := _IS.match(text):
        ask, be, rest = asked["ask"].lower(), asked["be"].lower(), asked["rest"].strip()
        if _DONE.match(rest):
            return f"says {ask} {be} {rest}"
        if ask in ("where", "when") and (done := _WITH_DONE.match(rest)):
            return f"says {ask} {done['who']} {be} {done['done']}"
        if _is_noun_phrase(rest):
            return f"says {ask} {rest} {be}"
    elif _PLAIN.match(text) and not _INVERTED.search(text) and len(text) <= 120 and text.count("?") <= 1:
        return f"says {text[0].lower()}{text[1:].rstrip('? .')}"
    return f"answers {_quoted(text)}"


def _is_noun_phrase(words: str) -> bool:
    """Whether the words could be moved as one: a few of them, with no verb and no preposition left behind."""
    return len(words.split()) <= 6 and not _VERBAL.search(words)


def _quoted(text: str) -> str:
    text = " ".join(text.split()).strip()
    return f"“{text if len(text) <= 200 else text[:200].rsplit(' ', 1)[0] + ' …'}”"
