"""Collections in BEIR's form are read and measured."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from evals.beir import figures, read_qrels
from tests.running import share_model


def test_figures_of_a_ranking() -> None:
    assert figures(["a", "b"], {"a": 1}) == (1.0, 1.0, 1.0)
    ndcg, precision, recall = figures(["x", "a", "y", "b"], {"a": 1, "b": 1, "c": 1})
    assert precision == pytest.approx((1 / 2 + 2 / 4) / 3) and recall == pytest.approx(2 / 3)
    assert ndcg == pytest.approx((1 / 1.584963 + 1 / 2.321928) / (1 + 1 / 1.584963 + 1 / 2))
    assert figures(["b", "a"], {"a": 2, "b": 1})[0] < 1.0 == figures(["a", "b"], {"a": 2, "b": 1})[0]
    assert figures(["a"], {"a": 0}) == (0.0, 0.0, 0.0)


def test_a_bad_line_of_judgements_is_named(tmp_path: Path) -> None:
    file = tmp_path / "test.tsv"
    file.write_text("query-id\tcorpus-id\tscore\nq1\td1\t1\nq1 d2 1\n")
    with pytest.raises(SystemExit, match="line 3"):
        read_qrels(file)


def test_a_folder_is_measured(tmp_path: Path, made_files: Path) -> None:
    documents = [("d1", "Ferry", "The Vannow ferry sails at noon."), ("d2", "Herring", "The quota was cut.")]
    rows = (json.dumps({"_id": i, "title": title, "text": text}) for i, title, text in documents)
    (tmp_path / "corpus.jsonl").write_text("\n".join(rows))
    (tmp_path / "queries.jsonl").write_text(json.dumps({"_id": "q1", "text": "When does the ferry sail?"}))
    (tmp_path / "qrels").mkdir()
    (tmp_path / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq1\td1\t1\n")
    share_model(made_files, tmp_path / "data")
    command = [sys.executable, "-m", "evals.beir", str(tmp_path), "--keep", str(tmp_path / "data")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "2 documents" in done.stdout and "judgements: 1" in done.stdout
    assert all(f"| {side} | 1.000" in done.stdout for side in ("dense", "keyword", "fused"))
