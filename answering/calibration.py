"""The fitted constants of the extractive answerer. `python -m evals.calibrate_extractive` fits and prints them.

Fitted on: four of eight titles of a SQuAD 2.0 sample (passage given), 1,500 SQuADShifts Wikipedia questions over an open
corpus of their paragraphs (three quarters of the paragraphs), RealTimeQA news questions of every other week over 3,786
articles, and near misses made of these: the answering article removed, the answering sentence cut out, a name changed,
questions asked of a corpus about other things. The other titles, paragraphs and weeks were held out.

The stages of ranking: `LEXICAL_WEIGHTS` (words only) picks what is embedded, `EMBEDDED_WEIGHTS` what is compared word by
word, `SENTENCE_WEIGHTS` gives the score. The weights are for the bundled embedder; with another, whose cosines lie
elsewhere, fit again.

`ANSWER_THRESHOLD` is where 4 % of the news questions of the fitting half are refused although a right sentence stood in
the first two. It favours answering: most of what it lets through wrongly shares nearly all its words with the question.
"""

import math

import numpy as np

from answering.answerability import ANSWER_NAMES
from answering.evidence import NAMES, Features
from answering.question import Kind

_LEXICAL = {
    "coverage": 3.848, "coverage_around": 5.244, "names": -0.931, "names_around": 0.300, "numbers": -0.513,
    "phrases": 0.617, "pairs": 1.799, "typed": 0.983, "typed_who": 0.841, "typed_when": 1.002, "typed_where": -0.165,
    "typed_many": 1.727, "typed_why": -0.416, "typed_said": 0.499, "speaker": 2.217, "new_words": -0.353,
    "length": 0.165, "short": 0.562, "pronoun": 0.201, "lead": 1.941, "first": -0.567, "rank": 0.886,
    "passage_cosine": 11.529, "title_coverage": 1.170, "coverage_best": 2.140, "cosine": 0.000, "cosine_best": 0.000,
    "worded": 0.000, "worded_best": 0.000,
}  # fmt: skip
_EMBEDDED = {
    "coverage": 1.958, "coverage_around": 4.185, "names": -1.619, "names_around": 0.560, "numbers": -0.706,
    "phrases": 0.331, "pairs": 1.112, "typed": 0.919, "typed_who": 0.722, "typed_when": 0.932, "typed_where": -0.267,
    "typed_many": 1.557, "typed_why": -1.128, "typed_said": 0.697, "speaker": 1.887, "new_words": 0.008,
    "length": -0.014, "short": -0.245, "pronoun": 0.431, "lead": 1.346, "first": -0.524, "rank": 0.425,
    "passage_cosine": 7.456, "title_coverage": -0.795, "coverage_best": 3.162, "cosine": 0.426, "cosine_best": 5.248,
    "worded": 0.000, "worded_best": 0.000,
}  # fmt: skip
_SENTENCE = {
    "coverage": -1.579, "coverage_around": 3.737, "names": -1.783, "names_around": 0.665, "numbers": -0.870,
    "phrases": 0.375, "pairs": 1.259, "typed": 0.868, "typed_who": 0.747, "typed_when": 0.804, "typed_where": -0.399,
    "typed_many": 1.589, "typed_why": -0.845, "typed_said": 0.537, "speaker": 1.445, "new_words": -0.194,
    "length": -0.227, "short": 0.127, "pronoun": 0.417, "lead": 1.390, "first": -0.507, "rank": 0.068,
    "passage_cosine": 8.075, "title_coverage": -1.121, "coverage_best": 1.790, "cosine": -1.596, "cosine_best": 6.164,
    "worded": 1.510, "worded_best": 4.528,
}  # fmt: skip
_ANSWER = {
    "score": 2.311, "margin": 0.382, "cosine": 3.236, "cosine_top": 3.512, "similarity": -0.955, "coverage": -1.397,
    "coverage_around": 2.192, "coverage_anywhere": 0.360, "name_absent": 0.352, "name_not_near": -1.150,
    "name_not_in": -0.076, "number_absent": -0.722, "number_not_near": -0.037, "rarest_absent": 0.043,
    "rarest_not_near": 0.180, "rarest_not_in": -0.566, "typed": -0.154, "untyped_kind": 0.189, "pairs": 0.898,
    "phrases": 0.871, "speaker_missing": -1.037, "terms": 1.168, "why": 0.752, "said": 0.096, "crowd": -2.005,
    "any_name_absent": -3.272, "worded_top": 2.769, "many_typed": 1.397, "when_typed": 0.329, "plain_in": 0.259,
    "plain_near": -0.324, "speaker": 0.624, "unit": -0.312,
}  # fmt: skip
_ANSWER_INTERCEPT = -8.844
ANSWER_THRESHOLD = 0.17

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
