import asyncio

from feed.stream.tide import Tide


async def test_who_waits_for_a_sequence_goes_on_when_it_has_passed():
    """Not before; and at once where it has passed already."""
    tide = Tide(3)
    await tide.passed(3)
    waiting = asyncio.ensure_future(tide.passed(5))
    for seq in (4, 5):
        assert not waiting.done()
        tide.rise(seq)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    async with asyncio.timeout(1):
        await waiting


async def test_who_waits_for_more_is_not_woken():
    """Of many who wait only those whose sequence has come go on; the others do not run in between."""
    tide = Tide()
    waiting = {seq: asyncio.ensure_future(tide.passed(seq)) for seq in (3, 1, 2)}
    await asyncio.sleep(0)
    before = list(tide._waiting)
    tide.rise(2)
    assert [future.done() for future in before] == [False, True, True]
    tide.rise(3)
    async with asyncio.timeout(1):
        await asyncio.gather(*waiting.values())
    assert not tide._waiting


async def test_a_wait_has_an_end():
    """Whoever gave a time goes on after it, whatever the stream does; nobody is left behind."""
    tide = Tide()
    async with asyncio.timeout(1):
        await tide.passed(1, 0.01)
        await tide.moved(0.01)
    assert not tide._waiting


async def test_all_who_wait_for_the_next_message_are_told():
    """One that gave up before is no hindrance."""
    tide = Tide()
    first, second, third = (asyncio.ensure_future(tide.moved(5)) for _ in range(3))
    await asyncio.sleep(0)
    first.cancel()
    tide.rise(1)
    async with asyncio.timeout(1):
        await asyncio.gather(second, third)
    assert first.cancelled() or first.done()
