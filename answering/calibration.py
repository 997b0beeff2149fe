"""The fitted constants of the extractive answerer. `python -m evals.calibrate_extractive` fits and prints them.

Provisional.
"""

import math

import numpy as np

from answering.answerability import ANSWER_NAMES
from answering.evidence import NAMES, Features
from answering.question import Kind

_LEXICAL = {
    "coverage": 3.937, "coverage_around": 4.321, "names": -1.37, "names_around": -0.164, "numbers": 0.024,
    "phrases": 0.015, "pairs": 0.243, "typed": 0.86, "typed_who": 0.103, "typed_when": 1.167, "typed_where": 0.247,
    "typed_many": 1.672, "typed_why": 0.613, "typed_said": 0.463, "speaker": 1.13, "new_words": -0.415, "length": 0.19,
    "short": -0.133, "pronoun": 0.33, "lead": 1.547, "first": -0.576, "rank": 0.5, "passage_score": 0.5,
    "title_coverage": 0.0, "coverage_best": 2.978, "cosine": 0.0, "cosine_best": 0.0,
}  # fmt: skip
_SENTENCE = {
    "coverage": 2.745, "coverage_around": 3.934, "names": -1.753, "names_around": -0.121, "numbers": 0.076,
    "phrases": -0.1, "pairs": 0.249, "typed": 0.883, "typed_who": 0.308, "typed_when": 1.183, "typed_where": 0.233,
    "typed_many": 1.392, "typed_why": 0.257, "typed_said": 0.44, "speaker": 1.227, "new_words": 0.103, "length": 0.236,
    "short": -0.193, "pronoun": 0.487, "lead": 1.376, "first": -0.614, "rank": 0.5, "passage_score": 0.5,
    "title_coverage": 0.0, "coverage_best": 2.077, "cosine": 3.11, "cosine_best": 3.283,
}  # fmt: skip
_ANSWER = {
    "score": 0.25, "margin": 0.855, "cosine": 1.304, "cosine_top": 1.607, "similarity": 3.528, "coverage": -0.791,
    "coverage_around": 2.425, "coverage_anywhere": -0.229, "name_absent": -0.274, "name_not_near": -0.274,
    "name_not_in": -0.511, "number_absent": -0.868, "number_not_near": -0.868, "rarest_absent": 0.216,
    "rarest_not_near": 0.402, "rarest_not_in": -0.21, "typed": -0.046, "untyped_kind": 0.247, "pairs": -0.075,
    "phrases": 0.591, "speaker_missing": -0.492, "terms": -0.599, "why": -0.058, "said": 0.352, "crowd": 0.355,
}  # fmt: skip
_ANSWER_INTERCEPT = 0.096
ANSWER_THRESHOLD = 0.45

SENTENCE_WEIGHTS = np.array([_SENTENCE.get(name, 0.0) for name in NAMES])
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
    Kind.WHY: 3.5,
}  # fmt: skip
SENTENCE_WEIGHTS = EMBEDDED_WEIGHTS = np.array([_SENTENCE.get(name, 0.0) for name in NAMES])
