import asyncio
from collections.abc import AsyncIterator, Mapping

import pytest
from msgspec.structs import replace

from feed.candidate import Decoded
from feed.core.lists import Change, Plan
from feed.core.outcome import Arrival, Outcome
from feed.errors import BrokerError, OutcomeUnknownError
from feed.ingest.admission import LONG_BYTES_A_SECOND
from feed.ingest.room import Room, Steps
from feed.ingest.worker import LONG_BYTES
from feed.refusals import Reason
from feed.venues.odf import decode
from schemas.message import Op, Remark
from tests.core.set_makers import FULL, LIST_TOPIC, UPDATE, Set, entities, listing, topic_of
from tests.documents import odf
from tests.ingest.house import RECEIPT, House, times


@pytest.fixture
def house() -> House:
    return House()


def document(version: int, event: int, contents: Mapping[str, str], key: str = FULL) -> Decoded:
    of = listing(version, event, repr(contents), key=key)
    return Decoded(tuple(entities(of, contents)), None, "P", of.topic, version, of)


def topics(outcome: Outcome) -> list[str]:
    return [row.topic for row in outcome.accepted]


async def test_entities_are_stored_before_their_head(house: House):
    """In batches, in order; the answer tells every message, the head last."""
    outcome = await house.send(decoded=document(1, 10, {"a": "1", "b": "1", "c": "1"}))
    assert topics(outcome) == [topic_of("a"), topic_of("b"), topic_of("c"), LIST_TOPIC]
    assert [row.seq for row in outcome.accepted] == [2, 3, 4, 5]
    assert house.stream.calls.count("publish_all") == 2
    assert house.admission.counts["accepted"] == 4


async def test_the_same_list_again_stores_nothing(house: House):
    """One duplicate, archived."""
    await house.send(decoded=document(1, 10, {"a": "1"}))
    outcome = await house.send(decoded=document(1, 99, {"a": "1"}))
    assert outcome == Outcome(duplicates=1)
    assert (type(outcome.duplicates), type(outcome.stale)) == (int, int)  # in JSON a bool would be no number
    assert len(house.stream.log) == 2
    assert len(house.stream.archived) == 2


async def test_two_writers_that_do_not_know_each_other_collide(house: House):
    """The loser of the guard is judged again behind the winner, and the set is what one writer would have made."""
    other = House()
    other.stream.log = house.stream.log
    other.stream.heads = other.admission._sets._heads
    await house.send(decoded=document(1, 10, {"a": "1", "b": "1"}))
    outcome = await other.send(decoded=document(1, 20, {"b": "2"}, UPDATE))
    assert topics(outcome) == [topic_of("b"), LIST_TOPIC]
    assert "catch_up" in other.stream.calls
    outcome = await house.send(decoded=document(2, 30, {"b": "3"}))
    assert topics(outcome) == [topic_of("b"), topic_of("a"), LIST_TOPIC]
    assert [each.message.op for _, each in house.stream.log[-3:]] == [Op.PUT, Op.REMOVED, Op.PUT]


async def test_an_answer_that_was_lost_is_found_again(house: House):
    """What was stored although nobody told so is told as accepted, once, and not stored twice."""
    house.stream.lose = [OutcomeUnknownError("lost")]
    outcome = await house.send(decoded=document(1, 10, {"a": "1", "b": "1", "c": "1"}))
    assert sorted(topics(outcome)) == sorted([topic_of("a"), topic_of("b"), topic_of("c"), LIST_TOPIC])
    assert outcome.duplicates == 0
    assert len(house.stream.log) == 5  # with the claim of the first try; what was left fits one batch


async def test_a_lost_commit_of_the_last_batch_is_found_again(house: House):
    """The document is a duplicate then; the answer tells its messages all the same."""
    house.stream.lose = [OutcomeUnknownError("lost")]
    outcome = await house.send(decoded=document(1, 10, {"a": "1"}))
    assert topics(outcome) == [topic_of("a"), LIST_TOPIC]
    assert outcome.duplicates == 0


