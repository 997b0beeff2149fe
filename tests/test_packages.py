"""What containers, compose, Prometheus, Grafana and systemd are told is what this code knows: names, files, metrics."""

import json
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import httpx
import pytest
import typer
import yaml
from prometheus_client.parser import text_string_to_metric_families

from api.cli import app
from api.engine import Engine
from api.settings import Settings, read_settings
from retrieval.embedder import BUNDLED
from tests.running import Server
from tests.test_start import until_ready

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"
UNIT = DEPLOY / "systemd" / "dateline.service"
ALERTS = DEPLOY / "prometheus" / "alerts.yaml"
SETTINGS = {f"DATELINE_{name.upper()}" for name in Settings.model_fields}
# Made by whoever starts it.
SECRETS = {"./secrets/prometheus.key"}
NAME = re.compile(r"\b(?:dateline|process)_\w+")
OF_PROMETHEUS = {"job", "instance", "le"}  # labels that it adds itself, or that every histogram has


def read_yaml(path: Path) -> Any:
    return yaml.safe_load(path.read_text())


# A container


@pytest.fixture(scope="module")
def dockerfile() -> list[tuple[str, str]]:
    """Its instructions and their arguments, in order."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.M).replace("\\\n", "")
    return [(line.split()[0], line.partition(" ")[2].strip()) for line in text.splitlines() if line.strip()]


@pytest.fixture(scope="module")
def final(dockerfile: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The instructions of the last stage, of which the image is."""
    last = max(at for at, (name, _) in enumerate(dockerfile) if name == "FROM")
    return dockerfile[last:]


def arguments(instructions: list[tuple[str, str]], wanted: str) -> list[str]:
    return [value for name, value in instructions if name == wanted]


def test_what_the_dockerfile_copies_is_there_and_not_ignored(dockerfile: list[tuple[str, str]]) -> None:
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert all((ROOT / name).exists() for name in let_in)
    copied = [
        part for line in arguments(dockerfile, "COPY") if not line.startswith("--from") for part in line.split()[:-1]
    ]
    assert {"pyproject.toml", "constraints.txt", "."} <= set(copied)
    for name in copied:
        assert (ROOT / name).exists() and (name == "." or Path(name).parts[0] in let_in), name
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    packages = {pattern.rstrip("*") for pattern in project["tool"]["setuptools"]["packages"]["find"]["include"]}
    assert {*packages, project["project"]["readme"], *project["project"]["license-files"]} <= let_in
    (extras,) = (shlex.split(line)[0] for line in arguments(dockerfile, "ARG") if line.startswith("EXTRAS="))
    assert set(extras.partition("=")[2].split()) <= set(project["project"]["optional-dependencies"])


def test_the_image_serves_as_nobody_with_settings_that_exist(final: list[tuple[str, str]]) -> None:
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    (entry,), (command,) = (json.loads(line) for line in arguments(final, "ENTRYPOINT") + arguments(final, "CMD"))
    assert entry in scripts and command in commands()
    assert arguments(final, "USER")[-1].split(":")[0] not in ("0", "root")
    told = dict(pair.split("=", 1) for line in arguments(final, "ENV") for pair in shlex.split(line))
    assert {name for name in told if name.startswith("DATELINE_")} <= SETTINGS
    assert arguments(final, "VOLUME") == [told["DATELINE_DATA"]] and arguments(final, "EXPOSE") == [
        told["DATELINE_PORT"]
    ]
    assert told["DATELINE_MODELS"] in " ".join(arguments(final, "COPY"))
    assert not re.search(r"\b(pip|uv|apt-get)\b", " ".join(arguments(final, "RUN")))


