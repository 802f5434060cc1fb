"""A report as a run would fill it, out of a seed: no run was made."""

import math
import random

import msgspec
from hdrh.histogram import HdrHistogram

from replay.report import gates, model
from replay.tally import Replayed

TIERS = {
    "firehose": ("follow", 50, 41_250, 4.2),
    "board": ("follow", 300, 8_100, 3.4),
    "watch": ("follow", 2_000, 310, 3.1),
    "reconnecting": ("reconnect", 40, 8_100, 3.9),
    "poller": ("poll", 20, 8_100, 520.0),
    "slow": ("slow", 20, 41_250, 2_400.0),
    "stalled": ("stall", 5, 0, 0.0),
}
WAY = ("planned to received", "received to published", "published to delivered")
HOPS = {WAY[0]: 0.7, WAY[1]: 1.6} | {
    f"{WAY[2]}, {name}": 1.2 for name in ("firehose", "board", "watch", "reconnecting")
}
SECONDS = 300.0
RESTART = (118.0, 123.0)
MARKERS = [
    model.Marker(at=60.0, what="three venues were cut off"),
    model.Marker(at=RESTART[0], what="the service was restarted"),
    model.Marker(at=200.0, what="20 MB of biographies"),
]
ASKED = [
    *(gates.NoFinding(finding=finding) for finding in ("missing", "duplicated", "out_of_order")),
    gates.NoFinding(),
    gates.StatesRight(),
    gates.LatencyAtMost(tier="firehose", point="p99", ms=500),
    gates.WindowRatioAtMost(tier="firehose", point="p99", window="bulk", against="before", ratio=1.1),
    gates.LagAtMost(point="p99", ms=2),
    gates.OfferedReached(),
    gates.OracleAgrees(),
]
ORACLE = "3f9b1c77d2a04be86c1f5be0a9d7c1e23b6f8a4d915c20e7f4b3a6908d1c2e57"


