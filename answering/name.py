"""One key for the spellings of a name: transliterations, renamed places, a land and its people."""

import re
import unicodedata
from functools import lru_cache

FULL_NAME = re.compile(r"[A-Z][\w’'-]+(?: [A-Z][\w’'-]+){1,3}")  # of a person, and nothing beside it

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
