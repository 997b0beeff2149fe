"""Who speaks in a sentence of an article: the article itself, somebody named, somebody unnamed, or somebody who denies.

Plain rules for English. What is not seen to be somebody's words counts as the article's own.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from corpus.sentence import sentence_spans


class Voice(StrEnum):
    """Whose words a sentence reports."""

    ARTICLE = "article"
    NAMED = "named"
    ANONYMOUS = "anonymous"
    DENIAL = "denial"


@dataclass(frozen=True, slots=True)
class Attribution:
    """Whose words they are. `speaker` is as the article writes it; None where nobody is named or the article speaks."""

    voice: Voice
    speaker: str | None = None


OWN_WORDS = Attribution(Voice.ARTICLE)

_PLAIN = (
    "said|says|say|argues?|argued|insists?|insisted|warns?|warned|suggests?|suggested|believes?|believed|thinks?|thought|"
    "alleges?|predicts?|predicted|points? out|pointed out|admits|admitted|concedes|conceded|acknowledges|acknowledged|"
    "joked|tweeted"
)
# These report words only with "that", a colon or a quotation behind them: one also writes books and adds numbers.
_THAT = (
    "told|tells|wrote|writes|announced|announces|confirmed|confirms|noted|notes|stated|declared|replied|responded|added|"
    "adds|recalled|recalls|explained|explains|maintained|maintains|stressed|stresses|claimed|claims|estimated|estimates|"
    "answered|answers|complained|complains|promised|promises|testified|testifies|boasted|boasts|claim|estimate|reports?|"
    "reported|suspects?|suspected"
)
_DENIES = (
    r"denied|denies|deny|disputed|refuted|(?:rejected|rejects|dismissed|dismisses)"
    r"(?= (?:\w+ ){0,2}?(?:claims?|allegations?|accusations?|reports?|suggestions?|charges?|figures?|estimates?)\b)|"
    r"call(?:ed|s) (?:the|those|these|such) (?:claims?|allegations?|accusations?|reports?|suggestions?|charges?)|"
    r"sa(?:id|ys) (?:that )?(?:this|that|it|the \w+) (?:was|were|is|are) (?:false|untrue|baseless|unfounded|nonsense)"
)
_DESCRIBES = r"(?:describe[sd]\b(?=[^.]* as\b)|call(?:s|ed)\b(?=[^.]*[“\"]))"
_OPENS = r"(?:\s+(?:\w+\s+){0,6}?that\b|\s+(?:the )?\w+ (?:he|she|they)\b|\s*(?:\w+\s+){0,4}?[,:]?\s*[“\"])"
_BETWEEN = r"(?:(?:also|then|later|now|has|had|have|still|previously|repeatedly|often|once|\w+ly)\s+)*"
_ASIDE = r"(?:,[^,;:“”\"]{2,90},)?"  # "Lodderby, the chief executive, said"
_WORDS = r"(?:[^\s,;:“”\"]+\s+){0,9}?[^\s,;:“”\"]+?"  # a subject: at most ten words
_LEAD = re.compile(
    rf"(?P<who>{_WORDS})(?P<aside>{_ASIDE})\s+{_BETWEEN}"
    rf"(?:(?P<denies>{_DENIES})\b|(?:{_PLAIN})\b(?!\s+(?:to|by|of|an?|aside)\b)|(?:{_THAT})\b(?={_OPENS})|{_DESCRIBES})"
)
_END = re.compile(
    rf"[,!?][”\"’]?\s+(?P<who>{_WORDS})(?P<aside>{_ASIDE})\s+(?:{_PLAIN}|{_THAT})\b"
    r"(?=[^,.“”\"]{0,60}(?:[.,;:]?[”\"]?\s*$|[,:.]\s*[“\"]))"
)
_INVERTED = re.compile(
    rf"(?:[,!?][”\"’]\s+(?:{_PLAIN}|{_THAT})|,\s+(?:said|says)(?=\s+(?:the )?[A-Z]))\s+"
    rf"(?P<who>(?!(?:that|it|the fact|in|on|at|to|he|she|they)\b){_WORDS})"
    r"(?=[,.;:]|\s+(?:in|on|at|during|after|before)\s|$)"
)
_ACCORDING = re.compile(
    r"\b[Aa]ccording to (?P<who>(?:[^\s,;:“”\"]+\s+){0,14}?[^\s,;:“”\"]+?)"
    r"(?P<aside>,(?:\s[A-Z][^\s,;:.“”\"]*){2,4})?(?=[,;:.]\s|[,;:.]?\s*$|\s+[“\"])"
)
# "As Quillane put it", "in the words of Quillane", "in Quillane's view", "Quillane: “...”".
_PUT = re.compile(
    rf"\b[Aa]s (?P<who>{_WORDS}) puts? it\b|\b[Ii]n the (?:words|view|opinion) of (?P<of>{_WORDS})(?=,|[.;:]?\s*$)|"
    rf"\b[Ii]n (?P<whose>{_WORDS})['’]s? (?:words|view|opinion)\b|^(?P<colon>[A-Z]{_WORDS}):\s*[“\"]"
)
_REPORTED = re.compile(
    rf"\b(?:{_PLAIN}|{_THAT}|{_DENIES}|described|saying|arguing|warning|adding|claiming|according to|reportedly|"
    r"allegedly|in the words of|in (?:his|her|their|its) view)\b|[“”\"]",
    re.IGNORECASE,
)
# A sentence that is nothing but a quotation, or one that has not ended yet; a title in quotation marks has no stop.
_BARE = re.compile(r"^[“\"](?:[^“”\"]*[.!?…,][”\"]|[^“”\"]*)$")
_PRONOUN = re.compile(r"^(?:he|she|they)$", re.IGNORECASE)
_UNNAMED = re.compile(
    r"\b(?:sources?|insiders?|anonym\w+|unnamed|(?:people|persons?|those) (?:familiar|close|briefed|with)|"
    r"officials?|diplomats?|aides?|analysts?|observers?|critics|experts|witnesses|residents|locals)\b",
    re.IGNORECASE,
)
_FULL_NAME = re.compile(r"[A-Z][\w’'-]+\s+(?:al-|bin |de |van |von )?[A-Z][\w’'-]+$")
_TRAILING_NAME = re.compile(r"(?:[A-Z][\w.’'-]*\s+)*[A-Z][\w’'-]+$")
# What stands before a clause of its own: the subject comes after it.
_CLAUSE = re.compile(
    r"^.*(?:\b(?:that|which|whom|who|though|although|because|while|but|and then|when|as)\s|--|[–—])\s*"
)
_TRAILING = re.compile(r"\s+(?:also|then|later|now|often|once|still|recently|\w+ly)$")
_OPENING = re.compile(
    r"^(?:But|And|Yet|So|Still|However|Meanwhile|Later|Earlier|Then|Now|In|On|At|After|Before|Asked|Speaking|As|"
    r"While|When|During|For|Despite|Since|Outside|Under|Like)\b"
)
_TIME = re.compile(
    r"^(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|January|February|March|April|May|June|July|August|September|"
    r"October|November|December)\s+"
)
_ROLE = re.compile(r"^(?:its|his|her|their|the|an?|one)\b|['’]s?\s+[a-z]", re.IGNORECASE)
_ROLE_AND_NAME = re.compile(r"^(?:the|an?)\s+(?:[a-z][\w’'-]*\s+)+(?=[A-Z])")  # "the painter Judith Hollander"
_NOUNS = re.compile(
    r"[A-Z]|^(?:the|an?|one|some|many|most|several|other|his|her|their|its|two|three|four|both|he|she|they|police|people|those)\b|\w+s$"
)
_NO_SUBJECT = re.compile(
    r"(?:^|\s)(?:is|are|was|were|be|been|being|to|not|can|could|would|will|may|might|must|should|of|in|or|if|by|for|with|"
    r"at|on|than|what|there|nobody|one another|I|we|you|You|We|it|It|this|the|an?|has|have|had|did|does|do|\w+n[’']t)$"
)
_ARTICLES = frozenset("The A An One Some Many Most Several Other Its His Her Their Both Two Three Four".split())
_NOBODY = "the person quoted"
_FURTHEST = 3  # sentences back in which the one is looked for who goes on speaking
_REACH = 1_200  # characters before a sentence that are read for them


def attribution(body: str, start: int, end: int, language: str | None = "en") -> Attribution:
    """Whose words `body[start:end]`, a sentence of an article, reports.

    A quotation without a speaker, and what "she said", belong to whoever spoke in the sentences just before.
    """
    begin = body.rfind("\n", 0, max(0, start - _REACH)) + 1 if start > _REACH else 0
    close = end + len(body[end:].split("\n", 1)[0])
    sentences: list[str] = []
    for line in re.finditer(r"[^\n]+", body[begin:close]):
        for span in sentence_spans(line[0], language):
            at = begin + line.start()
            sentences.append(" ".join(line[0][span.start : span.end].split()))
            if at + span.end > start:
                return _of(sentences)
    return OWN_WORDS


def with_speaker(text: str, of: Sequence[Attribution]) -> str:
    """A statement that rests on sentences with these attributions: as it is, or with ", according to" the speaker.

    It is completed where all of them report somebody's words and the statement tells them as a fact.
    """
    speakers = [one.speaker or "" for one in of]
    if not of or OWN_WORDS in of or _REPORTED.search(text) or any(_is_named(who, text) for who in speakers):
        return text
    return f"{text.rstrip(' .')}, according to {_inside(next(filter(None, speakers), _NOBODY))}."


def turns_denial(text: str, of: Sequence[Attribution]) -> bool:
    """Whether a statement tells as a fact what its sources only deny."""
    return bool(of) and all(one.voice is Voice.DENIAL for one in of) and not _REPORTED.search(text)


def speakers(of: Sequence[Attribution]) -> str | None:
    """The speakers of a statement's sources; None when one of them tells it in its own words, or none is named."""
    if OWN_WORDS in of:
        return None
    return " and ".join(dict.fromkeys(one.speaker for one in of if one.speaker)) or None


