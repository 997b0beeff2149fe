"""Words that say little, the same, the opposite or "not", for English news."""

from answering.stem import stem

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
    "suggest explain describe | reveal disclose confirm acknowledge admit concede show report indicate | kill die "
    "dead death fatal deadly slay slain murder perish | hurt injure wound injury casualty | suicide | buy purchase "
    "acquire acquisition takeover bought | sell sold sale | rob robbery theft steal stole stolen thief raid | begin "
    "start launch commence open inaugurate kick | end finish conclude stop halt cease close closure shut complete | "
    "big large huge major massive vast significant substantial enormous | small little minor tiny slight | increase "
    "rise grow growth climb surge soar jump gain boost rose risen grew grown hike expand spike up | decrease fall "
    "drop decline plunge tumble slump reduce cut shrink fell fallen lower dip slash reduction down | win won victory "
    "beat beaten defeat triumph | lose lost loss defeat | talk discuss discussion negotiate negotiation dialogue "
    "conversation summit meet met meeting speak spoke speech | help aid assist assistance support back | attack "
    "strike struck assault raid bomb bombing shell offensive hit | police officer cop detective | arrest detain "
    "detention apprehend capture custody | court judge tribunal judicial | prison jail sentence imprison incarcerate "
    "| government administration authority official cabinet minister | president leader head chief | company firm "
    "business corporation | worker employee staff personnel conductor | woman women female lady girl | man men male "
    "guy boy | child children kid youngster teenager boy girl | home house property residence | car vehicle "
    "automobile | doctor physician medic | school pupil student college | university college academic | money cash "
    "fund finance financial pay paid payment | cost price charge fee expensive | plan propose proposal intend "
    "intention aim scheme design | agree agreed agreement deal accord pact treaty settlement | accept approve "
    "approval endorse back ratify | refuse reject rejection decline deny denial | allow permit let enable authorise "
    "legalise legalize decriminalise decriminalize permission | ban prohibit forbid forbidden bar outlaw block "
    "embargo | leave left depart departure exit quit resign resignation step | join enter | find found discover "
    "detect uncover | get obtain receive gain secure got | give gave given provide supply offer grant donate deliver "
    "| make create produce made build built construct form develop | use utilise employ | want seek sought wish "
    "desire hope | need require necessary demand must | think thought believe belief consider view feel felt regard | "
    "ask request call urge appeal | investigate investigation probe inquiry enquiry examine look | accuse charge "
    "allege allegation blame accusation | protest demonstration rally demonstrator march protester | vote poll "
    "election ballot elect electoral | country nation state | city town | area region district zone province | road "
    "street highway | fire blaze burn flame | crash collision accident collide | storm hurricane cyclone tornado | "
    "flood flooding | soldier troop military army force armed | weapon arm gun missile firearm | war conflict fight "
    "fought | peace ceasefire truce | border frontier | damage destroy destruction ruin wreck | rescue save | happen "
    "occur | try tried attempt effort bid | keep kept retain maintain remain stay | return back | move shift transfer "
    "relocate | travel trip journey visit tour | reach arrive arrival | play feature star appear | film movie picture "
    "| game match fixture | team side squad club | score goal net | player striker forward midfielder defender | "
    "coach manager boss | fan supporter | first debut initial | former ex previous | new latest fresh recent | old "
    "elderly aged | year annual | day daily | month monthly | week weekly | people person resident citizen public | "
    "expect predict forecast anticipate likely | delay postpone | cancel scrap axe abandon | abandon renounce "
    "relinquish surrender waive | fear worry concern anxious afraid | anger angry fury furious outrage | happy "
    "pleased delighted glad | important key crucial vital significant | difficult hard tough | danger dangerous risk "
    "threat threaten | problem issue difficulty trouble | change alter reform amend | choose chose chosen pick select "
    "| rank rate vote choose chosen list | name call title dub brand | marry marriage wed wife husband | suspect "
    "alleged accused | drug medicine medication | disease illness sick ill | test trial exam | study research survey "
    "report researcher scientist | number figure total amount | half semi | group organisation organization body "
    "federation association union | law legislation bill act legal | job work role post position | economy economic | "
    "plane aircraft jet flight airline | ship boat vessel ferry | train rail railway | photo photograph picture image "
    "| video footage clip | book novel | music song album single track | website site online internet web | phone "
    "mobile | near close | quick fast rapid swift | double twice | divorce split separate | birth born | sue lawsuit "
    "| guilty convict conviction | acquit innocent clear | shoot shot gunman gunfire | rape assault abuse | best top "
    "greatest finest | avoid prevent escape evade | hold held host stage | publish release issue | replace succeed "
    "takeover substitute | expel oust dismiss sack remove removal fire | hire appoint recruit appointment name | "
    "search hunt seek | break broke broken | send sent dispatch deploy | compel oblige force | praise hail applaud "
    "commend welcome | criticise criticize criticism condemn denounce slam attack blast | promise pledge vow commit "
    "commitment | oppose opposition against object resist | because reason due | reopen open | reopening opening | "
    "quarrel row dispute | take took taken | go went gone | come came | see saw seen | lead led | teach taught | "
    "bring brought | catch caught | drive drove driven | fly flew flown flight | hear heard | run ran | sing sang "
    "sung | sink sank sunk | spend spent | stand stood | swear swore sworn | swim swam swum | throw threw thrown | "
    "wear wore worn | draw drew drawn | drink drank drunk | eat ate eaten | forget forgot forgotten | freeze froze "
    "frozen | hide hid hidden | know knew known | lend lent loan | mean meant | ride rode ridden | shake shook shaken "
    "| shrink shrank | sit sat | sleep slept | sweep swept | tear tore torn | understand understood | undergo "
    "underwent undergone | withdraw withdrew withdrawn withdrawal | deal dealt | feed fed | flee fled | forbid "
    "forbade forbidden | hang hung hanged | live inhabit inhabitant population populous | overthrow overthrew "
    "overthrown | swing swung | overcome overcame | arise arose | become became | own owner ownership belong | run "
    "manage manager executive director | restart resume resumption | strike walkout stoppage | fine penalty | bury "
    "burial buried inter interred | layoff redundancy redundant dismiss | earthquake quake tremor | outage blackout | "
    "vaccine vaccinate vaccination jab shot inoculate immunise | introduce impose implement bring | come arrive | "
    "appear attend present | attend participate compete meet met | hand give gave pass deliver surrender transfer | "
    "landfall hit strike struck shore coast | vanish disappear missing lost | appear surface emerge found discover | "
    "collapse fail fold bankrupt bankruptcy insolvent insolvency | explode explosion blast detonate erupt | raise "
    "grow grew bring childhood | raise collect | repair fix mend restore renovate refurbish | earn pay paid salary "
    "wage income | warn alert caution | owe debt | poison toxic contaminate | evacuate flee fled leave left | infect "
    "infection catch caught contract | treat treatment therapy cure | operate operation surgery surgical | pregnant "
    "expect baby birth | award prize honour honor medal trophy | shortlist nominate nominee nomination contender | "
    "perform performance concert gig show | direct director filmmaker | write wrote written author writer pen | "
    "invent invention inventor | hack hacker breach cyberattack intruder attacker | smuggle traffic trafficking | "
    "deport expel removal | immigrant migrant refugee asylum | rich wealthy billionaire millionaire fortune wealth | "
    "tax levy duty tariff | share stock | profit earnings income | merge merger combine | fake counterfeit false "
    "bogus hoax | lie lied mislead | suspend suspension ban | captain skipper | champion winner title | qualify "
    "advance | draw drew tie | temperature heat hot | rain rainfall downpour | decide decision rule ruling verdict | "
    "trial hearing court | lawyer attorney solicitor barrister | prosecutor prosecution | hostage captive kidnap "
    "abduct abduction | invade invasion | liberate free release | ambassador envoy diplomat | spy espionage | king "
    "monarch crown | crown coronation | pope pontiff | dress outfit costume gown | wear wore worn dress | refuse snub "
    "boycott | unnoticed undetected | quit resign retire withdraw withdrew | candidate contender run | contest "
    "compete run | voter electorate | mislead deceive | apologise apologize apology sorry | celebrate celebration "
    "mark | lift raise | insult mock | eliminate knock | defend defence defense | delay late wait | lack shortage "
    "short scarce | stage venue | venue place location site | cause lead led trigger spark prompt result | blame "
    "cause | heir successor | build built factory manufacture produce | broadcast air screen show | audience viewer "
    "viewership | land touchdown | launch rocket | launch blast lift | shape form | own hold held | spread | cost "
    "worth value | debut premiere launch | premiere screening | sequel follow-up | author book | split separate "
    "breakup | engage engagement propose fiance | illness virus infection | symptom sign | recover recovery | hurt "
    "sideline | transfer sign signing | sign join | contract deal | referee official umpire | banish exile | guard "
    "security | dog puppy | pet animal | fuel petrol gas gasoline | car motor | lorry truck | pensioner elderly "
    "retired | jobless unemployed unemployment"
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
    "temporary:permanent domestic:foreign rich:poor old:young introduce:abolish introduce:scrap uphold:quash "
    "uphold:overturn land:depart double:halve safe:unsafe resume:suspend "
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


def is_negator(word: str) -> bool:
    """Whether a word, in lower case and with a straight apostrophe, says "not"."""
    return word in NEGATORS or word.endswith("n't")


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
