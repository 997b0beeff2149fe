"""placeholder"""
import numpy as np
from answering.evidence import NAMES
from answering.question import Kind
SENTENCE_WEIGHTS = np.zeros(len(NAMES)); LEXICAL_WEIGHTS = np.zeros(len(NAMES))
ANSWER_THRESHOLD = 0.5
MOST_CLAIMS: dict[Kind, int] = {k: 4 for k in Kind}
REACH: dict[Kind, float] = {k: 1.0 for k in Kind}
def answer_probability(f: object) -> float: return 1.0
