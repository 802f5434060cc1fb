from pathlib import Path

import pytest

from benchmarks.costs import CONNECTIONS, FILTERS, _row, measure, wished
from benchmarks.fanout import Cost
from benchmarks.stored import results
from feed.core.entry import Entry
from feed.core.filters import parse_filter

NAMES = ["bare loop", "service", "nats-server", "nats-server, stored"]


@pytest.mark.parametrize("count", FILTERS)
def test_there_are_as_many_different_filters_as_are_told(count: int):
    """Beside the one that takes everything; none of them takes anything of its own."""
    wishes = [wished(number, count, CONNECTIONS) for number in range(CONNECTIONS)]
    assert len({text for each in wishes for text in each[1:]}) == count
    assert len({tuple(each) for each in wishes}) == min(count, CONNECTIONS)
    (entry,) = (Entry.stored(1, *each) for each in results(1, 600))
    assert all(parse_filter([text], []).wants(entry) == (place == 0) for place, text in enumerate(wishes[-1]))


@pytest.mark.slow
@pytest.mark.usefixtures("short_rounds")
async def test_all_servers_deliver_everything_whatever_the_filters(tmp_path: Path):
    """So many subscribers, then so many filters; a message too few or too many would not let a round end."""
    rows = await measure(tmp_path, 1, 0.2, (2,), (12,), 6)
    cells = [row.strip("| ").split(" | ") for row in rows if row.startswith("| ") and " ms |" in row]
    assert [each[:2] for each in cells] == [[count, name] for count in ("2", "12") for name in NAMES]
    assert all(float(each[2].split()[0]) >= 0 for each in cells)


def test_a_row_has_the_ratio_to_the_floor_of_its_round():
    """The median of the ratios; the floor's own is 1."""
    floor, ours = [Cost(1, 1, 4), Cost(2, 1, 4)], [Cost(2, 1, 5), Cost(2, 1, 7)]
    assert _row(2_000, "service", ours, floor) == "| 2,000 | service | 2.00 us | 1.50 (1.00 to 2.00) | 6.00 ms |"
    assert _row(2_000, "bare loop", floor, floor) == "| 2,000 | bare loop | 1.50 us | 1 | 4.00 ms |"
