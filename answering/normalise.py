"""One reading for what news writes in many ways: numbers and amounts, dates, clock times, names, quotation marks.

Pure functions of the text, written for English news, linear in its length; none raises on any text.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

_MARKS = {
    **dict.fromkeys("“”„‟«»″＂", '"'),
    **dict.fromkeys("‘’‚‛′`´ʼ＇", "'"),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u00ad", ""),
    "…": "...",
}
_TABLE = str.maketrans(_MARKS)
_SPACE = re.compile(r"[\s\x00]+")


def plain(text: str) -> str:
    """NFC, straight quotation marks, plain hyphens, single spaces, nothing invisible: what two spellings share."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text).translate(_TABLE)
    return _SPACE.sub(" ", text.replace("`", "'")).strip()


# --- numbers ---------------------------------------------------------------------------------------------------------

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_SMALL = {w: float(i) for i, w in enumerate(_ONES)} | {w: 10.0 * (i + 2) for i, w in enumerate(_TENS)}
_SCALES = {
    "dozen": 12.0, "hundred": 1e2, "thousand": 1e3, "k": 1e3, "million": 1e6, "mn": 1e6, "mln": 1e6, "m": 1e6,
    "billion": 1e9, "bn": 1e9, "b": 1e9, "trillion": 1e12, "tn": 1e12, "trn": 1e12,
}  # fmt: skip
_ORDINALS = {
    "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10,
    "eleventh": 11, "twelfth": 12, "thirteenth": 13, "fourteenth": 14, "fifteenth": 15, "sixteenth": 16,
    "seventeenth": 17, "eighteenth": 18, "nineteenth": 19, "twentieth": 20,
}  # fmt: skip
_PARTS = {"half": 50.0, "third": 100 / 3, "quarter": 25.0, "fifth": 20.0, "tenth": 10.0}
_COUNTS = {"a": 1.0, "an": 1.0, "one": 1.0, "two": 2.0, "three": 3.0, "four": 4.0}
_CURRENCIES = {
    "$": "$", "dollar": "$", "dollars": "$", "usd": "$", "€": "€", "euro": "€", "euros": "€", "eur": "€",
    "£": "£", "pound": "£", "pounds": "£", "gbp": "£", "sterling": "£", "¥": "¥", "yen": "¥", "yuan": "yuan",
    "rouble": "₽", "roubles": "₽", "ruble": "₽", "rubles": "₽", "₽": "₽", "₹": "₹", "rupee": "₹", "rupees": "₹",
    "₴": "₴", "hryvnia": "₴", "hryvnias": "₴", "franc": "franc", "francs": "franc",
}  # fmt: skip
_SPELLED = rf"(?:(?:{'|'.join(_TENS)})(?:[ -](?:{'|'.join(_ONES[1:10])}))?|(?:{'|'.join(reversed(_ONES))}))\b"
_SCALE = r"(?:hundred|thousand|million|billion|trillion|dozen)\b"
_FIGURE = re.compile(
    r"(?P<digits>\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?)"
    rf"(?:(?P<ordinal>st|nd|rd|th)\b|(?P<decade>'?s)\b|[ -]?(?P<scale>{_SCALE}|(?:bn|mn|mln|tn|trn|[kmb])\b))?",
    re.IGNORECASE,
)
_IN_WORDS = re.compile(
    rf"(?:(?P<lead>{_SPELLED})|an?\b)(?:[ -](?P<scales>{_SCALE}(?: {_SCALE})?)(?:(?: and)? (?P<rest>{_SPELLED})(?! {_SCALE}))?)?",
    re.IGNORECASE,
)
_UNIT = re.compile(
    r"[ -]?(?P<percent>%|per ?cent(?:age)?\b(?! points?\b)|pct\b)|[ -]?(?P<points>per ?cent(?:age)? points?\b)"
    rf"|[ -](?:(?:us|u\.s\.|american|canadian|australian) )?(?P<currency>{'|'.join(c for c in _CURRENCIES if c.isalpha())})\b",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"(\d{1,2})(?::(\d{2})(?: ?([ap])\.?m\b)?|(?:\.(\d{2}))? ?([ap])\.?m\b)(?!:?\d)", re.IGNORECASE)
