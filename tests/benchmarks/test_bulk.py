from pathlib import Path

import pytest

from benchmarks import bulk
from benchmarks.clients import document
from benchmarks.service import feed_up
from feed.candidate import Receipt
from feed.venues.odf import decode

pytestmark = pytest.mark.alone

RECEIPT = Receipt(0, None, lambda _: None)


def test_a_list_has_twenty_megabytes_and_every_version_changes_everybody():
    """Nothing in it is known already from the Version before."""
    assert 20e6 < len(bulk.participants_of(bulk.PARTICIPANTS)) < 22e6
    versions = bulk.participants_of(30)
    first, second = (decode(bulk.with_version(versions, number), RECEIPT).candidates for number in (1, 2))
    assert {each.message.topic for each in first} == {each.message.topic for each in second}
    assert len({each.hash for each in (*first, *second)}) == 2 * len(first) == 60
    assert not any(each.message.remarks for each in first)


async def test_lists_are_stored_while_results_are_measured(tmp_path: Path):
    """One Version after the other is published, the next window goes on behind it; without lists there are none."""
    versions = bulk.participants_of(200)
    documents = [document(number, 35, 600) for number in range(100)]
    async with feed_up(tmp_path) as (url, _):
        found = await bulk.window(url, documents, versions, 1)
        assert found.lists
        assert found.results.p99 > 0
        later = [document(105 + number, 35, 600) for number in range(60)]
        assert (await bulk.window(url, later, b"", 1)).lists == []


async def test_windows_take_turns(tmp_path: Path):
    """A row with nothing in flight, one with a list, which has its ratio."""
    lines = await bulk.measure(tmp_path, pairs=1, seconds=0.5, participants=100)
    assert [line.split(" | ")[0] for line in lines[4:6]] == ["| nothing", "| a list"]
    assert int(lines[5].split(" | ")[1]) > 0
