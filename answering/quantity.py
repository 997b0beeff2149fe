"""Numbers and amounts as news writes them, read alike: figures, words, percentages, ordinals, shares, clock times.

Written for English news, linear in the length of the text; never raises on any text.
"""

import re
from dataclasses import dataclass, replace

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
    rf"(?:(?P<lead>{_SPELLED})|an?\b)"
    rf"(?:[ -](?P<scales>{_SCALE}(?: {_SCALE})?)(?:(?: and)? (?P<rest>{_SPELLED})(?! {_SCALE}))?)?",
    re.IGNORECASE,
)
_UNIT = re.compile(
    r"[ -]?(?P<percent>%|per ?cent(?:age)?\b(?! points?\b)|pct\b)|[ -]?(?P<points>per ?cent(?:age)? points?\b)"
    r"|[ -](?:(?:us|u\.s\.|american|canadian|australian) )?"
    rf"(?P<currency>{'|'.join(c for c in _CURRENCIES if c.isalpha())})\b",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"(\d{1,2})(?::(\d{2})(?: ?([ap])\.?m\b)?|(?:\.(\d{2}))? ?([ap])\.?m\b)(?!:?\d)", re.IGNORECASE)
_SHARE = re.compile(
    r"(?P<count>two|three|four|an?|one)[ -](?P<part>third|quarter|fifth|tenth)s?\b"
    r"(?= of\b| the\b|[ -]majority\b|[.,;]|$)"
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
_LETTERS = re.compile(r"[^\W\d_]+")
_START = re.compile(
    rf"\d|(?<![^\W_])(?:(?:{'|'.join([*_ONES, *_TENS, *_ORDINALS])})(?![^\W\d_])"
    r"|(?:an?|half) (?:hundred|thousand|[mbtr]+illion|dozen|third|quarter|fifth|tenth|of|the|its|their|his|her|all)\b)",
    re.IGNORECASE,
)
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
        """Whether a text that says `found` also says this number: its unit fits, and its value or a fair rounding.

        "About" may round by 10 %, "over" down by a third, "under" up by a fifth, to a number with fewer digits.
        """
        if self.unit == "decade" and found.unit == "":
            return any(0 <= theirs - mine < 10 for mine in self.values for theirs in found.values)
        fits = self.unit == found.unit or (self.unit == "" and found.unit not in ("%", "points", "th", "clock"))
        bound = "" if self.bound == found.bound else self.bound
        return fits and any(_is_said(mine, theirs, bound) for mine in self.values for theirs in found.values)


def _is_said(mine: float, theirs: float, bound: str) -> bool:
    if abs(mine - theirs) <= 1e-6 * max(abs(mine), 1.0):
        return True
    if not bound or _digits(mine) >= _digits(theirs):
        return False
    if bound == "about":
        return abs(mine - theirs) <= 0.1 * abs(mine)
    return mine < theirs <= 1.5 * mine if bound == "over" else 0.8 * mine <= theirs < mine


def _digits(value: float) -> int:
    """How many digits a number spells out, closing zeros aside."""
    return len(f"{value:.12g}".replace(".", "").strip("-0"))


def quantities(text: str) -> tuple[Quantity, ...]:
    """The numbers of a `plain` text in order: figures, words, amounts, percentages, ordinals, shares, clock times.

    "One" alone is a pronoun as often as a number, and "first" an adverb: neither is reported.
    """
    found: list[Quantity] = []
    end = 0
    for token in _START.finditer(text):
        start = token.start()
        if start < end:
            continue
        if (quantity := _quantity_at(text, start)) is not None:
            found.append(_joined(text, found, quantity))
            end = quantity.end
        elif text[start].isdecimal():
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
    if match is None:
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


def _with_unit(text: str, start: int, end: int, values: tuple[float, ...], currency: re.Match[str] | None) -> Quantity:
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
    if not found or not _JOINED.fullmatch(text, found[-1].end, last.start):
        return last
    first = found[-1]
    if _is_year(first) and last.end - last.start == 2:  # "2018-19"
        return replace(last, values=(*last.values, first.values[0] // 100 * 100 + last.values[0]))
    if first.unit == "" and last.unit in ("%", "points"):
        found[-1] = replace(first, unit=last.unit)
    elif first.unit in _SIGNS and last.unit == "":
        scale = max((power for power in _POWERS if last.values[0] >= power), default=1.0)
        found[-1] = replace(first, values=(*first.values, *(v * scale for v in first.values if v < 1000)))
        return replace(last, unit=first.unit)
    return last


def _is_year(quantity: Quantity) -> bool:
    return quantity.unit == "" and 1000 <= quantity.values[0] < 2100 and quantity.end - quantity.start == 4
