import asyncio
import os
from pathlib import Path

import pytest

from benchmarks.crowd import CROWDS, Crowd, _others_kept_off, measure
from benchmarks.fanout import Load

pytestmark = [pytest.mark.alone, pytest.mark.usefixtures("short_rounds")]


async def test_everybody_in_a_crowd_gets_everything(tmp_path: Path):
    """A round would not end otherwise; the cores are everybody's again afterwards."""
    before = os.sched_getaffinity(0)
    crowd = Crowd(Load(20, 30, 1_000, 1), ("up",), is_pinned=True, most=10_000)
    rows = await measure(tmp_path, 1, 0.5, (crowd,))
    assert rows[4].startswith("| 20/s x 30 x 1,000 B, one core | ")
    assert rows[-1].endswith("| 10000 ms | reached |")
    assert await asyncio.to_thread(os.sched_getaffinity, 0) == before


def test_a_core_is_kept_free_only_where_one_is_wanted():
    """Nobody else runs on it meanwhile, unless there is no other."""
    before = os.sched_getaffinity(0)
    with _others_kept_off(is_wanted=True) as core:
        assert core in before
        assert os.sched_getaffinity(0) == (before - {core} or before)
    with _others_kept_off(is_wanted=False) as core:
        assert core is None
        assert os.sched_getaffinity(0) == before


def test_a_crowd_tells_how_it_is_served():
    """The load, and the cores or processes."""
    assert [str(each) for each in CROWDS] == [
        "2/s x 10000 x 1,000 B, one core",
        "1/s x 25000 x 1,000 B, two workers",
    ]
