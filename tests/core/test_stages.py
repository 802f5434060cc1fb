import pytest

from feed.core.stages import BOUNDS, Stage, Stages, Timing
from feed.core.traces import Step, Trail, following


def test_a_duration_falls_under_its_bound():
    """A bound belongs to what is below it, as Prometheus reads it; the last one holds everything."""
    timing = Timing()
    for seconds in (0.0, BOUNDS[0], 0.003, 1_000.0):
        timing.observe(seconds)
    found = dict(timing.buckets())
    assert (found["5e-05"], found["0.0025"], found["0.005"], found["60.0"], found["+Inf"]) == (2, 2, 3, 3, 4)
    assert timing.sum == pytest.approx(1_000.003_05)


def test_a_stage_is_timed_to_its_end():
    """Also one that fails, and two of a kind at once."""
    times = iter((1.0, 2.0, 4.0, 8.0))
    stages = Stages(lambda: next(times))
    with pytest.raises(KeyError), stages.timed(Stage.GATE), stages.timed(Stage.GATE):
        raise KeyError
    assert stages.timings[Stage.GATE].sum == (4 - 2) + (8 - 1)
    assert sum(stages.timings[Stage.GATE].counts) == 2
    assert not any(sum(timing.counts) for stage, timing in stages.timings.items() if stage is not Stage.GATE)


def test_a_stage_may_end_before_what_it_stands_around():
    """As publishing does with its acknowledgement, while who waits for that has not heard of it; its step as well."""
    times = iter((1.0, 2.0, 4.0))
    stages, trail = Stages(lambda: next(times)), Trail("t")
    with following(trail), stages.timed(Stage.PUBLISH) as span:
        span.end()
    assert stages.timings[Stage.PUBLISH].sum == 1
    assert trail.steps == [Step(Stage.PUBLISH, 1.0, 2.0)]
