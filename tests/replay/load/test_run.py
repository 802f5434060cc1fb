import asyncio
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from replay.capture import CaptureWriter
from replay.load import run
from replay.load.account import account
from replay.load.given import Given, Ran
from replay.load.happenings import HappeningError
from replay.load.profile import Does, Draw, Event, Pace, Profile, Tier, Wind, Window
from replay.load.run import Conductor
from replay.load.subscription import Manner
from replay.report import page
from replay.report.gates import NoFinding, StatesRight, exit_code
from replay.report.model import LoadReport
from tests.documents import fresh_competition, odf
from tests.replay.captured import games
from tests.service_fixture import Running, opened

TIERS = (
    Tier(name="firehose", subscribers=2),
    Tier(name="board", subscribers=6, draw=Draw.BOARD, snapshot=True),
    Tier(name="watch", subscribers=6, draw=Draw.WATCH),
    Tier(name="poller", subscribers=1, manner=Manner.POLL, every=0.5),
    Tier(name="reconnecting", subscribers=2, manner=Manner.RECONNECT, every=1.0),
    Tier(name="slow", subscribers=2, manner=Manner.SLOW, bytes_per_second=500.0, during=((0.5, 3.0),)),
    Tier(name="guest", subscribers=1, during=((0.5, 2.0),)),
)
GATES = (NoFinding(), StatesRight())


def given(path: Path, *, units: int = 8, **wanted: object) -> Given:
    capture = path / "games.capture"
    with CaptureWriter(capture) as writer:
        for each in games(fresh_competition(), units=units):
            writer.append(each)
    parts: dict[str, object] = {"title": "A test", "tier": TIERS, "gate": GATES, "settle": 30.0, "fleets": 2}
    wishes = {name: wanted.pop(name) for name in ("url",) if name in wanted}
    profile = Profile(**parts | {"replay": Pace(speed=1.0)} | wanted)  # type: ignore[arg-type]  # fields by name
    # at most the url is left in wishes
    return Given(name="test", profile=profile, capture=capture, command="feed load test", seed=3, **wishes)  # type: ignore[arg-type]


async def ran(path: Path, asked: Given) -> Ran:
    folder = path / "run"
    folder.mkdir()
    return await Conductor(asked, print).run(folder)


def reported(happened: Ran) -> LoadReport:
    counts: list[int] = []
    report = account(happened, counts.append)
    assert sorted(counts) == list(range(1, len(happened.subscriptions) + 1))
    return report


async def test_a_run_without_incidents(tmp_path: Path):
    """Every subscriber has all of it and the right state, latencies count from the plan, and the gates are met."""
    report = reported(await ran(tmp_path, given(tmp_path, replay=Pace(speed=2.0))))
    assert {gate.name: gate.is_met for gate in report.gates if not gate.is_met} == {}
    assert exit_code(report.gates) == 0
    tiers = {tier.name: tier for tier in report.tiers}
    assert (tiers["firehose"].subscribers, tiers["firehose"].states_right) == (2, 2)
    assert tiers["firehose"].received == tiers["firehose"].expected >= 2 * 48
    assert 0 < tiers["board"].latency["p50"] <= tiers["board"].latency["max"]
    assert report.sender is not None
    assert (report.sender.documents, report.sender.lost) == (48, 0)
    assert sum(rate.achieved for rate in report.rates) == 48
    assert {process.role for process in report.processes} >= {"sender", "fleet", "service", "broker"}
    assert [marker.what for marker in report.markers] == ["visitors come"] * 2 + ["visitors gone"] * 2
    assert "A test" in page.render(report)


