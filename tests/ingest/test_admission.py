import asyncio
import gzip

import msgspec
import pytest

from feed.candidate import Decoded, Receipt, Sender
from feed.core.outcome import Arrival, Outcome, Stored
from feed.errors import BrokerError, TooLargeError
from feed.ingest import admission
from feed.ingest.admission import flag_of
from feed.refusals import Reason, Refusal
from schemas.result import ResultBody
from tests.core.makers import TOPIC, athlete, candidate, withdrawal
from tests.ingest.house import RECEIPT, WINDOW, House, refused, times

# Stored, duplicate, stale, refused.


async def test_a_document_is_archived_and_published(house: House):
    """The answer names sequence and topic, the next one follows its head."""
    assert await house.send(candidate(1)) == Outcome(accepted=(Stored(1, TOPIC),))
    assert await house.send(candidate(2)) == Outcome(accepted=(Stored(2, TOPIC),))
    assert house.stream.archived == ["id1", "id2"]
    assert house.stream.versions() == [1, 2]


async def test_what_is_published_has_been_judged(house: House):
    """Decision and call are part of the stored message."""
    body = ResultBody(competitors=(athlete("1", photo_finish="P"),))
    await house.send(candidate(1, status="OFFICIAL", body=body))
    assert house.stream.log[0][1].message.body.decision.reason == "photo_finish"


async def test_duplicates_and_stale_ones_are_archived_only(house: House):
    """Every byte a venue sent is kept; nothing is published twice."""
    await house.send(candidate(2))
    assert await house.send(candidate(2)) == Outcome(duplicates=1)
    assert await house.send(candidate(1)) == Outcome(stale=1)
    assert house.stream.archived == ["id1", "id2", "id3"]
    assert house.stream.versions() == [2]


async def test_outcomes_and_refusals_are_counted(house: House):
    """One count an outcome, one a reason."""
    for new in (candidate(1, 1, "a"), candidate(1, 1, "a"), candidate(2), candidate(1), candidate(2, 0, "b")):
        await house.send(new)
    await house.send(decoded=refused(Reason.DOCTYPE))
    assert house.admission.counts == {"accepted": 2, "duplicate": 1, "stale": 1, "quarantined": 2}
    assert house.admission.refusals == {Reason.VERSION_CONFLICT: 1, Reason.DOCTYPE: 1}


async def test_a_document_of_several_messages_tells_all_of_them(house: House):
    """Stored, duplicate and stale ones of one document are counted together."""
    await house.send(candidate(2, topic="X.b"), candidate(2, topic="X.c"))
    found = await house.send(candidate(1, topic="X.a"), candidate(2, topic="X.b"), candidate(1, topic="X.c"))
    assert found == Outcome(accepted=(Stored(3, "X.a"),), duplicates=1, stale=1)


async def test_the_next_gate_knows_which_venue_a_topic_left(house: House):
    """Also before the stream's copy comes: a tombstone's head tells where its topic was."""
    await house.send(candidate(1, body=ResultBody(venue="STA")))
    await house.send(withdrawal(1, 1))
    head = house.stream.heads.get(TOPIC)
    assert head is not None
    assert (head.seq, head.index.place) == (2, "STA")


async def test_a_refused_document_goes_to_quarantine_with_its_bytes(house: House):
    """Under the id of its archived bytes; nothing is published."""
    outcome = await house.send(decoded=refused())
    assert [(row.id, row.refusal.reason) for row in outcome.quarantined] == [("id1", Reason.BAD_VALUE)]
    assert (house.stream.archived, house.stream.quarantined) == (["id1"], [("id1", Reason.BAD_VALUE)])
    assert house.stream.log == []


async def test_the_gates_refusal_goes_to_quarantine_as_well(house: House):
    """The same Version and time with other content."""
    await house.send(candidate(1, 1, "a"))
    outcome = await house.send(candidate(1, 1, "b"))
    assert [row.refusal.reason for row in outcome.quarantined] == [Reason.VERSION_CONFLICT]
    assert house.stream.versions() == [1]


