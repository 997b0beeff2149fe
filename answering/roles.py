"""What people are to others or by trade, the titles before their names, and what things are."""

import re

from answering.lexicon import FUNCTION_WORDS, LIGHT
from answering.stem import WORD

# What people are to others or by trade, as a name follows it: "the singer X", "Senator X", "X's wife, Y".
ROLES = (
    "president|vice-president|speaker|premier|minister|chancellor|secretary|sen|senator|rep|representative|"
    "congressman|congresswoman|gov|governor|mayor|judge|justice|general|admiral|colonel|captain|sergeant|lieutenant|officer|"
    "attorney|lawyer|prosecutor|solicitor|barrister|doctor|physician|surgeon|nurse|dentist|epidemiologist|virologist|"
    "expert|adviser|advisor|aide|analyst|strategist|spokesman|spokeswoman|spokesperson|correspondent|journalist|"
    "reporter|columnist|editor|anchor|host|presenter|broadcaster|commentator|blogger|author|writer|novelist|poet|"
    "playwright|historian|economist|professor|lecturer|teacher|principal|scientist|researcher|engineer|astronaut|"
    "astronomer|physicist|chemist|biologist|psychologist|philosopher|architect|designer|artist|painter|sculptor|"
    "photographer|filmmaker|director|producer|screenwriter|actor|actress|comedian|singer|songwriter|rapper|musician|"
    "composer|conductor|pianist|guitarist|drummer|dancer|model|star|superstar|celebrity|influencer|player|footballer|"
    "striker|midfielder|defender|goalkeeper|quarterback|linebacker|receiver|pitcher|ace|shortstop|slugger|guard|"
    "forward|golfer|boxer|sprinter|runner|swimmer|gymnast|skier|skater|cyclist|driver|champion|medalist|medallist|"
    "olympian|coach|manager|trainer|referee|owner|founder|co-founder|cofounder|chairman|chairwoman|chairperson|chair|"
    "chief|ceo|cfo|coo|executive|boss|head|leader|co-leader|deputy|commissioner|ambassador|diplomat|envoy|delegate|"
    "candidate|nominee|treasurer|superintendent|politician|lawmaker|legislator|councillor|councilman|councilwoman|"
    "mp|msp|mep|activist|"
    "campaigner|organizer|organiser|dissident|whistleblower|billionaire|millionaire|tycoon|mogul|businessman|"
    "businesswoman|entrepreneur|investor|banker|trader|developer|farmer|fisherman|pilot|firefighter|detective|"
    "investigator|sheriff|inspector|gunman|suspect|king|queen|prince|princess|duke|duchess|earl|pope|bishop|"
    "archbishop|cardinal|pastor|priest|rabbi|imam|monk|nun|keeper|curator|librarian|commander|soldier|veteran|"
    "marine|spy|hacker|student|graduate|alumnus|survivor|victim|witness|resident|native|husband|wife|spouse|partner|"
    "widow|widower|son|daughter|father|mother|brother|sister|cousin|nephew|niece|grandson|granddaughter|grandfather|grandmother|stepson|stepdaughter|fiance|fiancee|fiancé|fiancée|girlfriend|boyfriend|uncle|aunt|heir|heiress|friend|"
    "skipper|mechanic|fellow|member|citizen|man|woman|boy|girl|legend|icon|rival|counterpart|successor|predecessor"
)
# What may follow the name of a thing that is one: "the mosquito-borne Zika virus".
KINDS = (
    "virus|variant|subvariant|strain|disease|syndrome|infection|bacteria|drug|pill|vaccine|treatment|program|programme|"
    "project|mission|spacecraft|telescope|rocket|satellite|pipeline|refinery|mine|dam|bridge|canal|railway|airport|port|"
    "plant|reactor|law|bill|treaty|agreement|accord|pact|doctrine|policy|movement|party|militia|group|gang|cartel|agency|"
    "company|brand|firm|bank|fund|charity|university|museum|festival|holiday|award|prize|tournament|league|championship|"
    "game|app|platform|website|network|newspaper|magazine|show|series|film|novel|musical|album|song|band|"
    "language|religion|tribe|river|island|desert|glacier|volcano|hurricane|storm|operation|battle|war|trial|scandal"
)
# How somebody comes to be one: "was APPOINTED mayor".
APPOINTED = r"(?:re-?elected|elected|named|appointed|chosen|confirmed|sworn\s+in|inaugurated|crowned)"
IS_ROLE = re.compile(rf"^(?:{ROLES})s?$", re.IGNORECASE)
ROLE_WITHIN = re.compile(rf"\b(?:{ROLES})\b", re.IGNORECASE)
_LONGEST = 4  # words between a role and the name: first names, or what the office is of
_HONORIFICS = frozenset("dr mr mrs ms sir dame lord lady prof".split())
# Words that describe the one named after them, though they say little elsewhere.
_DESCRIBING = frozenset(
    """former then late first last longtime retired convicted accused disgraced beloved outgoing incoming acting
    leading sitting reigning defending rising""".split()
)


def title_before(before: str) -> tuple[int, float] | None:
    """Where the words before a name begin that say what its bearer is, and how plainly they do."""
    words: list[re.Match[str]] = []
    end = len(before)
    near = list(WORD.finditer(before))[-9:]
    for at, word in reversed(list(enumerate(near))):
        gap, low = before[word.end() : end], word.group().lower()
        if not re.fullmatch(r"\s+|\.\s+" if low in _HONORIFICS or len(low) <= 3 else r"\s+", gap):
            break
        is_of = low == "of" or (low == "the" and at > 0 and near[at - 1].group() == "of")  # "Speaker of the House"
        is_office = is_of and not any(IS_ROLE.match(one.group()) for one in words)
        is_verb = low == word.group() and low.endswith(("ing", "ed"))
        says_little = is_verb or low in FUNCTION_WORDS or low in LIGHT
        if says_little and low not in _DESCRIBING and not is_office:
            break
        words.insert(0, word)
        end = word.start()
    roles = [i for i, word in enumerate(words) if IS_ROLE.match(word.group())]
    if not roles:
        return None
    last = roles[-1]
    behind = [word.group() for word in words[last + 1 :]]
    if len(behind) > _LONGEST or not all(word[0].isupper() or word in ("of", "the") for word in behind):
        return None
    return words[0].start(), 0.75 if last > 0 or behind else 0.65
