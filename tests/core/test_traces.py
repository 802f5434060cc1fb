import asyncio

from feed.core.stages import Stage, Stages
from feed.core.traces import STEPS_MAX, Step, Trail, following, trail_here


async def test_a_trail_is_of_one_task():
    """What runs beside it is no part of it; what it begins meanwhile is, and nothing is when it is over."""
    trail, seen = Trail("00-a"), []

    async def look() -> None:
        await asyncio.sleep(0)
        seen.append(trail_here())

    async def follow() -> None:
        with following(trail):
            await asyncio.gather(look())
            seen.append(trail_here())
        seen.append(trail_here())

    await asyncio.gather(look(), follow())
    assert seen == [None, trail, trail, None]


def test_a_stage_is_a_part_of_the_trail():
    """Also when it fails; without a trail it is only timed."""
    times = iter((1.0, 2.0, 3.0, 5.0))
    stages, trail = Stages(lambda: next(times)), Trail("00-a")
    with stages.timed(Stage.DECODE):
        pass
    with following(trail), stages.timed(Stage.GATE):
        pass
    assert trail.steps == [Step("gate", 3.0, 5.0)]
    assert stages.timings[Stage.DECODE].sum == 1.0


def test_a_trail_has_not_more_steps_than_can_be_looked_at():
    """A document that waits for another one goes to the gate again and again."""
    stages, trail = Stages(lambda: 0.0), Trail("00-a", Step(Stage.RECEIVE, 0.0, 0.0))
    with following(trail):
        for _ in range(STEPS_MAX):
            with stages.timed(Stage.GATE):
                pass
    assert len(trail.steps) == STEPS_MAX
    assert stages.timings[Stage.GATE].counts[0] == STEPS_MAX
