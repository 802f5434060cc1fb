"""Boards of the past: made once for all who want the same, given up with the last of them, kept within their room."""

import asyncio
import gc
import weakref

import pytest

from feed.core.board import Board
from feed.errors import OutcomeUnknownError
from feed.serve.past import MADE_AT_ONCE, Built, Past
from tests.service_fixture import wait_until


class Making:
    """Makes boards of a size when the test says so, and counts what began and what ended."""

    def __init__(self, size: int = 1) -> None:
        self.free = asyncio.Event()
        self.begun = self.ended = 0
        self._size = size

    async def __call__(self) -> Built:
        self.begun += 1
        try:
            await self.free.wait()
        finally:
            self.ended += 1
        return Built(Board(), self._size)


@pytest.fixture
def making() -> Making:
    return Making()


async def passed() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_who_wants_the_same_waits_for_the_same(making: Making):
    """One board for all who ask while it is made, and for who asks afterwards."""
    past = Past()
    asked = [asyncio.create_task(past.board("a", making)) for _ in range(5)]
    await passed()
    making.free.set()
    boards = {id(each) for each in await asyncio.gather(*asked)} | {id(await past.board("a", making))}
    assert (len(boards), making.begun) == (1, 1)


async def test_who_leaves_takes_nothing_from_the_others(making: Making):
    """It is made for who is left."""
    past = Past()
    first, second = (asyncio.create_task(past.board("a", making)) for _ in range(2))
    await passed()
    first.cancel()
    await passed()
    making.free.set()
    assert isinstance(await second, Board)
    assert making.begun == 1


async def test_what_nobody_waits_for_is_given_up(making: Making):
    """And made anew for who asks at once after that."""
    past = Past()
    alone = asyncio.create_task(past.board("a", making))
    await passed()
    alone.cancel()
    await asyncio.wait([alone])
    next_one = asyncio.create_task(past.board("a", making))
    await passed()
    making.free.set()
    assert isinstance(await next_one, Board)
    assert (making.begun, making.ended) == (2, 2)


async def test_few_are_made_at_a_time(making: Making):
    """Each is large while it is made."""
    past = Past()
    asked = [asyncio.create_task(past.board(number, making)) for number in range(MADE_AT_ONCE + 1)]
    await passed()
    assert making.begun == MADE_AT_ONCE
    making.free.set()
    await asyncio.gather(*asked)
    assert making.begun == MADE_AT_ONCE + 1


async def test_a_failure_is_told_to_all_and_not_kept():
    """Whoever asks again makes it again."""
    past, tries = Past(), []

    async def fail() -> Built:
        tries.append(1)
        await asyncio.sleep(0)
        raise OutcomeUnknownError("away")

    told = await asyncio.gather(past.board("a", fail), past.board("a", fail), return_exceptions=True)
    assert [type(each) for each in told] == [OutcomeUnknownError] * 2
    with pytest.raises(OutcomeUnknownError):
        await past.board("a", fail)
    assert len(tries) == 2


async def test_what_was_not_wanted_for_longest_goes_first():
    """Their bytes stay within the bound; nothing holds what was forgotten."""
    past, making = Past(bytes_max=20), Making(10)
    making.free.set()
    for key in ("a", "b", "a"):
        await past.board(key, making)
    forgotten = weakref.ref(await past.board("b", making))
    for key in ("a", "c"):
        await past.board(key, making)
    assert (past.size, making.begun) == (20, 3)
    gc.collect()
    assert forgotten() is None


async def test_what_is_too_large_is_not_kept_and_takes_nothing_with_it(making: Making):
    """It is made for each who asks, the others stay."""
    past, large = Past(bytes_max=5), Making(6)
    making.free.set()
    large.free.set()
    for key, make in (("a", making), ("b", large), ("b", large), ("a", making)):
        await past.board(key, make)
    assert (making.begun, large.begun, past.size) == (1, 2, 1)


async def test_nothing_is_kept_for_long(making: Making):
    """What was of now when it was made is of now no more, and takes room."""
    past = Past(seconds=0.01)
    making.free.set()
    await past.board("a", making)
    await wait_until(lambda: past.size == 0)
