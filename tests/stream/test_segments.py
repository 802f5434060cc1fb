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
from feed.stream.segments import Segments, stored
from feed.stream.streams import FEED

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


async def test_one_message_comes_alone(connection: Connection, epoch: str):
    """From memory where it is there; what is not is asked for, and no segment is loaded for it."""
    await published(connection, 3)
    log = Log(3)
    (asked, kept) = (await stored(connection, log, 2), await stored(connection, log, 3))
    assert asked is not None
    assert kept is not None
    assert (asked.seq, asked.topic, asked.json) == (2, TOPIC, b'{"seq":2,"prev":0}')
    with pytest.raises(AbsentError):
        log.read(0, 1)
    log.load(0, [asked])
    assert await stored(connection, log, 2) is asked


async def test_a_lost_message_is_none_and_a_late_copy_no_answer(connection: Connection):
    """The one behind it is another message; where there is none, the copy that answered may be behind."""
    await connection.api("STREAM.CREATE.FEED", FEED.settings(1) | {"deny_delete": False})
    await published(connection, 3)
    await connection.api("STREAM.MSG.DELETE.FEED", {"seq": 2})
    assert await stored(connection, Log(3), 2) is None
    with pytest.raises(OutcomeUnknownError, match="seq 9"):
        await stored(connection, Log(9), 9)
