"""The fitted constants of the extractive answerer. `python -m evals.calibrate_extractive` fits and prints them.

Fitted on half of the questions that the reader was not trained on: two pages of a SQuAD 2.0 sample (passage given) and
SQuADShifts Wikipedia questions over an open corpus of all its paragraphs; RealTimeQA news questions of every other week
over 3,786 articles; and near misses made of these: the answering article removed, the answering sentence cut out, a
name changed, questions asked of a corpus about other things. The other pages, paragraphs and weeks are for measuring.

The stages of ranking: `LEXICAL_WEIGHTS` (words only) picks what is embedded, `EMBEDDED_WEIGHTS` what is read closely,
`SENTENCE_WEIGHTS` gives the score. The weights are for the bundled embedder and reader; with others, fit again.

`ANSWER_THRESHOLD` is where 4 % of the news questions of the fitting half are refused although a right sentence stood in
the first two. `_PRIORS` of the fitting script, set by hand, are already added to `_ANSWER`.
"""

import math

import numpy as np

from answering.answerability import ANSWER_NAMES
from answering.features import NAMES, Features
from answering.question import Kind

_LEXICAL = {
    "coverage": 3.203, "coverage_around": 3.490, "names": -1.085, "names_around": 1.450, "numbers": 0.076,
    "phrases": 0.962, "pairs": 1.791, "typed": 0.859, "typed_who": 0.022, "typed_when": 1.183, "typed_where": -0.081,
    "typed_many": 3.096, "typed_why": 0.134, "typed_said": 0.680, "speaker": 1.227, "new_words": 0.203,
    "length": -0.072, "short": 1.095, "pronoun": 0.251, "lead": 1.146, "first": -0.076, "rank": 1.464,
    "passage_cosine": 12.881, "title_coverage": 1.859, "coverage_best": 1.774, "cosine": 0.000, "cosine_best": 0.000,
    "place": 0.000, "place_best": 0.000, "window": 0.000, "window_best": 0.000,
}  # fmt: skip
_EMBEDDED = {
    "coverage": 0.966, "coverage_around": 2.899, "names": -1.533, "names_around": 0.775, "numbers": 0.102,
    "phrases": 0.914, "pairs": 1.220, "typed": 0.869, "typed_who": -0.031, "typed_when": 1.052, "typed_where": -0.148,
    "typed_many": 2.538, "typed_why": -0.502, "typed_said": 0.688, "speaker": 1.545, "new_words": 0.288,
    "length": -0.209, "short": 1.048, "pronoun": 0.406, "lead": 0.833, "first": -0.216, "rank": 0.387,
    "passage_cosine": 9.990, "title_coverage": -0.538, "coverage_best": 3.360, "cosine": -1.589, "cosine_best": 6.990,
    "place": 0.000, "place_best": 0.000, "window": 0.000, "window_best": 0.000,
}  # fmt: skip
_SENTENCE = {
    "coverage": -0.630, "coverage_around": 1.714, "names": -1.241, "names_around": 0.258, "numbers": 0.156,
    "phrases": 1.584, "pairs": 1.193, "typed": 0.360, "typed_who": -0.104, "typed_when": 0.205, "typed_where": 0.122,
    "typed_many": 1.362, "typed_why": -0.499, "typed_said": 0.434, "speaker": 1.217, "new_words": 0.195,
    "length": -0.561, "short": 0.842, "pronoun": 0.348, "lead": 0.295, "first": 0.027, "rank": 0.341,
    "passage_cosine": 8.773, "title_coverage": -0.614, "coverage_best": 2.216, "cosine": -3.105, "cosine_best": 5.324,
    "place": 0.250, "place_best": 3.166, "window": 2.652, "window_best": 7.500,
}  # fmt: skip
_ANSWER = {
    "score": 2.409, "margin": 0.435, "cosine": 1.312, "cosine_top": 3.519, "similarity": -0.304, "coverage": 1.280,
    "coverage_around": 0.635, "coverage_anywhere": 0.065, "name_absent": 0.834, "name_not_near": -0.792,
    "name_not_in": 0.383, "number_absent": -0.676, "number_not_near": -0.357, "rarest_absent": -0.135,
    "rarest_not_near": -0.037, "rarest_not_in": -0.037, "typed": 0.045, "untyped_kind": 0.108, "pairs": -0.321,
    "phrases": 0.458, "speaker_missing": -0.625, "terms": 1.401, "why": 0.707, "said": -0.097, "crowd": -1.009,
    "any_name_absent": -4.872, "place": -0.177, "window": 0.777, "window_top": 5.092, "many_typed": 1.705,
    "when_typed": 0.673, "plain_in": -0.298, "plain_near": 0.591, "speaker": 0.126, "unit": 0.374, "why_named": 1.600,
}  # fmt: skip
# Signs of a near miss, for which the fitting sets hold too few questions beside all other columns: what a question says
# of its names stands nowhere near the sentence; a name or a number of it stands elsewhere only; what it counts is not
# there; the words found are of another kind; the reader finds the same words in other sentences. Fitted as a correction
# of the weights above to 250 news questions of RealTimeQA and 160 questions over the bundled articles, then rounded and
# halved where other news questions were refused for it.
NEAR_MISS = {
    "unattested": -1.6, "name_elsewhere": -0.3, "number_elsewhere": -0.8, "uncounted": -1.5, "untyped_words": -1.3,
    "agreement": 1.4, "undone": -1.5, "done": 0.4,
}  # fmt: skip
_ANSWER_INTERCEPT = -10.141
ANSWER_THRESHOLD = 0.30
# Below this it is said that an answer is unsure. Of 562 answers to the questions of the suites and of RealTimeQA, 52 of
# these 81 were right, and 394 of the other 481.
SURE = 0.5

