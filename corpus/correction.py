"""Find the notice by which an outlet says that it corrected or amended an article."""

import re

from corpus.sentence import TextSpan

# A label at the start of a paragraph, perhaps with a date: "Correction:", "Editor's note (4 June 2024) -". What stands
# between label and colon may be nothing but a date, of which a year alone is none, or "Corrections officers - many of
# them" would be a notice.
_DATE = r"(?!\s\d{4}\s*:)[\s,(\[]*(?:(?:on|of|added|appended)\s+)?(?:\w+\s+)?\d{1,4}(?:[\s,./-]+(?:\w+|\d+)){0,2}[)\]]?"
# An editor's note may be about anything, such as who the author is; without a day it must tell of a change or mistake.
_CHANGE = (
    r"\b(?:correct|clarif|amend|shorten|remov|delet|replac|revis|retract|wrong|incorrect|inaccura|error\b|errors\b|mistake"
    r"|mis(?:stat|identif|spel|quot|attribut|report|charact|label|translat)|apologi[sz]|regret|should have"
    r"|(?:earlier|previous|prior) version)"
)
_NAME = (
    rf"(?:(?:corrections?|clarifications?|corrections? and clarifications?|erratum)(?:{_DATE})?"
    rf"|editor(?:[’']?s|s[’'])?\s+note(?:{_DATE}|(?=[^\n]{{0,1200}}?{_CHANGE})))\s*"
)
# A day of the calendar, where a number alone may be the clause of a law.
_MONTH = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.?"
_DAY = (
    rf"[\s,(\[]+(?:on\s+)?(?:\d{{1,2}}(?:st|nd|rd|th)?\s+{_MONTH}|{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?"
    r"|\d{1,4}[./-]\d{1,2}[./-]\d{1,4})(?:,?\s+\d{4})?[)\]]?"
)
# "Amended:" speaks of the text that it stands in. "Amendment:" may be what the news is about, unless it has a day or
# says that something is one thing and not another.
_AMENDED = (
    rf"(?:amended\s*:|amend(?:ed|ment){_DAY}\s*[:—–-]|(?:amended|updated){_DAY}\s+to\s+(?:correct|clarify|remove)\b)"
    r"\s*\S"
)
_CONTRAST = r"amendment\s*:[^\n]+,\s+not\s+[^,;:\n]{1,80}$"
_LABEL = re.compile(rf"[^\w\s]{{0,3}}\s*(?:{_NAME}[:—–-]\s*\S|{_AMENDED}|{_CONTRAST})", re.IGNORECASE)
# Of a text without paragraphs, which is how many agencies and tables give it: after the end of a sentence.
_LATER_LABEL = re.compile(rf"(?<=[.!?”\"’)])\s+(?=(?=[A-Z*\[(])[^\w\s]{{0,3}}(?i:{_NAME}:\s*\S|{_AMENDED}))")
# A sentence that says of this article that its words were changed or were wrong. "This" and what follows keep out
# articles that tell of somebody else's correction.
_THIS = r"(?:this|the above) (?:[A-Z][a-z]+\.? \d{1,2} )?(?:article|story|report|piece|headline|post|page|item)"
_SAID = re.compile(
    rf"\b(?:{_THIS} (?:was|has been|is) (?:since )?(?:corrected|amended|clarified|edited to correct)"
    rf"|(?:{_THIS}|it) (?:was|has been) (?:since )?updated (?:on [\w ,.]{{1,30}})?to (?:correct|clarify)\b"
    rf"|{_THIS} (?:was|has been) (?:since )?updated (?:on [\w ,.]{{1,30}})?to (?:reflect that|remove)"
    r"|this version (?:corrects|clarifies)\b"
    rf"|{_THIS} (?:originally|initially|previously) (?:said|stated|misstated|gave|reported)"
    r"|(?:(?:earlier|previous|prior|original) versions? of this|an? (?:earlier|previous|original) version of the)"
    r" (?:article|story|report|piece|headline|post|caption)\b"
    r"|we (?:apologi[sz]e for|regret) (?:the|this) error)"
    r"|^[(\[]\s*(?:corrects|clarifies) [^()]{1,300}[)\]]",
    re.IGNORECASE,
)
_LONGEST_NOTICE = 1_200


def correction_notice(body: str) -> TextSpan | None:
    """The paragraph of `body`, or its end, that says what was corrected, or None. Offsets are code points into `body`.

    Plain rules in English: a label such as "Correction:" at the start of a paragraph or of a sentence in it, or a
    sentence such as "An earlier version of this article said ...". An article that tells of another's correction has
    none.
    """
    at = 0
    for paragraph in body.split("\n"):
        start, at = at, at + len(paragraph) + 1
        if later := _LATER_LABEL.search(paragraph):
            return TextSpan(start + later.end(), start + len(paragraph.rstrip()))
        if 0 < len(paragraph) <= _LONGEST_NOTICE and (_LABEL.match(paragraph) or _SAID.search(paragraph)):
            return TextSpan(start, start + len(paragraph))
    return None
