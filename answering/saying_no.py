"""Phrases of English news that say no, or that something was done."""

import re

# What leaves open what is asked, and so answers: "nobody knows when", "his age is unknown".
NOT_SAID = re.compile(r"\b(?:not|never|nobody|unknown|unclear)\b|n[’']t\b", re.IGNORECASE)
_PLANS = r"(?:plans?|proposals?|bid|idea|scheme|project|intention)"
_GIVES_UP = r"(?:drop(?:ped|s|ping)?|scrap(?:ped|s|ping)?|abandon(?:ed|s|ing)?|shelv(?:ed|es|ing)|ditch(?:ed|es|ing)?)"
# "Avoid" alone is no refusal: "to avoid raising taxes" tells what somebody wants.
_PLAINLY = tuple(
    (re.compile(rf"\b{phrase}", re.IGNORECASE), instead)
    for phrase, instead in (
        (r"rul(?:ed|es|ing|e) out\b(?! (?:of|by|for|with|through)\b)", "refused"),
        (r"declin(?:ed|es|ing|e) to\b(?! comment\b)", "refused to"),
        (r"stop(?:ped|s|ping)? short of\b", "did not"),
        (r"narrowly avoid(?:ed|s|ing)? (?=\w{2,30}ing\b)", "did not "),
        (rf"{_GIVES_UP} (?:(?:its|the|their|his|her|all|a) )?(?:\w{{1,30}} )?{_PLANS} (?:to|for|of)\b", "refused to"),
        (r"turn(?:ed|s|ing)? down\b", "rejected"),
        (r"call(?:ed|s|ing)? off\b", "cancelled"),
        (r"(?:unhurt|uninjured|unharmed|unscathed)\b", "not injured"),
        (r"(?:took|takes|taking|taken) off(?= (?:from|at|on|for|in)\b|[.,;])", "departed"),
    )
)


def plainly(text: str) -> str:
    """`text` with such phrases in one plain word: "ruled out" is "refused", "turned down" is "rejected"."""
    for phrase, instead in _PLAINLY:
        text = phrase.sub(instead, text)
    return text
