import pytest

from feed.candidate import Candidate
from feed.core.calls import Calls
from feed.core.decision import judge
from feed.core.derived import Deriver
from feed.core.disputes import Disputes
from feed.core.entry import Entry
from feed.core.index import headers_of
from feed.venues.odf import decode
from schemas import wire
from schemas.message import Op
from schemas.topic import SUBJECT_PREFIX
from tests.core.test_disputes import NOON, PLACE, RECEIPT, protest
from tests.core.test_medals import result
from tests.documents import odf

TAKEN_BACK = odf("XA", 9, unit=100).replace(b"<Competition></Competition>", b"")
HEARING = {"HearingTime": "2030-07-03T12:00:00+00:00"}


class Stream:
    """A stream of one process whose deriver is never late; admission sees what is open unless it is `blind`."""

    def __init__(self) -> None:
        self.calls: Deriver = Calls()
        self.entries: list[Entry] = []
        self.disputes = Disputes()

    def post(self, *documents: bytes, blind: bool = False) -> list[str]:
        """What the last of them made of the call."""
        told: list[str] = []
        for document in documents:
            (candidate,) = decode(document, RECEIPT).candidates
            message = judge(candidate.message, disputes=Disputes() if blind else self.disputes)
            told = self._take(self._append(Candidate(message, candidate.hash)))
        return told

    def _take(self, entry: Entry) -> list[str]:
        self.calls.learn(entry)
        if not self.calls.concerns(entry):
            return []
        earlier = {seq: wire.decode(self.entries[seq - 1].json) for seq in self.calls.before(entry)}
        derived = self.calls.follows(entry, wire.decode(entry.json), earlier)
        for each in derived:
            self._append(Candidate(each, "h"))
        self.calls.wrote(derived, len(self.entries))
        return [f"{each.body.call} {each.body.decision.reason} of {each.body.result}" for each in derived]

    def _append(self, candidate: Candidate) -> Entry:
        seq = len(self.entries) + 1
        subject = SUBJECT_PREFIX + candidate.message.topic
        entry = Entry.stored(seq, subject, headers_of(candidate, "raw"), wire.encode(candidate.message))
        self.entries.append(entry)
        self.disputes.learn(entry.topic, seq, entry.index.op, entry.json)
        return entry


@pytest.fixture
def stream() -> Stream:
    return Stream()


def test_a_protest_takes_the_call_back_until_it_is_closed(stream: Stream):
    """Nothing is rewritten: a message beside the result tells what holds, and what it is about."""
    assert stream.post(result(1, "1 a XAA", status="UNOFFICIAL")) == []
    assert stream.post(protest(1, "OPN")) == ["wait protest of 1"]
    assert stream.post(protest(2, "PND", **HEARING)) == ["wait protest of 1"]
    assert stream.post(protest(3, "CLS")) == ["provisional None of 1"]
    call = wire.decode(stream.entries[-1].json)
    assert (call.topic, call.caused_by, call.op, call.source) == (f"{PLACE}.call", 6, Op.PUT, "feed")
    assert (call.unit, call.body.nocs, call.body.athletes) == ("ATHM100M--------------FNL-000100--", ("XAA",), ("a",))
    assert wire.decode(stream.entries[4].json).body.decision.until == NOON


def test_a_result_that_says_it_itself_needs_no_message(stream: Stream):
    """What is admitted while it is open says so; without a protest no call is ever made."""
    assert stream.post(result(1, "1 a XAA"), result(2, "1 a XAA")) == []
    stream.post(protest(1, "OPN", number="7", Unit="ATHM100M--------------FNL-000200--"))
    assert stream.post(result(1, "1 a XAA", DocumentCode="ATHM100M--------------FNL-000200--")) == []
    assert [entry.kind for entry in stream.entries] == ["result", "result", "communication", "result"]


def test_a_call_follows_every_later_result(stream: Stream):
    """Once there is one, who reads calls alone is never left behind."""
    stream.post(result(1, "1 a XAA", status="UNOFFICIAL"), protest(1, "OPN"))
    assert stream.post(result(2, "1 a XAA", status="PROTESTED")) == []
    assert stream.post(protest(2, "CLS")) == []
    assert stream.post(result(3, "1 a XAA")) == ["official None of 6"]
    assert stream.post(result(4, "1 a XAA")) == []


def test_a_result_that_had_not_heard_of_it_is_corrected(stream: Stream):
    """Admitted by a node that was behind: of a protest that was open, or closed, already."""
    stream.post(protest(1, "OPN"))
    assert stream.post(result(1, "1 a XAA"), blind=True) == ["wait protest of 2"]
    assert stream.post(protest(2, "CLS")) == ["official None of 2"]


def test_two_protests_and_one_closed(stream: Stream):
    """It is waited for the other."""
    stream.post(result(1, "1 a XAA"), protest(1, "OPN"), protest(1, "OPN", "<Type>Inquiry</Type>", number="2"))
    assert stream.post(protest(2, "CLS", number="2")) == ["wait protest of 1"]
    assert stream.post(protest(2, "CLS")) == ["official None of 1"]


def test_a_result_that_was_taken_back_is_not_called(stream: Stream):
    """Where it was is still told; the next one is called again."""
    stream.post(result(1, "1 a XAA"), protest(1, "OPN"), protest(2, "CLS"))
    assert stream.post(TAKEN_BACK) == ["wait None of None"]
    assert stream.post(result(10, "1 a XAA")) == ["official None of 8"]


def test_communications_and_results_without_a_dispute_concern_nobody(stream: Stream):
    """A protest before there is a result, a decision, a result of another unit."""
    assert stream.post(protest(1, "OPN")) == []
    assert not stream.calls.concerns(stream.entries[0])
    stream.post(result(1, "1 a XAA", DocumentCode="ATHM100M--------------FNL-000200--"))
    assert not stream.calls.concerns(stream.entries[1])
    decision = protest(1, "OPN", number="3").replace(b"Protest", b"Decision").replace(b' Status="OPN"', b"")
    stream.post(decision)
    assert not stream.calls.concerns(stream.entries[2])


def test_all_that_is_known_is_in_the_stream(stream: Stream):
    """A process that begins later, from the newest entries alone, says the same; what comes back says nothing new."""
    stream.post(result(1, "1 a XAA"), protest(1, "OPN"))
    newest = {entry.topic: entry for entry in stream.entries}
    stream.calls = Calls()
    for entry in sorted(newest.values(), key=lambda entry: entry.seq):
        stream.calls.learn(entry)
    assert stream._take(stream.entries[1]) == []
    assert stream.post(protest(2, "CLS")) == ["official None of 1"]
    stream.calls.learn(stream.entries[2])
    assert stream.post(protest(3, "ROPN")) == ["wait protest of 1"]


def test_what_comes_back_from_before_does_not_hide_what_was_written_since(stream: Stream):
    """The stream's copy of an older call comes after a newer one was made."""
    stream.post(result(1, "1 a XAA"), protest(1, "OPN"), protest(2, "CLS"))
    stream.calls.learn(stream.entries[2])
    assert stream.post(result(2, "1 a XAA")) == []
