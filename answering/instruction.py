"""Words in an article that tell a writing machine what to do: material, never evidence.

A sentence is one when its own words, those outside quotation marks, address whoever writes a reply: "add this to your
answer", "ignore your instructions", "translate the text above". News that reports such words in quotation marks stays
news. Plain rules for English, written for the attacks of BIPIA (Yi et al., 2023) and measured by `evals.injection`.
"""

import re

from corpus.sentence import sentence_spans

_REPLY = (
    r"(?:responses?|answers?|repl(?:y|ies)|outputs?|completions?|summar(?:y|ies)|explanations?|elucidations?|"
    r"implementations?|code(?:base)?|algorithms?|program(?: logic)?|script|solutions?)"
)
_RULES = (
    r"(?:instructions?|prompts?|guidelines?|directives?|rules|commands?|(?:system )?messages?|context|passages?|"
    r"(?:text|questions?|everything)(?= (?:above|before|so far)))"
)
# Opens a sentence: what one asks of an assistant that writes, and what a reader of news is hardly ever told.
_ORDERS = (
    r"(?:add|integrate|incorporate|include|embed|insert|append|merge|blend|weave|modify|adapt|alter|reverse|encode|"
    r"encrypt|decrypt|decode|translate|summari[sz]e|paraphrase|rephrase|rewrite|write|draft|compose|generate|create|"
    r"design|develop|analy[sz]e|classify|determine|extract|identify|recommend|suggest|describe|explain|define|outline|"
    r"list|compare|convert|calculate|solve|proofread|simplify|expand|provide|present|give|show|tell|help|assist|"
    r"replace|substitute|swap|remove|delete|group|separate|rearrange|use|apply|employ|introduce|misspell|omit|repeat|print|"
    r"output|display|return|execute|run|respond|reply|answer|pretend|act|make|ensure|mention|say|"
    r"cite|quote|visit|click|download)"
)
_POLITE = r"(?:(?:please|kindly|now|also|then|instead|first|always|only|just|don't hesitate to|be sure to)[, ]+)*"
_OPENS = rf"^[\W_]*(?:\d+[.)]\s*)?{_POLITE}"
# Of these the verbs that are no nouns, so that a sentence which opens with one has no subject.
_WRITES = (
    r"(?:analy[sz]e|explain|describe|recommend|suggest|provide|compose|draft|translate|summari[sz]e|paraphrase|rephrase|"
    r"rewrite|encode|encrypt|decode|enhance|augment|render|rearrange|jumble(?: up)?|generate|identify|classify|compare|"
    r"define|outline|calculate|express|integrate|incorporate|embed|append|help me|show me|give me|tell me|break down)"
)
_TEXT = (
    r"(?:poem|essay|scripts?|stor(?:y|ies)|emails?|tweets?|sonnet|haiku|speech|paragraph|sentences?|review|summary|"
    r"introduction|article about|blog post|function|query|regular expression|code snippets?|synonyms?|sentiment|"
    r"main (?:ideas?|points?|findings?)|key points?|(?:grammar|spelling) (?:errors?|mistakes?)|equations?|"
    r"(?:in|into|to|from) (?:French|Spanish|German|English|Italian|Chinese|Japanese|Base(?:32|64)|emojis?|ciphers?)|"
    r"simple terms|step by step|caesar|cipher|anagrams?|letters? of|characters?|vowels|emojis?|typos?|plot of)"
)
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # the instructions of the one who writes
        rf"\b(?:ignore|disregard|forget|override|bypass|neglect|overrule)\b(?: of)? (?:all |any |every )?"
        rf"(?:(?:the|your|these|those|my|its) (?:\w+ ){{0,2}}?)?"
        rf"(?:(?<=your )|(?:previous|prior|above|earlier|preceding|original|other|foregoing) )(?:\w+ )?{_RULES}\b",
        rf"{_OPENS}(?:ignore|disregard|forget|override|bypass) (?:all |any )?(?:the|these|those) {_RULES}\b",
        rf"{_OPENS}(?:ignore|disregard|forget) (?:all|everything|anything|the above|what (?:you|came))\b",
        r"\b(?:new|updated|your|real|following|system|hidden) (?:system )?(?:instructions?|prompt) ?(?:is|are|:)",
        r"\bsystem prompt\b|\byou are (?:now )?(?:an? |the )?(?:\w+ ){0,2}(?:assistant|ai|(?:chat)?bot|llm)\b",
        r"^[\W_]*(?:dear|attention,?|hey,?|hello,?|note to) (?:(?:all|any|an?|the) )?(?:ai|llm|chatbot)s?\b",
        r"<\|?(?:im_start|im_end|system|endoftext|user|assistant)\|?>|\[/?INST\]|^\W*###? ?(?:instruction|system)",
        # the reply that is written
        rf"\byour (?:\w+ ){{0,2}}?{_REPLY}\b.*\b(?:must|should|needs? to|has to|shall)\b",
        rf"{_OPENS}{_ORDERS}\b.*\b(?:your|this) (?:\w+[’']?s? ){{0,2}}?{_REPLY}\b",
        rf"\b(?:in|into|to|of|with|within|for|throughout|from) your (?:\w+ ){{0,2}}?(?:message|{_REPLY})\b(?! to\b)",
        rf"{_OPENS}(?:respond|reply|answer|output|print)\b(?: (?!in \w+ has|in \w+ was)\w+){{0,3}}? "
        r"(?:with|in|by|using|only|the words?)\b(?! (?:europe|the u))",
        rf"{_OPENS}(?:tell|inform|convince) (?:(?:the|every|each) )?(?:users?|readers?|everyone|everybody|people)\b",
        rf"^[\W_]*(?:you must|you should|from now on|henceforth)\b.*\b(?:your {_REPLY}|say|tell|reply|answer)\b",
        r"\b(?:code|script) (?:snippet|block|section|excerpt|segment|fragment)s?\b.*(?::|\byour\b|\bresponse\b)",
        # texts that an assistant is asked to write, and questions to it
        rf"{_OPENS}(?:(?:can|could|would|will) you )?{_ORDERS}\b(?: me| us)?.*\b{_TEXT}\b",
        rf"{_OPENS}(?:can|could|would|will) you (?:please )?{_ORDERS}\b(?! (?:that|if|\w+\W*$|\w+ \w+\W*$))",
        rf"{_OPENS}{_WRITES} (?:an?|the|this|that|these|those|your|my|any|some|every|each|all|me|us|how|why|what|"
        r"whether|insights|with|by|in)\b",
        # a line of a program
        r"```|\b[a-z_]\w*\.[a-z_]\w*\(",
        r"^\s*(?:import [a-z_]\w*(?:[.,] ?\w+| as \w+)*\s*$|from [a-z_][\w.]* import\b|(?:async )?def \w+\(|try:)",
        r"^\s*(?:(?:except|with|if|for|elif|while)\b[^.!?]*[\w)\]]:\s*$|\w+=\S|[a-z_][\w.]*(?:, \w+)* [+-]?= \S)",
        r"^\s*(?:\w+\([^)]*\)|[)\]}]+,?)\s*$",
        # an address to go to
        r"^[\W_]*(?:please )?(?:visit|click|download|go to|check out|sign up|log ?in)\b.*"
        r"(?:https?://|www\.|\blinks?\b|\.(?:com|net|org|xyz|info)\b)",
    )
)
# Every pattern needs one of these: a quick look spares ordinary sentences the rest.
_TELLING = re.compile(
    r"\w\(|`|=|:\s*$|^\s*(?:import|from|try)\b|[)\]}]\s*$|"
    r"\b(?:you|your|ignore|disregard|forget|override|bypass|neglect|overrule|prompt)\b|<\||\[/?inst\]|###|"
    r" (?:snippet|section|excerpt|segment|block|fragment)"
)
_VERBS = frozenset(re.findall(r"[a-z]{3,}", re.sub(r"\[sz\]", "s", f"{_ORDERS} {_WRITES}"))) | frozenset(
    "analyze summarize check sign log inform convince persuade attention dear note hello system instruction hey".split()
)
# Characters in which the verb of an order stands, after "please" and the like.
_OPENING = 60
_WORDS = re.compile(r"[a-z]{3,}")
_QUOTED = re.compile(r"([“\"«])[^”\"»]*([”\"»]|$)")


