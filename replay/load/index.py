"""The stream as the auditor read it: its log from the first message on, in arrays, one element a message."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from hashlib import blake2b, sha256
from itertools import chain
from typing import Final
from zlib import crc32

import msgspec

from replay.load.topics import Topics
from replay.verify.door import Door
from replay.verify.findings import Findings, Name
from replay.verify.scan import VerifyError
from replay.verify.wish import Wish
from schemas.message import Op

NEAR: Final = 50  # messages on each side in which a wrong number is looked for
_SEARCHES_MAX: Final = 2_000
_NULL: Final = b"null"


class _Stamps(msgspec.Struct, frozen=True):
    recv: int = 0
    published: int = 0


class _Line(msgspec.Struct):
    seq: int
    prev: int
    topic: str
    op: Op
    ts: _Stamps = _Stamps()
    document: msgspec.Raw = msgspec.Raw(_NULL)
    caused_by: int | None = None


_line = msgspec.json.Decoder(_Line)


class Index:
    """Messages by position, ascending in `seqs`. Memory is some 70 bytes a message, and each topic once in `names`.

    `topics` are places in `names`; `marks` are crc32 of the JSON as delivered, `lengths` its bytes; `causes` are 0 for
    none. `recvs` and `published` are microseconds UTC; equal `documents` (0 for none) with equal `recvs` are of one
    document of a venue. `findings` are what is wrong with the stream itself.
    """

    def __init__(self, epoch: str, lines: Iterable[bytes], *, after: int = 0) -> None:
        """Read the lines of the log behind `after`. Raises VerifyError for what is no message, or goes back."""
        self.epoch = epoch
        self.findings = Findings()
        self.seqs, self.prevs, self.causes, self.documents = array("Q"), array("Q"), array("Q"), array("Q")
        self.topics, self.marks, self.lengths = array("I"), array("I"), array("I")
        self.recvs, self.published = array("q"), array("q")
        self.tombstones = bytearray()
        self.tip = after
        self._topics = Topics()
        self.names = self._topics.names
        newest: array[int] = array("Q")
        for raw in lines:
            self._take(raw, newest, after)
        self._grouped, self._starts = self._by_topic()
        self._wanted: dict[tuple[tuple[str, ...], frozenset[str]], array[int]] = {}
        self._states: dict[tuple[tuple[str, ...], frozenset[str], int, int], str] = {}
        self._renumbered: dict[tuple[int, int], int | None] = {}

    def __len__(self) -> int:
        return len(self.seqs)

    def position(self, seq: int) -> int | None:
        """Where a sequence stands; None when the stream has none such."""
        found = bisect_left(self.seqs, seq)
        return found if found < len(self.seqs) and self.seqs[found] == seq else None

    def topic(self, position: int) -> str:
        """The topic of a message."""
        return self.names[self.topics[position]]

    def wanted(self, wish: Wish) -> "array[int]":
        """The positions of all messages that a wish takes, ascending; kept for the next who wishes the same."""
        key = wish.filters, wish.kinds
        found = self._wanted.get(key)
        if found is None:
            found = self._wanted[key] = self._search(wish)
        return found

    def span(self, wish: Wish, after: int, last: int) -> "array[int]":
        """The wanted positions of sequences above `after` up to `last`."""
        wanted = self.wanted(wish)
        begin, end = bisect_right(self.seqs, after), bisect_right(self.seqs, last)
        return wanted[bisect_left(wanted, begin) : bisect_left(wanted, end)]

    def newest(self, positions: "array[int]") -> dict[int, int]:
        """The last position of each topic among them, by number of topic."""
        return dict(zip(map(self.topics.__getitem__, positions), positions, strict=True))

    def living(self, positions: "array[int]") -> "array[int]":
        """The fold of these messages: the last of each topic, ascending, without those that took their topic back."""
        return array("I", sorted(last for last in self.newest(positions).values() if not self.tombstones[last]))

    def state(self, wish: Wish, after: int, last: int) -> str:
        """The hash of what a right reader holds who began behind `after` and came to `last`."""
        begin, end = bisect_right(self.seqs, after), bisect_right(self.seqs, last)
        key = wish.filters, wish.kinds, begin, end
        if key not in self._states:
            living = self.living(self.span(wish, after, last))
            self._states[key] = state_hash((self.topic(each), self.marks[each]) for each in living)
        return self._states[key]

    def renumbered(self, position: int, mark: int) -> int | None:
        """The message nearby that reads as `mark` says when it is given the number of another.

        Only so many are looked for; later ones are not found.
        """
        key = position, mark
        if key not in self._renumbered and len(self._renumbered) < _SEARCHES_MAX:
            around = range(max(0, position - NEAR), min(len(self), position + NEAR + 1))
            found = (each for each in around if each != position and self._under(each, position) == mark)
            self._renumbered[key] = next(found, None)
        return self._renumbered.get(key)

    def _under(self, position: int, number: int) -> int:
        """The mark of a message with the sequence of another: a CRC is linear, so the bytes themselves do not count."""
        own, other = b'{"seq":%d,' % self.seqs[position], b'{"seq":%d,' % self.seqs[number]
        rest = bytes(self.lengths[position] - len(own))
        return self.marks[position] ^ crc32(rest, crc32(own)) ^ crc32(rest, crc32(other))

    def _take(self, raw: bytes, newest: "array[int]", after: int) -> None:
        try:
            line = _line.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise VerifyError("the service's log holds what is no message", hint=f"Behind seq {self.tip}.") from error
        if line.seq <= self.tip:
            detail = f"the service's log has seq {line.seq} behind {self.tip}"
            raise VerifyError(detail, hint="A stream only rises: look into the service first.")
        number = self._topics.number(line.topic)
        if number == len(newest):
            newest.append(0)
        before = newest[number]
        if line.prev != before and (before or line.prev > after):
            detail = f"in the stream itself prev is {line.prev}, {before or 'none'} came before"
            self.findings.add(Name.BROKEN_CHAIN, line.seq, line.topic, detail)
        self.tip = newest[number] = line.seq
        self._append(line, number, raw)

    def _append(self, line: _Line, number: int, raw: bytes) -> None:
        self.seqs.append(line.seq)
        self.prevs.append(line.prev)
        self.topics.append(number)
        self.marks.append(crc32(raw))
        self.lengths.append(len(raw))
        self.tombstones.append(line.op is not Op.PUT)
        self.causes.append(line.caused_by or 0)
        self.recvs.append(line.ts.recv)
        self.published.append(line.ts.published)
        self.documents.append(_identity(line.document))

    def _by_topic(self) -> "tuple[array[int], array[int]]":
        """All positions, topic by topic, and where each topic begins among them."""
        starts = array("I", bytes(4 * (len(self.names) + 1)))
        for number in self.topics:
            starts[number + 1] += 1
        for number in range(len(self.names)):
            starts[number + 1] += starts[number]
        free, grouped = starts[:], array("I", bytes(4 * len(self.topics)))
        for position, number in enumerate(self.topics):
            grouped[free[number]] = position
            free[number] += 1
        return grouped, starts

    def _search(self, wish: Wish) -> "array[int]":
        numbers = self._topics.wanted(wish)
        if len(numbers) == len(self.names):
            return array("I", range(len(self.seqs)))
        parts = (self._grouped[self._starts[number] : self._starts[number + 1]] for number in numbers)
        return array("I", sorted(chain.from_iterable(parts)))


def read_index(door: Door) -> Index:
    """The whole stream of a service as it stands now."""
    tip = door.tip(Wish())
    return Index(tip.epoch, (message.raw for message in door.messages(tip, 0)))


def state_hash(held: Iterable[tuple[str, int]]) -> str:
    """SHA-256 over lines `TOPIC MARK`, ascending by topic, marks in eight hex digits, each with a line feed."""
    return sha256("".join(f"{topic} {mark:08x}\n" for topic, mark in sorted(held)).encode()).hexdigest()


def _identity(document: msgspec.Raw) -> int:
    raw = bytes(document)
    return 0 if raw == _NULL else int.from_bytes(blake2b(raw, digest_size=8).digest())
