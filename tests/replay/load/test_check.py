"""A checker that was never seen failing proves nothing: every planted bug is caught by its name, and by no other."""

import asyncio
import io
import time
from itertools import islice
from typing import Any

import pytest

from replay.load.check import check
from replay.load.index import Index, read_index
from replay.load.received import Stretch
from replay.load.subscription import Manner
from replay.simulate.catalogue import SCALES
from replay.simulate.games import Games
from replay.verify.door import Door
from replay.verify.findings import SHOWN, Name
from replay.verify.wish import Wish
from tests.replay.load.journals import Log, at, index_of, judged, received, subscription
from tests.replay.load.planted import PLANTED, Plant, under_the_number_of_another
from tests.replay.load.reading import Goal, stretches_of
from tests.replay.verify.games import EPOCH, Message, fold, stream_of, topic_of
from tests.replay.verify.planted import ATH, CUT, WISH, following, games
from tests.service_fixture import House


def test_an_honest_journal_is_right():
    """Nothing is found where nothing is wrong; it has all, and its state is the stream's."""
    log = Log()
    checked = log.checked()
    assert (checked.counts, checked.findings) == ({}, [])
    assert checked.is_whole
    assert checked.state_is_right
    assert checked.expected == checked.received == len(log.snapshot) + len(log.messages) + len(log.rest) > 12


@pytest.mark.parametrize("plant, name, seq", PLANTED, ids=[plant.__name__ for plant, _, _ in PLANTED])
def test_a_planted_bug_is_caught_by_its_name(plant: Plant, name: Name, seq: int | None):
    """Once, by this name alone, with its sequence; what is missing makes it not whole."""
    log = Log()
    plant(log)
    checked = log.checked()
    assert checked.counts == {name: 1}
    (found,) = checked.findings
    assert found.name is name
    assert seq is None or found.seq == seq
    assert checked.is_whole is (name not in {Name.MISSING, Name.INCOMPLETE_SNAPSHOT})


def test_every_name_but_that_of_chains_has_a_planted_bug():
    """Chains are checked in the stream; a journal whose chain is another is altered."""
    assert {name for _, name, _ in PLANTED} == set(Name) - {Name.BROKEN_CHAIN}


def stretch(log: list[Message], after: int | None, **told: Any) -> Stretch:
    return Stretch(0.0, after, messages=received(log), **{"epoch": EPOCH, "tip": after or 0} | told)


def test_live_only_begins_behind_the_tip_of_its_hello():
    """What was before is not owed; all that follows is, also behind a hello that nothing followed."""
    stream = games()
    asked = subscription(WISH)
    assert judged(asked, [stretch(following(stream, 6), None, tip=6)], stream).is_whole
    assert judged(asked, [stretch(following(stream, 6), None, tip=5)], stream).counts == {Name.MISSING: 1}
    broken = [stretch([], None, tip=6), stretch(following(stream, 20), 20)]
    assert judged(asked, broken, stream).counts == {
        Name.MISSING: len(following(stream, 6)) - len(following(stream, 20))
    }


def test_a_connection_that_was_never_greeted_is_passed_over():
    """It is no beginning, and no end."""
    stream = games()
    stretches = [Stretch(0.0, None), stretch(following(stream, 6), None, tip=6), Stretch(0.0, 25)]
    assert judged(subscription(WISH), stretches, stream).is_whole


def test_who_was_never_there_lacks_everything():
    """A subscriber without a single connection is no right one."""
    stream = games()
    checked = judged(subscription(WISH), [], stream)
    assert checked.counts == {Name.MISSING: len(following(stream, 0))}
    assert (checked.is_whole, checked.state_is_right) == (False, False)


@pytest.mark.parametrize("manner", [Manner.SLOW, Manner.STALL])
def test_slow_and_stalled_ones_hold_a_prefix(manner: Manner):
    """They may end anywhere, but without a gap, and are not called whole; others may not."""
    stream = games()
    part = following(stream, 6)[:5]
    asked = subscription(WISH, manner=manner)
    checked = judged(asked, [stretch(part, None, tip=6, code=4408)], stream)
    assert (checked.counts, checked.is_whole, checked.state_is_right) == ({}, False, True)
    assert checked.expected == checked.received == 5
    del part[2]
    assert judged(asked, [stretch(part, None, tip=6)], stream).counts == {Name.MISSING: 1}
    assert judged(asked, [stretch(part, None, tip=6, promised=25)], stream).counts[Name.MISSING] > 1
    assert judged(subscription(WISH), [stretch(part, None, tip=6)], stream).counts[Name.MISSING] > 1


