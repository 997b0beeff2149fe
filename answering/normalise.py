"""One reading for what news writes in many ways: numbers and amounts, dates, clock times, names, quotation marks.

Pure functions of the text, written for English news, linear in its length; none raises on any text.
"""

import re
import unicodedata
from dataclasses import dataclass, replace
from functools import lru_cache

from answering.question import stem

_MARKS = {
    **dict.fromkeys("“”„‟«»″＂", '"'),
    **dict.fromkeys("‘’‚‛′`´ʼ＇", "'"),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u00ad", ""),
    "…": "...",
}
_TABLE = str.maketrans(_MARKS)
_SPACE = re.compile(r"[\s\x00]+")
_LONG_NAMES = {
    "united states of america": "US", "united states": "US", "united kingdom": "UK", "great britain": "UK",
    "united nations": "UN", "european union": "EU", "prime minister": "PM", "chief executive": "CEO",
    "north atlantic treaty organization": "NATO", "world health organization": "WHO",
    "international monetary fund": "IMF", "european central bank": "ECB",
}  # fmt: skip
_LONG_NAME = re.compile(rf"\b(?:{'|'.join(_LONG_NAMES)})\b", re.IGNORECASE)


def short_names(text: str) -> str:
    """`text` with the best-known long names in their short form, so that "United Nations" meets "UN"."""
    return _LONG_NAME.sub(lambda match: _LONG_NAMES[match.group().lower()], text)


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


# --- dates -----------------------------------------------------------------------------------------------------------

_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_MONTH_OF = {m: i + 1 for i, m in enumerate(_MONTHS)} | {m[:3]: i + 1 for i, m in enumerate(_MONTHS)} | {"sept": 9}
_MONTH = rf"(?:{'|'.join(_MONTHS)}|(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b\.?)"
_DATE = re.compile(
    rf"(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<month>{_MONTH})(?:,? (?P<year>\d{{4}}))?"
    rf"|(?P<month2>{_MONTH}) (?P<day2>\d{{1,2}})(?:st|nd|rd|th)?(?![\d:%]|[.,]\d)(?:,? (?P<year2>\d{{4}}))?"
    rf"|(?P<month3>{_MONTH}),? (?P<year3>\d{{4}})"
    r"|(?P<year4>\d{4})-(?P<month4>\d{2})-(?P<day4>\d{2}))\b",
    re.IGNORECASE,
)
# "May" and "March" are words too: alone they are months only after a preposition.
_MONTH_ALONE = re.compile(
    r"(?P<month>January|February|April|June|July|August|September|October|November|December"
    r"|(?:(?<=[Ii]n )|(?<=[Ll]ast )|(?<=[Ss]ince )|(?<=[Uu]ntil )|(?<=[Bb]y ))(?:May|March))\b"
)
_DATE_HINT = re.compile(
    rf"(?<![\w.,])(?:\d{{1,2}}(?:st|nd|rd|th)?(?: of)? (?={_MONTH})|\d{{4}}-\d\d-\d\d\b|{_MONTH}(?=[ ,.;')]|$))",
    re.IGNORECASE,
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
    found: list[Day] = []
    end = 0
    for hint in _DATE_HINT.finditer(text):
        if hint.start() < end:
            continue
        match = _DATE.match(text, hint.start()) or _MONTH_ALONE.match(text, hint.start())
        if match and (day := _day(match)) is not None:
            found.append(day)
            end = day.end
    return tuple(found)


def _day(match: re.Match[str]) -> Day | None:
    part = match.groupdict()
    year, day, month = (
        next((part[key] for key in (kind, f"{kind}2", f"{kind}3", f"{kind}4") if part.get(key)), None)
        for kind in ("year", "day", "month")
    )
    number = int(month) if month and month.isdecimal() else _MONTH_OF[(month or "").lower().rstrip(".")]
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
        "us u.s usa u.s.a america american americans", "uk u.k britain british briton britons gb", "eu e.u", "un u.n",
        "uae u.a.e emirati emiratis emirates", "france french frenchman", "spain spanish spaniard spaniards",
        "germany german germans", "netherlands dutch holland", "poland polish pole poles", "greece greek greeks",
        "sweden swedish swede swedes", "denmark danish dane danes", "finland finnish finn finns",
        "norway norwegian norwegians", "ireland irish", "wales welsh", "scotland scottish scots scot",
        "switzerland swiss", "portugal portuguese", "england english", "peru peruvian peruvians",
        "philippines filipino filipinos philippine", "cyprus cypriot cypriots", "thailand thai thais",
        "iraq iraqi iraqis", "afghanistan afghan afghans", "argentina argentine argentines argentinian",
        "belgium belgian belgians", "croatia croatian croat croats", "serbia serbian serb serbs",
        "slovakia slovak slovaks", "slovenia slovenian slovene slovenes", "latvia latvian latvians",
        "ukraine ukrainian ukrainians", "congo congolese", "catalonia catalan catalans", "moscow muscovite muscovites",
        "paris parisian parisians", "london londoner londoners", "kazakhstan kazakh kazakhs", "pm",
        "uzbekistan uzbek uzbeks", "tajikistan tajik tajiks", "turkmenistan turkmen", "lebanon lebanese",
    )
    for alias in group.split()
}  # fmt: skip
_FOLDED = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i"})
_SOUNDS = tuple(pair.split(":") for pair in "kh:h x:ks ph:f yu:iu ya:ia ye:e j:i y:i w:v".split())
_PEOPLE = frozenset(("", "n", "ns", "an", "ans", "ian", "ians", "ish", "ese", "i", "is", "ic", "en", "er", "ers", "s"))
_VOWELS = ("", "a", "e", "o", "i")


