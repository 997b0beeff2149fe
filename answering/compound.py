"""A question that asks several things ("Who resigned, and why?") taken apart, each part to stand alone.

Plain rules for English. What looks like a second question and is a relative clause ("those who left and who stayed"),
or what a word of comparison joins ("between what was said and what was done"), stays in one.
"""

import re
from collections.abc import Sequence

from answering.followup import asked_after, resolve
from answering.prompt import Turn
from answering.question import ASKED_AFTER, read_question

_LONGEST = 1_000  # characters of a question that is taken apart
_MOST = 4  # parts; a question with more is read as one
_ASK = r"(?:who|whom|whose|what|which|when|where|why|how)"
_HEAD = rf"(?:(?:by|to|from|for|with|at|in|on|of|since|until|against|under) )?{_ASK}"
_BE_OR_DO = r"(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might|must)(?:n['’]t)?"
# "When, where and by whom was it built?"
_HEADS = re.compile(
    rf"(?P<heads>{_HEAD}(?:, {_HEAD}){{0,3}},? (?:and|or) {_HEAD}) (?P<rest>(?!else\b)\S.*)", re.IGNORECASE
)
_BETWEEN_HEADS = re.compile(r",? (?:and|or) |, ", re.IGNORECASE)
_NEXT_SENTENCE = re.compile(r"\?\s+(?=\w)")
_JOINT = re.compile(
    rf"(?:\s?[,;:–—-])?\s(?:and|or|but)(?: (?:also|then|if so,?|exactly))? (?={_HEAD}\b)|"
    rf"\s?[,;] (?=(?:when|where|why|how|what|which)(?: \w+)? {_BE_OR_DO}\b)|"
    # "And is the road open?"; but of "who owns the mine and has the last word" the subject is asked for.
    rf",? (?:and|or|but) (?={_BE_OR_DO} (?:it|he|she|they|there|any\w*)\b|(?:do|does|did|will|would) (?:the\b|[A-Z]))",
    re.IGNORECASE,
)
# How what asks begins; what stands before it says of when or by whom something is told.
_ASKS = re.compile(
    rf"^\W*(?:[^?]{{0,120}}[,.!] )?(?:(?:and|but|so|then|please|tell me|exactly) )*(?:{_HEAD}|{_BE_OR_DO})\b",
    re.IGNORECASE,
)
_LAST_ASKS = re.compile(rf" (?P<head>{_HEAD})$", re.IGNORECASE)
_WORD = re.compile(rf"\b{_ASK}\b", re.IGNORECASE)
# "Did the firm say why it closed": both clauses hang on its verb.
_INDIRECT = re.compile(
    rf"\b(?:say|said|tell|told|know|known|explain|explained|reveal|revealed|announce|announced|clear|about|tell me)"
    rf"(?: (?:us|me|exactly|yet))? (?={_HEAD}\b)",
    re.IGNORECASE,
)
_COMPARED = re.compile(r"\b(?:between|both|compare[ds]?|difference|whether|either|depend\w*)\b[^?]*$", re.IGNORECASE)
# "Why did it close", "what did he say": no clause that goes on has this order of words.
_INVERTED = re.compile(
    rf"^(?:(?:when|where|why|how)(?: \w+){{0,2}}? {_BE_OR_DO}|{_HEAD}(?: \w+){{0,2}}? (?:do|does|did)|{_BE_OR_DO}) \w",
    re.IGNORECASE,
)
_UNFINISHED = re.compile(r"^(?:which|whose|what) \w+$", re.IGNORECASE)  # "which city and which country"
_BARE = re.compile(rf"^(?:{_HEAD}|(?:by )?how (?:many|much|long|often|far))(?: exactly)?$", re.IGNORECASE)
# "When was it opened", and after it "by whom": the question word is exchanged.
_EXCHANGED = re.compile(rf"^(?:{_HEAD} )?(?P<rest>{_BE_OR_DO}\b.+)$", re.IGNORECASE)
# "Who resigned", "how many people were hurt": what is asked for does it.
_OF_SUBJECT = re.compile(
    rf"^(?:who|what|(?:which|what|how many) (?P<things>[\w’'-]+)) (?:(?P<be>is|are|was|were|has|have|had|will) )?"
    rf"(?!{_BE_OR_DO}\b)(?P<rest>[a-z].*)$",
    re.IGNORECASE,
)
_QUOTES = re.compile(r"[“”\"]")


