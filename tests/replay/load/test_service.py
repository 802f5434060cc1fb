import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import psutil
import pytest

from replay.load.service import Service, ServiceError
from tests.documents import fresh_competition, odf
from tests.service_fixture import Running


@pytest.fixture
async def own(tmp_path: Path) -> AsyncIterator[Service]:
    service = Service(tmp_path / "streams", tmp_path / "service.log")
    await service.start()
    yield service
    await service.stop()


@pytest.mark.parametrize("is_killed", [False, True])
async def test_a_restarted_service_is_the_same(own: Service, tmp_path: Path, is_killed: bool):  # noqa: FBT001 - a case
    """The same address and the same stream, in other processes."""
    before, url = own.pids, own.url
    competition = fresh_competition()
    (seq,) = await Running(url, tmp_path).store(odf(competition))
    await own.restart(is_killed=is_killed)
    assert (own.url, own.door) == (url, url)
    assert set(own.pids.values()) == {"service"}
    assert not set(own.pids) & set(before)
    _, page = await Running(url, tmp_path).get("/v1/log")
    assert [message["seq"] for message in page["messages"]] == [seq]


async def test_readers_in_processes_of_their_own(tmp_path: Path):
    """They read at another address what is written at the first; after a restart at the same ones."""
    service = Service(tmp_path / "streams", tmp_path / "service.log", workers=2)
    await service.start()
    try:
        addresses = service.url, service.door
        assert service.url != service.door
        await service.restart()
        assert (service.url, service.door) == addresses
        assert sorted(service.pids.values()) == ["readers", "service"]
        (seq,) = await Running(service.door, tmp_path).store(odf(fresh_competition()))
        await Running(service.url, tmp_path).known(seq)
        async with aiohttp.ClientSession() as session, session.post(f"{service.url}/ingest/odf", data=b"x") as answer:
            assert answer.status == 404
    finally:
        await service.stop()
    assert service.pids == {}


async def test_a_service_that_does_not_start_says_why(own: Service, tmp_path: Path):
    """In the words of its log, and nothing is left behind."""
    other = Service(tmp_path / "streams", tmp_path / "other.log")
    with pytest.raises(ServiceError, match="is in use by process"):
        await other.start()
    await other.stop()
    assert other.pids == {}


async def test_a_service_that_died_by_itself_can_be_stopped(own: Service):
    """And is not told as one of its processes."""
    (pid,) = own.pids
    os.kill(pid, signal.SIGKILL)
    await own.stop()
    assert own.pids == {}


def test_a_service_does_not_outlive_a_run_that_is_killed(tmp_path: Path):
    """However the run ends."""
    made = f"Service(Path({str(tmp_path / 'streams')!r}), Path({str(tmp_path / 'service.log')!r}))"
    lines = [
        "import asyncio, os",
        "from pathlib import Path",
        "from replay.load.service import Service",
        "async def run():",
        f"    service = {made}",
        "    await service.start()",
        "    print(*service.pids, flush=True)",
        "    os.kill(os.getpid(), 9)",
        "asyncio.run(run())",
    ]
    told = subprocess.run([sys.executable, "-c", "\n".join(lines)], capture_output=True, text=True, check=False)
    pid = int(told.stdout)
    deadline = time.monotonic() + 15
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline
        time.sleep(0.05)
