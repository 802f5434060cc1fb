import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from replay.link import address_of
from replay.load.asking import Door
from replay.load.journal import JournalWriter, read_journal
from replay.load.reader import Counts
from replay.load.received import Stretch
from replay.load.subscriber import Subscriber
from replay.load.subscription import Manner, Subscription
from tests.serve.raw import BINARY, CLOSE, PING, TEXT, frame

UPGRADED = b"HTTP/1.1 101 Switching Protocols\r\n\r\n"


class Bench:
    """A subscriber without a socket, and what is in its journal once it is closed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.journal = JournalWriter(path)
        self.counts = Counts()
        self.reader = self.make()

    def make(self, **wishes: Any) -> Subscriber:
        subscription = Subscription(number=3, tier="x", manner=Manner.FOLLOW, **wishes)
        self.reader = Subscriber(subscription, Door(address_of("http://a"), "P", None), self.journal, self.counts)
        return self.reader

    def say(self, *frames: bytes, now: float = 1.0) -> bytes:
        return self.reader.take(memoryview(b"".join(frames)), now)

    def stretches(self) -> list[Stretch]:
        self.journal.flush()
        return dict(read_journal(self._path))[3]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path / "journal")
    with made.journal:
        yield made


def text(content: bytes) -> bytes:
    return frame(TEXT, content, masked=False)


def message(seq: int) -> bytes:
    return b'{"seq":%d,"prev":0,"topic":"XA.x"}' % seq


def control(kind: str, **fields: Any) -> bytes:
    return text(json.dumps({"type": kind, **fields}).encode())


def hello(seq: int | None = 0, epoch: str = "e") -> bytes:
    cursor = None if seq is None else f"{epoch}:{seq}"
    return control("hello", epoch=epoch, flag="P", tip=9, floor=0, cursor=cursor)


def heartbeat(seq: int) -> bytes:
    return control("heartbeat", seq=seq, tip=seq, ts=1, cursor=f"e:{seq}")


def target(request: bytes) -> str:
    return request.split(b" ")[1].decode()


def test_live_only_is_asked_for_once_and_then_resumed(bench: Bench):
    """Before anything came, behind the place of its hello; then behind the last message or heartbeat it wholly had."""
    reader = bench.reader
    assert target(reader.begin(0.0)) == "/v1/stream?flag=P"
    bench.say(UPGRADED, hello(4))
    reader.end(1.0)
    assert target(reader.begin(2.0)) == "/v1/stream?flag=P&after=e%3A4"
    bench.say(UPGRADED, hello(4), text(message(6)), text(message(8))[:-1])
    reader.end(3.0)
    assert target(reader.begin(4.0)).endswith("after=e%3A6")
    bench.say(UPGRADED, hello(6), heartbeat(20))
    reader.end(5.0)
    assert target(reader.begin(6.0)).endswith("after=e%3A20")
    assert [each.after for each in bench.stretches()] == [None, 4, 6, 20]
    assert bench.counts.reconnects == 3


def test_before_its_hello_nothing_is_known(bench: Bench):
    """Who was not greeted opens as before, and its stretch says nothing."""
    bench.reader.begin(0.0)
    bench.say(UPGRADED, hello(4)[:-1])
    bench.reader.end(1.0, 1006, "gone")
    assert target(bench.reader.begin(2.0)) == "/v1/stream?flag=P"
    first, _ = bench.stretches()
    assert (first.epoch, first.code, first.reason, first.opened, first.closed) == ("", 1006, "gone", 0.0, 1.0)


def test_a_snapshot_begins_again_until_it_was_whole(bench: Bench):
    """What came of one that broke is written down as of it; behind its end the cursor holds."""
    reader = bench.make(snapshot=True, filters=("XA.>",), kinds=("result",))
    asked = "/v1/stream?flag=P&filter=XA.%3E&type=result&snapshot=1"
    assert target(reader.begin(0.0)) == asked
    bench.say(UPGRADED, hello(None), text(message(2)), text(message(5)))
    reader.end(1.0)
    assert reader.reached == -1
    assert target(reader.begin(2.0)) == asked
    bench.say(UPGRADED, hello(None), text(message(2)), control("snapshot_end", seq=7, cursor="e:7"))
    assert reader.reached == 7
    bench.say(text(message(8)))
    reader.end(3.0)
    assert target(reader.begin(4.0)).endswith("type=result&after=e%3A8")
    first, second, _ = bench.stretches()
    assert (list(first.snapshot.seqs), first.snapshot_seq, list(first.messages.seqs)) == ([2, 5], None, [])
    assert (list(second.snapshot.seqs), second.snapshot_seq, list(second.messages.seqs)) == ([2], 7, [8])


def test_messages_are_written_down_with_moment_and_checksum(bench: Bench):
    """Those of the read that completed them; promises count up to the highest."""
    bench.reader.begin(0.0)
    whole = text(message(5))
    bench.say(UPGRADED, hello(), whole[:10])
    bench.say(whole[10:], text(message(6)), now=2.5)
    bench.say(heartbeat(9), heartbeat(8), control("replay_end", seq=7, cursor="e:7"))
    bench.reader.end(3.0, 0)
    (stretch,) = bench.stretches()
    assert (stretch.epoch, stretch.tip, stretch.flag, stretch.promised) == ("e", 9, "P", 9)
    assert list(stretch.messages.moments) == [2.5, 2.5]
    assert list(stretch.messages.marks) == [zlib.crc32(message(5)), zlib.crc32(message(6))]
    assert bench.counts.received == 2


def test_what_is_neither_message_nor_known_is_counted(bench: Bench):
    """Nothing of it ends the connection."""
    bench.reader.begin(0.0)
    bench.say(UPGRADED, hello(), text(b"nonsense"), text(b'{"seq":x,"prev":0}'), text(b'{"seq":5'))
    bench.say(text(b'{"type":"surprise"}'), frame(BINARY, b"ab", masked=False), text(b'{"seq":-3,"prev":0}'))
    assert not bench.reader.is_over
    bench.reader.end(1.0, 0)
    (stretch,) = bench.stretches()
    assert (stretch.unreadable, len(stretch.messages)) == (6, 0)


def test_a_ping_is_answered_and_a_close_too(bench: Bench):
    """Code and reason are those of the service; what it sends behind is passed over."""
    bench.reader.begin(0.0)
    bench.say(UPGRADED, hello())
    assert bench.say(frame(PING, b"abc", masked=False)) == b"\x8a\x83\0\0\0\0abc"
    reason = b'{"name":"restarting","cursor":"e:4"}'
    closing = frame(CLOSE, (1012).to_bytes(2, "big") + reason, masked=False)
    answer = bench.say(control("error", name="restarting", detail="it stops", hint=""), closing, text(message(7)))
    assert answer == b"\x88\x82\0\0\0\0\x03\xe8"
    assert bench.reader.is_over
    assert not bench.reader.refusal
    bench.reader.end(1.0)
    (stretch,) = bench.stretches()
    assert (stretch.code, stretch.reason) == (1012, f"{reason.decode()} restarting: it stops")
    assert len(stretch.messages) == 0
    assert bench.counts.closed == {1012: 1}
    assert bench.counts.connected == 0


def test_leaving_was_our_wish_whatever_is_answered(bench: Bench):
    """What still comes before the service's close is had."""
    bench.reader.begin(0.0)
    bench.say(UPGRADED, hello())
    assert bench.reader.leave() == b"\x88\x82\0\0\0\0\x03\xe8"
    bench.say(text(message(7)), frame(CLOSE, (1000).to_bytes(2, "big"), masked=False))
    assert bench.reader.is_over
    bench.reader.end(1.0)
    (stretch,) = bench.stretches()
    assert (stretch.code, list(stretch.messages.seqs)) == (0, [7])
    assert bench.reader.reached == 7


