"""The fitted constants of the extractive answerer. `python -m evals.calibrate_extractive` fits and prints them.

Fitted on: four of eight titles of a SQuAD 2.0 sample (passage given), 1,500 SQuADShifts Wikipedia questions over an
open corpus of their paragraphs (three quarters of the paragraphs), RealTimeQA news questions of every other week over
3,786 articles, and near misses made of these: the answering article removed, the answering sentence cut out, a name
changed, questions asked of a corpus about other things. The other titles, paragraphs and weeks were held out.

The stages of ranking: `LEXICAL_WEIGHTS` (words only) picks what is embedded, `EMBEDDED_WEIGHTS` what is compared word
by word, `SENTENCE_WEIGHTS` gives the score. The weights are for the bundled embedder; with another, whose cosines lie
elsewhere, fit again.

`ANSWER_THRESHOLD` is where 3 % of the news questions of the fitting half are refused although a right sentence stood
in the first two. It favours answering: most of what it lets through wrongly shares nearly all its words with the
question. `_PRIORS` of the fitting script, set by hand, are already added to `_ANSWER`.
"""

import math

import numpy as np

from answering.answerability import ANSWER_NAMES
from answering.evidence import NAMES, Features
from answering.question import Kind

_LEXICAL = {
    "coverage": 3.852, "coverage_around": 5.230, "names": -0.931, "names_around": 0.310, "numbers": -0.521,
    "phrases": 0.605, "pairs": 1.806, "typed": 0.983, "typed_who": 0.840, "typed_when": 1.003, "typed_where": -0.170,
    "typed_many": 1.732, "typed_why": -0.416, "typed_said": 0.492, "speaker": 2.227, "new_words": -0.343,
    "length": 0.154, "short": 0.564, "pronoun": 0.197, "lead": 1.980, "first": -0.585, "rank": 0.908,
    "passage_cosine": 11.508, "title_coverage": 1.178, "coverage_best": 2.142, "cosine": 0.000, "cosine_best": 0.000,
    "worded": 0.000, "worded_best": 0.000,
}  # fmt: skip
_EMBEDDED = {
    "coverage": 2.041, "coverage_around": 3.397, "names": -1.664, "names_around": 0.199, "numbers": -0.790,
    "phrases": 0.255, "pairs": 1.106, "typed": 0.921, "typed_who": 0.467, "typed_when": 1.116, "typed_where": -0.056,
    "typed_many": 1.614, "typed_why": -0.941, "typed_said": 0.603, "speaker": 1.909, "new_words": -0.410,
    "length": 0.182, "short": -0.502, "pronoun": 0.467, "lead": 0.730, "first": -0.370, "rank": 0.577,
    "passage_cosine": 7.531, "title_coverage": -1.823, "coverage_best": 3.463, "cosine": 0.092, "cosine_best": 5.617,
    "worded": 0.000, "worded_best": 0.000,
}  # fmt: skip
_SENTENCE = {
    "coverage": -1.836, "coverage_around": 3.140, "names": -1.923, "names_around": 0.295, "numbers": -0.944,
    "phrases": 0.357, "pairs": 1.117, "typed": 0.846, "typed_who": 0.543, "typed_when": 0.891, "typed_where": -0.417,
    "typed_many": 1.845, "typed_why": -0.684, "typed_said": 0.493, "speaker": 1.668, "new_words": -0.684,
    "length": -0.098, "short": 0.105, "pronoun": 0.376, "lead": 1.042, "first": -0.446, "rank": -0.577,
    "passage_cosine": 9.626, "title_coverage": -3.279, "coverage_best": 2.764, "cosine": -3.636, "cosine_best": 7.967,
    "worded": 0.714, "worded_best": 5.213,
}  # fmt: skip
_ANSWER = {
    "score": 0.858, "margin": 0.432, "cosine": 3.264, "cosine_top": 3.511, "similarity": -1.005, "coverage": -1.576,
    "coverage_around": 2.866, "coverage_anywhere": 0.191, "name_absent": 0.379, "name_not_near": -1.180,
    "name_not_in": -0.114, "number_absent": -0.855, "number_not_near": -0.015, "rarest_absent": 0.004,
    "rarest_not_near": 0.208, "rarest_not_in": -0.524, "typed": 0.039, "untyped_kind": 0.179, "pairs": 1.179,
    "phrases": 0.781, "speaker_missing": -0.413, "terms": 1.104, "why": -0.255, "said": 0.127, "crowd": -2.038,
    "any_name_absent": -4.869, "worded_top": 2.854, "many_typed": 1.440, "when_typed": 0.305, "plain_in": 0.187,
    "plain_near": -0.183, "speaker": 0.793, "unit": 0.861, "why_named": 1.833,
}  # fmt: skip
_ANSWER_INTERCEPT = -8.678
ANSWER_THRESHOLD = 0.19

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
