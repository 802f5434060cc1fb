from math import inf
from pathlib import Path

import pytest

from benchmarks import capacity
from benchmarks.capacity import _curve, _row, highest, measure

NAMES = ["bare loop", "service", "nats-server", "nats-server, stored"]


@pytest.mark.parametrize("limit, found", [(0, 0), (93, 93), (100, 100), (950, 950), (1_000, 1_000), (10_000, 1_600)])
async def test_the_highest_rate_is_doubled_and_then_halved(limit: int, found: int):
    """From 100 up to 2,000; between two doublings as often as there are halvings."""
    tried: list[int] = []

    async def holds(rate: int) -> bool:
        tried.append(rate)
        return rate <= limit

    assert await highest(holds, 100, 2_000, 4) == found
    assert max(tried) <= 1_600
    assert len(tried) == len(set(tried))


@pytest.mark.slow
@pytest.mark.usefixtures("short_rounds")
async def test_every_server_is_searched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Under a small load all take the one rate that is tried, and the curve has its p99."""
    monkeypatch.setattr(capacity, "FIRST", 40)
    monkeypatch.setattr(capacity, "GATE_MS", 2_000.0)
    rows = await measure(tmp_path, 1, 0.5, (6,), 40)
    assert [row.split(" | ")[1:3] for row in rows[4:8]] == [[name, "40"] for name in NAMES]
    assert [row.split(" | ")[1:3] for row in rows[-4:]] == [[name, "40"] for name in NAMES]
    assert all(0 < float(row.split(" | ")[3].split()[0]) < 2_000 for row in rows[-4:])


async def test_a_rate_breaks_when_no_try_is_within_the_gate(monkeypatch: pytest.MonkeyPatch):
    """One pause of the machine is forgiven; every run is a point of the curve."""
    late = iter([capacity.GATE_MS + 1, capacity.GATE_MS, inf, inf])

    async def p99(_: capacity._Search, __: int) -> float:
        return next(late)

    monkeypatch.setattr(capacity._Search, "_p99", p99)
    points: capacity.Points = {}
    search = capacity._Search(None, 1, 1.0, points)  # type: ignore[arg-type]  # not asked here
    assert await search.holds(500)
    assert not await search.holds(1_000)
    assert points == {500: [capacity.GATE_MS + 1, capacity.GATE_MS], 1_000: [inf, inf]}


def test_rows_tell_deliveries_and_the_best_run_of_a_rate():
    """A server whose floor found nothing has no ratio."""
    assert _row(100, "service", [500, 700], [1_000, 700]) == "| 100 | service | 600 | 60,000 | 0.75 (0.50 to 1.00) |"
    assert "nan" in _row(100, "service", [500], [0])
    assert _curve(100, "service", {1_000: [9.0, 7.0], 500: [3.0]}) == [
        "| 100 | service | 500 | 3.00 ms |",
        "| 100 | service | 1,000 | 7.00 ms |",
    ]