@pytest.mark.parametrize("code, is_final", [(4400, True), (4401, True), (4403, True), (4410, True), (4429, False)])
def test_some_refusals_are_for_good(bench: Bench, code: int, is_final: bool):  # noqa: FBT001 - a table
    """Coming back helps with a full house, not with a wrong key."""
    bench.reader.begin(0.0)
    bench.say(UPGRADED, frame(CLOSE, code.to_bytes(2, "big") + b"why", masked=False))
    bench.reader.end(1.0)
    assert bool(bench.reader.refusal) is is_final
    assert bench.reader.trouble == f"{code} why"


def test_a_fault_of_the_server_ends_the_connection(bench: Bench):
    """With code 1002 and its name; the cursor is behind what came before it."""
    bench.reader.begin(0.0)
    assert bench.say(UPGRADED, hello(), text(message(7)), frame(TEXT, b"abc")) == b"\x88\x82\0\0\0\0\x03\xea"
    bench.reader.end(1.0)
    (stretch,) = bench.stretches()
    assert (stretch.code, stretch.reason) == (1002, "a server's frame is masked")
    assert bench.reader.reached == 7


def test_an_upgrade_that_is_refused_is_told(bench: Bench):
    """In the service's own words; what is no HTTP at all ends the connection, too."""
    body = b'{"error":{"name":"not_found","detail":"no such path"}}'
    bench.reader.begin(0.0)
    bench.say(b"HTTP/1.1 404 Not Found\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    bench.reader.end(1.0)
    assert bench.reader.refusal == "404 not_found: no such path"
    bench.make().begin(0.0)
    bench.say(b"SSH-2.0\r\n\r\n")
    assert bench.reader.is_over
    bench.reader.end(1.0)
    assert bench.reader.trouble.startswith("1002 ")


def test_a_new_epoch_is_taken_as_it_comes(bench: Bench):
    """Places of two streams are not compared."""
    bench.reader.begin(0.0)
    bench.say(UPGRADED, hello(50))
    bench.reader.end(1.0)
    bench.reader.begin(2.0)
    bench.say(UPGRADED, hello(3, "f"))
    assert bench.reader.place == ("f", 3)
