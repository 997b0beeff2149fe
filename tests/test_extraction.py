"""The evaluation of page reading, on two pages made here."""

import gzip
import json
from pathlib import Path

import pytest

from evals.extraction import main, overlap
from tests.documents import SENTENCE, page


def test_overlap_counts_shingles_in_both_directions() -> None:
    same = overlap("One two three four five.", "one TWO three, four five")
    assert (same.f1, same.precision, same.recall) == (1, 1, 1)
    half = overlap("a b c d e", "a b c d e f g")
    assert (half.precision, half.recall) == (1, 0.5)
    assert overlap("", "a b").f1 == overlap("a b", "").f1 == overlap("x y", "a b").f1 == 0


def test_the_table_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "html").mkdir()
    gold = {}
    for number in range(2):
        head = f'<title>Page {number}</title><meta property="article:published_time" content="2024-05-0{number + 1}">'
        (tmp_path / "html" / f"{number}.html.gz").write_bytes(gzip.compress(page(head, paragraphs=3 + number)))
        body = "\n".join(f"{n}. {SENTENCE * 3}" for n in range(3 + number))
        gold[str(number)] = {"articleBody": body, "url": f"https://coast.example/{number}"}
    (tmp_path / "ground-truth.json").write_text(json.dumps(gold))
    main(tmp_path)
    shown = capsys.readouterr().out
    assert "Body, 2 pages" in shown and "2 of 2" in shown and "Same day where both found one: 2 of 2." in shown
