"""Admission while others publish, answers are lost and nobody answers at all."""

import asyncio
import gc
import time
from contextlib import suppress

import pytest

from feed.candidate import Candidate, Decoded, Receipt
from feed.core.outcome import Arrival, Outcome, Stored
from feed.errors import OutcomeUnknownError
from feed.ingest import patience
from feed.ingest.admission import IN_LOOP_BYTES, Admission, Limits
from feed.ingest.worker import Workers
from feed.refusals import Reason
from tests.core.makers import TOPIC, candidate, withdrawal
from tests.ingest.house import RECEIPT, WINDOW, House, refused, times, until


def slow(document: bytes, _: Receipt) -> Decoded:
    """A decoder that is not through for a long time."""
    time.sleep(60)
    return Decoded()


# Both acknowledgements, and no answer without them.


@pytest.mark.parametrize("slow, other", [("archive", "publish"), ("publish", "archive")])
async def test_archive_and_publish_run_in_parallel_and_both_are_waited_for(house: House, slow: str, other: str):
    """The one is under way while the other waits; no answer before the second acknowledgement."""
    free = asyncio.Event()

    async def hold() -> None:
        await free.wait()

    house.stream.before[slow] = hold
    sending = asyncio.ensure_future(house.send(candidate(1)))
    await until(lambda: (house.stream.archived if other == "archive" else house.stream.log) != [])
    await until(lambda: slow in house.stream.calls)
    for _ in range(10):
        await asyncio.sleep(0)
    assert not sending.done()
    free.set()
    assert await sending == Outcome(accepted=(Stored(1, TOPIC),))


@pytest.mark.parametrize("slow, other", [("archive", "quarantine"), ("quarantine", "archive")])
async def test_a_refusal_is_told_after_both_acknowledgements_too(house: House, slow: str, other: str):
    """Bytes and record are safe before the venue is told."""
    free = asyncio.Event()

    async def hold() -> None:
        await free.wait()

    house.stream.before[slow] = hold
    sending = asyncio.ensure_future(house.send(decoded=refused()))
    await until(lambda: (house.stream.archived if other == "archive" else house.stream.quarantined) != [])
    for _ in range(10):
        await asyncio.sleep(0)
    assert not sending.done()
    free.set()
    assert len((await sending).quarantined) == 1


@pytest.mark.parametrize("name", ["archive", "quarantine"])
async def test_archive_and_quarantine_are_repeated_until_they_are_acknowledged(
    house: House, monkeypatch: pytest.MonkeyPatch, name: str
):
    """Both carry an id, so a repetition stores nothing twice."""
    monkeypatch.setattr(patience, "RETRY_SECONDS", 0)
    house.stream.before[name] = times(3, OutcomeUnknownError("no answer"))
    assert len((await house.send(decoded=refused())).quarantined) == 1
    assert house.stream.calls.count(name) == 4


@pytest.mark.parametrize("name", ["archive", "publish", "catch_up", "quarantine"])
async def test_without_an_answer_in_time_the_outcome_is_unknown(name: str):
    """The venue is asked to send the same bytes again; nothing is counted."""
    house = House(deadline=0.05)

    async def silent() -> None:
        await asyncio.Event().wait()

    house.stream.before[name] = silent
    if name == "catch_up":
        house.stream.before["publish"] = times(9, OutcomeUnknownError("no answer"))
    with pytest.raises(OutcomeUnknownError) as error:
        await house.send(
            *([] if name == "quarantine" else [candidate(1)]), decoded=refused() if name == "quarantine" else None
        )
    assert "same bytes" in error.value.hint
    assert not house.admission.counts


# Misses and lost answers.


async def test_a_document_that_is_not_decoded_in_time_is_not_the_brokers_fault(house: House):
    """The sender is told what was late, and to send again."""
    workers = Workers()
    limits = Limits(2 * IN_LOOP_BYTES, WINDOW, 0.05)
    admission = Admission(house.stream, house.stream.heads, limits, house.clock, workers)
    arrival = Arrival("odf", b" " * (IN_LOOP_BYTES + 1), "", house.clock.now)
    with pytest.raises(OutcomeUnknownError) as error:
        await admission.admit(arrival, "id", "P", slow, RECEIPT)
    workers.close()
    assert error.value.detail.startswith("the document was not decoded in time")
    assert error.value.hint == "Send the same bytes again."


