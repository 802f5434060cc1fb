"""deploy/compose.yaml: what a composed machine relies on; compose itself is not needed."""

import importlib.util
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from feed.config import load_settings
from feed.stream.address import split_url
from feed.stream.child import find_server
from tests.service_fixture import ROOT

DEPLOY = ROOT / "deploy"
COMPOSE = DEPLOY / "compose.yaml"
ROLES = {"feed": "up", "ingest": "ingest", "serve-1": "serve", "serve-2": "serve", "derive": "derive", "push": "push"}


@pytest.fixture(scope="module")
def composed() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(COMPOSE.read_text())
    return found


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    """What deploy/compose/draw.py writes."""
    spec = importlib.util.spec_from_file_location("draw", DEPLOY / "compose" / "draw.py")
    assert spec is not None
    assert spec.loader is not None
    drawing = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(drawing)
    drawing.draw(tmp_path / "secrets")
    with pytest.raises(SystemExit, match="has passwords already"):
        drawing.draw(tmp_path / "secrets")
    return tmp_path / "secrets"


def weak(services: dict[str, Any]) -> list[str]:
    """Services that could do more than they must, or whose image may be another tomorrow."""
    kept = {"read_only": True, "cap_drop": ["ALL"], "security_opt": ["no-new-privileges:true"]}
    found = [
        f"{name}: {setting}"
        for name, service in services.items()
        for setting, value in kept.items()
        if service.get(setting) != value
    ]
    loose = [name for name, service in services.items() if "build" not in service and ":v" not in service["image"]]
    return found + [f"{name}: image" for name in loose if not services[name]["image"].split(":")[-1][:1].isdigit()]


def test_no_service_may_do_more_than_it_must(composed: dict[str, Any]):
    """A root that is read only, no capability, no way to more rights, images by version."""
    assert weak(composed["services"]) == []
    assert weak({"a": {"image": "grafana/grafana:latest"}}) == [
        *("a: read_only", "a: cap_drop", "a: security_opt"),
        "a: image",
    ]


def test_each_service_has_its_profile_and_its_role(composed: dict[str, Any]):
    """One process, or a cluster of three brokers with every role; nothing starts without a profile."""
    services = composed["services"]
    assert {name for name, service in services.items() if service["profiles"] == ["single"]} == {"feed"}
    assert services["push"]["profiles"] == ["push"]
    assert all(service["profiles"] == ["cluster"] for name, service in services.items() if name not in {"feed", "push"})
    for name, role in ROLES.items():
        assert services[name].get("command", ["up"])[0] == role
    brokers = {name for name in services if name.startswith("nats-")}
    assert all(set(services[name]["depends_on"]) == brokers for name in ROLES if name != "feed")
    assert composed["networks"]["brokers"] == {"internal": True}
    assert all("ports" not in services[name] for name in brokers)


def test_what_is_named_is_there(composed: dict[str, Any], secrets: Path):
    """Configurations are files of ours; secrets are those that are drawn, and nothing secret stands in the file."""
    for each in composed["configs"].values():
        assert (DEPLOY / each["file"]).is_file(), each
    assert {Path(each["file"]).name for each in composed["secrets"].values()} == {
        each.name for each in secrets.iterdir()
    }
    assert secrets.stat().st_mode & 0o077 == 0
    assert "/deploy/secrets/" in (ROOT / ".gitignore").read_text().splitlines()
    told = COMPOSE.read_text() + "".join(file.read_text() for file in (DEPLOY / "compose").glob("*.yml"))
    assert not any(word in told for word in ("PASSWORD:", "_TOKEN:", "adminPassword"))


def test_the_settings_name_every_broker(secrets: Path, composed: dict[str, Any]):
    """As the service reads them: both accounts with different passwords, three copies."""
    settings = load_settings(secrets / "feed.toml", {}, {})
    assert settings.nats is not None
    assert settings.nats_test is not None
    servers, user, password = split_url(settings.nats)
    test_servers, test_user, test_password = split_url(settings.nats_test)
    assert servers == test_servers == [f"nats://nats-{number}:4222" for number in (1, 2, 3)]
    assert {server[7:-5] for server in servers} == {name for name in composed["services"] if name.startswith("nats-")}
    assert (user, test_user) == ("feed", "feed_test")
    assert password != test_password
    assert (settings.replicas, settings.host) == (3, "0.0.0.0")  # noqa: S104 - in a container


def test_the_broker_takes_its_configuration(secrets: Path, tmp_path: Path):
    """nats-server itself reads it with the drawn passwords, and not without."""
    configuration = tmp_path / "nats.conf"
    configuration.write_text((DEPLOY / "compose" / "nats.conf").read_text().replace("/data", str(tmp_path / "data")))
    command = [find_server(), "-c", configuration, "--name", "nats-1", "-t"]
    assert subprocess.run(command, capture_output=True, check=False).returncode != 0
    (secrets / "nats-passwords.conf").rename(tmp_path / "passwords.conf")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "is valid" in done.stderr + done.stdout


def test_prometheus_asks_every_node(composed: dict[str, Any]):
    """Under the name that the alerts and the dashboard know, with the rules beside it."""
    asked = yaml.safe_load((DEPLOY / "compose" / "prometheus.yml").read_text())
    (job,) = asked["scrape_configs"]
    targets = {target.removesuffix(":8080") for target in job["static_configs"][0]["targets"]}
    assert (job["job_name"], targets) == ("feed", ROLES.keys() - {"feed", "push"})
    mounted = {each["target"] for each in composed["services"]["prometheus"]["configs"]}
    assert {f"/etc/prometheus/{name}" for name in asked["rule_files"]} < mounted
    assert job["authorization"]["credentials_file"] == "/run/secrets/metrics-key"
