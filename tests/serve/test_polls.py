import asyncio

from feed.core.filters import Filter, parse_filter
from feed.core.log import Log
from feed.serve.polls import Polls
from tests.core.makers import TOPIC, entry

OTHER = "YG2030.ATH.M.100M.FNL.000100.result"
ALL = parse_filter([">"], [])
SOME = parse_filter(["YG2030.>"], [])


def waits(polls: Polls, *wishes: Filter, seconds: float = 5) -> list[asyncio.Future]:
    return [asyncio.ensure_future(polls.wanted(wish, seconds)) for wish in wishes]


async def settled() -> None:
    for _ in range(3):
        await asyncio.sleep(0)


async def test_only_who_wants_it_is_woken():
    """One look for all who want the same; the others wait on."""
    log = Log()
    polls = Polls(log)
    one, two, narrow = waits(polls, ALL, parse_filter([">"], []), SOME)
    await settled()
    log.append(entry(1, TOPIC))
    polls.look()
    await settled()
    assert (one.done(), two.done(), narrow.done()) == (True, True, False)
    log.append(entry(2, OTHER))
    polls.look()
    await narrow


async def test_what_came_before_wakes_nobody():
    """A wait is for what follows, also when the log has grown since the last look."""
    log = Log()
    polls = Polls(log)
    for seq in (1, 2):
        (late,) = waits(polls, ALL)
        log.append(entry(seq))
        await settled()
        polls.look()
        await settled()
        assert not late.done()
        late.cancel()
        await settled()


async def test_the_time_ends_a_wait_and_nothing_is_left_of_it():
    """Also when its reader went away."""
    polls = Polls(Log())
    await asyncio.gather(*waits(polls, ALL, SOME, seconds=0.01))
    (gone,) = waits(polls, ALL)
    await settled()
    gone.cancel()
    await settled()
    assert polls._waiting == {}


async def test_who_waits_again_at_once_is_not_forgotten():
    """The end of a wait takes away its own place only."""
    log = Log()
    polls = Polls(log)

    async def twice() -> None:
        await polls.wanted(ALL, 5)
        await polls.wanted(ALL, 5)

    loop = [asyncio.ensure_future(twice()) for _ in range(2)]
    for seq in (1, 2):
        await settled()
        log.append(entry(seq))
        polls.look()
    async with asyncio.timeout(1):
        await asyncio.gather(*loop)


async def test_everybody_is_released_when_the_service_leaves_or_the_log_left_memory():
    """They answer with what there is."""
    polls = Polls(Log())
    waiting = waits(polls, ALL, SOME)
    await settled()
    polls.release()
    await asyncio.gather(*waiting)
    log = Log()
    polls = Polls(log)
    waiting = waits(polls, SOME)
    await settled()
    log.tip = 5_000
    polls.look()
    await asyncio.gather(*waiting)