def parts_of(question: str) -> tuple[str, ...]:
    """The parts of a question, in its words, each of them one question; the question alone where it asks one thing."""
    after = ASKED_AFTER.match(question)
    text = " ".join((after["asked"] if after else question).split())
    if len(text) > _LONGEST:
        return (question,)
    sentences = _NEXT_SENTENCE.split(text)
    if not all(_ASKS.match(_last_sentence(sentence)) for sentence in sentences[1:]):
        return (question,)
    parts = [part for sentence in sentences for part in _of_sentence(sentence.strip(" ?"))]
    return tuple(parts) if 1 < len(parts) <= _MOST else (question,)


def standing_alone(part: str, before: Sequence[Turn], who: str = "they") -> str:
    """A part of a question with what it leaves to the parts before it filled in, from these and what answers them.

    `who` is the name that answers the part before. A part of a question word alone gets the words of the part before,
    with the verb as it is there: to be read, not shown.
    """
    asked = next((turn.content for turn in reversed(before) if turn.role == "user"), "").strip(" ?")
    is_plain = not (ASKED_AFTER.match(asked) or _INDIRECT.search(asked))
    if is_plain and is_bare(part):
        if exchanged := _EXCHANGED.match(asked):
            rest = exchanged["rest"]
            return f"{_capital(part)} {rest[:1].lower()}{rest[1:]}?"
        if of_subject := _OF_SUBJECT.match(asked):
            subject = of_subject["things"] or who
            does = "" if of_subject["be"] else "did "
            be = f"{of_subject['be']} " if of_subject["be"] else ""
            return f"{_capital(part)} {does}{be}{subject} {of_subject['rest']}?"
    alone = resolve(f"{_capital(part)}?", before)
    if not asked or alone != f"{_capital(part)}?":
        return alone
    mine, others = read_question(alone), read_question(asked)
    leans = not mine.names and set(mine.terms).isdisjoint(others.terms)
    return asked_after(alone, f"{asked}?") if leans else alone


def is_bare(part: str) -> bool:
    """Whether a part is a question word alone: "why", "by whom"."""
    return _BARE.match(part) is not None


def turns_before(question: str) -> list[Turn]:
    """What a question says that it was asked after, as the turn before its parts; none where it says nothing."""
    after = ASKED_AFTER.match(question)
    return [Turn("user", after["before"])] if after else []


def in_order(question: str, parts: Sequence[str]) -> list[str]:
    """Each part of a question as it stands alone by the parts before it."""
    turns = turns_before(question)
    asked: list[str] = []
    for part in parts:
        asked.append(standing_alone(part, turns))
        turns.append(Turn("user", asked[-1]))
    return asked


def _of_sentence(text: str) -> list[str]:
    if heads := _HEADS.match(text):
        return [f"{head} {heads['rest']}" for head in _BETWEEN_HEADS.split(heads["heads"])]
    parts: list[str] = []
    start = 0
    for joint in _JOINT.finditer(text):
        one, other = text[start : joint.start()], text[joint.end() :]
        if len(_QUOTES.findall(text[: joint.start()])) % 2 or not _is_question(one) or not _goes_on(one, other):
            continue
        parts.append(one)
        start = joint.end()
    parts.append(text[start:])
    if len(parts) == 2 and (last := _LAST_ASKS.search(parts[0])):  # "Did she say when and where it opens?"
        shared = re.sub(rf"^{_HEAD} ", "", parts[1], flags=re.IGNORECASE)
        return [f"{parts[0]} {shared}", f"{parts[0][: last.start()]} {parts[1]}"]
    governed = _INDIRECT.search(parts[0])
    if governed and len(parts) > 1:
        lead = parts[0][: governed.end()]
        return [parts[0], *(f"{lead}{part}" if _hangs(part) else part for part in parts[1:])]
    return parts


def _is_question(text: str) -> bool:
    return _ASKS.match(text) is not None and " " in text


def _hangs(part: str) -> bool:
    """Whether a part could be a clause of the one before: it says something, in the order of a statement."""
    return not _INVERTED.match(part) and not _BARE.match(part)


def _goes_on(one: str, other: str) -> bool:
    """Whether a question ends where `other` begins one of its own, and no clause of it goes on there."""
    words = [found[0].lower() for found in _WORD.finditer(one)]
    word = _WORD.match(other.lower())
    if _UNFINISHED.match(one) and word and words[0] == word[0]:
        return False
    if _INVERTED.match(other) or _BARE.match(other) or _INDIRECT.search(one):
        return True
    return not _COMPARED.search(one) and word is not None and word[0] not in words[1:]


def _last_sentence(text: str) -> str:
    return re.split(r"[.!]\s+", text.strip())[-1]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