async def test_a_contradiction_refuses_the_whole_document(house: House):
    """Nothing of it is stored; it is in quarantine by name."""
    await house.send(decoded=document(1, 10, {"a": "1"}))
    outcome = await house.send(decoded=document(1, 10, {"a": "2", "b": "1"}))
    assert [row.refusal.reason for row in outcome.quarantined] == [Reason.VERSION_CONFLICT]
    assert len(house.stream.log) == 2


async def test_a_long_document_claims_its_set_before_it_writes(house: House):
    """Its contradiction on another node is refused before anything of it is stored, and it is completed by itself."""
    first = document(1, 10, {"a": "1", "b": "1", "c": "1", "d": "1"})
    second = document(1, 10, {"d": "2", "c": "2", "b": "2", "a": "2"})
    other = House()
    other.stream.log = house.stream.log
    refusals: list[Outcome] = []

    async def contradict() -> None:
        if house.stream.calls.count("publish_all") == 2 and not refusals:
            refusals.append(await other.send(decoded=second))

    house.stream.before["publish_all"] = contradict
    outcome = await house.send(decoded=first)
    assert [row.refusal.reason for row in refusals[0].quarantined] == [Reason.VERSION_CONFLICT]
    assert len(outcome.accepted) == 5
    written = [each.hash for topic, each in house.stream.log if topic != LIST_TOPIC]
    assert written == ["1", "1", "1", "1"]


@pytest.mark.parametrize("stored", [1, 3])
async def test_a_document_that_was_stored_in_part_is_completed(house: House, stored: int):
    """Its claim alone, or with some entities, is not all of it, although claim and head have one topic."""
    whole = house.stream.publish_all

    async def in_part(plan: Plan, raw_id: str) -> AsyncIterator[list[tuple[Change, int]]]:
        if house.stream.log:
            async for batch in whole(plan, raw_id):
                yield batch
            return
        assert plan.claim is not None
        yield [(change, house.stream.store(change.candidate)) for change in [plan.claim, *plan.changes][:stored]]

    house.stream.publish_all = in_part  # type: ignore[method-assign]  # ends in the middle
    outcome = await house.send(decoded=document(1, 10, {"a": "1", "b": "1", "c": "1"}))
    assert sorted(topics(outcome)) == sorted([topic_of("a"), topic_of("b"), topic_of("c"), LIST_TOPIC])
    assert outcome.duplicates == 0
    head = house.stream.heads.get(LIST_TOPIC)
    assert head is not None
    assert head.list is not None
    assert [each.complete for each in head.list.documents] == [True]


async def test_a_document_that_was_left_unfinished_is_completed(house: House):
    """The claim of a writer that died does not make its document a duplicate."""
    of = document(1, 10, {"a": "1", "b": "1", "c": "1"})

    async def die() -> None:
        if house.stream.calls.count("publish_all") == 2:
            raise BrokerError("gone")

    house.stream.before["publish_all"] = die
    with pytest.raises(BrokerError):
        await house.send(decoded=of)
    house.stream.before.clear()
    outcome = await house.send(decoded=of)
    assert topics(outcome) == [topic_of("c"), LIST_TOPIC]
    head = house.stream.heads.get(LIST_TOPIC)
    assert head is not None
    assert head.list is not None
    assert [each.complete for each in head.list.documents] == [True]


def test_a_long_document_may_take_long():
    """Half of the time that its sender waits for more than the answer to a short one."""
    a_set, of = Set(), replace(listing(1, 10, "1"), bytes=20_000_000)
    found = a_set.take(of, entities(of, {"a": "1"}))
    assert isinstance(found, Plan)
    assert found.seconds == 20_000_000 / LONG_BYTES_A_SECOND / 2


async def test_the_broker_may_be_away_for_a_while(house: House):
    """Catching up is repeated until it answers."""
    house.stream.lose = [OutcomeUnknownError("lost")]
    house.stream.before["catch_up"] = times(2, OutcomeUnknownError("away"))
    outcome = await house.send(decoded=document(1, 10, {"a": "1"}))
    assert topics(outcome) == [topic_of("a"), LIST_TOPIC]


