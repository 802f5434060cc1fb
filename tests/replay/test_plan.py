from collections.abc import Iterator
from itertools import pairwise

import pytest

from replay.capture import Captured
from replay.faults import REORDER_MICROS, Faults
from replay.header import DAY, read_header
from replay.plan import Plan, Planned, Wishes
from tests.documents import odf
from tests.replay.captured import SECOND, START, captured, games, planned

ALL_FAULTS = Faults(jitter_ms=300, loss=0.2, duplicate=0.2, reorder=0.3, cut=0.2)


def at(items: list[Planned]) -> list[float]:
    return [each.at / SECOND for each in items]


def header(item: Planned) -> tuple[int | None, bytes]:
    read = read_header(item.captured.data, item.captured.encoding)
    assert read is not None
    return read.version, item.captured.data


def test_times_are_those_of_the_capture_by_its_speed():
    """From the first document on; the order is that of the capture."""
    documents = [captured("XA", unit=unit, after=after) for unit, after in enumerate((5, 6, 9, 9))]
    assert at(planned(documents)) == [0, 1, 4, 4]
    assert at(planned(documents, speed=8)) == [0, 0.125, 0.5, 0.5]
    assert at(planned(documents, speed=0.5)) == [0, 2, 8, 8]
    assert at(planned(documents, speed=None)) == [0, 1, 4, 4]
    assert [each.captured for each in planned(documents)] == documents


def test_pauses_are_at_most_as_long_as_wished():
    """In seconds of the replay, after its speed; shorter ones stay."""
    documents = [captured("XA", unit=unit, after=after) for unit, after in enumerate((0, 1, 3601, 3602))]
    assert at(planned(documents, max_gap=2)) == [0, 1, 3, 4]
    assert at(planned(documents, max_gap=2, speed=100)) == [0, 0.01, 2.01, 2.02]
    assert at(planned(documents, max_gap=0)) == [0, 0, 0, 0]


def test_a_plan_may_begin_anywhere():
    """From a time of the Games on; its own times begin at zero."""
    documents = [captured("XA", unit=unit, after=unit) for unit in range(4)]
    items = planned(documents, START + 2 * SECOND)
    assert [each.recv for each in items] == [START + 2 * SECOND, START + 3 * SECOND]
    assert at(items) == [0, 1]


def test_a_lane_for_each_document():
    """Versions of one document share a lane, others do not; with venues in parallel a source is a lane as well."""
    documents = [captured("XA", 1), captured("XA", 2), captured("XA", 1, unit=2)]
    first, second, other = (each.lanes for each in planned(documents))
    assert first == second
    assert not set(first) & set(other)
    first, second, other = (each.lanes for each in planned(documents, parallel_venues=True))
    assert set(first) & set(other) == {"source STA1"}


def test_later_rounds_go_on():
    """Rewritten, Versions of each document go on without a gap and days behind the last day; the first round stays."""
    documents = [captured("XA", version, after=version * DAY / SECOND / 2) for version in (4, 5, 6)]
    items = planned(documents, loops=3, rewrite=True)
    assert [header(each)[0] for each in items] == [4, 5, 6, 7, 8, 9, 10, 11, 12]
    assert [each.captured for each in items[:3]] == documents
    dates = [each.captured.data.partition(b' Date="')[2][:10] for each in items]
    assert dates == [b"2030-07-03"] * 3 + [b"2030-07-05"] * 3 + [b"2030-07-07"] * 3
    assert [each.number for each in items] == list(range(1, 10))


def test_rounds_are_the_same_documents_unless_rewritten():
    """The bytes stay; time goes on from round to round."""
    documents = [captured("XA", 1), captured("XA", 2, after=2)]
    items = planned(documents, loops=2)
    assert [each.captured for each in items] == documents * 2
    assert at(items) == [0, 2, 2, 4]


def test_the_same_seed_makes_the_same_plan():
    """And another seed another one; without faults the seed makes no difference."""
    documents = games("XA")
    assert planned(documents, seed=4, faults=ALL_FAULTS) == planned(documents, seed=4, faults=ALL_FAULTS)
    assert planned(documents, seed=4, faults=ALL_FAULTS) != planned(documents, seed=5, faults=ALL_FAULTS)
    assert planned(documents, seed=4) == planned(documents, seed=5)


@pytest.mark.parametrize("seed", range(10))
def test_faults_lose_no_document(seed: int):
    """Each is planned once, and once more when it is a duplicate; times never go back."""
    documents = games("XA")
    items = planned(documents, seed=seed, faults=ALL_FAULTS)
    assert sorted(each.number for each in items if not each.is_repeat) == list(range(1, len(documents) + 1))
    repeats = [each for each in items if each.is_repeat]
    assert repeats
    assert not any(each.is_lost or each.cut_at for each in repeats)
    assert all(first.at <= second.at for first, second in pairwise(items))


@pytest.mark.parametrize("seed", range(10))
def test_jitter_keeps_the_order_within_a_document(seed: int):
    """However large it is against the pace; documents of other keys do change places."""
    items = planned(games("XA"), seed=seed, faults=Faults(jitter_ms=2000))
    for lane in {each.lanes[0] for each in items}:
        numbers = [each.number for each in items if each.lanes[0] == lane]
        assert numbers == sorted(numbers)
    assert [each.number for each in items] != sorted(each.number for each in items)


def test_a_document_is_overtaken_by_its_next_version():
    """It comes right behind it and waits for no answer; the next one keeps its lane."""
    items = planned([captured("XA", 1), captured("XA", 2, after=0.5)], faults=Faults(reorder=1))
    assert [header(each)[0] for each in items] == [2, 1]
    assert [len(each.lanes) for each in items] == [1, 0]
    assert 0 < items[1].at - items[0].at < 10_000
    assert items[1].faults["reorder"]


def test_what_nothing_overtakes_comes_late():
    """Its next version is too far away, or there is none."""
    items = planned([captured("XA", 1), captured("XA", 2, after=60)], faults=Faults(reorder=1))
    assert [header(each)[0] for each in items] == [1, 2]
    assert [each.at for each in items] == [REORDER_MICROS, 60 * SECOND + REORDER_MICROS]


def test_what_is_no_document_goes_in_the_order_of_its_source():
    """Bytes without a header have a lane by their source."""
    strange = [captured("XA", source=source) for source in ("A", "A", "B")]
    items = planned([Captured(each.recv, each.source, "other", "", b"{}") for each in strange])
    assert [each.lanes for each in items] == [("unread A",), ("unread A",), ("unread B",)]


def test_a_long_capture_is_not_kept():
    """The plan is a stream: a document is read when its turn comes."""
    read = 0

    def endless(_: int | None) -> Iterator[Captured]:
        nonlocal read
        while True:
            read += 1
            yield Captured(START + read * 1000, "A", "odf", "", odf("XA", read))

    items = Plan(endless, Wishes(faults=ALL_FAULTS)).items()
    for _ in range(5000):
        next(items)
    assert read < 8000
