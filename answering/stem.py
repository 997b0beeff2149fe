"""Words and their stems: what forms of an English word share, so that "meetings" meets "meet", and "broke" "break"."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from answering.phrasal import PAIRS, PARTED_BY

WORD = re.compile(r"(?:[A-Z]\.){2,}|[^\W_]+(?:[.,]\d+|['’-][^\W_]+)*", re.UNICODE)


def stems(text: str) -> list[str]:
    """The stems of the words of `text`, in order; a verb of two words has that of the plain verb that says the same."""
    words = WORD.findall(text)
    found = [stem(word) for word in words]
    for start, end, plain in reversed([*_verbs_of_two(words)]):
        found[start:end] = [stem(plain)]
    return found


def joined(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """What to read for each of the words, and the words read so: those of a verb of two words are read as a plain one.

    "Called it off" is read as "cancel", and "going to" as "will".
    """
    done = 0
    for start, end, plain in _verbs_of_two(words):
        yield from zip(words[done:start], words[done:start], strict=True)
        yield plain, " ".join(words[start:end])
        done = end
    yield from zip(words[done:], words[done:], strict=True)


def _verbs_of_two(words: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """Where verbs of two words begin and end, and the plain verbs. Few words can be the second, so these come first."""
    done = 0
    for at in [i for i, word in enumerate(words) if word.lower() in _PLAIN]:
        start = at - 2 if at and words[at - 1].lower() in PARTED_BY else at - 1
        if start < done:
            continue
        verbs, verb = _PLAIN[words[at].lower()], words[start]
        if plain := verbs.get(verb.lower()) or verbs.get(stem(verb)):
            yield start, at + 1, plain
            done = at + 1


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """A light English stem: possessives, plurals, -ed, -ing and -ly go; irregular verbs come to their plain form."""
    if word in ("US", "U.S.", "USA", "U.S.A."):  # not the pronoun
        return "america"
    word = word.lower().replace("’", "'")
    word = word.removesuffix("'s").removesuffix("'").replace(",", "")
    if word[0].isdigit():
        return word
    word = _OTHER_FORMS.get(word, word).replace(".", "")
    word = _IRREGULAR.get(word, word)
    if len(word) <= 3:
        return word
    for ending, instead, least in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= least:
            word = word[: len(word) - len(ending)] + instead
            break
    if word[-1] == "e" and len(word) > 3:
        word = word[:-1]
    if len(word) > 3 and word[-1] == word[-2] and (word[-1] not in "lsz" or _DOUBLED_L.search(word)):
        word = word[:-1]
    return word[:-1] + "i" if word[-1] == "y" and len(word) > 3 else word


# Of more syllables than one: "cancelled" is of "cancel", and "called" of "call".
_DOUBLED_L = re.compile(r"[aeiouy][^aeiouy]+[aeiouy]+ll$")
# Peoples and their countries, and short forms: an article about France may only say "French".
_OTHER_FORMS = {
    "american": "america", "americans": "america", "british": "britain", "uk": "britain", "u.k.": "britain",
    "briton": "britain", "britons": "britain", "french": "france", "irish": "ireland", "dutch": "netherlands",
    "spanish": "spain", "swedish": "sweden", "danish": "denmark", "polish": "poland", "finnish": "finland",
    "scottish": "scotland", "welsh": "wales", "greek": "greece", "turkish": "turkey", "turkiye": "turkey",
    "swiss": "switzerland", "norwegian": "norway", "european": "europe", "eu": "europe", "chinese": "china",
    "japanese": "japan", "korean": "korea", "indian": "india", "israeli": "israel", "iranian": "iran",
    "iraqi": "iraq", "syrian": "syria", "afghan": "afghanistan", "german": "germany", "italian": "italy",
    "tv": "television", "coronavirus": "covid", "covid-19": "covid", "ukrainian": "ukraine", "russian": "russia",
    "mexican": "mexico", "canadian": "canada", "brazilian": "brazil", "cuban": "cuba", "kyiv": "kiev",
}  # fmt: skip
# Past tenses and participles that no ending gives away, after their plain form; "-eed" mostly is one itself ("need").
# Not "felt", "ground", "saw" and the like, which are as often something else.
_IRREGULAR = {
    form: forms.split()[0]
    for forms in (
        "arise arose arisen|awake awoke awoken|bear bore borne|beat beaten|become became|begin began begun|"
        "bend bent|bind bound|bite bit bitten|bleed bled|blow blew blown|break broke broken|breed bred|"
        "bring brought|build built|burn burnt|buy bought|catch caught|choose chose chosen|come came|creep crept|"
        "deal dealt|dig dug|do did done|draw drew drawn|drink drank drunk|drive drove driven|eat ate eaten|"
        "fall fell fallen|feed fed|fight fought|find found|flee fled|fly flew flown|forbid forbade forbidden|"
        "forget forgot forgotten|forgive forgave forgiven|freeze froze frozen|get got gotten|give gave given|"
        "go went gone|grow grew grown|hang hung|hear heard|hide hid hidden|hold held|keep kept|know knew known|"
        "lay laid|lead led|leave left|lend lent|lie lay lain lied|die died|tie tied|light lit|lose lost|"
        "make made|mean meant|meet met|pay paid|ride rode ridden|rise rose risen|run ran|say said|seek sought|"
        "sell sold|send sent|shake shook shaken|shine shone|shoot shot|show shown|shrink shrank shrunk|"
        "sing sang sung|sink sank sunk|sit sat|sleep slept|speak spoke spoken|spend spent|spring sprang sprung|"
        "stand stood|steal stole stolen|stick stuck|strike struck stricken|swear swore sworn|sweep swept|"
        "swim swam swum|swing swung|take took taken|teach taught|tear tore torn|tell told|think thought|"
        "throw threw thrown|undergo underwent undergone|understand understood|undertake undertook undertaken|"
        "wake woke woken|wear wore worn|weep wept|win won|withdraw withdrew withdrawn|withstand withstood|"
        "write wrote written|agree agreed|disagree disagreed|free freed|guarantee guaranteed|decree decreed|"
        "referee refereed"
    ).split("|")
    for form in forms.split()[1:]
}
_ENDINGS = (
    ("izations", "iz", 3), ("ization", "iz", 3), ("isations", "iz", 3), ("isation", "iz", 3), ("ising", "iz", 4),
    ("ised", "iz", 4), ("ises", "iz", 4), ("ise", "iz", 4),
    ("ations", "", 4), ("ation", "", 4), ("itions", "", 4), ("ition", "", 4), ("ments", "", 4), ("ment", "", 4),
    ("nesses", "", 4), ("ness", "", 4), ("ingly", "", 4), ("edly", "", 4), ("ings", "", 3), ("ing", "", 3),
    ("ies", "i", 2), ("ied", "i", 2), ("sses", "ss", 2), ("ches", "ch", 2), ("shes", "sh", 2), ("xes", "x", 2),
    ("ions", "", 4), ("ion", "", 4), ("ers", "", 4), ("er", "", 4), ("ors", "", 5), ("or", "", 5), ("ally", "al", 3),
    ("ly", "", 3), ("eed", "eed", 1), ("ed", "", 3), ("es", "e", 3), ("ss", "ss", 1), ("us", "us", 1), ("s", "", 3),
)  # fmt: skip


def _plain_verbs() -> dict[str, dict[str, str]]:
    verbs: dict[str, dict[str, str]] = {}
    for line in PAIRS.split("|"):
        plain, _, pairs = line.strip().partition(": ")
        for pair in pairs.split(", "):
            verb, follows = pair.split()
            verbs.setdefault(follows, {})[verb if verb.endswith("ing") else stem(verb)] = plain
    return verbs


# What follows a verb, to the verbs that it makes others, to these.
_PLAIN = _plain_verbs()