SENTENCE_WEIGHTS = np.array([_SENTENCE.get(name, 0.0) for name in NAMES])
EMBEDDED_WEIGHTS = np.array([_EMBEDDED.get(name, 0.0) for name in NAMES])
LEXICAL_WEIGHTS = np.array([_LEXICAL.get(name, 0.0) for name in NAMES])
_ANSWER_WEIGHTS = np.array([_ANSWER.get(name, 0.0) + NEAR_MISS.get(name, 0.0) for name in ANSWER_NAMES])


def answer_probability(features: Features) -> float:
    """The probability, 0..1, that the passages answer; `features` is one row of `ANSWER_NAMES`."""
    logit = float(features @ _ANSWER_WEIGHTS) + _ANSWER_INTERCEPT
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))


# What a sentence gains in score by being of the outlet, or of the time, that the question names. By judgement.
HINT_BONUS = 3.5
# And by being new where the present is asked for: what opened since is no longer closed. By judgement.
FRESH_BONUS, FRESH_REACH = 2.0, 2.0
# And by telling of what the question says was done; where it asks when, why or whether, also before it is judged
# whether anything answers. Of 0 to 3, these did best on two pages of SQuAD 2.0 and half of RealTimeQA.
DEED_BONUS, DEED_SOUGHT = 1.0, {Kind.WHEN: 2.0, Kind.WHY: 2.0, Kind.YES_NO: 2.0}
# And by naming several things where all of them are asked for. By judgement.
LIST_BONUS = 1.5
# And by telling of the second of a kind where that is asked for; what it loses by telling of another. By judgement.
ORDINAL_BONUS = 2.0
# What it loses by holding nothing of the kind asked for, a name, a time, a place or a number. By judgement.
UNTYPED = 1.5
# What it loses by answering in the question's own words. Of 0 to 3, this put the right sentence first most often for
# 608 questions of the suites and of RealTimeQA, without moving one that was right.
REPEATS = 1.0
# What it loses by reporting somebody else's words than those asked for. By judgement.
OTHER_SPEAKER = 2.0

