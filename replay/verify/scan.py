"""The stream, read once in its own order; the chains of its topics are checked on the way."""

from collections.abc import Iterator

from feed.errors import FeedError
from replay.verify.delivered import Delivered
from replay.verify.findings import Findings, Name
from replay.verify.wish import Wish


class VerifyError(FeedError):
    """What was to be verified cannot be: nothing is said about whether it is right."""


class Scan:
    """Hands out the messages behind `start`; `position` is the last one that was."""

    def __init__(self, messages: Iterator[Delivered], start: int, wish: Wish, findings: Findings) -> None:
        self.position = start
        self._messages = messages
        self._start = start
        self.wish = wish
        self._findings = findings
        self._newest: dict[str, int] = {}
        self._ahead: Delivered | None = None

    def up_to(self, seq: int) -> Iterator[Delivered]:
        """What has not been handed out up to a sequence; raises VerifyError when the stream goes back."""
        while True:
            message = self._ahead or next(self._messages, None)
            if message is None or message.seq > seq:
                self._ahead = message
                return
            self._ahead = None
            if message.seq <= self.position:
                detail = f"the service's log has seq {message.seq} behind {self.position}"
                raise VerifyError(detail, hint="A stream only rises: look into the service first.")
            self._follow(message)
            self.position = message.seq
            yield message

    def _follow(self, message: Delivered) -> None:
        before = self._newest.get(message.topic)
        is_whole = message.prev == before if before is not None else message.prev <= self._start
        if not is_whole and self.wish.wants(message.topic):
            detail = f"in the stream itself prev is {message.prev}, {before or 'none'} came before"
            self._findings.add(Name.BROKEN_CHAIN, message.seq, message.topic, detail)
        self._newest[message.topic] = message.seq
