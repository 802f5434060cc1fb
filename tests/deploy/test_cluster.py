"""What deploy/cluster/cluster.py does without a cluster; that it starts, kills and brings back is in tests/journey."""

import json
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from feed.stream.address import split_url
from feed.stream.child import find_server
from tests.service_fixture import ROOT

SCRIPT = ROOT / "deploy" / "cluster" / "cluster.py"


def order(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(SCRIPT), "--folder", str(folder), *words]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)


@pytest.mark.parametrize(
    "words, line",
    [
        (("status",), "there is no cluster in"),
        (("kill", "n2"), "node n2 does not run"),
    ],
)
def test_what_cannot_be_done_is_one_line(tmp_path: Path, words: tuple[str, ...], line: str):
    """Exit 1, what and where, and what to do next."""
    told = order(tmp_path / "none", *words)
    assert told.returncode == 1
    assert told.stderr.startswith(f"cluster: {line}")
    assert "Traceback" not in told.stderr
    assert order(tmp_path / "none", "stop").returncode == 0


def test_a_plan_is_for_its_owner_alone(tmp_path: Path):
    """Passwords are drawn once, no file that has one is readable by others, and servers take their configuration."""
    script = runpy.run_path(str(SCRIPT))
    made = script["Cluster"](tmp_path)
    made._draw()
    plan = made._read()
    assert len(set(plan.passwords.values())) == 4
    for name in script["NODES"]:
        path = tmp_path / f"{name}.conf"
        script["write_private"](path, json.dumps(script["configuration"](name, plan, tmp_path)))
        subprocess.run([find_server(), "-t", "-c", path], check=True, capture_output=True)
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}
    lines = dict(line.split("=", 1) for line in (tmp_path / "feed.env").read_text().splitlines())
    assert lines["FEED_REPLICAS"] == "3"
    servers, user, password = split_url(lines["FEED_NATS_TEST"])
    assert (len(servers), user, password) == (3, "T", plan.passwords["T"])
