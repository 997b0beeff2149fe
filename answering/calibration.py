"""The fitted constants of the extractive answerer. `python -m evals.calibrate_extractive` fits and prints them.

Fitted on: four of eight titles of a SQuAD 2.0 sample (passage given), 1,500 SQuADShifts Wikipedia questions over an open
corpus of their paragraphs (three quarters of the paragraphs), RealTimeQA news questions of every other week over 3,786
articles, and near misses made of these: the answering article removed, the answering sentence cut out, a name changed,
questions asked of a corpus about other things. The other titles, paragraphs and weeks were held out.

The stages of ranking: `LEXICAL_WEIGHTS` (words only) picks what is embedded, `EMBEDDED_WEIGHTS` what is compared word by
word, `SENTENCE_WEIGHTS` gives the score. The weights are for the bundled embedder; with another, whose cosines lie
elsewhere, fit again.

`ANSWER_THRESHOLD` is where 3 % of the news questions of the fitting half are refused although a right sentence stood in
the first two. It favours answering: most of what it lets through wrongly shares nearly all its words with the question.
"""

import math

import numpy as np

from answering.answerability import ANSWER_NAMES
from answering.evidence import NAMES, Features
from answering.question import Kind

_LEXICAL = {
    "coverage": 3.847, "coverage_around": 5.245, "names": -0.929, "names_around": 0.300, "numbers": -0.513,
    "phrases": 0.616, "pairs": 1.800, "typed": 0.983, "typed_who": 0.841, "typed_when": 1.001, "typed_where": -0.165,
    "typed_many": 1.728, "typed_why": -0.417, "typed_said": 0.499, "speaker": 2.216, "new_words": -0.353,
    "length": 0.165, "short": 0.553, "pronoun": 0.202, "lead": 1.941, "first": -0.567, "rank": 0.886,
    "passage_cosine": 11.529, "title_coverage": 1.171, "coverage_best": 2.140, "cosine": 0.000, "cosine_best": 0.000,
    "worded": 0.000, "worded_best": 0.000,
}  # fmt: skip
_EMBEDDED = {
    "coverage": 1.957, "coverage_around": 4.186, "names": -1.618, "names_around": 0.561, "numbers": -0.706,
    "phrases": 0.330, "pairs": 1.112, "typed": 0.919, "typed_who": 0.722, "typed_when": 0.932, "typed_where": -0.267,
    "typed_many": 1.557, "typed_why": -1.129, "typed_said": 0.697, "speaker": 1.886, "new_words": 0.008,
    "length": -0.014, "short": -0.250, "pronoun": 0.432, "lead": 1.346, "first": -0.525, "rank": 0.424,
    "passage_cosine": 7.459, "title_coverage": -0.795, "coverage_best": 3.162, "cosine": 0.425, "cosine_best": 5.249,
    "worded": 0.000, "worded_best": 0.000,
}  # fmt: skip
_SENTENCE = {
    "coverage": -1.578, "coverage_around": 3.736, "names": -1.783, "names_around": 0.664, "numbers": -0.871,
    "phrases": 0.374, "pairs": 1.259, "typed": 0.868, "typed_who": 0.747, "typed_when": 0.804, "typed_where": -0.398,
    "typed_many": 1.589, "typed_why": -0.846, "typed_said": 0.537, "speaker": 1.444, "new_words": -0.193,
    "length": -0.227, "short": 0.120, "pronoun": 0.417, "lead": 1.388, "first": -0.506, "rank": 0.068,
    "passage_cosine": 8.070, "title_coverage": -1.120, "coverage_best": 1.789, "cosine": -1.593, "cosine_best": 6.163,
    "worded": 1.511, "worded_best": 4.528,
}  # fmt: skip
_ANSWER = {
    "score": 2.350, "margin": 0.369, "cosine": 3.240, "cosine_top": 3.512, "similarity": -0.948, "coverage": -1.361,
    "coverage_around": 2.162, "coverage_anywhere": 0.375, "name_absent": 0.354, "name_not_near": -1.146,
    "name_not_in": -0.099, "number_absent": -0.729, "number_not_near": -0.038, "rarest_absent": 0.044,
    "rarest_not_near": 0.157, "rarest_not_in": -0.535, "typed": -0.152, "untyped_kind": 0.195, "pairs": 0.895,
    "phrases": 0.875, "speaker_missing": -1.039, "terms": 1.165, "why": -0.215, "said": 0.103, "crowd": -2.038,
    "any_name_absent": -3.266, "worded_top": 2.758, "many_typed": 1.400, "when_typed": 0.326, "plain_in": 0.285,
    "plain_near": -0.340, "speaker": 0.603, "unit": 0.688, "why_named": 1.817,
}  # fmt: skip
_ANSWER_INTERCEPT = -8.856
ANSWER_THRESHOLD = 0.14

SENTENCE_WEIGHTS = np.array([_SENTENCE.get(name, 0.0) for name in NAMES])
EMBEDDED_WEIGHTS = np.array([_EMBEDDED.get(name, 0.0) for name in NAMES])
LEXICAL_WEIGHTS = np.array([_LEXICAL.get(name, 0.0) for name in NAMES])
_ANSWER_WEIGHTS = np.array([_ANSWER.get(name, 0.0) for name in ANSWER_NAMES])


def answer_probability(features: Features) -> float:
    """The probability, 0..1, that the passages answer; `features` is one row of `ANSWER_NAMES`."""
    logit = float(features @ _ANSWER_WEIGHTS) + _ANSWER_INTERCEPT
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))


# How many sentences a kind of question may get, and how far below the best score another may lie. A fact stands in one
# or two sentences; the reasons of one argument stand in several and share fewer words with the question.
MOST_CLAIMS = {
    Kind.WHO: 2, Kind.WHEN: 2, Kind.WHERE: 2, Kind.HOW_MANY: 2, Kind.YES_NO: 2, Kind.WHAT: 3, Kind.HOW: 3, Kind.WHY: 4,
}  # fmt: skip
REACH = {
    Kind.WHO: 1.0, Kind.WHEN: 1.0, Kind.WHERE: 1.0, Kind.HOW_MANY: 1.0, Kind.YES_NO: 1.0, Kind.WHAT: 1.3, Kind.HOW: 1.5,
    Kind.WHY: 7.0,
}  # fmt: skip
REACH_ELSEWHERE = 1.5
# What the plainest words of reason are worth, in points of score, when the sentences of a why question are chosen.
# Set by hand on news analyses, in which the second and third reason hardly repeat a word of the question; the fitting
# sets mark one sentence a question and cannot say.
REASON_BONUS = 4.5
# How far above the best of these a sentence without such words must score to stay in front of them.
REASON_LEAD = 2.5
