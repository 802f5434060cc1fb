from array import array
from collections.abc import Iterable

import pytest
from hdrh.histogram import HdrHistogram

from replay.load.latency import DELIVERED, PUBLISHED, RECEIVED, Latency, Stamps
from replay.load.offset import Offset
from replay.load.received import Received, Stretch
from replay.load.span import Span
from replay.load.subscription import Manner, Subscription
from replay.report.hdr import decoded
from replay.report.model import CATCH_UP

START, OFFSET = 1000.0, 1_700_000_000.0
PLANNED = {seq: START + seq for seq in range(1, 11)}  # one a second


def stamps() -> Stamps:
    """Received 2 ms after the plan, published 5 ms after that."""
    seqs = range(1, 11)
    received = [round((START + seq + OFFSET) * 1e6) + 2_000 for seq in seqs]
    return Stamps(array("Q", seqs), array("Q", received), array("Q", [each + 5_000 for each in received]))


def latency(planned: dict[int, float] = PLANNED, cuts: Iterable[float] = ()) -> Latency:
    return Latency(planned, stamps(), Offset(OFFSET, 0.0001), Span(START, 10.0, cuts))


def got(late: dict[int, float]) -> Received:
    """Sequences that came so many seconds after their planned moment."""
    return Received(array("Q", late), array("d", [START + seq + each for seq, each in late.items()]))


def subscription(number: int = 0, tier: str = "board", manner: Manner = Manner.FOLLOW) -> Subscription:
    return Subscription(number=number, tier=tier, manner=manner)


def live(late: dict[int, float]) -> list[Stretch]:
    return [Stretch(opened=START, after=None, messages=got(late))]


def test_a_delivery_counts_from_its_planned_moment():
    """By tier; what was never planned is in no histogram, nor what nobody told us of."""
    found = latency({seq: PLANNED[seq] for seq in range(1, 5)})
    found.add(subscription(), live({1: 0.010, 2: 0.020, 3: 0.040, 4: 0.080, 5: 9.0, 5_000: 9.0}))
    found.add(subscription(1, "watch"), live({1: 0.5}))
    assert points(found.histogram("board")) == pytest.approx([10, 20, 40, 80], rel=0.001)
    assert points(found.histogram("watch")) == pytest.approx([500], rel=0.001)
    assert found.unplanned == {"board": 2, "watch": 0}


def points(histogram: HdrHistogram) -> list[float]:
    """All values, in ms."""
    return [
        each.value_iterated_to / 1000
        for each in histogram.get_recorded_iterator()
        for _ in range(each.count_at_value_iterated_to)
    ]


def test_what_is_caught_up_on_is_not_live():
    """A snapshot and what lies up to the hello's tip count from the opening, in a histogram of their own."""
    found = latency()
    stretch = Stretch(
        opened=START + 6.0,
        after=None,
        tip=5,
        snapshot=Received(array("Q", [2, 3]), array("d", [START + 6.1, START + 6.2])),
        snapshot_seq=4,
        messages=Received(array("Q", [5, 6, 7]), array("d", [START + 6.4, START + 6.5, START + 7.25])),
    )
    found.add(subscription(), [stretch])
    assert points(found.histogram("board")) == pytest.approx([250, 500], rel=0.001)
    assert points(decoded(found.histograms()[CATCH_UP])) == pytest.approx([100, 200, 400], rel=0.001)
    assert found.caught_up == {"board": pytest.approx(0.4)}


@pytest.mark.parametrize("manner, expected", [(Manner.FOLLOW, [5_000, 6_000]), (Manner.RECONNECT, [])])
def test_a_cut_of_the_services_is_charged_to_it(manner: Manner, expected: list[float]):
    """Who follows and is thrown out was owed it live; who breaks off by itself catches up."""
    found = latency()
    resumed = Stretch(opened=START + 7.0, after=0, tip=2, messages=got({1: 6.0, 2: 5.0}))
    found.add(subscription(manner=manner), [resumed])
    assert points(found.histogram("board")) == pytest.approx(expected, rel=0.001)
    assert found.caught_up == {"board": pytest.approx(0.0, abs=0.01)}


