import pytest
from msgspec.structs import replace

from feed.core.entry import Entry, Lap
from feed.core.hops import HOPS, PLACES_MAX, Hops, Place
from feed.core.index import headers_of
from feed.core.tally import OTHER
from feed.core.windows import Window
from schemas.message import Lane, Stamps
from schemas.registry import AnyMessage
from schemas.topic import SUBJECT_PREFIX
from schemas.wire import encode
from tests.core.makers import candidate

START = 1_795_000_000_000_000


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> int:
        return self.now


def entry(seq: int, topic: str = "XA.ATH.M.100M.FNL.000100.result", **fields: object) -> Entry:
    """A result stamped at START: made 30 ms before it came, sent to the stream 2 ms after."""
    made = candidate(topic=topic)
    stamps = Stamps(event=START - 30_000, recv=START, published=START + 2_000)
    message: AnyMessage = _replaced(made.message, ts=stamps, **fields)
    return Entry.stored(seq, SUBJECT_PREFIX + topic, headers_of(made, "id"), encode(message))


def _replaced(message: AnyMessage, **fields: object) -> AnyMessage:
    return replace(message, **fields)


def told(hops: Hops, window: Window = Window.MINUTE) -> dict[Place, dict[str, tuple[int, int]]]:
    """For each place and hop how many there are, and the longest."""
    return {
        place: {hop.value: (each.count, each.most) for hop, each in zip(HOPS, row, strict=True)}
        for place, row in hops.of(window).items()
    }


def test_hops_add_up():
    """Each between its two stamps, the last four to the whole."""
    clock = Clock()
    hops = Hops(clock)
    first = entry(1)
    clock.now = START + 5_000
    hops.take(first)
    clock.now = START + 9_000
    hops.written(1, [[first]], began=START + 6_000)
    assert told(hops) == {
        Place("XA", "ATH"): {
            "venue": (1, 30_000),
            "admit": (1, 2_000),
            "store": (1, 3_000),
            "wait": (1, 1_000),
            "write": (1, 3_000),
            "total": (1, 9_000),
        }
    }


def test_what_nobody_wants_is_not_written():
    """It has been stored all the same; what is behind the front waits for its round."""
    hops = Hops(Clock())
    first, second, third = entry(1), entry(2), entry(3)
    for each in (first, second, third):
        hops.take(each)
    hops.written(2, [[second], [second]], began=START)
    (row,) = told(hops).values()
    assert (row["store"][0], row["total"][0]) == (3, 1)
    hops.written(3, [[third]], began=START)
    (row,) = told(hops).values()
    assert (row["store"][0], row["total"][0]) == (3, 2)


@pytest.mark.parametrize("fields", [{"lane": Lane.BULK}, {"document": None}])
def test_lists_and_messages_of_our_own_do_not_count(fields: dict[str, object]):
    """They come when there is time for them."""
    hops = Hops(Clock())
    each = entry(1, **fields)
    assert each.lap is None
    hops.take(each)
    hops.written(1, [[each]], began=START)
    assert told(hops) == {}


def test_the_stamps_are_those_of_the_envelope():
    """Whatever remarks stand before them, and however like them a text is."""
    stamps = Lap(START - 30_000, START, START + 2_000)
    assert entry(1, remarks=("zone_assumed", "unknown_code")).lap == stamps
    assert entry(1, source='"lane":"live","remarks":[],"ts":{"event":1,').lap == stamps


def test_places_have_a_limit():
    """What comes after the first so many is somewhere else."""
    hops = Hops(Clock())
    for number in range(PLACES_MAX + 3):
        hops.take(entry(number + 1, f"X{number}.ATH.M.100M.FNL.000100.result"))
    found = told(hops)
    assert len(found) == PLACES_MAX + 1
    assert found[Place(OTHER, OTHER)]["store"][0] == 3
