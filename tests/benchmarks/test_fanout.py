from pathlib import Path

import pytest

from benchmarks.fanout import Cost, Load, _row, measure

NAMES = ["bare loop", "service", "nats-server", "nats-server, stored"]


@pytest.mark.slow
@pytest.mark.usefixtures("short_rounds")
async def test_all_servers_deliver_everything_under_a_small_load(tmp_path: Path):
    """Each row has figures; a message that did not come, or came twice, would not let the round end."""
    rows = await measure(tmp_path, 1, 0.5, (Load(40, 6, 600, 3),))
    assert [row.split(" | ")[1] for row in rows[4:]] == NAMES
    for row in rows[4:]:
        assert row.startswith("| 40/s x 6 x 600 B, 3 filters | ")
        cpu, p50, p99 = (float(row.split(" | ")[place].split()[0]) for place in (2, 4, 6))
        assert cpu >= 0
        assert 0 < p50 <= p99 < 5_000


def test_a_ratio_is_of_rounds_that_follow_each_other():
    """The median of the ratios, not the ratio of the medians."""
    floor = [Cost(1, 2, 10), Cost(2, 2, 10), Cost(4, 2, 10)]
    ours = [Cost(3, 2, 15), Cost(2, 2, 15), Cost(8, 2, 15)]
    row = _row(Load(1, 1, 600, 1), "service", ours, floor)
    assert row == (
        "| 1/s x 1 x 600 B | service | 3.00 us | 2.00 (1.00 to 3.00) "
        "| 2.00 ms | 1.00 (1.00 to 1.00) | 15.00 ms | 1.50 (1.50 to 1.50) |"
    )
    assert _row(Load(1, 1, 600, 1), "bare loop", floor, floor).count("| 1 |") == 3


@pytest.mark.parametrize("filters, text", [(1, "1,000/s x 500 x 600 B"), (50, "1,000/s x 500 x 600 B, 50 filters")])
def test_a_load_tells_what_it_is(filters: int, text: str):
    """One filter is the plain case."""
    assert str(Load(1000, 500, 600, filters)) == text
