import asyncio
import gc
import os
import signal
from typing import Any

import pytest

from feed.core.index import EVENT, HASH, OP, RECV, VERSION
from feed.core.log import AbsentError, Log
from feed.errors import OutcomeUnknownError
from feed.stream.acks import publish_acked
from feed.stream.broker import Broker
from feed.stream.connection import Connection
from feed.stream.segments import Segments

TOPIC = "XG2030.ATH.W.100M.FNL.000100.result"
HEADERS = {VERSION: "1", EVENT: "1", RECV: "1", HASH: "h", OP: "put"}


async def published(connection: Connection, count: int) -> None:
    for _ in range(count):
        await publish_acked(connection, f"feed.{TOPIC}", b'{"prev":0}', HEADERS, timeout=2)


async def test_an_absent_segment_comes_back_once_for_all_who_wait(connection: Connection, epoch: str):
    """Readers that wait for the same segment share one load, and it holds every message up to the tip."""
    await published(connection, 5)
    log = Log(5)
    segments = Segments(connection, log)
    await asyncio.gather(*(segments.load(AbsentError(0)) for _ in range(5)))
    assert [entry.seq for entry in log.read(0, 100)] == [1, 2, 3, 4, 5]


async def test_a_copy_that_is_behind_makes_no_gap(connection: Connection, epoch: str):
    """An answer that stops before our tip is no segment: it is asked for again."""
    await published(connection, 3)
    log = Log(5)
    with pytest.raises(OutcomeUnknownError, match="seq 4"):
        await Segments(connection, log).load(AbsentError(0))
    with pytest.raises(AbsentError):
        log.read(0, 100)


async def test_a_failed_load_nobody_waits_for_is_no_contradiction(broker: Broker, connection: Connection, epoch: str):
    """A reader that leaves while the broker is away does not end the service through the loop's last resort."""
    told: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context))
    segments = Segments(connection, Log(5))
    os.kill(broker.pid, signal.SIGSTOP)
    reader = asyncio.ensure_future(segments.load(AbsentError(0)))
    while not segments._loading:
        await asyncio.sleep(0)
    loading = set(segments._loading.values())
    reader.cancel()
    await asyncio.wait({reader})
    os.kill(broker.pid, signal.SIGKILL)
    await asyncio.wait(loading)
    del loading, reader
    gc.collect()
    assert not segments._loading
    assert told == []
