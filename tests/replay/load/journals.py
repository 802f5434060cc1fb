"""A stream of our own making, and honest journals of it, for tests of the checks of a load run."""

import copy
import json
from collections.abc import Iterable
from zlib import crc32

from replay.load.check import Checked, check
from replay.load.index import Index
from replay.load.received import Received, Stretch
from replay.load.subscription import Manner, Subscription
from replay.verify.wish import Wish
from tests.replay.verify.games import EPOCH, Message, fold
from tests.replay.verify.planted import CUT, WISH, games


def raw(message: Message) -> bytes:
    """As a service delivers it."""
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()


def index_of(stream: Iterable[Message]) -> Index:
    return Index(EPOCH, map(raw, stream))


def received(messages: Iterable[Message]) -> Received:
    got = Received()
    for message in messages:
        got.add(message["seq"], 0.0, crc32(raw(message)))
    return got


def subscription(wish: Wish, *, snapshot: bool = False, manner: Manner = Manner.FOLLOW) -> Subscription:
    kinds = tuple(sorted(wish.kinds))
    return Subscription(number=7, tier="t", manner=manner, filters=wish.filters, kinds=kinds, snapshot=snapshot)


def judged(asked: Subscription, stretches: list[Stretch], stream: list[Message], until: int = 0) -> Checked:
    """The outcome for a subscriber, all the stream being owed where nothing else is said."""
    return check(asked, stretches, index_of(stream), EPOCH, "P", until or len(stream))


class Log:
    """An honest journal: a snapshot, and what followed over one lost connection; bugs are planted into its parts."""

    def __init__(self) -> None:
        self.stream = games()
        self.snapshot = copy.deepcopy(fold(self.stream, CUT, WISH))
        self.messages = self._between(CUT, 20)
        self.rest = self._between(20, 25)
        self.first = Stretch(0.0, None, epoch=EPOCH, flag="P", tip=CUT, snapshot_seq=CUT, promised=20)
        self.again = Stretch(0.0, 20, epoch=EPOCH, flag="P", tip=20, promised=25)

    def checked(self) -> Checked:
        self.first.snapshot = received(self.snapshot)
        self.first.messages = received(self.messages)
        self.again.messages = received(self.rest)
        return judged(subscription(WISH, snapshot=True), [self.first, self.again], self.stream)

    def of(self, seq: int) -> Message:
        return copy.deepcopy(self.stream[seq - 1])

    def place(self, seq: int) -> int:
        return at(self.messages, seq)

    def _between(self, after: int, last: int) -> list[Message]:
        return copy.deepcopy([each for each in self.stream[after:last] if WISH.wants(each["topic"])])


def at(messages: list[Message], seq: int) -> int:
    """The place of a sequence."""
    return next(place for place, each in enumerate(messages) if each["seq"] == seq)