async def test_bytes_that_cannot_be_inflated_are_quarantined_undecoded(house: House):
    """The decoder never sees them."""
    arrival = Arrival("odf", b"no gzip", "gzip", 0)
    outcome = await house.admission.admit(arrival, "id", "P", None, RECEIPT)
    assert [row.refusal.reason for row in outcome.quarantined] == [Reason.BAD_COMPRESSION]
    assert house.stream.quarantined == [("id", Reason.BAD_COMPRESSION)]


async def test_the_decoder_gets_the_inflated_bytes_and_the_receipt(house: House):
    """Not what came over the wire."""
    seen = []
    arrival = Arrival("odf", gzip.compress(b"<a/>"), "gzip", 0)

    def decode(data: bytes, receipt: Receipt) -> Decoded:
        seen.append((data, receipt))
        return refused()

    await house.admission.admit(arrival, "id", "P", decode, RECEIPT)
    assert seen == [(b"<a/>", RECEIPT)]


# Flags.


@pytest.mark.parametrize("parsed, routed", [("T", "P"), ("P", "T"), (None, "P")])
async def test_a_flag_that_only_parsing_showed_must_not_cross_over(house: House, parsed: str | None, routed: str):
    """Refused by name, published nowhere, quarantined where it was sent."""
    new = Decoded((candidate(1),), None, parsed, TOPIC, 1)
    outcome = await house.send(decoded=new, flag=routed)
    assert [row.refusal.reason for row in outcome.quarantined] == [Reason.FLAG_MISMATCH]
    assert outcome.quarantined[0].refusal.where == "OdfBody/@FeedFlag"
    assert house.stream.log == []


async def test_a_refusal_keeps_its_own_reason_whatever_its_flag(house: House):
    """A header that cannot be read has no flag to compare."""
    outcome = await house.send(decoded=msgspec.structs.replace(refused(), flag=None))
    assert [row.refusal.reason for row in outcome.quarantined] == [Reason.BAD_VALUE]