_SHARE = re.compile(
    r"(?P<count>two|three|four|an?|one)[ -](?P<part>third|quarter|fifth|tenth)s?\b(?= of\b| the\b|[ -]majority\b|[.,;]|$)"
    r"|(?P<half>half)\b(?= (?:of|the|its|their|his|her|all)\b)",
    re.IGNORECASE,
)
_BOUND = re.compile(
    r"\b(?:(?P<about>about|around|roughly|approximately|some|nearly|almost|close to|circa|an estimated)"
    r"|(?P<over>more than|over|at least|above|upwards of|exceed(?:s|ed|ing)?)"
    r"|(?P<under>less than|fewer than|under|below|up to|at most)) (?:the |an? )?$",
    re.IGNORECASE,
)
_CURRENCY_BEFORE = re.compile(r"(?:\b(?P<code>usd|eur|gbp) ?|(?P<sign>[$€£¥₹₽₴]) ?)$", re.IGNORECASE)
_JOINED = re.compile(r" ?(?:-|to|and|or) ?", re.IGNORECASE)
_TOKEN = re.compile(r"\d|[^\W\d_]+")
_LETTERS = re.compile(r"[^\W\d_]+")
_STARTERS = frozenset([*_ONES, *_TENS, *_ORDINALS, "a", "an", "half"])
_DIGITS = re.compile(r"\d[\d.,]*")
_SIGNS = frozenset(_CURRENCIES.values())
_POWERS = (1e3, 1e6, 1e9, 1e12)
_LONGEST_DIGITS = 40  # more digits are no number of the news; float() of a hundred kilobytes of them is infinite


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number at `start:end`: its possible values, its unit ("", "%", "points", "th", "decade", "clock", a currency).

    `bound` is "" for exact, "about", "over" or "under". Two values are two readings: "5m" is 5 or 5,000,000.
    """

    text: str
    start: int
    end: int
    values: tuple[float, ...]
    unit: str = ""
    bound: str = ""

    def agrees(self, found: "Quantity") -> bool:
        """Whether a text that says `found` also says this number: its unit fits, and its value within this bound.

        A bound is a rounding that a writer may make: "about" allows 10 %, "over" up to half more, "under" a fifth less.
        """
        fits = self.unit == found.unit or (self.unit == "" and found.unit not in ("%", "points", "th", "clock"))
        return fits and any(self._value_fits(mine, theirs) for mine in self.values for theirs in found.values)

    def _value_fits(self, mine: float, theirs: float) -> bool:
        if abs(mine - theirs) <= 1e-6 * max(abs(mine), 1.0):
            return True
        if self.bound == "about":
            return abs(mine - theirs) <= 0.1 * abs(mine)
        if self.bound == "over":
            return mine < theirs <= 1.5 * mine
        return self.bound == "under" and 0.8 * mine <= theirs < mine


def quantities(text: str) -> tuple[Quantity, ...]:
    """The numbers of a `plain` text in order: figures, words, amounts, percentages, ordinals, shares, clock times.

    "One" alone is a pronoun as often as a number, and "first" an adverb: neither is reported.
    """
    found: list[Quantity] = []
    end = 0
    for token in _TOKEN.finditer(text):
        start, first = token.start(), token.group()
        if start < end or not (first.isdecimal() or first.lower() in _STARTERS):
            continue
        if (quantity := _quantity_at(text, start)) is not None:
            found.append(_joined(text, found, quantity))
            end = quantity.end
        elif first.isdecimal():
            end = _after_digits(text, start)
    return tuple(found)


def _after_digits(text: str, start: int) -> int:
    match = _DIGITS.match(text, start)
    return match.end() if match else start + 1


def _quantity_at(text: str, start: int) -> Quantity | None:
    if text[start].isdecimal():
        if start and (text[start - 1].isalnum() or text[start - 1] == "_"):
            return None  # "B2", "Covid19": part of a name
        return _clock(text, start) or _figure(text, start)
    return _share(text, start) or _in_words(text, start)


def _clock(text: str, start: int) -> Quantity | None:
    match = _CLOCK.match(text, start)
    if match is None:
        return None
    hour, minute = int(match[1]), int(match[2] or match[4] or 0)
    half = (match[3] or match[5] or "").lower()
    if hour > 24 or minute > 59:
        return None
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    return Quantity(match.group(), start, match.end(), (hour * 60.0 + minute,), "clock")


def _figure(text: str, start: int) -> Quantity | None:
    match = _FIGURE.match(text, start)
    if match is None or len(match["digits"]) > _LONGEST_DIGITS:
        return None
    value = float(match["digits"].replace(",", ""))
    before = text[max(0, start - 5) : start]
    if before.endswith("-") and not before[-2:-1].strip():
        value = -value
    if match["ordinal"]:
        return Quantity(match.group(), start, match.end(), (value,), "th")
    if match["decade"]:
        return Quantity(match.group(), start, match.end(), (value + 1900 if value < 100 else value,), "decade")
    scale = (match["scale"] or "").lower()
    values: tuple[float, ...] = (value * _SCALES.get(scale, 1.0),)
    currency = _CURRENCY_BEFORE.search(before)
    if scale in ("m", "k", "b") and not currency:
        values = (*values, value)
    return _with_unit(text, start, match.end(), values, currency)


def _in_words(text: str, start: int) -> Quantity | None:
    word = _LETTERS.match(text, start)
    if word and (ordinal := _ORDINALS.get(word.group().lower())):
        return Quantity(word.group(), start, word.end(), (float(ordinal),), "th")
    match = _IN_WORDS.match(text, start)
    if match is None or (start and (text[start - 1].isalnum() or text[start - 1] == "_")):
        return None
    lead, scales = (match["lead"] or "").lower(), (match["scales"] or "").lower()
    if not scales and lead in ("", "one"):
        return None
    value = sum(_SMALL[w] for w in re.split("[ -]", lead)) if lead else 1.0
    for scale in scales.split():
        value *= _SCALES[scale]
    if match["rest"]:
        value += sum(_SMALL[w] for w in re.split("[ -]", match["rest"].lower()))
    return _with_unit(text, start, match.end(), (value,), None)


def _share(text: str, start: int) -> Quantity | None:
    match = _SHARE.match(text, start)
    if match is None:
        return None
    part = "half" if match["half"] else match["part"].lower()
    value = _PARTS[part] * (1.0 if match["half"] else _COUNTS[match["count"].lower()])
    return Quantity(match.group(), start, match.end(), (value, float(round(value))), "%", _bound(text, start))


def _with_unit(
    text: str, start: int, end: int, values: tuple[float, ...], currency: re.Match[str] | None
) -> Quantity:
    unit = ""
    begin = start
    if currency:
        unit = _CURRENCIES[(currency["code"] or currency["sign"]).lower()]
        begin = start - len(currency.group())
    elif after := _UNIT.match(text, end):
        end = after.end()
        unit = "%" if after["percent"] else "points" if after["points"] else _CURRENCIES[after["currency"].lower()]
    return Quantity(text[begin:end], begin, end, values, unit, _bound(text, begin))


def _bound(text: str, start: int) -> str:
    match = _BOUND.search(text[max(0, start - 20) : start])
    return (match.lastgroup or "") if match else ""


def _joined(text: str, found: list[Quantity], last: Quantity) -> Quantity:
    """Give the first number of a range ("$10-12 million", "10 to 12 per cent") what only the second one spells out."""
    if found and found[-1].unit != last.unit and _JOINED.fullmatch(text, found[-1].end, last.start):
        if found[-1].unit == "" and last.unit in ("%", "points"):
            found[-1] = replace(found[-1], unit=last.unit)
        elif last.unit == "" and found[-1].unit in _SIGNS:
            scale = max((s for s in _POWERS if last.values[0] >= s), default=1.0)
            first = found[-1].values
            found[-1] = replace(found[-1], values=(*first, *(v * scale for v in first if v < 1000)))
            return replace(last, unit=found[-1].unit)
    return last


# --- dates -----------------------------------------------------------------------------------------------------------

_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_MONTH_OF = {m: i + 1 for i, m in enumerate(_MONTHS)} | {m[:3]: i + 1 for i, m in enumerate(_MONTHS)} | {"sept": 9}
_MONTH = rf"(?:{'|'.join(_MONTHS)}|(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b\.?)"
_DATE = re.compile(
    rf"\b(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<month>{_MONTH})(?:,? (?P<year>\d{{4}}))?"
    rf"|(?P<month2>{_MONTH}) (?P<day2>\d{{1,2}})(?:st|nd|rd|th)?(?![\d:%]|[.,]\d)(?:,? (?P<year2>\d{{4}}))?"
    rf"|(?P<month3>{_MONTH}),? (?P<year3>\d{{4}})"
    r"|(?P<year4>\d{4})-(?P<month4>\d{2})-(?P<day4>\d{2}))\b",
    re.IGNORECASE,
)
_MONTH_ALONE = re.compile(
    r"\b(?:January|February|April|June|July|September|October|November|December|(?:(?<=[Ii]n )|(?<=[Ll]ast )|(?<=[Ss]ince ))(?:May|March|August))\b"
)


@dataclass(frozen=True, slots=True)
class Day:
    """A date at `start:end`, as far as it is said; a part that is not said is None."""

    text: str
    start: int
    end: int
    year: int | None
    month: int
    day: int | None

    def agrees(self, found: "Day") -> bool:
        """Whether a text that says `found` also says this date, the year aside when `found` leaves it open."""
        day = self.day is None or self.day == found.day
        year = self.year is None or found.year is None or self.year == found.year
        return self.month == found.month and day and year


def days(text: str) -> tuple[Day, ...]:
    """The dates of a `plain` text that name a month: "3 May", "May 3rd, 2022", "May 2022", "2022-05-03", "in May"."""
    found = [day for match in _DATE.finditer(text) if (day := _day(match)) is not None]
    taken = {i for day in found for i in range(day.start, day.end)}
    for match in _MONTH_ALONE.finditer(text):
        if match.start() not in taken:
            month = _MONTH_OF[match.group().lower()]
            found.append(Day(match.group(), match.start(), match.end(), None, month, None))
    return tuple(sorted(found, key=lambda d: d.start))


def _day(match: re.Match[str]) -> Day | None:
    part = match.groupdict()
    year = part["year"] or part["year2"] or part["year3"] or part["year4"]
    day = part["day"] or part["day2"] or part["day4"]
    month = part["month"] or part["month2"] or part["month3"]
    number = _MONTH_OF[month.lower().rstrip(".")] if month else int(part["month4"])
    if not 1 <= number <= 12 or (day and not 1 <= int(day) <= 31):
        return None
    return Day(match.group(), *match.span(), int(year) if year else None, number, int(day) if day else None)


# --- names -----------------------------------------------------------------------------------------------------------

# Spellings that no rule joins: transliterations by other routes, renamed places, and peoples named unlike their land.
_ALIASES = {
    alias: group.split()[0]
    for group in (
        "kyiv kiev", "kharkiv kharkov", "odesa odessa", "lviv lvov", "mykolaiv nikolaev", "dnipro dnepr dnieper",
        "chornobyl chernobyl", "lukashenko lukashenka", "beijing peking", "mumbai bombay", "kolkata calcutta",
        "myanmar burma burmese", "turkey turkiye turkish turks turk", "ivory ivoire", "czechia czech czechs",
        "gaddafi qaddafi gadhafi kadhafi qadhafi", "mohammed muhammad mohamed mohammad muhammed", "tsar czar",
        "hezbollah hizbullah hizbollah", "quran koran", "eswatini swaziland", "hussein hussain husayn",
        "us u.s usa u.s.a america american americans", "uk u.k britain british briton britons gb",
        "uae u.a.e emirati emiratis emirates", "eu e.u", "un u.n", "france french frenchman", "spain spanish spaniard spaniards",
        "germany german germans", "netherlands dutch holland", "poland polish pole poles", "greece greek greeks",
        "sweden swedish swede swedes", "denmark danish dane danes", "finland finnish finn finns", "norway norwegian norwegians",
        "ireland irish", "wales welsh", "scotland scottish scots scot", "switzerland swiss", "portugal portuguese",
        "england english", "peru peruvian peruvians", "philippines filipino filipinos philippine", "cyprus cypriot cypriots",
        "thailand thai thais", "iraq iraqi iraqis", "afghanistan afghan afghans", "argentina argentine argentines argentinian",
        "belgium belgian belgians", "croatia croatian croat croats", "serbia serbian serb serbs", "slovakia slovak slovaks",
        "slovenia slovenian slovene slovenes", "latvia latvian latvians", "ukraine ukrainian ukrainians", "congo congolese",
        "catalonia catalan catalans", "moscow muscovite", "paris parisian", "london londoner londoners",
        "kazakhstan kazakh kazakhs", "uzbekistan uzbek uzbeks", "tajikistan tajik tajiks", "turkmenistan turkmen",
    )
    for alias in group.split()
}  # fmt: skip
_LETTERS_FOLDED = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i"})
_SOUNDS = (("kh", "h"), ("x", "ks"), ("ph", "f"), ("yu", "iu"), ("ya", "ia"), ("ye", "e"), ("j", "i"), ("y", "i"), ("w", "v"))
_PEOPLE = frozenset(("", "n", "ns", "an", "ans", "ian", "ians", "ish", "ese", "i", "is", "ic", "en", "er", "ers", "s"))


@lru_cache(maxsize=20_000)
def name_key(word: str) -> str:
    """One key for the spellings of a name: "Zelenskyy", "Zelenskiy" and "Zelensky"; "Kiev" and "Kyiv"; "U.S." and "American".

    The sound rules follow the romanisation tables of Ukrainian and Russian names (BGN/PCGN, ISO 9, newspapers' own).
    """
    word = word.casefold().removesuffix("'s").rstrip("'").rstrip(".")
    word = word.translate(_LETTERS_FOLDED)
    if not word.isascii():
        word = "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
    if word in _ALIASES:
        return _ALIASES[word]
    word = word.replace(".", "").replace("-", "")
    for sound, instead in _SOUNDS:
        word = word.replace(sound, instead)
    folded = "".join(c for c, before in zip(word, " " + word, strict=False) if c != before)
    return folded or word


def same_name(one: str, other: str) -> bool:
    """Whether two `name_key`s name the same: equal, or a land and its people ("russia" and "russian")."""
    if one == other:
        return True
    short, long = (one, other) if len(one) <= len(other) else (other, one)
    root = len(short) - (short[-1:] in ("a", "e", "o", "i") and len(short) > 4)
    return root >= 4 and long[:root] == short[:root] and long[root:] in _PEOPLE and short[root:] in ("", "a", "e", "o", "i")


def initials(words: Iterator[str]) -> str:
    """The letters that the words of a long name are shortened to."""
    return "".join(w[0] for w in words if w)
