"""What the sender of a run remembers: which message was planned for when, and how much was sent in which second.

The venues' answers name the sequences that their documents were given.
"""

import asyncio
import sys
import time
from collections import Counter
from typing import Final

import msgspec

from replay.link import Answer
from replay.plan import Planned
from replay.report.model import Rate
from replay.tally import Spread, Tally

TURN_SECONDS: Final = 0.05


class _Stored(msgspec.Struct):
    seq: int
    topic: str


class _Accepted(msgspec.Struct):
    accepted: tuple[_Stored, ...] = ()


class Acknowledged:
    """By sequence, as answers name them: the `topics`, and the moments of time.monotonic that were `planned`.

    An answer names 100 at most. A document whose first answer was lost is called a duplicate at the next try: its
    messages are not here.
    """

    def __init__(self) -> None:
        self.topics: dict[int, str] = {}
        self.planned: dict[int, float] = {}
        self._decoder = msgspec.json.Decoder(_Accepted)

    def heard(self, moment: float | None, answer: Answer) -> None:
        """Take an answer down; a document that was not planned for a moment has none."""
        try:
            accepted = self._decoder.decode(answer.body).accepted
        except msgspec.MsgspecError:
            return  # a refusal
        for stored in accepted:
            self.topics[stored.seq] = sys.intern(stored.topic)
            if moment is not None:
                self.planned[stored.seq] = moment


class Pulse(Tally):
    """A tally that also counts, second by second from `began` on, what was to leave and what left."""

    def __init__(self) -> None:
        super().__init__()
        self.began = time.monotonic()
        self._planned: Counter[int] = Counter()
        self._left: Counter[int] = Counter()

    def left(self, planned: Planned, moment: float | None) -> None:
        super().left(planned, moment)
        now = time.monotonic()
        self._planned[int((now if moment is None else moment) - self.began)] += 1
        self._left[int(now - self.began)] += 1

    def rates(self) -> list[Rate]:
        """Documents of each second that had any, planned or sent, at its middle."""
        seconds = sorted(self._planned.keys() | self._left.keys())
        return [Rate(at=second + 0.5, offered=self._planned[second], achieved=self._left[second]) for second in seconds]


class Turns:
    """How late the sender's own loop turns to what is due: `late` of a timer that does nothing."""

    def __init__(self) -> None:
        self.late = Spread()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            due = time.monotonic() + TURN_SECONDS
            await asyncio.sleep(TURN_SECONDS)
            self.late.add(max(0.0, time.monotonic() - due))
