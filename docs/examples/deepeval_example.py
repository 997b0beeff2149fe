"""Dateline under deepeval: `DATELINE_URL=... deepeval test run deepeval_example.py`, after `pip install deepeval`."""

import os
from collections.abc import Mapping

from api.client import Dateline

QUESTIONS = {
    "How much was Brinefield Fish Sales fined?": "£48,000",
    "Which ship was the first to enter Skelmouth when the port reopened?": "Anneke Dray",
}


def cases(url: str, questions: Mapping[str, str]) -> list[dict[str, object]]:
    """Arguments of `LLMTestCase`: `retrieval_context` are the passages that the answer was made from."""
    with Dateline(url) as dateline:
        answers = {question: dateline.ask(question) for question in questions}
    return [
        {
            "input": question,
            "actual_output": answer.answer,
            "expected_output": questions[question],
            "retrieval_context": [passage.text for passage in answer.passages],
        }
        for question, answer in answers.items()
    ]


def test_answers_are_as_expected() -> None:
    """Each answer holds what is expected; `metrics` may be any of deepeval's, most of which need a grading model."""
    from deepeval import assert_test
    from deepeval.metrics import PatternMatchMetric
    from deepeval.test_case import LLMTestCase

    for fields in cases(os.environ["DATELINE_URL"], QUESTIONS):
        expected = PatternMatchMetric(pattern=f".*{fields['expected_output']}.*")
        assert_test(LLMTestCase(**fields), [expected])
