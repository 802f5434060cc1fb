import asyncio
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
import uvloop

from feed.serve import progress
from tests.documents import large
from tests.serve.test_handshakes import posted, raw_of
from tests.service_fixture import opened, wait_until
from tests.tls import Pki


@pytest.mark.parametrize("make_loop", [asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def test_a_reader_that_vanishes_before_the_sweep_ends_nobody_else(
    tmp_path: Path, make_loop: Callable[[], asyncio.AbstractEventLoop], caplog: pytest.LogCaptureFixture
):
    """By TLS a connection is gone for some turns of the loop before its subscriber hears of it: nothing fails then."""

    async def life() -> set[bool]:
        pki, found = Pki(tmp_path / "pki"), set()
        async with opened(tmp_path / "data", **pki.doors()) as house:
            raw = await raw_of(house, pki.trust(), "after=0", 8_192)
            for number in range(8):
                await posted(house, pki.trust(), large("XA", number + 1, size=400_000))
            (reader,) = house.pump().subscribers
            await wait_until(lambda: reader.owed)
            raw.reset()
            while reader.transport is not None:
                found.add(reader.transport.get_extra_info("socket") is None)
                assert 0 <= reader.accepted <= reader.written
                house.pump().sweep()
                await asyncio.sleep(0)
            assert (house.running.done(), house.pump().counts["stalled"]) == (False, 0)
        return found

    with asyncio.Runner(loop_factory=make_loop) as runner:
        assert runner.run(life()) == {False, True}
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


def test_of_a_closed_descriptor_nothing_is_told():
    """Neither of one that is -1 by now, nor of one that was given back."""
    with socket.socket() as one:
        number = one.fileno()
        assert progress._acked(number) is not None
    assert (progress._acked(-1), progress._acked(number)) == (None, None)
