"""A subscriber of /v1/stream: its connection as a small state machine without I/O.

It opens with snapshot=1 until it had a snapshot whole, or live only until it was greeted; ever after it resumes behind
the last message or heartbeat that it wholly had.
"""

from typing import Final

import msgspec

from replay.load.asking import SWITCHING, AnswerError, AnswerReader, Door
from replay.load.frames import CLOSE, PING, PONG, TEXT, Frames, client_frame, close_frame, read_close
from replay.load.journal import JournalWriter, OpenStretch
from replay.load.reader import PROTOCOL_ERROR, Counts, Reader, told
from replay.load.subscription import Subscription
from schemas.control import Control, ErrorFrame, Heartbeat, Hello, ReplayEnd, SnapshotEnd

NORMAL: Final = 1000
REFUSALS: Final = frozenset({4400, 4401, 4403, 4410})  # coming back helps with none of these
_CONTROL: Final = b'{"type":'
_decoder = msgspec.json.Decoder(Control)


class Subscriber(Reader):
    """One WebSocket after the other."""

    __slots__ = ("_answers", "_complaint", "_frames", "_in_snapshot")

    def __init__(self, subscription: Subscription, door: Door, journal: JournalWriter, counts: Counts) -> None:
        super().__init__(subscription, door, journal, counts)
        self._answers: AnswerReader | None = None
        self._complaint = ""  # the detail of an error frame: what the close reason is too short for
        self._frames = Frames()
        self._in_snapshot = False

    @property
    def is_inside_frame(self) -> bool:
        """Whether a frame has come in part."""
        return self._frames.is_inside

    def begin(self, now: float) -> bytes:
        self._answers, self._frames, self._complaint = AnswerReader(), Frames(), ""
        self._in_snapshot = self.place is None and self.subscription.snapshot
        self._open(now, in_snapshot=self._in_snapshot)
        if self.place is not None:
            epoch, seq = self.place
            return self._door.upgrade([*self.wish, ("after", f"{epoch}:{seq}")])
        return self._door.upgrade([*self.wish, ("snapshot", "1")] if self._in_snapshot else self.wish)

    def take(self, view: memoryview, now: float) -> bytes:
        stretch = self._stretch
        if stretch is None or self.is_over:
            return b""
        if self._answers is not None:
            view = self._upgraded(self._answers, view)
            if self._answers is not None:
                return b""
        words = b""
        frames = self._frames
        for opcode, payload in frames.take(view):
            if opcode == TEXT:
                self._text(stretch, payload, now)
            elif opcode == CLOSE:
                self._closed(*read_close(payload))
                return words + close_frame(NORMAL)
            elif opcode == PING:
                words += client_frame(PONG, payload)
            elif opcode != PONG:
                stretch.unreadable += 1
        if frames.fault:
            self._stop(PROTOCOL_ERROR, frames.fault)
            words += close_frame(PROTOCOL_ERROR)
        return words

    def leave(self) -> bytes:
        super().leave()
        return close_frame(NORMAL)

    def _upgraded(self, answers: AnswerReader, view: memoryview) -> memoryview:
        """What follows the answer to the upgrade; it is refused when that is none."""
        try:
            answer = answers.take(view)
        except AnswerError as error:
            self._stop(PROTOCOL_ERROR, str(error))
            return view
        if answer is None:
            return view
        if answer.status != SWITCHING:
            self._stop(answer.status, told(answer), for_good=400 <= answer.status < 429)  # noqa: PLR2004 - 429 passes
            return view
        self._answers = None
        return view[answer.end :]

    def _text(self, stretch: OpenStretch, payload: bytes, now: float) -> None:
        if payload.startswith(_CONTROL):
            self._obey(stretch, payload)
        elif (seq := self._message(stretch, payload, now)) and self.place is not None:
            self._move(self.place[0], seq)

    def _obey(self, stretch: OpenStretch, payload: bytes) -> None:
        try:
            frame = _decoder.decode(payload)
        except msgspec.MsgspecError:
            stretch.unreadable += 1
            return
        match frame:
            case Hello(epoch=epoch, tip=tip, flag=flag, cursor=cursor):
                stretch.hello(epoch, tip, flag)
                self._greet()
                if cursor is not None:
                    self._resume_at(cursor)
            case SnapshotEnd(seq=seq, cursor=cursor):
                self._in_snapshot = False
                stretch.snapshot_end(seq)
                self._resume_at(cursor)
            case Heartbeat(seq=seq, cursor=cursor) | ReplayEnd(seq=seq, cursor=cursor):
                stretch.promised = max(stretch.promised, seq)
                self._resume_at(cursor)
            case ErrorFrame(name=name, detail=detail):
                self._complaint = f"{name}: {detail}"

    def _resume_at(self, cursor: str) -> None:
        epoch, _, seq = cursor.rpartition(":")
        if seq.isdecimal():
            self._move(epoch, int(seq))

    def _closed(self, code: int, reason: str) -> None:
        self._stop(code, f"{reason} {self._complaint}".strip(), for_good=code in REFUSALS)
