"""Dateline's answers under ragas: `python ragas_example.py http://127.0.0.1:8000`, after `pip install ragas`."""

import sys
from collections.abc import Mapping

from api.client import Dateline

QUESTIONS = {
    "How much was Brinefield Fish Sales fined?": "Brinefield Fish Sales was fined £48,000.",
    "Which ship was the first to enter Skelmouth when the port reopened?": "The coaster Anneke Dray entered first.",
}


def samples(url: str, questions: Mapping[str, str]) -> list[dict[str, object]]:
    """Rows for `EvaluationDataset.from_list`: question, answer, passages, and the answer that is right."""
    with Dateline(url) as dateline:
        answers = {question: dateline.ask(question) for question in questions}
    return [
        {
            "user_input": question,
            "response": answer.answer,
            "retrieved_contexts": [passage.text for passage in answer.passages],
            "reference": questions[question],
        }
        for question, answer in answers.items()
    ]


if __name__ == "__main__":
    from ragas import EvaluationDataset, evaluate
    from ragas.metrics import NonLLMStringSimilarity

    dataset = EvaluationDataset.from_list(samples(sys.argv[1], QUESTIONS))
    print(evaluate(dataset, metrics=[NonLLMStringSimilarity()]))  # others need a grading model: see ragas' pages