def test_a_snapshot_that_broke_off_and_was_sent_again():
    """What follows is owed from the one that was finished; the other is its beginning."""
    log = Log()
    log.first.snapshot, log.first.messages = received(log.snapshot), received(log.messages)
    log.again.messages = received(log.rest)
    asked = subscription(WISH, snapshot=True)
    broken = Stretch(0.0, None, epoch=EPOCH, tip=9, snapshot=received(fold(log.stream, 9, WISH)[:2]))
    checked = judged(asked, [broken, log.first, log.again], log.stream)
    assert (checked.counts, checked.is_whole) == ({}, True)
    assert checked.expected == checked.received


def test_who_ended_inside_a_snapshot_lacks_the_rest():
    """Of a healthy one; a stalled one holds a prefix."""
    stream = games()
    broken = Stretch(0.0, None, epoch=EPOCH, tip=9, snapshot=received(fold(stream, 9, WISH)[:2]))
    checked = judged(subscription(WISH, snapshot=True), [broken], stream)
    assert set(checked.counts) == {Name.INCOMPLETE_SNAPSHOT, Name.MISSING}
    stalled = judged(subscription(WISH, snapshot=True, manner=Manner.STALL), [broken], stream)
    assert (stalled.counts, stalled.is_whole) == ({}, False)


def test_who_left_before_the_end_holds_a_prefix():
    """Also of a snapshot; a gap is found all the same."""
    log = Log()
    cut = Stretch(0.0, None, epoch=EPOCH, tip=9, snapshot=received(fold(log.stream, 9, WISH)[:2]))
    part = following(log.stream, 6)[:5]
    index = index_of(log.stream)
    asked = subscription(WISH, snapshot=True)
    assert check(asked, [cut], index, EPOCH, "P", 0).counts == {}
    assert check(subscription(WISH), [stretch(part, None, tip=6)], index, EPOCH, "P", 0).counts == {}
    del part[1]
    assert check(subscription(WISH), [stretch(part, None, tip=6)], index, EPOCH, "P", 0).counts == {Name.MISSING: 1}


@pytest.mark.parametrize("is_sent_again", [False, True])
def test_a_gap_in_a_snapshot_that_broke_off_is_found(*, is_sent_again: bool):
    """What came of it is compared, whether another follows or not; what did not come is not missed."""
    log = Log()
    parts = fold(log.stream, CUT, WISH)[:4]
    broken = Stretch(0.0, None, epoch=EPOCH, tip=CUT, snapshot=received([parts[0], *parts[2:]]))
    asked = subscription(WISH, snapshot=True, manner=Manner.FOLLOW if is_sent_again else Manner.STALL)
    log.first.snapshot, log.first.messages = received(log.snapshot), received(log.messages)
    log.again.messages = received(log.rest)
    others = [log.first, log.again] if is_sent_again else []
    checked = judged(asked, [broken, *others], log.stream)
    assert checked.counts == {Name.INCOMPLETE_SNAPSHOT: 1}
    assert checked.findings[0].seq == parts[1]["seq"]
    broken.snapshot = received([*parts[:1], parts[1] | {"body": None}])
    assert judged(asked, [broken, *others], log.stream).counts == {Name.ALTERED: 1}


def test_a_snapshot_asked_for_again_is_a_new_beginning():
    """What lies between its end before and the new one is not owed, but what came is judged."""
    stream = games()
    first = stretch(following(stream, 6)[:3], None, tip=6, snapshot=received(fold(stream, 6, WISH)), snapshot_seq=6)
    other = stretch(following(stream, 20), None, tip=20, snapshot=received(fold(stream, 20, WISH)), snapshot_seq=20)
    asked = subscription(WISH, snapshot=True)
    assert judged(asked, [first, other], stream).is_whole
    first.messages = received(following(stream, 6)[1:3])
    assert judged(asked, [first, other], stream).counts == {Name.MISSING: 1}


def test_what_came_beyond_the_end_of_the_run_is_judged_too():
    """The stream goes on while the subscribers leave: some have more than is owed, but none a gap."""
    stream = games()
    wish = Wish()
    assert judged(subscription(wish), [stretch(stream, None)], stream, until=20).is_whole
    assert judged(subscription(wish), [stretch(stream[:20], None)], stream, until=20).is_whole
    foreign = [*stream[:20], stream[20] | {"seq": 10**15}]
    assert judged(subscription(wish), [stretch(foreign, None)], stream, until=20).counts == {Name.FOREIGN: 1}
    gap = [*stream[:21], *stream[22:]]
    assert judged(subscription(wish), [stretch(gap, None)], stream, until=20).counts == {Name.MISSING: 1}


