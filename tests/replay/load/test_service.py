import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

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
    assert own.url == url
    assert len(own.pids) == 1
    assert not set(own.pids) & set(before)
    _, page = await Running(url, tmp_path).get("/v1/log")
    assert [message["seq"] for message in page["messages"]] == [seq]


async def test_several_processes_are_one_service(tmp_path: Path):
    """All behind one address, the same after a restart; their broker is a process of theirs."""
    service = Service(tmp_path / "streams", tmp_path / "service.log", workers=2)
    await service.start()
    try:
        url = service.url
        await service.restart()
        assert service.url == url
        (pid,) = service.pids
        family = psutil.Process(pid).children()
        assert sum("--multiprocessing-fork" in " ".join(each.cmdline()) for each in family) == 2
        assert sum(each.name() == "nats-server" for each in family) == 1
        await Running(url, tmp_path).store(odf(fresh_competition()))
    finally:
        await service.stop()
    assert service.pids == []


async def test_a_service_that_does_not_start_says_why(own: Service, tmp_path: Path):
    """In the words of its log, and nothing is left behind."""
    other = Service(tmp_path / "streams", tmp_path / "other.log")
    with pytest.raises(ServiceError, match="is in use by process"):
        await other.start()
    await other.stop()
    assert other.pids == []


async def test_a_service_that_died_by_itself_can_be_stopped(own: Service):
    """And is not told as one of its processes."""
    (pid,) = own.pids
    os.kill(pid, signal.SIGKILL)
    await own.stop()
    assert own.pids == []


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
