"""All real results at hand: posted, posted again, and there after a restart."""

import asyncio
import sys
from pathlib import Path

import aiohttp
import pytest

from tests.journey import post_odf
from tests.journey.service import Feed, serving

TYPE = "DT_RESULT"


async def snapshots(feed: Feed) -> list[bytes]:
    """The current state of both flags, byte by byte."""
    async with aiohttp.ClientSession() as session:
        answers = [await session.get(f"{feed.url}/v1/snapshot?flag={flag}") for flag in "PT"]
        return [await answer.read() for answer in answers]


@pytest.mark.shared
async def test_real_results_are_kept_once_and_outlive_the_service(shared: Path, tmp_path: Path):
    """The second time nothing is new; after a stop and after a kill the state is the same to the byte."""
    paths = post_odf.documents(shared / "data" / "odf", TYPE)
    assert paths
    async with serving(tmp_path) as feed:
        first = await post_odf.post_all(paths, feed.url)
        print(first.answers, first.accepted, first.duplicates, first.stale, first.refused)  # noqa: T201 - shown on failure
        assert first.refused == {}
        assert first.accepted + first.duplicates + first.stale == len(paths)
        state = await snapshots(feed)
        assert b"".join(state).count(b'"op":"put"') > len(paths) // 2
        again = await post_odf.post_all(paths, feed.url)
        assert (again.accepted, again.refused) == (0, {})
        assert await snapshots(feed) == state
        assert await feed.stop() == 0
        await feed.start()
        assert await snapshots(feed) == state
        await feed.kill9()
        await feed.start()
        assert await snapshots(feed) == state
        assert (await post_odf.post_all(paths, feed.url)).accepted == 0


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