def test_the_state_is_that_of_any_other_right_reader():
    """With or without a break; another filter holds another state, and one message altered as well."""
    stream = games()
    all_at_once = judged(subscription(WISH), [stretch(following(stream, 0), None)], stream)
    parts = [stretch(following(stream, 0)[:4], None), stretch(following(stream, 0)[4:], 5)]
    assert judged(subscription(WISH), parts, stream).state == all_at_once.state
    assert judged(subscription(Wish()), [stretch(stream, None)], stream).state != all_at_once.state
    wrong = following(games(), 0)
    wrong[-1]["body"]["mark"] = 0
    checked = judged(subscription(WISH), [stretch(wrong, None)], stream)
    assert (checked.state == all_at_once.state, checked.state_is_right) == (False, False)


def test_a_number_put_before_the_text_of_another_is_told():
    """The finding names the message that the text is of; the one that belongs there is missing if it was wanted."""
    log = Log()
    under_the_number_of_another(log)
    (found,) = log.checked().findings
    assert found.detail == f"it is seq 17, of {log.of(17)['topic']}"
    for other in (17, 18):
        log = Log()
        log.messages[at(log.messages, 16)] = log.of(other) | {"seq": 16}
        assert log.checked().counts == {Name.MISPLACED: 1, Name.MISSING: 1}


def test_a_text_outside_the_filter_under_a_number_outside_it():
    """Is leaked, whichever of the two it is."""
    stream = stream_of([topic_of("SWM", 1), ATH[0], topic_of("SWM", 2)])
    got = [stream[2] | {"seq": 1}, stream[1]]
    assert judged(subscription(WISH), [stretch(got, None)], stream).counts == {Name.LEAKED: 1}


def test_of_each_name_so_many_are_shown_and_all_are_counted():
    """A subscriber that lacks almost everything has a short report."""
    stream = stream_of(ATH * 20)
    checked = judged(subscription(Wish()), [stretch([stream[0], stream[-1]], None)], stream)
    assert checked.counts == {Name.MISSING: 98}
    assert len(checked.findings) == SHOWN


@pytest.mark.timeout(120)
async def test_real_subscribers_of_a_real_service_are_right(house: House):
    """Everything, breaks, filters, snapshots: exact to the byte; one byte changed or a message less is found."""
    goal, ready = Goal(), asyncio.Semaphore(0)
    fleet = [
        subscription(Wish()),
        subscription(Wish(), manner=Manner.RECONNECT),
        subscription(Wish(("*.ATH.>", "*.SWM.*.*.*.*.unit"))),
        subscription(Wish((), ("unit",)), snapshot=True),
        subscription(Wish((), ("participant", "list")), snapshot=True, manner=Manner.RECONNECT),
    ]
    sent = [each.document for each in islice(Games(SCALES["small"], 5).sent(io.BytesIO()), 300)]
    await play(house, sent[:5])
    async with asyncio.TaskGroup() as tasks:
        reading = [tasks.create_task(stretches_of(house.url, each, goal, ready.release)) for each in fleet]
        for _ in fleet:
            await ready.acquire()
        await play(house, sent[5:])
        _, goal.seq = await asyncio.to_thread(whole, house.url)
    index, _ = await asyncio.to_thread(whole, house.url)  # what came behind the goal is no finding
    for asked, task in zip(fleet, reading, strict=True):
        stretches = task.result()
        checked = check(asked, stretches, index, index.epoch, "P", goal.seq)
        assert checked.counts == {}
        assert checked.is_whole
        assert checked.state_is_right
        assert checked.expected == checked.received > 9
        assert (len(stretches) > 2) is (asked.manner is Manner.RECONNECT)
        last = next(each.messages for each in reversed(stretches) if each.messages)
        last.marks[-1] ^= 1
        wrong = check(asked, stretches, index, index.epoch, "P", goal.seq)
        assert (wrong.counts, wrong.state_is_right) == ({Name.ALTERED: 1}, False)
        del last.seqs[-1:], last.marks[-1:]
        assert check(asked, stretches, index, index.epoch, "P", goal.seq).counts == {Name.MISSING: 1}


async def play(house: House, documents: list[bytes]) -> None:
    for document in documents:
        status, body = await house.post(document)
        assert status == 200, body


def whole(url: str) -> tuple[Index, int]:
    """The stream once it is at rest, and its tip."""
    with Door(url, None, "P") as door:
        tip = -1
        while tip != (tip := door.tip(Wish()).seq):
            time.sleep(0.5)
        index = read_index(door)
    assert not index.findings.counts
    return index, index.tip
