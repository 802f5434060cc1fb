"""All real files at hand: posted, posted again, and there after a restart."""

import asyncio
import json
import sys
from collections import Counter
from pathlib import Path

import aiohttp
import pytest

from tests.journey import post_odf
from tests.journey.post_odf import Summary
from tests.journey.service import Feed, serving

TYPE = "DT_RESULT"
HANDMADE = "statuses_handmade.xml"  # contradicts a real schedule of the same Version
SCHEDULES = "paris2024-schedule"
LAST_STATUSES = ("SCHEDULED", "UNSCHEDULED", "INTERRUPTED", "RUNNING", "GETTING_READY", "SCHEDULED_BREAK")


async def snapshots(feed: Feed) -> list[bytes]:
    """The current state of both flags, byte by byte."""
    async with aiohttp.ClientSession() as session:
        answers = [await session.get(f"{feed.url}/v1/snapshot?flag={flag}") for flag in "PT"]
        return [await answer.read() for answer in answers]


async def post(feed: Feed, paths: list[Path]) -> Summary:
    """Post them; what became of them is printed."""
    summary = await post_odf.post_all(paths, feed.url)
    print(summary.answers, summary.accepted, summary.duplicates, summary.stale, summary.refused)  # noqa: T201 - the point
    return summary


async def check_lasting(feed: Feed, paths: list[Path]) -> None:
    """Posted again, nothing is new, nor after a stop and a kill; the state stays the same to the byte."""
    state = await snapshots(feed)

    async def post_again() -> None:
        again = await post(feed, paths)
        assert (again.accepted, again.refused) == (0, {})
        assert await snapshots(feed) == state

    await post_again()
    assert await feed.stop() == 0
    await feed.start()
    assert await snapshots(feed) == state
    await feed.kill9()
    await feed.start()
    assert await snapshots(feed) == state
    await post_again()


@pytest.mark.shared
@pytest.mark.slow
async def test_real_schedules_flow_whole(shared: Path, tmp_path: Path):
    """7,100 units of 46 files, 8 of them repeated in their file: 7,092 topics, 758 sessions, a head for each file."""
    paths = post_odf.documents(shared / "data" / "odf" / SCHEDULES)
    async with serving(tmp_path) as feed:
        first = await post(feed, paths)
        messages = json.loads((await snapshots(feed))[0])["messages"]
        refused = await post(feed, [shared / "data" / "odf" / HANDMADE])
        assert refused.answers == {(422, "version_conflict"): 1}
        await check_lasting(feed, paths)
    assert (len(paths), first.refused, first.accepted) == (46, {}, len(messages))
    assert Counter(each["type"] for each in messages) == {"unit": 7_092, "session": 758, "list": 46}
    assert sum("repeated_in_document" in each["remarks"] for each in messages) == 8
    assert len({each["topic"] for each in messages}) == len(messages)


@pytest.mark.shared
@pytest.mark.slow
async def test_all_other_real_files_are_kept_once(shared: Path, tmp_path: Path):
    """Results, updates, code tables of 2016 to 2028, production and test: each is stored, and once."""
    paths = post_odf.documents(shared / "data" / "odf")
    paths = [path for path in paths if path.name != HANDMADE and path.parent.name != SCHEDULES]
    assert len(paths) > 100
    async with serving(tmp_path) as feed:
        first = await post(feed, paths)
        assert (set(first.answers), first.refused) == ({(200, "stored")}, {})
        assert first.accepted >= len(paths)
        await check_lasting(feed, paths)


@pytest.mark.shared
async def test_every_status_of_a_schedule_is_read(shared: Path, tmp_path: Path):
    """A file with eleven statuses for six units: the last one told of each stands, and repeats are remarked."""
    async with serving(tmp_path) as feed:
        first = await post(feed, [shared / "data" / "odf" / HANDMADE])
        messages = json.loads((await snapshots(feed))[0])["messages"]
    units = [each for each in messages if each["type"] == "unit"]
    assert (first.refused, first.accepted) == ({}, len(messages))
    assert sorted(each["body"]["status"] for each in units) == sorted(LAST_STATUSES)
    assert [each["body"]["status"] for each in units if "repeated_in_document" in each["remarks"]] == ["INTERRUPTED"]


async def test_the_script_runs_by_hand(captures: Path, tmp_path: Path):
    """It posts a folder and ends with a table of what became of the documents."""
    async with serving(tmp_path) as feed:
        script = await asyncio.create_subprocess_exec(
            *(sys.executable, post_odf.__file__, captures / "odf", "--url", feed.url, "--type", TYPE),
            stdout=asyncio.subprocess.PIPE,
        )
        told, _ = await script.communicate()
    assert script.returncode == 0
    assert b"200 stored" in told
    assert b"messages accepted" in told
