"""Whether words hold the kind of thing that a question asks for: a new name, a time, a place, a figure, a reason."""

import re
from collections.abc import Collection, Sequence

from answering.age import age_told, asks_age
from answering.day import MONTHS, days
from answering.dimension import measures_otherwise
from answering.lexicon import LIGHT
from answering.question import Kind, Question
from answering.reasons import reason_strength
from answering.saying_no import NOT_SAID
from answering.spelling import plain
from answering.stem import WORD, stem, stems

_MONTHS = "|".join(MONTHS)
_DAYS = "monday|tuesday|wednesday|thursday|friday|saturday|sunday"
_NUMBER_WORDS = (
    "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|"
    "nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundreds?|thousands?|millions?|billions?|dozens?|"
    "half|one|none|zero|once|twice|third|quarter|several"
)
_TIME = re.compile(
    rf"\b(?:1\d|20)\d\d\b|\b(?:{_MONTHS})\b|\b(?:{_DAYS})\b|\bcentur(?:y|ies)\b|"
    r"\b(?:yesterday|today|tonight|tomorrow|ago|morning|evening|afternoon|midnight|noon|weekend|decades?)\b|"
    r"\b(?:last|next|this|past|following|previous) (?:week|month|year|spring|summer|autumn|fall|winter)\b|"
    r"\b\d{1,2}(?::\d\d)? ?[ap]\.?m\b|\b(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\.",
    re.IGNORECASE,
)
_BY_EVENT = re.compile(
    r"\b(?:when|whenever|after|before|while|during|once|until|till|since|as soon as|soon|immediately|later|earlier|"
    r"now|already|yet|not|never|overnight|summer|winter|spring|autumn|christmas|easter|ramadan)\b|n[’']t\b",
    re.IGNORECASE,
)
# What is asked for more closely than "when", and what tells it.
_CLOSER = tuple(
    (re.compile(asked, re.IGNORECASE), re.compile(told, re.IGNORECASE))
    for asked, told in (
        (
            r"\b(?:what|which) (?:exact )?(?:time|hour)\b(?! (?:of (?:the )?year|frame|zone|period)\b)",
            r"\b\d{1,2}(?:[:.]\d\d)? ?[ap]\.?m\b|\b(?<![$€£.,])\d{1,2}[:.]\d\d(?![\d%.,:])|o['’]clock\b|"
            r"\b(?:\d{4} (?:gmt|utc|hours)|noon|midday|midnight|dawn|dusk|sunrise|sunset|nightfall|daybreak|"
            r"morning|afternoon|evening|night|tonight|overnight|hours?|minutes?)\b",
        ),
        (r"\b(?:day of the week|weekday)\b", rf"\b(?:{_DAYS}|weekend|today|yesterday|tomorrow)\b"),
    )
)
_AMOUNT = re.compile(rf"[$€£]\s?\d|\d|\b(?:{_NUMBER_WORDS})\b", re.IGNORECASE)
_PLACE = re.compile(
    r"\b(?:in|at|near|from|to|on|outside|across|off|of|around|throughout|into|through)\s+(?:the\s+)?[A-Z]"
)
_CAPITALISED, _DIGITS = re.compile(r"\b[A-Z][\w’'-]+"), re.compile(r"\d+")
_CAPITAL = re.compile(r"[A-Z][^\W_]*")
_COUNTED = re.compile(r"\bhow many (\w+(?: \w+)?)", re.IGNORECASE)
_DID = re.compile(
    r"\bhow many (?:people|persons|individuals|men|women|others|more)(?: (?:in|at|on|of|from) (?:the )?\w+)?"
    r" (?:(?:is|are|was|were|be|been|being|has|have|had|will|would|could|can|may|might|reportedly|so far|also) )*"
    r"([a-z]{4,})\b",
    re.IGNORECASE,
)
_UNITS = tuple(
    (re.compile(asked, re.IGNORECASE), re.compile(unit, re.IGNORECASE))
    for asked, unit in (
        (
            r"\bhow much\b|\bprice\b|\bcost\b|\bsalary\b",
            r"[$€£¥%]|\b(?:dollars?|pounds?|euros?|cents?|percent|rubles?)\b",
        ),
        (
            r"\bhow long\b",
            r"\b(?:second|minute|hour|day|week|month|year|decade|centur|mile|kilomet|metre|meter|feet|foot)",
        ),
        (
            r"\bpercent|\bproportion\b|\bfraction\b|\bshare of\b|\brate\b|\b(?:in|de)flation\b|\bunemployment\b",
            r"%|\bper ?cent|\bhalf\b|\bthirds?\b|\bquarters?\b|\bin (?:\d|ten|five|three)",
        ),
        (
            r"\bhow (?:tall|high|deep|wide)\b|\bheight\b",
            r"\b(?:met(?:er|re)s?|feet|foot|ft|inch\w*|yards?|m|cm|stor(?:eys?|ies))\b|°",
        ),
        (
            r"\bhow (?:far|close)\b|\bdistance\b|\blength\b",
            r"\b(?:miles?|kilomet\w+|km|met(?:er|re)s?|feet|foot|ft|inch\w*|yards?|m|cm)\b|%|°",
        ),
        (r"\bhow often\b", r"\bevery\b|\btimes?\b|\bonce\b|\btwice\b|\b(?:daily|weekly|monthly|yearly|annual\w*)\b"),
    )
)
_BEING = frozenset("live lived exist existed inhabit populate".split())  # who is counted is there
ANYBODY = frozenset(stems("people persons individuals men women others more times of cases"))