async def test_a_lost_answer_that_was_stored_is_stored(house: House):
    """The publish was stored, its answer did not come: found after catching up, told as accepted, stored once."""
    new = candidate(1)

    async def lose() -> None:
        house.stream.store(new)
        raise OutcomeUnknownError("no answer")

    house.stream.before["publish"] = lose
    assert await house.send(new) == Outcome(accepted=(Stored(1, TOPIC),))
    assert house.stream.calls.count("publish") == 1
    assert house.stream.versions() == [1]


async def test_a_lost_withdrawal_that_was_stored_is_stored(house: House):
    """A repeated withdrawal is a duplicate for the gate; here it is our own."""
    await house.send(candidate(1))
    new = withdrawal(1, 1)

    async def lose() -> None:
        house.stream.store(new)
        raise OutcomeUnknownError("no answer")

    house.stream.before["publish"] = lose
    assert await house.send(new) == Outcome(accepted=(Stored(2, TOPIC),))


async def test_a_lost_publish_that_was_not_stored_is_published_again(house: House):
    """After catching up the gate still says accepted."""
    house.stream.before["publish"] = times(1, OutcomeUnknownError("no answer"))
    assert await house.send(candidate(1)) == Outcome(accepted=(Stored(1, TOPIC),))
    assert [call for call in house.stream.calls if call != "archive"] == ["publish", "catch_up", "publish"]


@pytest.mark.parametrize(
    "other, new, outcome",
    [
        (candidate(1), candidate(2), Outcome(accepted=(Stored(2, TOPIC),))),
        (candidate(2), candidate(2), Outcome(duplicates=1)),
        (candidate(3), candidate(2), Outcome(stale=1)),
    ],
)
async def test_a_miss_is_gated_again_after_catching_up(
    house: House, other: Candidate, new: Candidate, outcome: Outcome
):
    """Another node published first: what it stored decides; its copy of our document makes ours a duplicate."""
    house.stream.store(other)
    assert await house.send(new) == outcome
    assert [call for call in house.stream.calls if call != "archive"][:2] == ["publish", "catch_up"]


async def test_a_miss_can_end_in_quarantine(house: House):
    """Another node stored other content at the same Version and time."""
    house.stream.store(candidate(1, 1, "theirs"))
    outcome = await house.send(candidate(1, 1, "ours"))
    assert [row.refusal.reason for row in outcome.quarantined] == [Reason.VERSION_CONFLICT]


async def test_catching_up_is_repeated_while_the_broker_is_away(house: House, monkeypatch: pytest.MonkeyPatch):
    """The deadline alone ends it."""
    monkeypatch.setattr(patience, "RETRY_SECONDS", 0)
    house.stream.before |= {
        "publish": times(1, OutcomeUnknownError("no answer")),
        "catch_up": times(3, OutcomeUnknownError("no answer")),
    }
    assert await house.send(candidate(1)) == Outcome(accepted=(Stored(1, TOPIC),))
    assert house.stream.calls.count("catch_up") == 4


async def test_one_topic_is_published_one_at_a_time_and_others_beside_it(house: House):
    """Copies sent at once make one message; another topic does not wait for them."""
    free, entered = asyncio.Event(), []

    async def hold() -> None:
        entered.append(1)
        await free.wait()

    house.stream.before["publish"] = hold
    same = [asyncio.ensure_future(house.send(candidate(1))) for _ in range(3)]
    other = asyncio.ensure_future(house.send(candidate(1, topic="X.other")))
    await until(lambda: len(entered) == 2)
    for _ in range(10):
        await asyncio.sleep(0)
    assert len(entered) == 2
    free.set()
    outcomes = await asyncio.gather(*same, other)
    assert sum(len(each.accepted) for each in outcomes[:3]) == 1
    assert sum(each.duplicates for each in outcomes[:3]) == 2
    assert len(outcomes[3].accepted) == 1


async def test_locks_are_forgotten_when_nobody_holds_them(house: House):
    """Memory does not grow with the topics ever seen."""
    await house.send(candidate(1))
    gc.collect()
    assert len(house.admission._locks) == 0


async def test_a_caller_that_goes_away_leaves_nothing_running(house: House):
    """Its archiving ends with it."""
    house.stream.before |= {"archive": asyncio.Event().wait, "publish": asyncio.Event().wait}
    sending = asyncio.ensure_future(house.send(candidate(1)))
    await until(lambda: "publish" in house.stream.calls)
    sending.cancel()
    with suppress(asyncio.CancelledError):
        await sending
    await until(lambda: len(asyncio.all_tasks()) == 1)
    assert not house.stream.archived