def histogram(draws: random.Random, middle: float, count: int) -> HdrHistogram:
    """Latencies around a middle, in ms, with a long tail."""
    found = HdrHistogram(1, 3_600_000_000, 3)
    for _ in range(5_000):
        found.record_value(max(1, int(draws.lognormvariate(math.log(middle * 1000), 0.55))), max(1, count // 5_000))
    found.record_value(int(middle * 60_000))
    return found


def points(found: HdrHistogram) -> dict[str, float]:
    """As a run tells them."""
    known = {"p50": 50, "p90": 90, "p99": 99, "p999": 99.9, "max": 100}
    return {name: found.get_value_at_percentile(percent) / 1000 for name, percent in known.items()}


def heat(draws: random.Random) -> model.Heat:
    """Five minutes with a restart in them."""
    bounds = [round(0.1 * 10 ** (step / 6), 4) for step in range(31)]
    counts = []
    for column in range(100):
        at = 3.0 * column
        away = RESTART[1] - at if RESTART[0] <= at < RESTART[1] else 0.0
        row = [0] * (len(bounds) + 1)
        for _ in range(500):
            ms = draws.lognormvariate(math.log(3.5 + 700 * away), 0.5 if not away else 0.25)
            row[sum(bound < ms for bound in bounds)] += 1 + int(4 * (1 + math.sin(at / 30)))
        counts.append(row)
    return model.Heat(start=0.0, bucket=3.0, bounds=bounds, counts=counts)


def observed(draws: random.Random, name: str, role: str, cpu: float, rss: int) -> model.Observed:
    """A process that starts, works and is down for the restart."""
    samples = [
        model.Sample(
            at=float(at),
            cpu=round(max(0.0, cpu * (0.8 + 0.3 * math.sin(at / 25) + draws.uniform(-0.1, 0.1))), 3),
            rss=int(rss * (0.7 + 0.3 * (1 - math.exp(-at / 60)))),
            descriptors=2_450 if role == "service" else 620,
        )
        for at in range(0, int(SECONDS), 2)
    ]
    return model.Observed(name=name, pid=4_000 + len(name), role=role, samples=samples)


def sender() -> Replayed:
    """What the player told."""
    return Replayed(
        command="feed load --profile games-day --seed 7",
        seed=7,
        speed=60.0,
        documents=31_870,
        tries=31_902,
        sent_again=32,
        bytes=291_300_000,
        seconds=299.2,
        offered=106.8,
        achieved=106.7,
        lag_ms={"p50": 0.21, "p90": 0.42, "p99": 1.31, "p999": 6.04, "max": 18.2},
        answer_ms={"p50": 2.4, "p90": 4.1, "p99": 22.7, "p999": 4_890.0, "max": 5_120.0},
        outcomes={"accepted": 31_402, "duplicate": 318, "stale": 150},
        refused={},
        faults={"duplicate": 318, "reorder": 161, "cut": 3},
        held=412,
        crowded=0,
        connections=61,
        notes=(),
        is_whole=True,
    )


def tiers(histograms: dict[str, HdrHistogram], missing: int) -> list[model.Tier]:
    """All right, but for what the firehose lacks."""
    found = []
    for name, (manner, subscribers, each, _) in TIERS.items():
        lost = missing if name == "firehose" else 0
        is_stalled = manner == "stall"
        found.append(
            model.Tier(
                name=name,
                manner=manner,
                subscribers=subscribers,
                expected=subscribers * each,
                received=subscribers * each - lost,
                counts={"missing": lost, "stale_snapshot": 1} if lost else {},
                states=0 if is_stalled else subscribers,
                states_right=0 if is_stalled else subscribers - bool(lost),
                latency=points(histograms[name]) if name in histograms else {},
                closes={1001: subscribers, 4429: 5} if is_stalled else {0: subscribers, 1012: subscribers},
                reconnects=subscribers,
                caught_up=None if is_stalled else 0.84,
            )
        )
    return found


def slowest(topic: str) -> list[model.Slowest]:
    """Ten of the restart."""
    return [
        model.Slowest(
            seq=20_113 + place,
            topic=topic,
            subscriber=17 * place,
            tier="board",
            ms=5_120.4 - 97 * place,
            at=RESTART[0] + place / 10,
            hops=dict(zip(WAY, (4_890.0 - 97 * place, 201.3, 29.1), strict=True)),
        )
        for place in range(10)
    ]


def processes(draws: random.Random) -> list[model.Observed]:
    """A service, its broker and two fleets."""
    return [
        observed(draws, "feed up", "service", 0.82, 310_000_000),
        observed(draws, "nats-server", "broker", 0.21, 96_000_000),
        observed(draws, "fleet 1", "fleet", 0.44, 140_000_000),
        observed(draws, "fleet 2", "fleet", 0.47, 141_000_000),
    ]


def report(
    seed: int = 7, *, pace: float = 1.0, missing: int = 0, topic: str = "OG2024.ATH.M.100M.FNL.000100.result"
) -> model.LoadReport:
    """A whole report; `pace` stretches its latencies, `missing` messages lack at the firehose."""
    draws = random.Random(seed)
    by_tier = {
        name: histogram(draws, middle * pace, subscribers * each)
        for name, (_, subscribers, each, middle) in TIERS.items()
        if middle
    }
    by_hop = {name: histogram(draws, middle * pace, 200_000) for name, middle in HOPS.items()}
    first = points(by_hop[WAY[0]])
    made = model.LoadReport(
        title="A Games day at sixty times its speed",
        profile="games-day",
        command="feed load --profile games-day --speed 60 --max-gap 2 --seed 7 --duplicate 1% --reorder 0.5% --cut 3",
        seed=7,
        versions={"olympic-results-feed": "0.1.0", "nats-server": "2.15.1", "Python": "3.11.9"},
        started="2026-02-14T10:00:00Z",
        seconds=SECONDS,
        environment={"machine": "2 processors, 24 GB", "system": "Linux 6.8"},
        sender=sender(),
        tiers=tiers(by_tier, missing),
        hops=[
            model.Hop(name=name, count=200_000, latency=points(each), error_ms=0.004) for name, each in by_hop.items()
        ],
        windows=[
            model.Window(name="before", tier="firehose", since=0, until=110, count=800_000, latency=first),
            model.Window(name="bulk", tier="firehose", since=200, until=230, count=200_000, latency=first),
        ],
        rates=[
            model.Rate(at=float(at), offered=105 + 40 * math.sin(at / 30), achieved=104.6 + 40 * math.sin(at / 30))
            for at in range(0, int(SECONDS), 3)
        ],
        histograms={name: each.encode().decode() for name, each in (by_tier | by_hop).items()},
        heat=heat(draws),
        markers=MARKERS,
        processes=processes(draws),
        slowest=slowest(topic),
        findings=[
            model.Found(name="missing", tier="firehose", subscriber=3, seq=17_402 + each, topic=topic, detail="a gap")
            for each in range(min(missing, 5))
        ],
        oracle=model.Oracle(is_checked=True, hash=ORACLE),
        notes=["Subscribers share this machine's two processors with the service: latencies hold their work, too."],
    )
    return msgspec.structs.replace(made, gates=gates.judge(ASKED, made))
