"""Verbs of two words and the plain verbs that say the same, for English news: "called off" is "cancelled"."""

# The plain verb, then the pairs: the verb in its plain form, and what follows it. Pairs that as often mean something
# else ("pick up", "go on", "look up") are left out.
PAIRS = (
    "begin: kick off, start off, start up, set off | cancel: call off | postpone: put off, push back | resign: stand "
    "down, step down, step aside | expel: kick out, throw out, boot out, turf out, chuck out, drive out, vote out, "
    "send off | appear: turn up, show up, pop up | refuse: turn down | discover: find out, come across, stumble "
    "across | introduce: bring in, phase in | hand: hand over, hand in, hand out, give away | abandon: give up | "
    "return: give back, come back, go back, bring back, send back, take back, get back | rise: go up, shoot up, creep "
    "up | fall: go down, come down | increase: step up, ramp up, scale up | reduce: cut back, cut down, scale back, "
    "scale down | close: shut down, close down | explode: blow up, go off | demolish: tear down, pull down, knock "
    "down | destroy: burn down, wipe out | collapse: fall apart, fall through, cave in, go bust, go under, go "
    "bankrupt | divorce: split up, break up | die: pass away | kill: gun down | establish: set up | sell: sell off | "
    "buy: buy up, buy out, snap up | takeover: take over | defeat: see off | eliminate: knock out | miss: miss out | "
    "withdraw: pull out, drop out, back out, opt out | leave: move out | walkout: walk out | escape: get away, break "
    "out | flee: run away | release: let out, come out, bring out, set free | spare: let off | remove: take away, "
    "take down | launch: take off, lift off, blast off | rescue: bail out | investigate: look into | continue: carry "
    "on, keep on | happen: take place | participate: take part | support: back up, stick by | criticize: hit out, "
    "lash out | join: sign up | exclude: rule out | represent: account for | layoff: lay off | reprimand: tell off | "
    "wear: put on | meet: meet up | conduct: carry out | repay: pay back, pay off | pay: pay out, fork out, shell out "
    "| delay: hold up, set back | raise: grow up, bring up | become: end up, wind up | proceed: go ahead | undergo: "
    "go through | quarrel: fall out | admit: own up | disappoint: let down | jail: lock up, put away | conceal: cover "
    "up | suppress: crack down | seek: look for | watch: tune in | landfall: come ashore, make landfall | will: going "
    "to | vanish: go missing | marry: get married | overturn: tip over | evacuate: clear out | ill: fall ill, make "
    "ill, take ill, become ill, fall sick, make sick"
)
# What may stand between the two: "they called it off".
PARTED_BY = frozenset(("it", "him", "her", "them", "me", "us", "you"))
