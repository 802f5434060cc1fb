from itertools import islice

from benchmarks.plain import Stored
from benchmarks.rehearsed import rehearsed, simulated
from feed.core.entry import Entry
from schemas.wire import decode


def some(count: int = 1_500, seed: int = 5) -> list[Stored]:
    """The messages of the first documents of simulated Games, up to the first medals."""
    return list(islice(rehearsed(simulated("small", seed), seed), count))


def test_messages_are_those_of_the_contract():
    """Each is of its kind, has its topic, and names the one before it on that."""
    last: dict[str, int] = {}
    for seq, stored in enumerate(some(), 1):
        entry, message = Entry.stored(seq, *stored), decode(stored.payload)
        assert stored.subject == f"feed.{message.topic}"
        assert entry.prev == last.get(entry.topic, 0)
        last[entry.topic] = seq
        assert message.ts.published > message.ts.recv > 0


def test_what_follows_from_messages_is_among_them():
    """Behind its cause, in the batch that its mark ends."""
    kinds = [Entry.stored(seq, *stored).kind for seq, stored in enumerate(some(), 1)]
    messages = [decode(stored.payload) for stored in some()]
    caused = [(seq, each.caused_by) for seq, each in enumerate(messages, 1) if each.caused_by is not None]
    assert caused
    assert all(cause < seq for seq, cause in caused)
    assert {"result", "participant", "unit", "derived"} <= set(kinds)


def test_the_same_seed_makes_the_same_bytes():
    """Also of what stands for chance: how long each step takes."""
    assert some(400) == some(400)
    assert some(400) != some(400, seed=6)