def counted_noun(question: Question) -> str | None:
    """The stem of what a question counts: "how many nurses", and of people what they did ("how many people resigned").

    None when it counts nothing, or only says where ("how many people in Oslo").
    """
    thing = _noun_counted(question)
    of_people = _DID.search(question.text)
    if thing in ANYBODY and of_people and of_people[1].lower() not in LIGHT | _BEING:
        thing = stem(of_people[1])
    return thing if thing in question.shown and thing not in ANYBODY else None


def tells_count(question: Question, text: str) -> bool:
    """Whether a number stands right before the thing that a question counts, or with one word between: "14 crew"."""
    thing = thing_counted(question)
    held = [word.group() for word in WORD.finditer(text)] if thing else []
    return any(
        stem(word) == thing and any(_AMOUNT.match(number) for number in held[max(0, at - 2) : at])
        for at, word in enumerate(held)
    )


def thing_counted(question: Question) -> str | None:
    """The stem of the noun after "how many", of people none."""
    thing = _noun_counted(question)
    return thing if thing not in ANYBODY else None


def _noun_counted(question: Question) -> str | None:
    found = _COUNTED.search(question.text)
    return stem(found[1].split()[0]) if found else None


# What befalls people, each in its words: the dead are not the injured.
_FATES = tuple(
    frozenset(stems(words))
    for words in (
        "die dead death kill killing fatal fatality perish drown murder",
        "injure injury hurt wound",
        "ill illness sick infect infection patient case",
        "miss missing disappear",
        "arrest detain detention jail charge",
        "evacuate displace homeless",
        "rescue save",
        "vaccinate immunise",
        "live inhabit reside population inhabitant",
    )
)


def counts_otherwise(question: Question, text: str) -> bool:
    """Whether a question asks how many suffered one thing, and the text tells of those who suffered another only."""
    if question.kind is not Kind.HOW_MANY:
        return False
    held, terms = set(stems(text)), frozenset(question.terms)
    asked = _fates(terms - question.background) or _fates(terms)
    told = _fates(held)
    return bool(asked and told) and not any(fate in asked for fate in told)


def _fates(words: Collection[str]) -> list[frozenset[str]]:
    return [fate for fate in _FATES if not fate.isdisjoint(words)]


