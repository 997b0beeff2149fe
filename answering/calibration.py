"""The fitted constants of the extractive answerer. `python -m evals.calibrate_extractive` fits and prints them.

Fitted on: four of eight titles of a SQuAD 2.0 sample (passage given), 1,500 SQuADShifts Wikipedia questions over an
open corpus of their paragraphs (three quarters of the paragraphs), RealTimeQA news questions of every other week over
3,786 articles, and near misses made of these: the answering article removed, the answering sentence cut out, a name
changed, questions asked of a corpus about other things. The other titles, paragraphs and weeks were held out.

The stages of ranking: `LEXICAL_WEIGHTS` (words only) picks what is embedded, `EMBEDDED_WEIGHTS` what is compared word
by word, `SENTENCE_WEIGHTS` gives the score. The weights are for the bundled embedder; with another, whose cosines lie
elsewhere, fit again.

`ANSWER_THRESHOLD` is a little below where 4 % of the news questions of the fitting half are refused although a right
sentence stood in the first two. It favours answering: most of what it lets through wrongly shares nearly all its
words with the question. `_PRIORS` of the fitting script, set by hand, are already added to `_ANSWER`.
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
    "coverage": 1.982, "coverage_around": 4.215, "names": -1.533, "names_around": 0.629, "numbers": -0.666,
    "phrases": 0.322, "pairs": 1.174, "typed": 0.916, "typed_who": 0.694, "typed_when": 0.999, "typed_where": -0.267,
    "typed_many": 1.504, "typed_why": -1.119, "typed_said": 0.675, "speaker": 1.831, "new_words": 0.059,
    "length": -0.032, "short": -0.177, "pronoun": 0.422, "lead": 1.359, "first": -0.531, "rank": 0.446,
    "passage_cosine": 7.379, "title_coverage": -0.329, "coverage_best": 2.995, "cosine": 0.618, "cosine_best": 5.034,
    "worded": 0.000, "worded_best": 0.000,
}  # fmt: skip
_SENTENCE = {
    "coverage": -1.493, "coverage_around": 4.170, "names": -1.918, "names_around": 0.849, "numbers": -1.016,
    "phrases": 0.376, "pairs": 1.170, "typed": 0.891, "typed_who": 0.801, "typed_when": 0.843, "typed_where": -0.534,
    "typed_many": 1.657, "typed_why": -0.842, "typed_said": 0.580, "speaker": 1.634, "new_words": -0.078,
    "length": -0.253, "short": 0.108, "pronoun": 0.425, "lead": 1.600, "first": -0.608, "rank": -0.347,
    "passage_cosine": 8.393, "title_coverage": -0.487, "coverage_best": 1.475, "cosine": -1.134, "cosine_best": 5.763,
    "worded": 1.869, "worded_best": 4.437,
}  # fmt: skip
_ANSWER = {
    "score": 2.702, "margin": 0.328, "cosine": 2.835, "cosine_top": 3.889, "similarity": -1.093, "coverage": -1.168,
    "coverage_around": 1.811, "coverage_anywhere": 0.389, "name_absent": 0.458, "name_not_near": -1.227,
    "name_not_in": -0.028, "number_absent": -0.682, "number_not_near": -0.083, "rarest_absent": 0.027,
    "rarest_not_near": 0.266, "rarest_not_in": -0.626, "typed": -0.389, "untyped_kind": 0.041, "pairs": 0.896,
    "phrases": 0.957, "speaker_missing": -1.108, "terms": 1.165, "why": -0.306, "said": 0.080, "crowd": -2.014,
    "any_name_absent": -4.919, "worded_top": 2.524, "many_typed": 1.611, "when_typed": 0.449, "plain_in": 0.365,
    "plain_near": -0.408, "speaker": 0.517, "unit": 0.667, "why_named": 1.807,
}  # fmt: skip
_ANSWER_INTERCEPT = -8.984
ANSWER_THRESHOLD = 0.13

SENTENCE_WEIGHTS = np.array([_SENTENCE.get(name, 0.0) for name in NAMES])
EMBEDDED_WEIGHTS = np.array([_EMBEDDED.get(name, 0.0) for name in NAMES])
LEXICAL_WEIGHTS = np.array([_LEXICAL.get(name, 0.0) for name in NAMES])
_ANSWER_WEIGHTS = np.array([_ANSWER.get(name, 0.0) for name in ANSWER_NAMES])


def answer_probability(features: Features) -> float:
    """The probability, 0..1, that the passages answer; `features` is one row of `ANSWER_NAMES`."""
    logit = float(features @ _ANSWER_WEIGHTS) + _ANSWER_INTERCEPT
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))


# What a sentence gains in score by being of the outlet, or of the time, that the question names. By judgement.
HINT_BONUS = 3.5

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
# Set by hand, like REACH and REASON_LEAD, on a single news analysis, in which the second and third reason hardly repeat
# a word of the question; the fitting sets mark one sentence a question and cannot say.
REASON_BONUS = 4.5
# How far above the best of these a sentence without such words must score to stay in front of them.
REASON_LEAD = 2.5
