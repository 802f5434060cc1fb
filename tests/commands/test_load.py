import json
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from feed.cli import cli
from feed.commands.load_screen import lines
from replay.load.journal import read_journal
from replay.load.profile import shipped
from replay.report import model
from tests.commands.test_replay import write
from tests.documents import fresh_competition
from tests.replay.captured import games
from tests.service_fixture import Child, wait_until

Children = Callable[..., Child]
LIMIT = 110.0
OWN = """
title = "Own"
settle = 20.0
[replay]
speed = {speed}
[[tier]]
name = "firehose"
subscribers = 2
[[gate]]
type = "no_finding"
"""


def own(tmp_path: Path, speed: float, more: str = "") -> tuple[str, ...]:
    (tmp_path / "own.toml").write_text(OWN.format(speed=speed) + more)
    capture = write(tmp_path / "games.capture", games(fresh_competition()))
    return "load", str(tmp_path / "own.toml"), "--capture", capture, "--out", str(tmp_path / "out")


def test_smoke_is_met_with_a_report(children: Children, tmp_path: Path):
    """Games are simulated and played to every kind of subscriber; all gates are met, exit 0, all files are there."""
    out = tmp_path / "out"
    child = children("load", "smoke", "--out", str(out))
    assert child.ended(LIMIT) == 0, "".join(child.output + child.errors)
    text = "".join(child.output)
    assert text.startswith("passed: Smoke")
    assert "NOT MET" not in text
    report = model.read(out / "report.json")
    assert {tier.name for tier in report.tiers} == {"firehose", "board", "watch", "poller", "reconnecting"}
    assert not report.oracle.is_checked
    assert (report.seed, report.command) == (1, f"feed load smoke --out {out}")
    assert (out / "report.html").read_text("utf-8").startswith("<!doctype html>")
    assert (out / "board.hdr").is_file()
    assert not [*out.glob("run-*"), *out.glob("journals")]


def test_a_gate_that_is_not_met_is_exit_1(children: Children, tmp_path: Path):
    """With options that change the profile, an earlier run beside it, and the report as JSON."""
    gate = '[[gate]]\ntype = "latency"\ntier = "firehose"\npoint = "p50"\nms = 0.001\n'
    command = own(tmp_path, 1.0, gate)
    options = ("--speed", "8", "--subscribers", "firehose=3", "--seed", "5", "--json")
    child = children(*command, *options)
    assert child.ended(LIMIT) == 1, "".join(child.errors)
    report = json.loads(child.output[0])
    assert report["sender"]["speed"] == 8
    assert (report["seed"], report["tiers"][0]["subscribers"]) == (5, 3)
    assert [gate["is_met"] for gate in report["gates"]][:1] == [True]
    assert report["gates"][1]["is_met"] is not True
    journals = list((tmp_path / "out" / "journals").iterdir())
    assert {number for path in journals for number, _ in read_journal(path)} == {0, 1, 2}
    earlier = str(tmp_path / "out" / "report.json")
    again = children(*command[:-1], str(tmp_path / "again"), *options, "--compare", earlier)
    assert again.ended(LIMIT) == 1
    assert "earlier" in (tmp_path / "again" / "report.html").read_text("utf-8").lower()


async def test_ctrl_c_ends_in_order(children: Children, tmp_path: Path):
    """What was sent is checked and reported, and nothing is left running or lying about."""
    child = children(*own(tmp_path, 0.01))
    await wait_until(lambda: any("sent 1 " in line for line in child.errors), 60)
    child.process.send_signal(signal.SIGINT)
    assert child.ended(LIMIT) == 0, "".join(child.errors)
    text = "".join(child.output)
    assert "ended by hand before the end of the capture" in text
    assert "firehose: 2 subscribers got" in text
    assert not list((tmp_path / "out").glob("run-*"))


@pytest.mark.parametrize(
    "arguments, code, said",
    [
        (("nowhere",), 2, "there is no profile nowhere"),
        (("games-day", "--url", "http://127.0.0.1:9"), 2, "not ours to restart"),
        (("smoke", "--subscribers", "boards=3"), 2, "there is no tier 'boards'"),
        (("smoke", "--subscribers", "board"), 2, "is not TIER=N"),
        (("smoke", "--speed", "0"), 2, "not in the range"),
        (("smoke", "--compare", "nowhere.json"), 2, "does not exist"),
    ],
)
def test_wrong_usage_is_exit_2(arguments: tuple[str, ...], code: int, said: str):
    """Told before anything is made."""
    result = CliRunner().invoke(cli, ["load", *arguments])
    assert result.exit_code == code
    assert said in result.output


def test_a_folder_with_something_in_it_is_left_alone(children: Children, tmp_path: Path):
    """A report is never written over."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "report.json").write_text("mine")
    child = children(*own(tmp_path, 1.0))
    assert child.ended() == 1
    assert "is not empty" in "".join(child.errors)
    assert (tmp_path / "out" / "report.json").read_text() == "mine"


def test_the_help_names_every_profile_that_is_shipped():
    """One is enough to begin with."""
    told = CliRunner().invoke(cli, ["load", "--help"]).output
    assert all(name in told for name in shipped())


def test_the_verdict_comes_first():
    """Then the gates, each with what was found and asked."""
    gates = [model.Gate(name="board p99", asked="at most 5 ms", found="7 ms", is_met=False)]
    report = model.LoadReport(
        title="T", profile="p", command="feed load p", seed=1, started="2030-01-01", seconds=5.0, gates=gates
    )
    verdict, gate, *_ = lines(report, Path("out"))
    assert verdict == "failed: T, 5.0 s"
    assert gate.split() == ["NOT", "MET", "board", "p99:", "7", "ms,", "asked", "at", "most", "5", "ms"]