@lru_cache(maxsize=20_000)
def name_key(word: str) -> str:
    """One key for the spellings of a name: "Zelenskyy", "Zelenskiy", "Zelensky"; "Kiev", "Kyiv"; "U.S.", "American".

    The sound rules follow the romanisation tables of Ukrainian and Russian names (BGN/PCGN, ISO 9, newspapers' own).
    """
    word = word.casefold().removesuffix("'s").rstrip("'").rstrip(".")
    word = word.translate(_FOLDED)
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
    root = len(short) - (len(short) > 4 and short[-1] in _VOWELS)
    return root >= 4 and long[:root] == short[:root] and long[root:] in _PEOPLE


# --- words -----------------------------------------------------------------------------------------------------------

FUNCTION_WORDS = frozenset(
    (
        "a about above across after all also am among an and any are as at be because been before being below between "
        "both but by can could did do does doing down during each few for from further had has have having he her "
        "here hers herself him himself his how i if in into is it its itself just let like me more most must my no "
        "not now of off on once only onto or other our out over own s same shall she should so some such t than that "
        "the their them themselves then there these they this those though through to too under until up upon us very "
        "was never none neither nor nobody nothing nowhere hardly scarcely barely cannot we were what when where "
        "whether which while who whom whose why will with within without would yet you your "
    ).split()
)
# Words that a writer adds or drops without changing what is said: they count less when a quote lacks them.
_LIGHT_WORDS = (
    "according added again ago already although always another around became become becoming began called came come "
    "currently despite earlier either especially even every following former full gave get getting give given giving "
    "go going gone got however include included including instead known last later latest made main make making many "
    "may meanwhile might much near nearly neither new next often one originally overall part per perhaps previously "
    "prior put quite rather recent recently said say saying says set several since still take taken taking therefore "
    "thus told took toward towards use used using via well went "
).split()
_ALIKE_WORDS = (
    "say said tell told write wrote announce declare state claim argue assert insist maintain note remark comment add "
    "suggest explain describe | reveal disclose confirm acknowledge admit concede show report indicate | kill die dead "
    "death fatal deadly slay slain murder perish | hurt injure wound injury casualty | suicide | buy purchase acquire "
    "acquisition takeover bought | sell sold sale | rob robbery theft steal stole stolen thief raid | begin start "
    "launch commence open inaugurate kick | end finish conclude stop halt cease close shut complete | big large huge "
    "major massive vast significant substantial enormous | small little minor tiny slight | increase rise grow growth "
    "climb surge soar jump gain boost rose risen grew grown hike expand spike up | decrease fall drop decline plunge "
    "tumble slump reduce cut shrink fell fallen lower dip slash reduction down | win won victory beat beaten defeat "
    "triumph | lose lost loss defeat | talk discuss discussion negotiate negotiation dialogue conversation summit meet "
    "met meeting speak spoke speech | help aid assist assistance support back | attack strike struck assault raid bomb "
    "bombing shell offensive hit | police officer cop detective | arrest detain detention apprehend capture custody | "
    "court judge tribunal judicial | prison jail sentence imprison incarcerate | government administration authority "
    "official cabinet minister | president leader head chief | company firm business corporation | worker employee "
    "staff personnel conductor | woman women female lady girl | man men male guy boy | child children kid youngster "
    "teenager boy girl | home house property residence | car vehicle automobile | doctor physician medic | school "
    "pupil student college | university college academic | money cash fund finance financial pay paid payment | cost "
    "price charge fee expensive | plan propose proposal intend intention aim scheme design | agree agreed agreement "
    "deal accord pact treaty settlement | accept approve approval endorse back ratify | refuse reject rejection "
    "decline deny denial | allow permit let enable authorise permission | ban prohibit forbid forbidden bar outlaw "
    "block | leave left depart departure exit quit resign resignation step | join enter | find found discover detect "
    "uncover | get obtain receive gain secure got | give gave given provide supply offer grant donate deliver | make "
    "create produce made build built construct form develop | use utilise employ | want seek sought wish desire hope | "
    "need require necessary demand must | think thought believe belief consider view feel felt regard | ask request "
    "call urge appeal | investigate investigation probe inquiry enquiry examine look | accuse charge allege allegation "
    "blame accusation | protest demonstration rally demonstrator march protester | vote poll election ballot elect "
    "electoral | country nation state | city town | area region district zone province | road street highway | fire "
    "blaze burn flame | crash collision accident collide | storm hurricane cyclone tornado | flood flooding | soldier "
    "troop military army force armed | weapon arm gun missile firearm | war conflict fight fought | peace ceasefire "
    "truce | border frontier | damage destroy destruction ruin wreck | rescue save | happen occur | try tried attempt "
    "effort bid | keep kept retain maintain remain stay | return back | move shift transfer relocate | travel trip "
    "journey visit tour | reach arrive arrival | play feature star appear | film movie picture | game match fixture | "
    "team side squad club | score goal net | player striker forward midfielder defender | coach manager boss | fan "
    "supporter | first debut initial | former ex previous | new latest fresh recent | old elderly aged | year annual | "
    "day daily | month monthly | week weekly | people person resident citizen public | expect predict forecast "
    "anticipate likely | delay postpone | cancel scrap axe abandon | fear worry concern anxious afraid | anger angry "
    "fury furious outrage | happy pleased delighted glad | important key crucial vital significant | difficult hard "
    "tough | danger dangerous risk threat threaten | problem issue difficulty trouble | change alter reform amend | "
    "choose chose chosen pick select | name call title dub brand | marry marriage wed wife husband | suspect alleged "
    "accused | drug medicine medication | disease illness sick ill | test trial exam | study research survey report "
    "researcher scientist | number figure total amount | half semi | group organisation organization body federation "
    "association union | law legislation bill act legal | job work role post position | wage salary pay earning | "
    "economy economic | plane aircraft jet flight airline | ship boat vessel ferry | train rail railway | photo "
    "photograph picture image | video footage clip | book novel | music song album single track | website site online "
    "internet web | phone mobile | near close | quick fast rapid swift | double twice | divorce split separate | birth "
    "born | sue lawsuit | guilty convict conviction | acquit innocent clear | shoot shot gunman gunfire | rape assault "
    "abuse | best top | avoid prevent escape evade | hold held host stage | publish release issue | replace succeed "
    "substitute | expel oust dismiss sack remove removal fire | hire appoint recruit appointment name | search hunt "
    "seek | break broke broken | send sent dispatch deploy | compel oblige force | praise hail applaud commend welcome "
    "| criticise criticize criticism condemn denounce slam attack blast | promise pledge vow commit commitment | "
    "oppose opposition against object resist | because reason due | reopen open | reopening opening | quarrel row "
    "dispute "
)
_OPPOSITE_WORDS = (
    "accept:deny rise:fall rise:drop rise:decline increase:decrease increase:reduce increase:fall increase:decline "
    "grow:shrink gain:lose climb:fall rose:fell up:down higher:lower high:low more:fewer more:less most:least "
    "above:below over:under win:lose won:lost winner:loser victory:defeat accept:reject accept:refuse approve:reject "
    "approve:block agree:refuse agree:disagree open:close open:shut reopen:close start:stop start:end begin:end "
    "begin:finish before:after buy:sell bought:sold support:oppose back:oppose for:against allow:ban allow:block "
    "allow:forbid permit:ban legal:illegal guilty:innocent convict:acquit alive:dead survive:die live:die arrive:leave "
    "arrive:depart join:leave enter:leave hire:fire appoint:dismiss strengthen:weaken biggest:smallest "
    "largest:smallest best:worst better:worse early:late earlier:later include:exclude import:export attack:defend "
    "majority:minority always:never likely:unlikely possible:impossible able:unable success:failure succeed:fail "
    "succeeded:failed confirm:deny admit:deny claim:deny true:false north:south east:west northern:southern "
    "eastern:western man:woman men:women male:female son:daughter mother:father brother:sister husband:wife boy:girl "
    "king:queen lift:impose ease:tighten release:detain free:jail safe:dangerous same:different strong:weak push:pull "
    "first:last maximum:minimum inside:outside private:public lend:borrow raise:cut raise:lower raise:reduce "
    "widen:narrow peace:war ahead:behind with:without improve:worsen praise:criticise praise:condemn love:hate "
    "ally:enemy friend:enemy advance:retreat optimistic:pessimistic deny:acknowledge postpone:advance "
    "temporary:permanent domestic:foreign rich:poor old:young "
)
NEGATORS = frozenset(
    (
        "false falsely untrue not no never none neither nor without cannot nobody nothing nowhere hardly scarcely "
        "barely unable unlikely lack lacks lacked fail fails failed failing refuse refuses refused refusing deny "
        "denies denied denying reject rejects rejected rejecting dont doesnt didnt isnt wasnt arent werent wont cant "
        "couldnt wouldnt shouldnt hasnt havent "
    ).split()
)
LIGHT = frozenset(_LIGHT_WORDS)


def _alike() -> dict[str, frozenset[int]]:
    groups: dict[str, set[int]] = {}
    for number, group in enumerate(_ALIKE_WORDS.split("|")):
        for word in group.split():
            groups.setdefault(stem(word), set()).add(number)
    return {word: frozenset(numbers) for word, numbers in groups.items()}


def _opposites() -> dict[str, frozenset[str]]:
    pairs: dict[str, set[str]] = {}
    for pair in _OPPOSITE_WORDS.split():
        one, other = (stem(word) for word in pair.split(":"))
        pairs.setdefault(one, set()).add(other)
        pairs.setdefault(other, set()).add(one)
    return {word: frozenset(others) for word, others in pairs.items()}


# Stems to the numbers of the groups of like words they stand in, and stems to the stems that say the opposite.
ALIKE = _alike()
OPPOSITES = _opposites()
