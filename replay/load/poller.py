"""A subscriber that pulls: pages of /v1/log over a connection that is kept, each behind the `Feed-Next` of the last.

With `every` it asks so often, and at once where a page was not the last; else the service holds empty pages back. An
answer is taken as a whole: one that breaks in the middle counts for nothing and is asked for again. A snapshot comes
from /v1/snapshot; who wants none asks first where the stream stands.
"""

from typing import Final

from replay.load.asking import OK, Answer, AnswerError, AnswerReader, Door
from replay.load.journal import JournalWriter, OpenStretch
from replay.load.reader import PROTOCOL_ERROR, Counts, Reader, told
from replay.load.subscription import Subscription

PAGE: Final = 1_000
WAIT_SECONDS: Final = 5  # as often a WebSocket has a heartbeat
REFUSALS: Final = frozenset({400, 401, 403, 404, 410})  # asking again helps with none of these


class Poller(Reader):
    """One request after the other; `due` is when the next one is to be made, None while an answer is awaited."""

    __slots__ = ("_answers", "_asked", "due")

    def __init__(self, subscription: Subscription, door: Door, journal: JournalWriter, counts: Counts) -> None:
        super().__init__(subscription, door, journal, counts)
        self.due: float | None = None
        self._answers = AnswerReader()
        self._asked = 0.0

    def begin(self, now: float) -> bytes:
        self._answers = AnswerReader()
        if self._stretch is None:
            self._open(now, in_snapshot=self.place is None and self.subscription.snapshot)
        return self.ask(now)

    def ask(self, now: float) -> bytes:
        """The next request."""
        self._asked, self.due = now, None
        if self.place is not None:
            epoch, seq = self.place
            query = [*self.wish, ("after", f"{epoch}:{seq}"), ("limit", str(PAGE))]
            return self._door.get(
                "/v1/log", query if self.subscription.every else [*query, ("wait", str(WAIT_SECONDS))]
            )
        if self.subscription.snapshot:
            return self._door.get("/v1/snapshot", self.wish)
        return self._door.get("/v1/log", [("limit", "1")])

    def take(self, view: memoryview, now: float) -> bytes:
        stretch = self._stretch
        if stretch is None or self.is_over:
            return b""
        try:
            answer = self._answers.take(view)
            if self.due is not None:
                self._stop(PROTOCOL_ERROR, "an answer that nobody asked for")
            elif answer is not None and answer.status == OK:
                self._read(stretch, answer, now)
            elif answer is not None:
                self._stop(answer.status, told(answer), for_good=answer.status in REFUSALS)
        except AnswerError as error:
            self._stop(PROTOCOL_ERROR, str(error))
        return b""

    def _read(self, stretch: OpenStretch, answer: Answer, now: float) -> None:
        if self.place is not None:
            epoch, seq = _cursor(answer.headers.get("feed-next", ""))
        elif self.subscription.snapshot:
            epoch, seq = _cursor(f"{answer.headers.get('feed-epoch', '')}:{answer.headers.get('feed-seq', '')}")
        else:
            epoch, _ = _cursor(answer.headers.get("feed-next", ""))
            seq = _number(answer.headers.get("feed-tip", ""))
        is_first, is_snapshot = self.place is None, self.place is None and self.subscription.snapshot
        tip = seq if is_first else _number(answer.headers.get("feed-tip", ""))
        if not self.is_greeted:
            stretch.hello(epoch, tip)
            self._greet()
        if is_snapshot or not is_first:
            for line in answer.body.splitlines():
                self._message(stretch, line, now)
        if is_snapshot:
            stretch.snapshot_end(seq)
        elif not is_first:
            stretch.promised = max(stretch.promised, seq)
        self._move(epoch, seq)
        is_behind = seq < tip or not self.subscription.every
        self.due = now if is_behind else max(now, self._asked + self.subscription.every)


def _cursor(text: str) -> tuple[str, int]:
    epoch, _, seq = text.rpartition(":")
    return epoch, _number(seq)


def _number(text: str) -> int:
    if not text.isdecimal():
        raise AnswerError(f"an answer that does not tell its place, but {text[:40]!r}")
    return int(text)
