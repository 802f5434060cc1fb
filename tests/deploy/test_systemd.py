"""deploy/systemd, read by systemd-analyze where there is one, and by us."""

import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from feed.cli import cli
from tests.service_fixture import ROOT

FOLDER = ROOT / "deploy" / "systemd"
UNITS = ("feed.service", "feed-ingest.service", "feed-serve@.service", "feed-derive.service", "feed-push.service")
STOP_SECONDS = 10  # a drain of 5 s, then a broker that may take 3


def settings(unit: str) -> dict[str, str]:
    """The settings of its [Service]."""
    section = (FOLDER / unit).read_text().partition("[Service]")[2].partition("[Install]")[0]
    return dict(line.split("=", 1) for line in section.splitlines() if "=" in line and not line.startswith("#"))


def verified(folder: Path, units: list[str]) -> subprocess.CompletedProcess[str]:
    """What systemd-analyze says of units in a folder."""
    command = ["systemd-analyze", "verify", *(str(folder / unit) for unit in units)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed here")
def test_systemd_takes_them(tmp_path: Path):
    """No unknown setting, no value that it does not understand; a wrong one is found."""
    names = [unit.replace("@", "@8080") for unit in UNITS]
    for unit, name in zip(UNITS, names, strict=True):
        (tmp_path / name).write_text((FOLDER / unit).read_text().replace("/opt/feed/bin/feed", "/bin/true"))
    done = verified(tmp_path, names)
    assert (done.returncode, done.stderr) == (0, "")
    wrong = (tmp_path / names[0]).read_text().replace("KillMode=mixed", "KillMode=sometimes")
    (tmp_path / names[0]).write_text(wrong)
    assert "kill mode" in verified(tmp_path, names[:1]).stderr


def test_there_are_these_units():
    """One for each command that stays."""
    assert {file.name for file in FOLDER.iterdir()} == set(UNITS)


@pytest.mark.parametrize("unit", UNITS)
def test_a_unit_starts_a_command_that_there_is(unit: str):
    """With options that it has, and settings from where root alone reads them."""
    program, command, *options = settings(unit)["ExecStart"].split()
    assert program == "/opt/feed/bin/feed"
    helped = CliRunner().invoke(cli, [command, "--help"])
    assert helped.exit_code == 0
    assert [each for each in options if each.startswith("--") and each not in helped.output] == []
    assert "--config %d/feed.toml" in settings(unit)["ExecStart"]
    assert settings(unit)["LoadCredential"] == "feed.toml:/etc/feed/feed.toml"


@pytest.mark.parametrize("unit", UNITS)
def test_a_unit_lives_long_and_may_do_little(unit: str):
    """All alike but for what they start: told when ready, restarted for ever, stopped by its main process."""
    mine, others = settings(unit), settings("feed-ingest.service")
    own = {"ExecStart", "TimeoutStartSec", "StateDirectory", "StateDirectoryMode"}
    assert {name: value for name, value in mine.items() if name not in own} == {
        name: value for name, value in others.items() if name not in own
    }
    assert (mine["Type"], mine["Restart"], mine["KillMode"]) == ("notify", "always", "mixed")
    assert (mine["DynamicUser"], mine["ProtectSystem"], mine["NoNewPrivileges"]) == ("yes", "strict", "yes")
    assert int(mine["LimitNOFILE"]) >= 60_000
    assert int(mine["TimeoutStopSec"]) >= STOP_SECONDS
    assert mine["CapabilityBoundingSet"] == ""
    assert "StartLimitIntervalSec=0" in (FOLDER / unit).read_text()