def test_the_health_check_tells_ready_from_not(
    final: list[tuple[str, str]], server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    (line,) = arguments(final, "HEALTHCHECK")
    command = json.loads(line.partition("CMD ")[2])
    assert command[0] == "python"

    def asked(port: str) -> int:
        monkeypatch.setenv("DATELINE_PORT", port)
        return subprocess.run([sys.executable, *command[1:]], capture_output=True, timeout=30).returncode

    with httpx.Client(base_url=server.url, timeout=60, trust_env=False) as http:
        until_ready(http)
    assert asked(server.url.rpartition(":")[2]) == 0
    assert asked("1") != 0


def test_what_the_image_leaves_out_is_never_wanted(
    dockerfile: list[tuple[str, str]], sample: Path, tmp_path: Path
) -> None:
    run = " ".join(arguments(dockerfile, "RUN"))
    left_out = re.findall(r"printf '%s\\n' ([\w -]+?) >", run)
    names = {name.replace("-", "_") for part in left_out for name in part.split()}
    assert names == {"torch", "sentence_transformers", "kubernetes"}
    data = shutil.copytree(sample, tmp_path / "data", symlinks=True)
    code = (
        "import sys\n"
        f"sys.modules.update(dict.fromkeys({sorted(names)!r}))\n"  # importing one of them is an error now
        f"sys.argv = ['dateline', 'ask', 'Why does Putin avoid the meeting?', '--data', {str(data)!r}, '--json']\n"
        "from api.cli import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, cwd=ROOT)
    assert json.loads(done.stdout)["status"] == "answered", done.stderr[-2000:]


def test_the_file_of_the_model_may_lie_elsewhere(
    dockerfile: list[tuple[str, str]], tmp_path: Path, made_files: Path, embedder: object
) -> None:
    with Engine(read_settings(data=tmp_path / "data", models=made_files, sample=False)) as engine:
        assert engine.embedder.embed_questions(["When did the port reopen?"]).shape == (1, 384)
    assert not (tmp_path / "data" / "models").exists()
    assert [file.name for file in made_files.glob("*.onnx")] == [f"{BUNDLED}-maskless-int8.onnx"]
    assert f"/models/{BUNDLED}-maskless-int8.onnx" in " ".join(arguments(dockerfile, "RUN"))
    assert read_settings(data=tmp_path, models="").made_files == tmp_path / "models"


# Compose


@pytest.fixture(scope="module")
def compose() -> Any:
    return read_yaml(DEPLOY / "compose.yaml")


def test_compose_sets_what_exists_and_mounts_what_is_there(compose: Any) -> None:
    services = compose["services"]
    assert {name for name in services["dateline"]["environment"] if name.startswith("DATELINE_")} <= SETTINGS
    for name, service in services.items():
        assert set(service.get("depends_on", {})) <= set(services), name
        assert set(service.get("networks", [])) <= {"default", *compose["networks"]}, name
        for mount in service.get("volumes", []):
            source, colon, _ = mount.partition(":")
            if source.startswith("."):
                assert source in SECRETS or (DEPLOY / source).exists(), source
            else:
                assert not colon or source in compose["volumes"], source


def test_compose_has_no_password_and_opens_little(compose: Any) -> None:
    for name, service in compose["services"].items():
        for variable, value in service.get("environment", {}).items():
            assert "PASSWORD" not in variable or re.fullmatch(r"\$\{\w+:\?.+\}", value), (name, variable)
        assert all(re.match(r"\$\{\w+:-127\.0\.0\.1:\d+\}:", port) for port in service.get("ports", [])), name
        assert service["image"] == "dateline" or re.search(r":v?\d+", service["image"]), name
        assert service["cap_drop"] == ["ALL"] and "no-new-privileges:true" in service["security_opt"], name
    open_to_the_host = {name for name, service in compose["services"].items() if service.get("ports")}
    assert open_to_the_host == {"proxy", "grafana"}
    inside = {name for name, service in compose["services"].items() if service.get("networks") == ["store"]}
    assert inside == {"postgres", "chroma"} and compose["networks"]["store"]["internal"]


def test_git_and_images_are_kept_from_secrets() -> None:
    for name in ("deploy/.env", "deploy/dateline.env", "deploy/secrets/prometheus.key"):
        ignored = subprocess.run(["git", "check-ignore", "-q", name], cwd=ROOT)
        assert ignored.returncode == 0 or not (ROOT / ".git").exists(), name


# Prometheus and Grafana


@pytest.fixture(scope="module")
def told(server: Server) -> dict[str, set[str]]:
    """The names that a server tells after a question, each with its labels."""
    with httpx.Client(base_url=server.url, timeout=60, trust_env=False) as http:
        assert http.post("/v1/ask", json={"question": "Why does Putin avoid the meeting?"}).status_code == 200
        server.engine.metrics.not_kept("full", 0)  # a series that a healthy server has not
        text = http.get("/metrics").text
    found: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found


def rules() -> Iterator[str]:
    for group in read_yaml(ALERTS)["groups"]:
        yield from (rule["expr"] for rule in group["rules"])


def panels() -> list[Any]:
    dashboard = json.loads((DEPLOY / "grafana" / "dashboards" / "dateline.json").read_text())
    return [panel for panel in dashboard["panels"] if panel["type"] != "row"]


def shown() -> Iterator[str]:
    yield from (target["expr"] for panel in panels() for target in panel["targets"])


@pytest.mark.parametrize("expressions", [rules, shown])
def test_every_metric_and_label_is_one_that_a_server_has(expressions: Any, told: dict[str, set[str]]) -> None:
    seen = list(expressions())
    assert len(seen) > 8
    for expression in seen:
        names = NAME.findall(expression)
        assert names or "up{" in expression
        assert set(names) <= set(told), expression
        labels = OF_PROMETHEUS.union(*(told[name] for name in names))
        asked = re.findall(r"\b(?:by|on) \(([^)]*)\)", expression) + re.findall(r"\{([^}]*)\}", expression)
        for part in asked:
            assert set(re.findall(r"(\w+)(?=\s*(?:,|$|=|!))", re.sub(r'"[^"]*"', "", part))) <= labels, expression


def test_each_panel_stands_alone_and_asks_the_data_source_that_is_provided() -> None:
    (source,) = read_yaml(DEPLOY / "grafana" / "provisioning" / "datasources" / "prometheus.yaml")["datasources"]
    places: set[tuple[int, int]] = set()
    for panel in panels():
        assert panel["datasource"]["uid"] == source["uid"]
        assert all(target["datasource"]["uid"] == source["uid"] for target in panel["targets"])
        box = panel["gridPos"]
        covered = {(box["x"] + x, box["y"] + y) for x in range(box["w"]) for y in range(box["h"])}
        assert not covered & places and max(x for x, _ in covered) < 24, panel["title"]
        places |= covered
    (provider,) = read_yaml(DEPLOY / "grafana" / "provisioning" / "dashboards" / "dashboards.yaml")["providers"]
    mounts = [mount.split(":")[1] for mount in read_yaml(DEPLOY / "compose.yaml")["services"]["grafana"]["volumes"]]
    assert provider["options"]["path"] in mounts


def promtool(*arguments: str) -> None:
    program = shutil.which("promtool")
    if program is None:
        pytest.skip("promtool (Debian's package prometheus) is not installed")
    done = subprocess.run([program, *arguments], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


def test_prometheus_takes_its_configuration() -> None:
    promtool("check", "config", "--syntax-only", str(DEPLOY / "prometheus" / "prometheus.yaml"))


def test_alerts_are_raised_when_they_should_and_only_then() -> None:
    promtool("test", "rules", str(ROOT / "tests" / "alerts.yaml"))


def test_every_alert_has_a_test_and_is_told_of() -> None:
    tried = {
        case["alertname"]
        for test in read_yaml(ROOT / "tests" / "alerts.yaml")["tests"]
        for case in test["alert_rule_test"]
        if case["exp_alerts"]
    }
    assert tried == {rule["alert"] for group in read_yaml(ALERTS)["groups"] for rule in group["rules"]}
    assert tried == set(re.findall(r"`(Dateline[A-Z]\w+)`", (ROOT / "docs" / "packages.md").read_text()))


def test_prometheus_understands_every_panel(tmp_path: Path) -> None:
    recorded = [
        {"record": f"panel:{at}", "expr": expression.replace("$__rate_interval", "1m")}
        for at, expression in enumerate(shown())
    ]
    file = tmp_path / "panels.yaml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": recorded}]}))
    promtool("check", "rules", str(file))