def _is_named(speaker: str, text: str) -> bool:
    names = [name for name in re.findall(r"[A-Z][\w’'-]+", speaker) if name not in _ARTICLES]
    return bool(names) and names[-1] in text


def _inside(speaker: str) -> str:
    """A speaker as in the middle of a sentence."""
    first, _, rest = speaker.partition(" ")
    return f"{first.lower()} {rest}" if rest and first in _ARTICLES else speaker


def _of(sentences: Sequence[str]) -> Attribution:
    """The attribution of the last sentence."""
    found = _in(sentences[-1])
    if found is None and not _BARE.match(sentences[-1]):
        return OWN_WORDS
    if found is not None and not (found.speaker and _PRONOUN.match(found.speaker)):
        return found
    for before in sentences[-2 : -2 - _FURTHEST : -1]:
        said = _in(before)
        if said is not None and said.speaker and not _PRONOUN.match(said.speaker):
            denies = found is not None and found.voice is Voice.DENIAL
            return Attribution(Voice.DENIAL if denies else said.voice, said.speaker)
    return Attribution(found.voice if found else Voice.NAMED)


def _in(sentence: str) -> Attribution | None:
    """The attribution that stands in the sentence itself; None without one."""
    for pattern in (_END, _INVERTED, _ACCORDING):
        if match := pattern.search(sentence):
            fields = match.groupdict()
            if who := _speaker(fields["who"], fields.get("aside") or ""):
                return _by(who)
    if (put := _PUT.search(sentence)) and (who := _speaker(next(filter(None, put.groups())), "")):
        return _by(who)
    # The inside of quotations is blanked, so that their verbs are not taken for the article's.
    outside = re.sub(r"([“\"])[^”\"]*([”\"]|$)", r"\1\2", sentence)
    match = _LEAD.search(outside)
    if match is None or len(outside[: match.start()].split()) > 12:
        return None
    who = _speaker(match["who"], match["aside"])
    return _by(who, denies=match["denies"] is not None) if who else None


def _speaker(subject: str, aside: str) -> str | None:
    """The speaker among the words before a verb; None when they are no subject."""
    head, is_relative, _ = subject.partition(" who ")
    if is_relative and not aside:
        return _speaker(head.strip(" ,"), aside)
    who = _TRAILING.sub("", _CLAUSE.sub("", subject).strip(" ,.'’-")).removeprefix("and ")
    if _OPENING.match(who):
        name = _TRAILING_NAME.search(who)
        who = _TIME.sub("", name[0]) if name and name.start() else ""
    named = aside.strip(" ,")
    named = _ROLE_AND_NAME.sub("", named)
    if named and _ROLE.search(who) and (name := _TRAILING_NAME.match(named)) and name[0] == named:
        return named
    if not who or _NO_SUBJECT.search(who) or not _NOUNS.search(who):
        return None
    return who


def _by(who: str, *, denies: bool = False) -> Attribution:
    if denies:
        return Attribution(Voice.DENIAL, who)
    # "Trump aides say" names nobody who could be asked; "the analyst Tatiana Stanovaya argues" does.
    return Attribution(Voice.ANONYMOUS if _UNNAMED.search(who) and not _FULL_NAME.search(who) else Voice.NAMED, who)