async def test_who_waited_long_has_less_time_to_write(house: House, monkeypatch: pytest.MonkeyPatch):
    """As much as its length asks for, or half of what is left until its sender gives up."""
    seconds: list[float] = []
    publish_all = house.stream.publish_all

    def noted(plan: Plan, raw_id: str) -> AsyncIterator[list[tuple[Change, int]]]:
        seconds.append(plan.seconds)
        return publish_all(plan, raw_id)

    monkeypatch.setattr(house.stream, "publish_all", noted)
    for version, waited in ((1, 0), (2, 30), (3, 3600)):
        found = document(version, version, {"a": str(version)})
        assert found.listing is not None
        long = replace(found, listing=replace(found.listing, bytes=40 * LONG_BYTES_A_SECOND))

        def slowly(*_: object, found: Decoded = long, micros: int = waited * 1_000_000) -> Decoded:
            house.clock.now += micros
            return found

        await house.admission.admit(Arrival("odf", b"", "", house.clock.now), f"id{version}", "P", slowly, RECEIPT)
    assert seconds == [20, 7.5, 0.5]


async def test_a_long_list_leaves_room_while_it_is_judged(house: House, monkeypatch: pytest.MonkeyPatch):
    """At each pause of both looks at it, a quarter of its sender's wait in all; one of 1 MB and less never rests."""
    found: list[tuple[float, int]] = []
    rests = 0

    class Counted(Steps):
        async def pause(self) -> None:
            nonlocal rests
            rests += 1
            await super().pause()

    def steps(room: Room, seconds: float, count: int) -> Steps:
        found.append((seconds, count))
        return Counted(room, seconds, 0.0)

    monkeypatch.setattr(Room, "steps", steps)
    for version, size in ((1, 40 * LONG_BYTES_A_SECOND), (2, LONG_BYTES)):
        decoded = document(version, version, {f"e{number}": str(version) for number in range(120)})
        assert decoded.listing is not None
        await house.send(decoded=replace(decoded, listing=replace(decoded.listing, bytes=size)))
    assert found == [(10.0, 4), (0.0, 4)]
    assert rests == 8
    assert house.admission._workers.room.is_wanted


async def test_documents_of_one_set_take_turns(house: House):
    """Updates that come at once are all stored, each behind the one before."""
    documents = [document(number, 10 * number, {"a": str(number)}, UPDATE) for number in range(1, 6)]
    outcomes = await asyncio.gather(*(house.send(decoded=each) for each in documents))
    assert [len(outcome.accepted) for outcome in outcomes] == [2] * 5
    assert "catch_up" not in house.stream.calls


async def test_the_next_gate_knows_which_venue_an_entity_left(house: House):
    """Also before the stream's copy comes: the head of what was removed tells where it was."""
    of = listing(1, 10, "x")
    await house.send(decoded=Decoded(tuple(entities(of, {"a": "1"}, {"a": "STA"})), None, "P", of.topic, 1, of))
    await house.send(decoded=document(2, 20, {}))
    head = house.stream.heads.get(topic_of("a"))
    assert head is not None
    assert (head.index.op, head.index.place) == (Op.REMOVED, "STA")


async def test_remarks_are_counted_once_for_each_message(house: House):
    """Also those that only the gate adds belong to what is stored."""
    first = document(1, 10, {"a": "1"})
    await house.send(decoded=first)
    await house.send(decoded=document(1, 20, {"a": "2"}))
    assert house.admission.remarks["version_repeated"] >= 1


async def test_what_cannot_be_true_is_stored_with_a_remark(house: House):
    """Counted once by its rule, although it is looked at again after a miss; the others of its document are as sent."""
    persons = ('<Participant Code="7" Gender="Q"/>', '<Participant Code="8" Gender="M"/>')
    header = {"DocumentType": "DT_PARTIC", "DocumentCode": "ATH" + 31 * "-"}
    house.stream.before["publish_all"] = times(1, OutcomeUnknownError("no answer"))
    await house.send(decoded=decode(odf("XA", body="".join(persons), **header), RECEIPT))
    remarks = {new.message.topic.rsplit(".", 1)[1]: new.message.remarks for _, new in house.stream.log}
    assert remarks["7"] == (Remark.IMPLAUSIBLE,)
    assert Remark.IMPLAUSIBLE not in remarks["8"] + remarks["participants"]
    assert house.admission.rules == {"sex_unknown": 1}
    assert house.admission.remarks[Remark.IMPLAUSIBLE] == 1
