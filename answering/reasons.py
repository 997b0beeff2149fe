"""How plainly a sentence gives a reason, by its words."""

import re

from answering.day import MONTHS

_MONTHS = "|".join(MONTHS)
# "Since 2019", "since the winter of 2023", "since then": a time, and no reason.
_A_TIME = (
    rf"(?:then|\d|(?:last|early|late|mid)\b|(?:{_MONTHS})\b|(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|"
    r"(?:the|that|this) (?:\w+ )?(?:year|month|week|day|spring|summer|autumn|fall|winter)\b|"
    rf"(?:the|that|this) (?:\w+ ){{1,2}}(?:of|in) (?:{_MONTHS}|\d))"
)
# "Due to bad weather", and not "due to reopen".
_DUE = (
    r"(?:(?<!is )(?<!are )(?<!was )(?<!were )(?<!been )(?<!be )(?<!, )due to|"
    r"due to (?:an?|the|its|his|her|their|poor|bad|high|low|lack|concerns?|\w+ing))"
)
# What an act would amount to or cost (but for a price), then words of cause and dread, then aims and stated grounds. A
# bare condition ("only if") is not a reason.
_REASONS = tuple(
    (strength, re.compile(pattern, re.IGNORECASE))
    for strength, pattern in (
        (1.0, r"\b(?:would|could|might) (?:also |then |only )?(?:be to|mean|require|amount to|force|imply|"
              r"cost(?![^.;]*[$€£]\d)|look like|expose|undermine|legitimi[sz]e|weaken|threaten|jeopardi[sz]e)\b|"
              r"\b(?:(?:main|only|real|first|other|second) )?reasons? (?:was|were|is|are|for this|behind)\b"),
        (0.7, rf"\b(?:because|(?<!never )(?<!ever )since(?! {_A_TIME})|{_DUE}|owing to|thanks to|as a result of|"
              r"on the grounds?|so that|in order to|to avoid|to prevent|to protect|for fear|caus(?:e|es|ed|ing)|"
              r"(?<!no )reasons?(?! to\b)|motivat\w+|led to|leads to|prompt(?:s|ed|ing)|fear(?:s|ed|ing)?|afraid|"
              r"blam(?:es|ed|ing)|to blame|risk(?:s|ed|ing)?|cit(?:es|ed|ing)|(?:work|result|consequence|fault) of|"
              r"ma(?:de|kes?|king)\b[^.;]{0,60}\b(?:impossible|necessary|difficult|hard(?:er)?|unsafe)|"
              r"(?:kept|keeps|prevent(?:s|ed)|stop(?:s|ped)|hinder(?:s|ed))\b[^.;]{1,40}\bfrom|"
              r"(?:would|will) have to (?:accept|admit|concede|give|explain))\b"),
        (0.5, r"\b(?:therefore|in (?:protest|response|retaliation)|to (?:stop|ensure|keep|save|help|reduce|make)|"
              r"concern(?:s|ed)?|worr(?:y|ies|ied)|hop(?:es|ed|ing) to|aim(?:s|ed|ing)? to|want(?:s|ed)? to|"
              r"need(?:s|ed)? to|after \w+ing|too (?:few|little|many|much)|guarantee\w*|"
              r"(?:after|when) (?:an?|the|his|her|its|their) (?:\w+ ){1,3}?(?:\w+ed|found|fell|broke|rose|said)|"
              r"not (?:want|willing|ready)|unwilling|refus\w+|will not)\b"),
    )
)  # fmt: skip


def reason_strength(text: str) -> float:
    """1.0 for what an act would amount to, 0.7 for a cause in so many words, 0.5 for an aim or a ground, else 0.0."""
    return max((strength for strength, cue in _REASONS if cue.search(text)), default=0.0)
