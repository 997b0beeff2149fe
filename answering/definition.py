"""Who somebody is and what something is: what such a question is about, and the words of a sentence that say it.

Plain rules for English: "X is a ...", "X, the ...," "a ... called X", "Finance Minister X".
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from answering.evidence import Reading
from answering.lexicon import FUNCTION_WORDS, LIGHT
from answering.question import Kind, Question
from answering.roles import APPOINTED, IS_ROLE, KINDS, ROLE_WITHIN, ROLES, title_before
from answering.stem import WORD, stem


@dataclass(frozen=True, slots=True)
class Definition:
    """The words of a sentence that say who or what is asked about, `start` to `end` in it, and how plainly, 0..1."""

    strength: float
    start: int
    end: int


LEAD_IN = r"^\W*(?:(?:and|so|but|ok|okay|then|please)\W+)?"
_ASKED = re.compile(
    rf"{LEAD_IN}(?:"
    r"(?:who|what)(?:['’]s|\s+(?:exactly\s+)?(?:is|are|was|were))\s+(?:exactly\s+)?(?P<named>[^?,;:“”\"]+?)|"
    r"what\s+(?:does|do|did)\s+(?P<meant>[^?,;:“”\"]+?)\s+(?:mean|stand\s+for)|"
    r"(?:define|(?:what(?:['’]s|\s+is)\s+)?the\s+(?:meaning|definition)\s+of)\s+(?P<defined>[^?,;:“”\"]+?)"
    r")\W*$",
    re.IGNORECASE,
)
_OF_MANY = re.compile(r"^\W*(?:\w+\W+)?who\s+(?:are|were)\b", re.IGNORECASE)  # a group, not a person
_ARTICLE = re.compile(r"^(?P<article>an?|the)\s+", re.IGNORECASE)
_LONGEST = 5  # words of a name
_SURNAME = 0.8  # what a surname alone is worth beside the whole name
# What may stand between the capitals of a name.
_PARTICLES = frozenset("of the and for on in de da del la le van von bin al v vs".split())
# These say more of a matter than what it is called.
_NOT_NAMES = frozenset(
    """new wrong up next left known happening going missing it this that he she they there these those your my his her
    its our their one two first last best worst biggest largest latest current""".split()
)

# What is so may be asked of a matter known from before: "What is missing?", "What is open?"
_DESCRIBES = re.compile(
    r"(?:ing|ed|able|ible)$|^(?:open|shut|legal|true|false|safe|free|due|better|important|different|special|common|popular)$",
    re.IGNORECASE,
)
_NO_NOUNS = FUNCTION_WORDS | LIGHT | _NOT_NAMES
_POSSESSIVE = ("'s", "’s")
_ASIDE = r"(?:\s*\([^()]{1,80}\))?"
_HEDGE = r"(?:(?:also|still|now|basically|essentially|simply|generally|typically|usually|just|probably|perhaps)\s+)*"
_PHRASE = r"[^.;:!?]{3,}?(?=\s*(?:[.;:!?](?!\d)|\s[-–—]+\s|—|$))"
_IS = re.compile(
    rf"^[”\"’']?{_ASIDE}(?:,[^,]{{3,90}},)?\s+(?:is|are|was|were|remains|serves\s+as)\s+{_HEDGE}"
    rf"(?P<words>(?P<article>an?|one\s+of|the)\s+{_PHRASE})"
)
# "to persuade people that X was a Nazi": what somebody is to be made believe is no fact about X.
_SUPPOSED = re.compile(r"\b(?:that|whether|if|as\s+though)\s+[“\"‘']?$", re.IGNORECASE)
_BECAME = re.compile(
    rf"^{_ASIDE}\s+(?:is|was|has\s+been|had\s+been)\s+{APPOINTED}\s+"
    rf"(?:as\s+)?(?P<words>(?:the\s+)?(?:[\w’'-]+\s+){{0,3}}?(?:{ROLES})\b"
    r"(?:\s+(?:of|at|for)\s+(?:the\s+)?[A-Z][\w’'-]*(?:\s+[A-Z][\w’'-]*)*)?)"
)
_REFERS = re.compile(
    rf"^[”\"’']?{_ASIDE}(?:,[^,]{{3,90}},)?\s+(?:(?:generally|usually|typically|often|commonly|also|now)\s+)*"
    rf"(?P<words>(?:refers?\s+to|means\s+(?:an?|the)|stands?\s+for|is\s+short\s+for|(?:is|are)\s+(?:commonly\s+)?defined\s+as|"
    rf"is\s+when|consists?\s+of|is\s+caused\s+by)\s+{_PHRASE})"
)
_ARE = re.compile(
    rf"^{_ASIDE}\s+are\s+{_HEDGE}(?P<words>(?:[\w-]+\s+){{0,3}}[\w-]+(?<!ou)(?<!s)s\s+(?:that|which|who|of)\s+{_PHRASE})"
)
# An aside ends where the next mark stands.
_UP_TO_MARK = r"[^.,;:!?()—–]{3,160}?(?=\s*(?:[,;:)—–]|--|\.(?:\s|$|[”\"])))"
_DASHED = r"(?:,|--|—|–|\s-)"
_AFTER = re.compile(
    rf"^{_ASIDE}\s*(?:{_DASHED}|\()\s*(?P<words>(?P<article>an?|one\s+of|the|or|our|his|her|its|their|"
    rf"(?!(?:it|that|he|she|there|here|what|who|let)['’])[\w-]+['’]s)\s+{_UP_TO_MARK})"
)
_AFTER_ROLE = re.compile(
    rf"^{_ASIDE}\s*{_DASHED}\s*(?P<words>(?:[\w’'-]+\s+){{0,4}}?(?:{ROLES})\b{_UP_TO_MARK})", re.IGNORECASE
)
_DOES = (
    r"leads?|led|runs?|ran|served?\s+as|serves\s+as|founded|owns?|owned|heads?|headed|directs?|directed|chairs?|chaired|"
    r"edits?|edited|teaches|taught|studies|studied|coaches|coached|commands?|commanded|represents?|represented|manages?|"
    r"managed|advises?|advised|wrote|invented|designed|covers?|plays?|played|works?\s+(?:as|for|at)|"
    r"worked\s+(?:as|for|at)|allows?|causes?|commemorates?"
)
_WHO = re.compile(
    rf"^{_ASIDE}\s*{_DASHED}\s*(?P<words>(?:who|which)\s+(?:(?:is|was|are|were|has\s+been)\s+{_HEDGE}(?:an?|the|one\s+of)|"
    rf"{_DOES})\s+{_UP_TO_MARK})"
)
# "Ada Marlow of the Eldermere Institute of Botany"
_OF_A_BODY = re.compile(
    r"^\s+(?P<words>of\s+(?:the\s+)?[A-Z][\w’'&-]*(?:\s+(?:(?:of|for)\s+(?:the\s+)?)?[A-Z][\w’'&-]*)*)"
)
_CALLED = re.compile(
    r"(?P<words>(?:an?|the)\s+[^.,;:!?()]{3,70}?),?\s+(?:called|named|known\s+as|dubbed|nicknamed)\s+[“\"‘']?$"
)
# "the North Atlantic Treaty Organization (NATO)"
_SPELT_OUT = re.compile(r"(?P<words>(?:[A-Z][\w’'-]+\s+(?:(?:of|for|and|the|on|in)\s+){0,2}){2,8})\([“\"]?$")
_BEFORE = re.compile(r"\b(?P<words>(?:the|an?|its|their)\s+(?:[\w-]+\s+){0,3}[a-z][a-z-]{2,})\s+[“\"‘']?$")
_BEFORE_COMMA = re.compile(
    rf"(?:^|[\s(“])(?P<words>(?:the|an?|its|their|his|her|[\w-]+['’]s)\s+(?:[\w’'-]+\s+){{0,6}}(?:{ROLES})"
    r"(?:\s+(?:of|at|for|in)\s+(?:[\w’'-]+\s+){0,5}[\w’'-]+)?),\s*(?:Dr\.\s*)?$",
    re.IGNORECASE,
)
_OF_A_KIND = re.compile(rf"[”\"’']?\s+(?:{KINDS})\b")
_KIND_BEFORE = re.compile(rf"\b(?P<words>(?:{KINDS})s?)\s+(?:the\s+)?[“\"‘']?$")  # "the far-right group the X"
_AN_ADJECTIVE = re.compile(r"\b(?:the|an?|its|their)\s+(?P<between>(?:[\w-]+\s+){0,3})[“\"‘']?$", re.IGNORECASE)
_GOES_ON = re.compile(r"\s+(?:[A-Z]|\d)")
_NEXT = re.compile(r"[”\"’']?\s+([a-z][\w-]*)")
_AFTER_NAMES = frozenset("and or but in on at to of from for with by as after before which that who when while".split())
_TELLS = re.compile(r"\b(?:is|are|was|were|has|have|had|will|would|said|says)\b")
_REST_OF_NAME = re.compile(r"(?:\s+(?:da|de|del|van|von|bin|al))?(?:\s+[A-Z][\w’'-]+){1,2}")
# What something may be called without its being said what it is.
_VAGUE = re.compile(
    r"^(?:an?|the|one of(?: the)?)\s+(?:[\w-]+\s+){0,2}?(?:problem|issue|way|reason|thing|lot|bit|few|result|case|fact|"
    r"same|only|latest|next|last|target|subject|focus|question|challenge|threat|risk|concern|priority|reminder|sign|"
    r"mistake|victory|success|failure|disaster|surprise|matter|part|key|good|bad|great|big|real|best|worst|time|"
    r"moment|day|place|most|more|topic|point|start|end|rest|answer|cause)\b",
    re.IGNORECASE,
)


def definitions(question: Question, reading: Reading) -> dict[int, Definition]:
    """Of each candidate, by its number, that says who or what is all that is asked; empty for other questions."""
    subject = subject_asked(question)
    if not subject:
        return {}
    is_person = question.kind is Kind.WHO and not _OF_MANY.match(question.asked)
    is_name = question.kind is Kind.WHO or question.shown.get(subject[0], "a")[0].isupper()
    whole = re.compile(r"\W+".join(re.escape(question.shown.get(one, one)) for one in subject), re.IGNORECASE)
    articles = {(a.id, a.revision): a for a in (one.passage.article for one in reading.candidates)} if is_person else {}
    in_full = {place for place, article in articles.items() if whole.search(article.body)}
    found: dict[int, Definition] = {}
    for i, one in enumerate(reading.candidates):
        article = one.passage.article
        if said := definition(subject, is_person, is_name, one.text, (article.id, article.revision) in in_full):
            found[i] = said
    return found


def subject_asked(question: Question, *, surely: bool = False) -> tuple[str, ...]:
    """The stems of the name whose bearer, or of the thing whose nature, is all that is asked; empty for others.

    `surely`: only of names, of "a THING" and of one word, as more may be no name ("What is Congress planning?").
    """
    found = _ASKED.match(question.asked)
    if found is None or question.kind not in (Kind.WHO, Kind.WHAT):
        return ()
    text = (found["named"] or found["meant"] or found["defined"]).strip()
    article = _ARTICLE.match(text)
    words = [word.group() for word in WORD.finditer(text[article.end() :] if article else text)]
    if not 0 < len(words) <= _LONGEST or words[0].lower() in _NOT_NAMES or any(w.endswith(_POSSESSIVE) for w in words):
        return ()
    is_the = article is not None and article["article"].lower() == "the"
    named = [stem(word) in question.names or word[0].isupper() or word[0].isdigit() for word in words]
    between = [word.lower() in _PARTICLES for word in words]
    is_name = named[0] and named[-1] and all(n or b for n, b in zip(named, between, strict=True))
    is_plain = not is_the and not any(word.lower() in FUNCTION_WORDS for word in words)
    if surely:
        is_plain = is_plain and (article is not None or (len(words) == 1 and not _DESCRIBES.search(words[0])))
    if is_name if question.kind is Kind.WHO or is_the else is_name or is_plain:
        return tuple(map(stem, words))
    return ()


@lru_cache(maxsize=4_096)
def definition(
    subject: tuple[str, ...], is_person: bool, is_name: bool, text: str, is_known: bool = False
) -> Definition | None:
    """Where and how plainly a sentence says who or what `subject` is; None where it does not.

    `is_person` takes what people are for an answer; `is_name` says that the subject is written with a capital;
    `is_known` that its article names the person in full, so that a surname alone means the same one.
    """
    words = list(WORD.finditer(text))
    held = [stem(word.group()) for word in words]
    found = [_at(text, words[i : i + len(subject)], is_person, is_name, 1.0) for i in places(held, subject)]
    if is_known and len(subject) > 1:
        alone = (i for i in places(held, subject[-1:]) if not (i and _is_first_name(words[i - 1], words[i], text)))
        found += [_at(text, words[i : i + 1], True, True, _SURNAME) for i in alone]
    return max((one for one in found if one), key=lambda one: one.strength, default=None)


def _is_first_name(word: re.Match[str], name: re.Match[str], text: str) -> bool:
    """Whether the word before a surname belongs to it: the name may be that of somebody else."""
    is_near = text[word.end() : name.start()].strip(" .") == ""
    return is_near and word.group()[0].isupper() and not IS_ROLE.match(word.group())


def places(held: Sequence[str], subject: Sequence[str]) -> list[int]:
    """Where these stems, one at least, follow one another in those of a sentence."""
    size = len(subject)
    return [i for i in range(len(held) - size + 1) if tuple(held[i : i + size]) == tuple(subject)]


def _at(text: str, name: Sequence[re.Match[str]], is_person: bool, is_name: bool, weight: float) -> Definition | None:
    """What a sentence says of the name that stands at these words of it; `weight` is that of a shorter form of it."""
    start, end = name[0].start(), name[-1].end()
    if (is_name and name[0].group()[0].islower()) or name[-1].group().endswith(_POSSESSIVE):  # "Truss's resignation"
        return None
    if is_person and (rest := _REST_OF_NAME.match(text, end)):
        end = rest.end()
    elif not is_person and is_name and _GOES_ON.match(text, end):  # "Twitter Blue"
        return None
    before, after = text[:start], text[end:]
    found = [
        Definition(strength * weight, at + words.start("words"), at + words.end("words"))
        for at, told in (
            (end, _told_after(before, after, is_person)),
            (0, _told_before(before, after, is_person, is_name)),
        )
        for strength, words in told
        if not _VAGUE.match(words["words"])
    ]
    if is_person and (title := title_before(before)):
        found.append(Definition(title[1] * weight, title[0], end))
    elif is_name and not is_person and (place := _of_a_kind(before, after)):
        found.append(Definition(0.5, place[0], end + place[1]))
    return max(found, key=lambda one: one.strength, default=None)


def _told_after(before: str, after: str, is_person: bool) -> Iterator[tuple[float, re.Match[str]]]:
    """What the words behind a name say it is, with how plainly they do."""
    if (found := _IS.match(after)) and not (is_person and _SUPPOSED.search(before)):
        yield (0.9 if found["article"] == "the" else 1.0), found
    if (found := _AFTER.match(after)) and _is_said_of_it(found, is_person):
        yield (0.9 if is_person or found["article"] in ("a", "an", "one of") else 0.6), found
    if found := _WHO.match(after):
        yield 0.7, found
    if is_person and (found := _AFTER_ROLE.match(after)) and not _TELLS.search(found["words"]):
        yield 0.9, found
    if is_person and (found := _BECAME.match(after)):
        yield 0.8, found
    if is_person and (found := _OF_A_BODY.match(after)):
        yield 0.6, found
    if not is_person and (found := _REFERS.match(after)):
        yield 1.0, found
    if not is_person and (found := _ARE.match(after)):
        yield 0.9, found


def _told_before(before: str, after: str, is_person: bool, is_name: bool) -> Iterator[tuple[float, re.Match[str]]]:
    """What the words before a name say it is, titles aside, with how plainly they do."""
    if is_person and (found := _BEFORE_COMMA.search(before)):
        yield 0.7, found
    if not is_person and (found := _CALLED.search(before)):
        yield 0.8, found
    if is_person or not is_name:
        return
    if found := _SPELT_OUT.search(before):
        yield 0.8, found
    if _stands_alone(after) and (found := _BEFORE.search(before)) and _is_thing(found["words"]):
        yield 0.55, found
    if _stands_alone(after) and (found := _KIND_BEFORE.search(before)):
        yield 0.55, found


def _is_said_of_it(aside: re.Match[str], is_person: bool) -> bool:
    """Whether what follows a comma is said of the name, and not the next thing told."""
    if aside["article"] in ("a", "an", "one of"):
        return True
    if aside["article"] == "or":  # another name, and not another clause
        return not is_person and not any(word in FUNCTION_WORDS for word in aside["words"].lower().split()[1:])
    return not _TELLS.search(aside["words"]) and (not is_person or bool(ROLE_WITHIN.search(aside["words"])))


def _of_a_kind(before: str, after: str) -> tuple[int, int] | None:
    """Where words that say of what kind something is begin before its name, and how far after it they end."""
    kind, lead = _OF_A_KIND.match(after), _AN_ADJECTIVE.search(before)
    if kind is None or lead is None or any(word in FUNCTION_WORDS for word in lead["between"].lower().split()):
        return None
    return lead.start(), kind.end()


def _stands_alone(after: str) -> bool:
    """Whether a name is not part of what follows ("a Twitter user", "the work Twitter has done")."""
    follows = _NEXT.match(after)
    return follows is None or follows[1] in _AFTER_NAMES


def _is_thing(words: str) -> bool:
    """Whether an article and the words behind it end in a noun and hold no other clause."""
    _, *rest = words.lower().split()
    ends_in_noun = not rest[-1].endswith(("ly", "ed", "ing", "al", "ous"))
    return ends_in_noun and not any(word in _NO_NOUNS for word in rest)