# How sure a sentence that says plainly who or what is asked about answers it, and how far the plainness of two such
# sentences sets them apart, in points of score. By judgement.
DEFINED, PLAINLY = 0.9, 4.0
# What a sentence that names the holder of an office gains by all others naming the same one, and the newest by its day
# when the office is held now. By judgement.
AGREED, HELD_NOW = 1.0, 2.0

# How many sentences a kind of question may get, and how far below the best score another may lie. A fact stands in one
# or two sentences; the reasons of one argument stand in several and share fewer words with the question.
MOST_CLAIMS = {
    Kind.WHO: 2, Kind.WHEN: 2, Kind.WHERE: 2, Kind.HOW_MANY: 2, Kind.YES_NO: 2, Kind.WHAT: 3, Kind.HOW: 3, Kind.WHY: 4,
}  # fmt: skip
REACH = {
    Kind.WHO: 1.0, Kind.WHEN: 1.0, Kind.WHERE: 1.0, Kind.HOW_MANY: 1.0, Kind.YES_NO: 1.0, Kind.WHAT: 1.3, Kind.HOW: 1.5,
    Kind.WHY: 6.0,
}  # fmt: skip
REACH_ELSEWHERE = 1.5
# What the plainest words of reason are worth, in points of score, when the sentences of a why question are chosen.
# Set by hand, like REACH and REASON_LEAD, on a single news analysis, in which the second and third reason hardly repeat
# a word of the question; the fitting sets mark one sentence a question and cannot say.
REASON_BONUS = 4.5
# How far above the best of these a sentence without such words must score to stay in front of them.
REASON_LEAD = 2.5
# And how much less sure the reader may be of it (places are 0..1). From what strength words of reason are plain; how
# sure the reader must be of further sentences with plain words, with others, and of those that are near enough by that;
# how far below the best score these and those with vague words may lie (others: REACH_ELSEWHERE); and what share of the
# question's terms that the best has around it they all need. By judgement, on the bundled articles.
PLACE_LEAD, PLAIN_REASON, PLACE_PLAIN, PLACE_VAGUE, PLACE_FOUND = 0.05, 0.7, 0.4, 0.6, 0.9
REACH_VAGUE, COVERED_REASON = 3.0, 0.5
# When sentences are compared for a conflict: how far below the best they may lie, what share of the question's terms
# that the best has around it they need, how sure the reader must be that their window answers (0.5 is even odds), and
# of the place (log-probability); and what share of those terms their article has to hold somewhere. By judgement, on
# the bundled articles.
REACH_TOLD, COVERED_TOLD, WINDOW_ANSWERS, PLACE_TOLD, MATTER_TOLD = 3.5, 0.7, 0.5, math.log(0.15), 0.75
# And how near the sentences must be to each other (cosine): reports of one figure resemble each other. Those that
# differ about one, in the bundled articles, have 0.73 or more; ten that were taken for such, there and in RealTimeQA's
# news, have 0.69 or less.
RESEMBLES = 0.7
# Or that they go on with the same so many telling words after the figure ("eleven firefighters were injured"). By
# judgement.
SAID_ALIKE = 2
# What share of the question's terms a sentence needs in it and around it to speak to what the question takes for
# granted. By judgement.
COVERED_DENIED = 0.6
# The words that answer are shown where the reader is this sure of the place, or where its number is the one that the
# words of the sentence count as asked: of 27 such places of SQuADShifts in which the reader was less sure, 24 were
# right, of 129 in which it was just sure enough 111. Kinds of question that have such words.
PLACE_SHOWN = math.log(0.25)
HAS_SHORT_ANSWER = frozenset({Kind.WHO, Kind.WHEN, Kind.WHERE, Kind.HOW_MANY})
# A sentence with no more telling words than these beside the question's tells that something was done, not why. How
# much surer the reader must be of another place in its article, which then tells why. By judgement, on articles made
# for it; none of 132 right answers to "why did" of SQuADShifts and SQuAD 2.0 is declined.
BARE, LIKELIER = 2, 0.1