def answer_type(question: Question, text: str, held: Sequence[str]) -> float:
    """Whether a sentence, `held` its stems, has something of the kind asked for that the question does not have."""
    match question.kind:
        case Kind.WHO:
            return float(bool(_new_names(question, text)))
        case Kind.WHEN:
            return float(_tells_time(question, text))
        case Kind.HOW_MANY:
            return _amount(question, text, held)
        case Kind.WHERE:
            return float(bool(_PLACE.search(text)) and bool(_new_names(question, text)))
        case Kind.WHY:
            return reason_strength(text)
        case _:
            return 0.0


def leaves_time_open(question: Question, text: str) -> bool:
    """Whether a question asks when, and a sentence tells no time, of the clock or by what else happened.

    "Nobody knows when" tells that the time is not known, which answers. What is asked at what time or on which day of
    the week is open beside a date.
    """
    if question.kind is not Kind.WHEN or _tells_time(question, text):
        return False
    if _closer(question):
        return not NOT_SAID.search(text)
    return not (any(_news(question, found) for found in _DIGITS.findall(text)) or _BY_EVENT.search(text))


def time_asked(question: Question, text: str, start: int, end: int) -> tuple[int, int]:
    """The only time of the clock, or day of the week, in the text where that is asked for and `text[start:end]` has
    none; else `start:end`.
    """
    told = _closer(question) if question.kind is Kind.WHEN else None
    if told is None or told.search(text[start:end]):
        return start, end
    found = list(told.finditer(text))
    return found[0].span() if len(found) == 1 else (start, end)


def _tells_time(question: Question, text: str) -> bool:
    """Whether a text tells a time that the question does not; of a month that it names, the day is news."""
    if told := _closer(question):
        return any(_news(question, found) for found in told.findall(text))
    days_of_months = (str(day.day) for day in days(plain(text)) if day.day)
    return any(day not in question.terms for day in days_of_months) or any(
        _news(question, found) for found in _TIME.findall(text)
    )


def _closer(question: Question) -> re.Pattern[str] | None:
    return next((told for asked, told in _CLOSER if asked.search(question.asked)), None)


def is_of_kind(question: Question, words: str) -> bool:
    """Whether the few words that answer could be of the kind asked for: a new name, a time, a number."""
    match question.kind:
        case Kind.WHO | Kind.WHERE:
            return any(stem(word) not in question.terms for word in _CAPITALISED.findall(words))
        case Kind.WHEN:
            return bool(_TIME.search(words) or _DIGITS.search(words))
        case Kind.HOW_MANY:
            return bool(_AMOUNT.search(words))
        case _:
            return True


def _amount(question: Question, text: str, held: Sequence[str]) -> float:
    """1.0 for a figure in the unit asked for or beside the thing counted, 0.5 for any other new figure."""
    if not any(stem(m.group()) not in question.terms for m in _AMOUNT.finditer(text)):
        return 0.0
    if asks_age(question):
        return age_told(question, text)
    for asked, unit in _UNITS:
        if asked.search(question.text):
            return 0.0 if measures_otherwise(question, text) else 1.0 if unit.search(text) else 0.5
    counted = _COUNTED.search(question.text)
    if counted is None:
        return 1.0
    figures = {len(stems(text[: m.start()])) for m in _AMOUNT.finditer(text)}
    things = [i for i, s in enumerate(held) if s in {*stems(counted[1])}]
    return 1.0 if any(0 < i - n <= 4 for i in things for n in figures) else 0.5


def _news(question: Question, found: str) -> bool:
    return any(s not in question.terms for s in stems(found))


def _new_names(question: Question, text: str) -> list[str]:
    """Capitalised words of the sentence that the question does not hold, ordinary sentence openings aside."""
    found = []
    for i, word in enumerate(WORD.finditer(text)):
        if _CAPITAL.match(word.group()) and stem(word.group()) not in question.terms:
            opening = i == 0 or text[max(0, word.start() - 2) : word.start()].strip(" ")[-1:] in ("“", '"', ".")
            if not opening or _CAPITAL.match(text[word.end() + 1 :]):
                found.append(word.group())
    return found
