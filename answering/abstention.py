"""Say why nothing is said, in the question's own words and no others."""

import re

from answering.answer import Reason, ReasonCode
from answering.evidence import Reading, coverage, has
from answering.question import Question
from answering.stem import WORD, stem

# Below this share of the question's weighted words in the passages, they are about something else.
_ABOUT = 0.5
_PLAIN = re.compile(r"^(?:who|what|which|whose|how many|how much)\b", re.IGNORECASE)
_INVERTED = re.compile(
    r"\b(?:do|does|did)\b|^\S+(?: \S+){0,6}? (?:is|are|was|were|has|have|had|can|could|will|would|should|may|might)\b",
    re.IGNORECASE,
)
# "What was decided in Istanbul" keeps its order: a participle is what was done, not what is asked about.
_DONE = re.compile(r"^[a-z]+(?:ed|en|said|told|made|found|held|sent|sold|done|paid|put|set|lost|won|met)\b")
_ENDS_DONE = re.compile(
    r"^(?P<who>.+?) (?P<done>(?:\w+ly )?(?:[a-z]{2,}ed|born|built|made|found|held|sent|sold|paid|lost|won|shot|caught|"
    r"taught|bought|brought|hurt|seen|taken|given|written|stolen|chosen|broken|driven|hidden|beaten))$"
)
_IS = re.compile(r"^(?P<ask>who|what|where|when) (?P<be>is|are|was|were) (?P<rest>[^,?]+)\??$", re.IGNORECASE)


def reason_for(question: Question, reading: Reading) -> Reason:
    """`NOTHING_RELEVANT` when the passages are about something else, `DOES_NOT_SAY` when they only leave it out.

    The sentence names what of the question is missing; everything quoted in it comes from the question.
    """
    missing = {t for t in question.terms if not has(t, reading.anywhere)}
    runs = _named(question)
    absent = [shown for shown, held in runs if held & missing]
    found = [shown for shown, held in runs if not held & missing]
    plain = [t for t in question.terms if t not in question.names and t not in question.numbers]
    if not reading.candidates or (not found and coverage(reading.weights, reading.anywhere) < _ABOUT):
        about = _listed(absent or [question.shown[t] for t in plain if t in missing])
        message = f"None of the articles found mentions {about}." if about else "No article bears on the question."
        return Reason(ReasonCode.NOTHING_RELEVANT, message)
    if absent:
        lead = f"Articles mention {_listed(found)}, but none" if found else "Articles come near the question, but none"
        return Reason(ReasonCode.DOES_NOT_SAY, f"{lead} mentions {_listed(absent)}.")
    words = _listed(found or [question.shown[t] for t in plain if t not in missing])
    lead = f"Articles mention {words}, but none" if words else "None of the articles"
    return Reason(ReasonCode.DOES_NOT_SAY, f"{lead} {_says(question.text)}.")


def _named(question: Question) -> list[tuple[str, set[str]]]:
    """Names and numbers as they stand in the question, neighbours together ("2022 World Cup"), with their stems."""
    named = {*question.names, *question.numbers}
    runs: list[tuple[str, set[str]]] = []
    end = -2
    for word in WORD.finditer(question.text):
        key, shown = stem(word.group()), re.sub("['’]s?$", "", word.group())
        if key not in named:
            continue
        if runs and word.start() == end + 1:
            runs[-1] = (f"{runs[-1][0]} {shown}", runs[-1][1] | {key})
        else:
            runs.append((shown, {key}))
        end = word.end()
    return runs


def _listed(words: list[str]) -> str:
    words = list(dict.fromkeys(words))[:4]
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + f" and {words[-1]}" if words else ""


def _says(text: str) -> str:
    """ "says who built the lighthouse" where English word order allows it, else the question itself in quotes."""
    text = " ".join(text.split()).strip()
    if (m := _IS.match(text)) and _DONE.match(m["rest"]):
        return f"says {m['ask'].lower()} {m['be'].lower()} {m['rest'].strip()}"
    if m and m["ask"].lower() in ("where", "when") and (done := _ENDS_DONE.match(m["rest"].strip())):
        return f"says {m['ask'].lower()} {done['who']} {m['be'].lower()} {done['done']}"
    if m and len(m["rest"].split()) <= 6:
        return f"says {m['ask'].lower()} {m['rest'].strip()} {m['be'].lower()}"
    if _PLAIN.match(text) and not _INVERTED.search(text) and len(text) <= 120 and text.count("?") <= 1:
        return f"says {text[0].lower()}{text[1:].rstrip('? .')}"
    shown = text if len(text) <= 200 else text[:200].rsplit(" ", 1)[0] + " …"
    return f"answers “{shown}”"