def test_the_proxy_takes_its_configuration() -> None:
    program = shutil.which("haproxy") or "/usr/sbin/haproxy"
    if not Path(program).exists():
        pytest.skip("haproxy is not installed")
    command = [program, "-c", "-f", str(DEPLOY / "haproxy" / "haproxy.cfg")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stdout + done.stderr


# systemd


def commands() -> dict[str, click.Command]:
    group = typer.main.get_command(app)
    return dict(group.commands)  # type: ignore[attr-defined]


def unit() -> list[tuple[str, str]]:
    lines = (line.strip() for line in UNIT.read_text().splitlines())
    return [
        (name, value) for name, equals, value in (line.partition("=") for line in lines) if equals and name[0] != "#"
    ]


def test_the_unit_runs_a_command_that_exists_with_settings_that_exist() -> None:
    ((_, started),) = (pair for pair in unit() if pair[0] == "ExecStart")
    program, command, *flags = shlex.split(started)
    known = {flag for option in commands()[command].params for flag in option.opts}
    assert Path(program).name == "dateline" and set(flags) <= known
    told = {value.partition("=")[0] for name, value in unit() if name == "Environment"}
    assert told and {name for name in told if name.startswith("DATELINE_")} <= SETTINGS


def test_systemd_understands_the_unit_and_finds_it_closed(tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd-analyze is not installed")
    # The program has to be there to be verified.
    copy = tmp_path / UNIT.name
    copy.write_text(re.sub(r"^ExecStart=\S+", f"ExecStart={sys.executable}", UNIT.read_text(), flags=re.M))
    verified = subprocess.run([program, "verify", str(copy)], capture_output=True, text=True, timeout=60)
    assert verified.returncode == 0 and "dateline.service" not in verified.stderr, verified.stderr
    rated = subprocess.run(
        [program, "security", "--offline=yes", "--threshold=20", str(UNIT)], capture_output=True, text=True, timeout=60
    )
    assert rated.returncode == 0, rated.stdout[-500:]  # 0 is closed, 100 wide open