def test_a_number_without_a_message_has_no_latency():
    """However high: it is a finding of the check, and no room is made for it."""
    found = latency()
    found.add(subscription(), live({1: 0.010, 1 << 60: 1.0}))
    assert points(found.histogram("board")) == pytest.approx([10], rel=0.001)


def test_hops_add_up_to_the_whole():
    """The service's stamps stand on the monotonic clock by the offset, whose error is told where it counts."""
    found = latency()
    found.add(subscription(), live({1: 0.030, 2: 0.050}))
    rows = {row.name: row for row in found.hop_rows()}
    assert rows[RECEIVED].latency["p50"] == pytest.approx(2, rel=0.001)
    assert rows[PUBLISHED].latency["p50"] == pytest.approx(5, rel=0.001)
    assert rows[f"{DELIVERED}, board"].latency["max"] == pytest.approx(43, rel=0.001)
    assert [(rows[name].count, rows[name].error_ms) for name in (RECEIVED, PUBLISHED)] == [(10, 0.1), (10, 0.0)]
    slowest = found.slowest("topic {}".format)[0]
    assert (slowest.seq, slowest.topic, slowest.at) == (2, "topic 2", 2.0)
    assert slowest.hops == {RECEIVED: 2.0, PUBLISHED: 5.0, DELIVERED: 43.0}
    assert sum(slowest.hops.values()) == pytest.approx(slowest.ms)


def test_slow_readers_and_pollers_have_their_tier_and_nothing_else():
    """What they wait for is their own doing: not in the hops, the heat map or the slowest."""
    found = latency()
    for number, manner in enumerate((Manner.SLOW, Manner.POLL, Manner.STALL)):
        found.add(subscription(number, manner.value, manner), live({1: 5.0}))
    assert found.histogram("slow").get_total_count() == found.histogram("poll").get_total_count() == 1
    assert [row.name for row in found.hop_rows()] == [RECEIVED, PUBLISHED]
    assert found.slowest(str) == []
    assert not any(map(any, found.heat().counts))


def test_the_heat_map_holds_each_delivery_where_it_was_due():
    """A column a tenth of a second, a row by the logarithm; above a hundred seconds the last."""
    found = latency()
    found.add(subscription(), live({1: 0.0005, 2: 0.0995, 3: 120.0}))
    heat = found.heat()
    cells = {(at, row) for at, column in enumerate(heat.counts) for row, count in enumerate(column) if count}
    assert cells == {(10, heat.bounds.index(0.6813)), (20, heat.bounds.index(100.0)), (30, len(heat.bounds))}
    assert sum(map(sum, heat.counts)) == 3


def test_a_window_holds_what_was_due_in_it():
    """From a cut to a cut, without what came late from before."""
    found = latency(cuts=(START + 2.95, START + 5.05))
    found.add(subscription(), live({2: 2.0, 3: 0.030, 4: 0.040, 5: 0.050, 6: 0.5}))
    window = found.window("bulk", "board", START + 2.95, START + 5.05)
    assert (window.count, window.since, window.until) == (3, 2.95, 5.05)
    assert window.latency["max"] == pytest.approx(50, rel=0.001)


def test_an_empty_run_has_no_numbers():
    """And nothing fails."""
    found = Latency({}, Stamps(array("Q"), array("Q"), array("Q")), Offset(0.0, 0.0), Span(0.0, 0.0))
    found.add(subscription(), [Stretch(opened=0.0, after=None)])
    assert (found.histograms(), found.slowest(str), found.caught_up) == ({}, [], {})
    assert [row.latency for row in found.hop_rows()] == [{}, {}, {}]
