"""Reading FalseQA: pairs of a false and a true question, with one thing said or several."""

from pathlib import Path

from evals.falseqa import Asked, article_of, read_pairs

ROWS = """question,answer,label
How many eggs does a cat lay?,"['Cats lay no eggs.', 'Mammals do not lay eggs']",1
"When did gulls, in Velm, learn chess?",Gulls play no chess.,1
How many eggs does a hen lay?,About 250 a year.,0
When did gulls settle in Velm?,since 1971,0
"""


def test_each_false_question_comes_with_its_twin(tmp_path: Path) -> None:
    file = tmp_path / "test.csv"
    file.write_text(ROWS, encoding="utf-8")
    assert read_pairs(file) == [
        (
            Asked("How many eggs does a cat lay?", ("Cats lay no eggs.", "Mammals do not lay eggs")),
            Asked("How many eggs does a hen lay?", ("About 250 a year.",)),
        ),
        (
            Asked("When did gulls, in Velm, learn chess?", ("Gulls play no chess.",)),
            Asked("When did gulls settle in Velm?", ("since 1971",)),
        ),
    ]


def test_what_is_said_becomes_sentences_of_one_article() -> None:
    passage = article_of(("Cats lay no eggs.", "Mammals do not lay eggs"))
    assert passage.text == passage.article.body == "Cats lay no eggs.\nMammals do not lay eggs."
