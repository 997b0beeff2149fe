"""What is installed elsewhere is whole: the wheel holds every file of the packages, and works outside the repository."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parent.parent
PACKAGES = ("corpus", "retrieval", "answering", "api", "evals")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, so that nothing is left in the repository."""
    source, out = tmp_path_factory.mktemp("source") / "dateline", tmp_path_factory.mktemp("wheel")
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(REPOSITORY / name, source)
    for package in PACKAGES:
        shutil.copytree(REPOSITORY / package, source / package, ignore=shutil.ignore_patterns("__pycache__"))
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(source)]
    subprocess.run(command, check=True, capture_output=True, timeout=240)
    (made,) = out.glob("*.whl")
    return made


def test_the_wheel_holds_every_file_of_the_packages(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    files = (file for package in PACKAGES for file in (REPOSITORY / package).rglob("*") if file.is_file())
    wanted = {file.relative_to(REPOSITORY).as_posix() for file in files if "__pycache__" not in file.parts}
    assert not wanted - held and len(wanted) > 300


def test_the_command_runs_from_the_wheel(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    code = "import sys; from api.cli import main; import api; assert 'site' in api.__file__, api.__file__; main()"
    environment = {
        "PYTHONPATH": str(tmp_path / "site"),
        "DATELINE_DATA": str(tmp_path / "data"),
        "DATELINE_SAMPLE": "0",
    }
    done = subprocess.run(
        [sys.executable, "-c", code, "articles", "--json"],
        cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=240, check=True,
    )  # fmt: skip
    assert '"data": []' in done.stdout and (tmp_path / "data" / "dateline.sqlite").exists()  # its tables are made