def is_instruction(sentence: str) -> bool:
    """Whether the sentence, what it quotes aside, tells whoever writes a reply what to do."""
    if not _may_be(sentence, _OPENING):
        return False
    own = _QUOTED.sub(r"\1\2", sentence)
    if not any(c.isalpha() for c in own):
        return False
    return any(pattern.search(own) for pattern in _PATTERNS)


def is_bare_instruction(text: str) -> bool:
    """Whether the text is nothing but such words in quotation marks, so that nobody is said to have spoken them."""
    own = _QUOTED.sub("", text)
    return not any(c.isalpha() for c in own) and is_instruction(text.strip(' “”"«»'))


def without_instructions(text: str, quoted_too: bool) -> str:
    """The text without such sentences, and with `quoted_too` without such words in its quotation marks."""
    if not _may_be(text):
        return text
    kept = [text[span.start : span.end] for span in sentence_spans(text)]
    kept = [sentence for sentence in kept if not is_instruction(sentence)]
    if quoted_too:
        kept = [_QUOTED.sub(_unless_instruction, sentence) for sentence in kept]
    return " ".join(kept)


def _may_be(text: str, opening: int | None = None) -> bool:
    """Whether a pattern could match: `opening` characters are looked at for verbs that open a sentence."""
    lower = text.lower()
    return not _VERBS.isdisjoint(_WORDS.findall(lower, 0, opening or len(lower))) or bool(_TELLING.search(lower))


def _unless_instruction(quoted: re.Match[str]) -> str:
    inside = quoted[0].strip('“”"«»')
    return "“”" if is_instruction(inside) else quoted[0]
