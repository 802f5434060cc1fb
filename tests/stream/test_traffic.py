import asyncio
import time

import pytest

from feed.stream import traffic as traffics
from feed.stream.traffic import Pace, Traffic, leave_room


@pytest.fixture
def traffic() -> Traffic:
    return Traffic()


async def test_nobody_is_waited_for_on_an_empty_road(traffic: Traffic):
    """Also after somebody has passed."""
    await traffic.gone()
    with traffic.passing():
        pass
    await asyncio.wait_for(traffic.gone(), 1)


async def test_what_is_on_its_way_goes_first(traffic: Traffic):
    """All of it, and nothing that starts meanwhile: a list gets its turn however many results there are."""
    with traffic.result():
        with traffic.passing():
            waiting = asyncio.ensure_future(traffic.gone())
            await asyncio.sleep(0)
        await asyncio.sleep(0.01)
        assert not waiting.done()
        later = traffic.passing()
        later.__enter__()
    await asyncio.wait_for(waiting, 1)
    waiting = asyncio.ensure_future(traffic.gone())
    await asyncio.sleep(0.01)
    assert not waiting.done()
    later.__exit__(None, None, None)
    await asyncio.wait_for(waiting, 1)


async def test_a_result_that_failed_is_not_waited_for(traffic: Traffic):
    """Nor for one whose sender gave up."""
    with pytest.raises(OSError, match="lost"), traffic.result():
        raise OSError("lost")
    await asyncio.wait_for(traffic.gone(), 1)


async def test_results_are_live_for_a_while(traffic: Traffic, monkeypatch: pytest.MonkeyPatch):
    """Not before the first one, not long after the last one, and nothing else counts."""
    assert not traffic.is_live
    with traffic.passing():
        assert not traffic.is_live
    with traffic.result():
        assert traffic.is_live
    assert traffic.is_live
    monkeypatch.setattr(traffics, "RECENT_SECONDS", 0.0)
    assert not traffic.is_live


async def test_a_busy_loop_is_left_room(monkeypatch: pytest.MonkeyPatch):
    """A turn of its own to one that has time; after a long turn some more of them, but not for ever."""
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    counting = asyncio.ensure_future(count())
    await asyncio.sleep(0)
    monkeypatch.setattr(traffics, "LONG_TURN_SECONDS", 60.0)
    turns = 0
    await leave_room()
    assert turns <= 2
    monkeypatch.setattr(traffics, "LONG_TURN_SECONDS", 0.0)
    monkeypatch.setattr(traffics, "ROOM", 1e9)
    turns = 0
    await asyncio.wait_for(leave_room(), 5)
    assert turns > 20
    counting.cancel()


async def test_a_list_goes_at_its_pace():
    """The first message at once, the others at even distances, several at once for as long as they would have taken."""
    began, pace = time.monotonic(), Pace(seconds=0.2, messages=50)
    for messages in (1, 1, 20, 1):
        await pace.due()
        pace.went(messages)
    assert time.monotonic() - began >= 22 * 0.2 / 50
    await pace.due()
    assert time.monotonic() - began >= 23 * 0.2 / 50


async def test_it_is_known_how_late_a_list_is():
    """In messages; what has gone is not late."""
    pace = Pace(seconds=0.05, messages=500)
    await asyncio.sleep(0.04)
    late = pace.late()
    assert late >= 390
    pace.went(late + 100_000)
    assert pace.late() == 0
    pace = Pace(seconds=60.0, messages=2)
    await asyncio.sleep(0.04)
    assert pace.late() == 0  # it takes no more than it may, though the next might have gone long ago


def test_without_a_pace_nothing_is_late():
    """However many go."""
    pace = Pace(seconds=0.0, messages=50)
    pace.went(50)
    assert pace.late() == 0


async def test_a_few_messages_of_much_need_not_take_all_its_time():
    """Nor do none at all."""
    for messages in (0, 2):
        pace = Pace(seconds=600.0, messages=messages)
        await pace.due()
        pace.went(2)
        await asyncio.wait_for(pace.due(), 5)
