"""Benchmarks of the service alone, each for a moment, on one service for all of them."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from benchmarks import comeback, filters, neverread
from benchmarks.clients import frame_size
from benchmarks.contenders import Contender, alone
from benchmarks.fanout import Load
from feed.core.frames import text_frame

pytestmark = [pytest.mark.alone, pytest.mark.usefixtures("short_rounds")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Contender]:
    async with alone(tmp_path_factory.mktemp("alone")) as found:
        yield found


async def test_rounds_with_and_without_readers_that_never_read_take_turns(server: Contender):
    """Two rows with figures, and an aim each for lateness and memory."""
    rows = await neverread.measured(server, 1, 0.2, Load(20, 4, 3_000, 1), 5, 300_000)
    nobody, deaf = (row.strip("| ").split(" | ") for row in rows[4:6])
    assert (nobody[0], deaf[0]) == ("nobody", "5 that never read")
    assert nobody[3] == nobody[5] == "1"
    assert float(deaf[5].split()[0]) == pytest.approx(1, abs=0.2)
    assert [row.split(" | ")[0] for row in rows[-2:]] == ["| p99 of the others", "| memory of the service"]


async def test_all_who_come_back_get_what_they_missed(server: Contender):
    """From the service and from the floor; otherwise the storm would not end."""
    rows = await comeback.measured(server, 1, 0.1, subscribers=20, away=2.0)
    assert [row.split(" | ")[:2] for row in rows[4:6]] == [["| bare loop", "0.06 MB"], ["| service", "0.06 MB"]]
    assert "| seconds to those of the bare loop | " in rows[-1]


async def test_each_number_of_filters_has_its_cost(server: Contender):
    """Ten is the floor, the most of them the aim; everybody gets everything, or a round would not end."""
    rows = await filters.measured(server, 1, 0.2, (10, 30), 15)
    cells = [row.strip("| ").split(" | ") for row in rows[4:6]]
    assert [each[0] for each in cells] == ["10", "30"]
    assert cells[0][3] == "1"
    assert rows[-1].startswith("| CPU with 30 to 10 | ")


def test_the_bytes_are_those_of_frames_with_their_sequences():
    """Which have more digits at some place."""
    frame = text_frame(b'{"seq":100,' + bytes(599))
    assert frame_size(frame) == len(frame)
    assert comeback._bytes(100, 1) == len(frame)
    assert comeback._bytes(100, 2) == 2 * len(frame) - 1