async def test_a_service_that_is_restarted_and_killed_in_the_middle(tmp_path: Path):
    """Cuts, repeats and two restarts: everybody resumes, nothing is missing, double or out of order."""
    events = (
        Event(at=0.8, does=Does.CUT, sources=2, seconds=0.5),
        Event(at=1.5, does=Does.RESTART),
        Event(at=3.0, does=Does.BULK, people=300),
        Event(at=4.5, does=Does.KILL),
        Event(at=500.0, does=Does.CUT),
    )
    faults = Wind(duplicate=0.2, reorder=0.1)
    asked = given(tmp_path, units=12, tier=TIERS[:5], event=events, replay=Pace(speed=1.0, faults=faults))
    happened = await ran(tmp_path, asked)
    report = reported(happened)
    missed = "no cut at 500 s: the replay was over before"
    assert {gate.name: gate.found for gate in report.gates if not gate.is_met} == {
        "all that was to happen happened": missed
    }
    said = [marker.what for marker in report.markers]
    assert {"service stopped", "service killed", "service ready", "list answered"} <= set(said)
    assert report.notes[0] == missed
    assert len(happened.diary.pauses) == 2
    tiers = {tier.name: tier for tier in report.tiers}
    assert tiers["firehose"].closes.get(1012) == 2  # the polite restart says so
    assert tiers["firehose"].reconnects >= 2
    assert tiers["firehose"].expected >= 2 * (72 + 300)
    steady = {window.tier: window for window in report.windows if window.name == "steady"}
    assert steady["board"].until < happened.diary.pauses[0][0]


async def test_a_service_that_runs_already(service: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Read and written as it is, nothing of it is watched or ended; without marks its silence proves no end."""
    monkeypatch.setattr(run, "QUIET_LIMIT", 1.0)
    report = reported(await ran(tmp_path, given(tmp_path, url=service.url, replay=Pace(speed=4.0))))
    (unjudged,) = (gate for gate in report.gates if not gate.is_met)
    assert unjudged.name == "all that was to happen happened"
    assert unjudged.found.endswith("the service does not say that all that follows is there")
    assert {process.role for process in report.processes} == {"sender", "fleet"}
    assert (await service.get("/readyz"))[0] == 200


async def test_a_stream_that_grows_on_is_not_waited_for_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Somebody else sends to it, so it is never at rest: after REST_LIMIT the run goes on, with a finding."""
    monkeypatch.setattr(run, "REST_LIMIT", 0.3)
    monkeypatch.setattr(run, "QUIET_SECONDS", 0.01)
    conductor = Conductor(given(tmp_path, units=1), print)
    async with opened(tmp_path / "service", mark_seconds=3_600) as house:

        async def fill() -> None:
            for version in count(2):
                await house.store(odf("XA", version))

        (seq,) = await house.store(odf("XA"))
        conductor._acknowledged.topics[seq] = "XA.ATH.M.100M.FNL.000001.result"
        filling = asyncio.ensure_future(fill())
        async with asyncio.timeout(10):
            assert await conductor._quiet(house.url) > seq
        assert not filling.done()
        filling.cancel()
        await asyncio.wait({filling})
    assert conductor._diary.missed == ["XA: the service does not say that all that follows is there"]


async def test_only_a_service_of_the_runs_own_is_restarted(tmp_path: Path):
    """Told before anything begins."""
    asked = given(tmp_path, url="http://127.0.0.1:9", event=(Event(at=1.0, does=Does.KILL),))
    with pytest.raises(HappeningError, match="--url names one that is not ours"):
        Conductor(asked, print)


async def test_a_run_that_is_ended_by_hand(tmp_path: Path):
    """What was sent is checked and reported; what was not sent is no finding."""
    folder = tmp_path / "run"
    folder.mkdir()
    asked = given(tmp_path, window=(Window(name="late", spans=((1_000.0, 2_000.0),)),), replay=Pace(speed=0.01))
    conductor = Conductor(asked, lambda line: None)
    assert not conductor.end()
    conductor.tally.left = _ending(conductor)  # type: ignore[method-assign]  # ends the run early
    report = reported(await conductor.run(folder))
    assert report.sender is not None
    assert (report.sender.documents, report.sender.is_whole) == (1, False)
    assert report.notes[0] == "ended by hand before the end of the capture"
    assert {gate.name: gate.found for gate in report.gates if gate.is_met is False} == {}
    assert {window.name for window in report.windows} == {"steady"}


def _ending(conductor: Conductor) -> Callable[..., None]:
    """Ends the run with its first document."""
    left = conductor.tally.left

    def leave(*arguments: object) -> None:
        left(*arguments)  # type: ignore[arg-type]  # passed on as they came
        assert conductor.end()
        assert not conductor.end()

    return leave
