"""Waits for planned moments more precisely than a timer of the loop, which may be a millisecond late and more."""

import asyncio
import time
from collections.abc import Callable
from typing import Final

EARLY_SECONDS: Final = 0.002  # before the moment the loop's timer is left; from here on its sockets are looked at
NAP_SECONDS: Final = 0.0002  # every so often: the system's own timer is precise, and a core is not burnt by waiting
SLICE_SECONDS: Final = 0.05  # how soon an interruption is noticed


def never() -> bool:
    """No interruption."""
    return False


async def until(moment: float, is_interrupted: Callable[[], bool] = never) -> bool:
    """Return True at a moment of `time.monotonic`, at once if it is over; False when interrupted before."""
    while (ahead := moment - EARLY_SECONDS - time.monotonic()) > 0:
        if is_interrupted():
            return False
        await asyncio.sleep(min(ahead, SLICE_SECONDS))
    while (ahead := moment - time.monotonic()) > 0:
        await asyncio.sleep(0)  # what was started before runs now
        if ahead > 2 * NAP_SECONDS:
            await asyncio.sleep(0)  # and what it wrote leaves
            time.sleep(NAP_SECONDS)  # noqa: ASYNC251 - shorter than any timer of the loop
    return not is_interrupted()
