import asyncio
from itertools import pairwise

import pytest

from feed.errors import BrokerError, OutcomeUnknownError
from feed.ingest.patience import FREED_AT_ONCE, again, let_go, patient
from tests.core.makers import candidate
from tests.ingest.house import times


async def test_what_is_safe_to_repeat_is_repeated_until_it_is_answered():
    """As often as the outcome is unknown."""
    attempts = times(3, OutcomeUnknownError("away"))
    await again(attempts)


async def test_another_failure_is_passed_on():
    """A full disk is not waited for."""
    with pytest.raises(BrokerError):
        await again(times(1, BrokerError("full")))


async def waited(seconds: float) -> None:
    """For something else than the broker, and then for the broker."""
    async with patient(0.01, "Again.") as patience:
        with patience.of("nobody came"):
            await asyncio.sleep(seconds)
        await asyncio.sleep(60)


@pytest.mark.parametrize("late, seconds", [("the broker did not answer in time", 0), ("nobody came", 60)])
async def test_what_was_late_is_told(late: str, seconds: float):
    """The broker, unless something else was waited for when the time was over."""
    with pytest.raises(OutcomeUnknownError) as error:
        await waited(seconds)
    assert (error.value.detail, error.value.hint) == (late, "Again.")


@pytest.mark.parametrize("count", [0, 1, 3 * FREED_AT_ONCE + 1])
async def test_many_messages_are_freed_bit_by_bit(count: int):
    """Others get their turn between them; nothing is kept."""
    held = [candidate()] * count
    freeing = asyncio.ensure_future(let_go(held))
    seen = [count]
    while not freeing.done():
        await asyncio.sleep(0)
        seen.append(len(held))
    assert max(before - after for before, after in pairwise(seen)) <= FREED_AT_ONCE
    assert held == []
