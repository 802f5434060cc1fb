from collections import defaultdict
from random import Random

import pytest

from feed.core.outbox import FAILING_MAX, FIRST_WAIT, LONGEST_WAIT, WAITING_MAX, Due, Outbox


def outbox(in_flight: int = 4, through: int = 0, chance: float = 1.0) -> Outbox:
    return Outbox(through, in_flight, lambda: chance)


def taken(box: Outbox, now: float = 0.0) -> list[Due]:
    """All that may be sent now."""
    found = []
    while (due := box.take(now)) is not None:
        found.append(due)
    return found


def test_documents_of_one_key_go_one_by_one():
    """The next one leaves when the first is answered; other keys do not wait."""
    box = outbox()
    for seq, topic in enumerate("aabab", 1):
        box.offer(seq, topic)
    assert taken(box) == [Due(1, "a", 1), Due(3, "b", 1)]
    box.answered("a")
    assert taken(box) == [Due(2, "a", 1)]


def test_what_was_not_answered_is_never_passed():
    """The place stays before the oldest document that waits, whatever came behind it."""
    box = outbox(through=10)
    box.offer(11, "a")
    box.offer(12, "b")
    box.pass_by(20)
    taken(box)
    box.answered("b")
    assert (box.through, box.waiting, box.oldest) == (10, 1, 11)
    box.answered("a")
    assert (box.through, box.waiting, box.oldest) == (20, 0, None)


def test_the_wait_grows_up_to_its_limit():
    """Doubled from attempt to attempt; chance takes off up to a half."""
    box = outbox()
    box.offer(1, "a")
    now, waits = 0.0, []
    for attempt in range(1, 9):
        assert taken(box, now) == [Due(1, "a", attempt)]
        waits.append(box.failed("a", now))
        assert taken(box, now + waits[-1] - 0.01) == []
        now += waits[-1]
        assert box.next_at() == now
    assert waits == [min(FIRST_WAIT * 2**n, LONGEST_WAIT) for n in range(8)]
    half = outbox(chance=0.0)
    half.offer(1, "a")
    taken(half)
    assert half.failed("a", 0) == FIRST_WAIT / 2


def test_success_begins_anew():
    """The next document of a key that failed is a first attempt."""
    box = outbox()
    box.offer(1, "a")
    box.offer(2, "a")
    taken(box)
    box.failed("a", 0)
    assert box.failing == 1
    assert taken(box, 100) == [Due(1, "a", 2)]
    box.answered("a")
    assert box.failing == 0
    assert taken(box, 100) == [Due(2, "a", 1)]


def test_where_too_many_fail_nothing_new_is_tried():
    """The customer is away; as soon as one document is taken, the others follow."""
    box = outbox(in_flight=64)
    for seq in range(1, FAILING_MAX + 5):
        box.offer(seq, f"t{seq}")
    for due in taken(box)[:FAILING_MAX]:
        box.failed(due.topic, 0)
    for seq in range(100, 105):
        box.offer(seq, f"t{seq}")
    again = taken(box, LONGEST_WAIT)
    assert {due.seq for due in again} == set(range(1, FAILING_MAX + 1))
    box.answered(again[0].topic)
    assert [due.seq for due in taken(box, LONGEST_WAIT)] == list(range(100, 105))


def test_what_failed_leaves_places_for_the_others():
    """Slow failures hold up no key but their own."""
    box = outbox(in_flight=4)
    for seq in range(1, 5):
        box.offer(seq, f"bad{seq}")
    for due in taken(box):
        box.failed(due.topic, 0)
    for seq in range(5, 9):
        box.offer(seq, f"good{seq}")
    assert [due.seq for due in taken(box, LONGEST_WAIT)] == [1, 2, 5, 6]


def test_what_another_program_sends_is_no_failure():
    """It is left alone until then, and is no attempt."""
    box = outbox()
    box.offer(1, "a")
    taken(box)
    box.put_off("a", 7.0)
    assert (box.failing, taken(box, 6.9)) == (0, [])
    assert taken(box, 7.0) == [Due(1, "a", 1)]


def test_memory_has_a_limit():
    """Behind one that is never taken only so many are kept in mind."""
    box = outbox()
    box.offer(1, "stuck")
    taken(box)
    for seq in range(2, WAITING_MAX + 1):
        box.offer(seq, "a")
        taken(box)
        box.answered("a")
    assert not box.has_room
    box.answered("stuck")
    assert box.has_room


@pytest.mark.parametrize("in_flight", [1, 2, 5])
def test_whatever_happens_each_key_keeps_its_order(in_flight: int):
    """All is taken in the end, each key in order, and the place never lies."""
    for seed in range(60):
        check_course(Random(seed), in_flight)


def check_course(chance: Random, in_flight: int) -> None:
    box, now = outbox(in_flight, chance=0.5), 0.0
    topics = chance.choices("abcdef", k=chance.randrange(30))
    offered = list(enumerate(topics, 1))
    under_way: dict[str, int] = {}
    done: defaultdict[str, list[int]] = defaultdict(list)
    while offered or box.waiting:
        step = chance.choice(("offer", "take", "answer", "fail", "elsewhere", "time"))
        if step == "offer" and offered:
            box.offer(*offered.pop(0))
        elif step == "take" and (due := box.take(now)):
            assert due.topic not in under_way
            under_way[due.topic] = due.seq
            assert len(under_way) <= in_flight
        elif under_way and step in {"answer", "fail", "elsewhere"}:
            topic = chance.choice(sorted(under_way))
            seq = under_way.pop(topic)
            if step == "answer":
                box.answered(topic)
                done[topic].append(seq)
            elif step == "fail":
                box.failed(topic, now)
            else:
                box.put_off(topic, now + 1)
        now += step == "time"
        answered = {seq for each in done.values() for seq in each}
        assert set(range(1, box.through + 1)) <= answered
    for topic, seqs in done.items():
        assert seqs == [seq for seq, each in enumerate(topics, 1) if each == topic]
