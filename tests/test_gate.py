"""The gate over the bundled articles, and the gate itself: worse search and lying answers make it fail and are named."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api.engine import Engine
from api.settings import read_settings
from corpus.errors import InvalidInput
from evals.eval_command import app
from evals.files import BUNDLED_SUITE, write_run
from evals.gate import Floors, judge, lowered, pin, read_floors, write_floors
from evals.results import Results
from evals.run import Plan, run
from evals.suite import Suite, read_suite
from evals.target import LocalTarget
from tests.running import copied
from tests.scripted_model import Mode, ScriptedModel

_MOST_OF_A_TAG = 3  # cases, where the gate and not the answers are tested


@pytest.fixture
def engine_over(sample: Path, tmp_path: Path) -> Iterator[Any]:
    """Opens engines over copies of the bundled articles."""
    opened: list[Engine] = []

    def make(**settings: Any) -> Engine:
        data = copied(sample, tmp_path / f"data{len(opened)}")
        opened.append(Engine(read_settings(data=data, sample=False, **settings)))
        return opened[-1]

    yield make
    for engine in opened:
        engine.close()


def results_of(engine: Engine, suite: Suite, journal: Path) -> Results:
    target = LocalTarget(engine)
    try:
        return run(Plan(suite, target, journal, concurrency=2))
    finally:
        target.close()


def few(suite: Suite) -> Suite:
    """The first cases of some tags that hold today."""
    held = set(read_floors(BUNDLED_SUITE / "floors.json").held)
    cases = [
        case
        for tag in ("numbers", "who-said", "as-of")
        for case in [one for one in suite.cases if tag in one.tags and one.id in held][:_MOST_OF_A_TAG]
    ]
    return replace(suite, cases=tuple(cases))


@pytest.mark.timeout(1200)  # a minute on two free cores
def test_the_bundled_suite_holds_its_floors(engine_over: Any, tmp_path: Path) -> None:
    results = results_of(engine_over(), read_suite(BUNDLED_SUITE), tmp_path / "journal.jsonl")
    judgement = judge(results, read_floors(BUNDLED_SUITE / "floors.json"))
    broken = "\n".join(f"{one.case.id}: {' '.join(one.faults)}" for one in judgement.broken)
    assert not judgement.falls, "\n".join(map(str, judgement.falls)) + "\n" + broken


class Worse:
    """A searcher that keeps the best passages to itself."""

    def __init__(self, searcher: Any) -> None:
        self._searcher = searcher

    def __getattr__(self, name: str) -> Any:
        return getattr(self._searcher, name)

    def search(self, *arguments: Any, **more: Any) -> Any:
        found = self._searcher.search(*arguments, **more)
        return replace(found, passages=tuple(reversed(found.passages[4:])))


def test_worse_search_and_lying_answers_make_the_gate_fail_and_are_named(engine_over: Any, tmp_path: Path) -> None:
    suite = few(read_suite(BUNDLED_SUITE))
    engine = engine_over()
    good = results_of(engine, suite, tmp_path / "good")
    floors = pin(good, slack=0)
    assert good.passed == len(suite.cases) and not judge(good, floors).falls

    engine.asker._searcher = Worse(engine.searcher)
    worse = judge(results_of(engine, suite, tmp_path / "worse"), floors)
    fallen = {fall.name for fall in worse.falls}
    assert {"passed", "hits@4", "ndcg@10", "numbers/passed", "who-said/passed"} <= fallen and worse.broken
    assert any(str(fall).startswith("nDCG@10 (ndcg@10) is ") for fall in worse.falls)

    with ScriptedModel(Mode.WRONG_NUMBERS) as model:
        liar = engine_over(model="scripted", model_base_url=model.base_url, policy="off")
        lies = judge(results_of(liar, suite, tmp_path / "lies"), floors)
    fallen = {fall.name for fall in lies.falls}
    assert {"passed", "fact_recall", "citation_recall", "correct_when_answered", "numbers/passed"} <= fallen
    assert "hits@4" not in fallen  # what was found is as good as before
    assert {"number-quota", "number-pupils"} <= {one.case.id for one in lies.broken}


def floors_of(**figures: float) -> Floors:
    return Floors(suite="s", suite_digest="d", corpus_digest="c", slack=0, floors=figures, held=())


def test_lowering_a_floor_is_noticed_in_both_directions() -> None:
    old = floors_of(passed=0.9, wrongly_abstained=0.05, recall=1.0)
    assert not lowered(old, floors_of(passed=0.95, wrongly_abstained=0.04, recall=1.0))
    names = {fall.name for fall in lowered(old, floors_of(passed=0.89, wrongly_abstained=0.06))}
    assert names == {"passed", "wrongly_abstained", "recall"}
    assert "above its ceiling" in str(lowered(old, floors_of(passed=0.9, wrongly_abstained=0.06, recall=1.0))[0])
    assert "is not measured any more" in str(lowered(floors_of(passed=0.9), floors_of())[0])


@pytest.fixture(scope="module")
def kept(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small run."""
    folder = tmp_path_factory.mktemp("kept")
    suite = read_suite(BUNDLED_SUITE)
    suite = replace(suite, cases=tuple(case for case in suite.cases if case.id in ("number-fine", "none-france")))
    with Engine(read_settings(data=copied(sample, folder / "data"), sample=False)) as engine:
        write_run(results_of(engine, suite, folder / "journal"), folder / "out")
    return folder / "out"


def test_the_command_pins_holds_and_refuses(kept: Path, tmp_path: Path) -> None:
    floors = tmp_path / "floors.json"
    runner = CliRunner()

    def gate(*more: str) -> tuple[int, str]:
        done = runner.invoke(app, ["gate", str(kept), "--floors", str(floors), *more])
        if isinstance(done.exception, Exception) and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done.exit_code, done.output

    with pytest.raises(InvalidInput, match="--update` makes it"):
        gate()
    assert gate("--update", "--slack", "0")[0] == 0 and gate() == (0, "All floors hold (2 of 2 cases).\n")
    high = read_floors(floors).model_copy(update={"floors": {"passed": 1.0, "token_f1": 1.1, "gone": 0.5}})
    write_floors(floors, high)
    code, said = gate()
    assert code == 1 and "fell: gone (gone) is not measured any more" in said and "Cases that hold" not in said
    code, said = gate("--update")
    assert code == 1 and "is left as it is" in said and read_floors(floors) == high
    assert gate("--update", "--allow-regression")[0] == 0 and gate()[0] == 0
    write_floors(floors, read_floors(floors).model_copy(update={"corpus_digest": "other"}))
    with pytest.raises(InvalidInput, match="pinned over other articles"):
        gate()
    write_floors(floors, read_floors(floors).model_copy(update={"suite_digest": "other"}))
    with pytest.raises(InvalidInput, match="another state of the suite"):
        gate()