@pytest.mark.parametrize(
    "text, flag",
    [
        ('<OdfBody FeedFlag="T">', "T"),
        ('<OdfBody FeedFlag="P">', "P"),
        ("<OdfBody FeedFlag\n = 'T'>", "T"),
        ('<OdfBody FeedFlag="Test">', "P"),
        ('<OdfBody FeedFlag="">', "P"),
        ("<OdfBody>", "P"),
        ("", "P"),
        ('<!-- FeedFlag="T" --><OdfBody FeedFlag="P">', "T"),
        ('<OdfBody FeedFlag="T">' + " " * 9_000 + 'FeedFlag="P"', "T"),
        ("<OdfBody " + " " * 4_000 + ' FeedFlag="T">', "T"),
        ("<OdfBody " + " " * 4_096 + ' FeedFlag="T">', "P"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("packed", [False, True])
def test_the_flag_is_told_by_the_first_4_kb(text: str, flag: str, encoding: str, *, packed: bool):
    """Plain or gzip, one byte or two a character; the first flag there counts, none is P."""
    data = text.encode(encoding)
    assert flag_of(Arrival("odf", gzip.compress(data) if packed else data, "gzip" if packed else "", 0)) == flag


def test_the_flag_of_a_cut_gzip_is_still_read():
    """A test document that was cut goes to the quarantine of the test world."""
    packed = gzip.compress(b'<OdfBody FeedFlag="T">' + bytes(range(256)) * 100)
    assert flag_of(Arrival("odf", packed[:-10], "gzip", 0)) == "T"
    assert flag_of(Arrival("odf", b"garbage", "gzip", 0)) == "P"


# Waiting for a missing Version.


async def test_a_wait_holds_no_lock_and_ends_with_the_missing_version(house: House):
    """The earlier Version overtakes the later one, which follows at once: no window is waited out."""
    await house.send(candidate(1))
    waiting = asyncio.Event()

    async def wait() -> None:
        waiting.set()
        await house.stream.moves.wait()

    house.stream.before["moved"] = wait
    late = asyncio.ensure_future(house.send(candidate(3)))
    await waiting.wait()
    assert (await house.send(candidate(2))).accepted == (Stored(2, TOPIC),)
    house.stream.moves.set()
    assert (await late).accepted == (Stored(3, TOPIC),)
    assert house.stream.versions() == [1, 2, 3]
    assert house.clock.now == 0


async def test_a_wait_ends_with_the_window(house: House):
    """The missing Version never comes: published then; when it comes later it is stale."""
    await house.send(candidate(1))
    assert (await house.send(candidate(3))).accepted == (Stored(2, TOPIC),)
    assert house.clock.now == WINDOW
    assert await house.send(candidate(2)) == Outcome(stale=1)


async def test_a_quarantined_version_counts_as_seen(house: House):
    """It has come: nobody waits for it."""
    await house.send(candidate(1))
    await house.send(decoded=refused(version=2))
    await house.send(candidate(3))
    assert "moved" not in house.stream.calls
    assert house.stream.versions() == [1, 3]


@pytest.mark.parametrize(
    "other",
    [
        msgspec.structs.replace(refused(), topic=None),
        msgspec.structs.replace(refused(), version=None),
        msgspec.structs.replace(refused(), topic="X.other"),
        Decoded((candidate(2),), None, "T", TOPIC, 2),
    ],
)
async def test_what_is_not_known_to_be_that_version_is_waited_for(house: House, other: Decoded):
    """No topic, no version, another topic, or a document of the other flag."""
    await house.send(candidate(1))
    assert (await house.send(decoded=other)).quarantined
    await house.send(candidate(3))
    assert house.stream.calls.count("moved") == 1


async def test_remembered_versions_are_bounded(house: House, monkeypatch: pytest.MonkeyPatch):
    """The oldest topic goes first, and in a topic the lowest Version."""
    monkeypatch.setattr(admission, "_REMEMBERED_TOPICS", 3)
    monkeypatch.setattr(admission, "_REMEMBERED_VERSIONS", 2)
    for number in range(5):
        for version in (1, 2, 3):
            await house.send(decoded=msgspec.structs.replace(refused(version=version), topic=f"X.{number}"))
    assert house.admission._seen == {f"X.{number}": {2, 3} for number in (2, 3, 4)}


# Too large, or no room.


async def test_a_document_above_the_limit_is_not_kept(house: House):
    """Neither archived nor quarantined: the sender still has the bytes. It is counted."""
    outcome = await house.send(candidate(1), data=bytes(1_001))
    assert [(row.id, row.refusal.reason) for row in outcome.quarantined] == [("", Reason.TOO_LARGE)]
    assert house.stream.calls == []
    assert house.admission.refusals == {Reason.TOO_LARGE: 1}


async def test_a_message_that_the_broker_does_not_carry_is_turned_away(house: House):
    """Found when it is published."""
    house.stream.before["publish"] = times(1, TooLargeError("600 kB"))
    outcome = await house.send(candidate(1))
    assert [(row.id, row.refusal.detail) for row in outcome.quarantined] == [("", "600 kB")]


async def test_a_store_without_room_is_told_to_the_caller(house: House):
    """The store's own failure is passed on as it is, and nothing is counted as done."""
    house.stream.before |= {name: times(1, BrokerError("full")) for name in ("archive", "publish")}
    with pytest.raises(BrokerError, match="full"):
        await house.send(candidate(1))
    assert not house.admission.counts


async def test_who_sent_a_document_is_heard(house: House):
    """Also of a repeat and of a mere sign of life; not where it cannot be read or is not its sender's to send."""
    heard = []
    house.admission.heard = lambda *told: heard.append(told)
    sign = Decoded(flag="P", topic=TOPIC, sign=Sender("XA", "GPS1", 5))
    await house.send(candidate(1))
    await house.send(candidate(1))
    await house.send(decoded=sign)
    await house.send(decoded=Decoded(refusal=Refusal(Reason.BAD_TIME, "d"), flag="P"))
    await house.send(decoded=sign, flag="T")
    sender, now = Sender("XG2030", "STAATH1", 0), house.clock.now
    assert heard == [(sender, now, 1), (sender, now, 0), (sign.sign, now, 0)]
