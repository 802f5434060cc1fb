import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from replay.link import address_of
from replay.load.asking import Door
from replay.load.journal import JournalWriter, read_journal
from replay.load.poller import Poller
from replay.load.reader import Counts
from replay.load.received import Stretch
from replay.load.subscription import Manner, Subscription


class Bench:
    """A poller without a socket, and what is in its journal."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.journal = JournalWriter(path)
        self.counts = Counts()
        self.reader = self.make()

    def make(self, **wishes: Any) -> Poller:
        subscription = Subscription(number=3, tier="x", manner=Manner.POLL, **wishes)
        self.reader = Poller(subscription, Door(address_of("http://a"), "P", None), self.journal, self.counts)
        return self.reader

    def say(self, answer: bytes, now: float = 1.0) -> None:
        self.reader.take(memoryview(answer), now)

    def stretches(self) -> list[Stretch]:
        self.reader.end(9.0, 0, "left")
        self.journal.flush()
        return dict(read_journal(self._path))[3]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path / "journal")
    with made.journal:
        yield made


def line(seq: int) -> bytes:
    return b'{"seq":%d,"topic":"XA"}' % seq


def answer(*seqs: int, status: int = 200, **headers: str) -> bytes:
    body = b"".join(line(seq) + b"\n" for seq in seqs)
    fields = "".join(f"{name.replace('_', '-')}: {text}\r\n" for name, text in headers.items())
    return f"HTTP/1.1 {status} X\r\n{fields}Content-Length: {len(body)}\r\n\r\n".encode() + body


def page(*seqs: int, after: int, tip: int) -> bytes:
    return answer(*seqs, Feed_Next=f"e:{after}", Feed_Tip=str(tip))


def target(request: bytes) -> str:
    return request.split(b" ")[1].decode()


def test_who_wants_news_asks_first_where_the_stream_stands(bench: Bench):
    """The message that comes with that answer is none of them."""
    reader = bench.make(filters=("XA.>",))
    assert target(reader.begin(0.0)) == "/v1/log?flag=P&limit=1"
    bench.say(page(1, after=1, tip=40))
    assert reader.due == 1.0
    assert target(reader.ask(1.0)) == "/v1/log?flag=P&filter=XA.%3E&after=e%3A40&limit=1000&wait=5"
    assert reader.due is None
    bench.say(page(41, 44, after=45, tip=45), now=3.0)
    assert reader.reached == 45
    (stretch,) = bench.stretches()
    assert (stretch.after, stretch.epoch, stretch.tip, stretch.promised) == (None, "e", 40, 45)
    assert list(stretch.messages.seqs) == [41, 44]
    assert list(stretch.messages.moments) == [3.0, 3.0]
    assert list(stretch.messages.marks) == [zlib.crc32(line(41)), zlib.crc32(line(44))]
    assert (stretch.late, stretch.unreadable) == (0, 0)


def test_a_snapshot_comes_first_where_it_is_wanted(bench: Bench):
    """The pages follow behind its sequence."""
    reader = bench.make(snapshot=True, kinds=("result",))
    assert target(reader.begin(0.0)) == "/v1/snapshot?flag=P&type=result"
    bench.say(answer(2, 5, Feed_Epoch="e", Feed_Seq="7"))
    assert "after=e%3A7" in target(reader.ask(1.0))
    bench.say(page(8, after=8, tip=8))
    (stretch,) = bench.stretches()
    assert (list(stretch.snapshot.seqs), stretch.snapshot_seq, list(stretch.messages.seqs)) == ([2, 5], 7, [8])


def test_it_asks_so_often_and_at_once_where_there_is_more(bench: Bench):
    """Counted from request to request; who names no time lets the service wait."""
    reader = bench.make(every=5.0)
    reader.begin(0.0)
    bench.say(page(after=10, tip=10), now=1.0)
    assert reader.due == 5.0
    assert "wait" not in target(reader.ask(5.0))
    bench.say(page(11, after=11, tip=30), now=6.0)
    assert reader.due == 6.0
    reader.ask(6.0)
    bench.say(page(30, after=30, tip=30), now=13.0)
    assert reader.due == 13.0


def test_an_answer_that_breaks_counts_for_nothing(bench: Bench):
    """It is asked for again, in a new stretch."""
    reader = bench.reader
    reader.begin(0.0)
    bench.say(page(after=10, tip=10))
    reader.ask(1.0)
    bench.say(page(11, 12, after=12, tip=12)[:-1])
    reader.end(2.0)
    assert "after=e%3A10" in target(reader.begin(3.0))
    bench.say(page(11, 12, after=12, tip=12))
    first, second = bench.stretches()
    assert (first.code, len(first.messages)) == (1006, 0)
    assert (second.after, second.tip, list(second.messages.seqs)) == (10, 12, [11, 12])
    assert bench.counts.reconnects == 1


def test_a_connection_that_ends_between_requests_is_the_same_stretch(bench: Bench):
    """Nobody waited for anything."""
    bench.reader.begin(0.0)
    bench.say(page(after=10, tip=10))
    bench.reader.begin(1.0)
    bench.say(page(11, after=11, tip=11))
    (stretch,) = bench.stretches()
    assert list(stretch.messages.seqs) == [11]
    assert bench.counts.reconnects == 0


@pytest.mark.parametrize("status, is_final", [(400, True), (403, True), (410, True), (429, False), (503, False)])
def test_some_refusals_are_for_good(bench: Bench, status: int, is_final: bool):  # noqa: FBT001 - a table
    """Asking again helps with a full house, not with a wrong key."""
    bench.reader.begin(0.0)
    bench.say(answer(status=status))
    assert bench.reader.is_over
    assert bench.reader.refusal == (f"{status} " if is_final else "")
    assert [each.code for each in bench.stretches()] == [status]


@pytest.mark.parametrize("said", [b"nonsense\r\n\r\n", answer(1, Feed_Next="e:x"), answer(1), page(after=1, tip=1) * 2])
def test_what_cannot_be_understood_is_a_fault(bench: Bench, said: bytes):
    """No HTTP, no place in the stream, an answer too many."""
    bench.reader.begin(0.0)
    bench.say(said)
    bench.say(said)
    assert bench.reader.is_over
    assert [each.code for each in bench.stretches()] == [1002]
