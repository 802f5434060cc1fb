"""Our own failures and the ones a reader of the feed can cause, each with a name, a status and a close code.

What a venue can do wrong is not here: that is `feed.refusals`, and it never raises past the decoder.
"""

from enum import StrEnum
from typing import NamedTuple


class FeedError(Exception):
    """Root of every exception this project raises; `hint` says what to do next."""

    def __init__(self, detail: str, *, hint: str = "") -> None:
        super().__init__(detail)
        self.detail = detail
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.detail}\n  {self.hint}" if self.hint else self.detail


class SettingsError(FeedError):
    """A setting is unknown or wrong; the service refuses to start."""


class BrokerError(FeedError):
    """The broker cannot be started, reached or used as it is set up."""


class StreamMismatchError(BrokerError):
    """A stream exists with other settings than ours; the detail shows the difference."""


class OutcomeUnknownError(FeedError):
    """The broker did not answer in time: the message may be stored or not. Safe to repeat."""


class TooLargeError(FeedError):
    """A payload is larger than the broker carries; nothing was sent."""


class DamagedError(FeedError):
    """Stored bytes are not what their name says; they are never handed out as if they were."""


class ContradictionError(FeedError):
    """We contradict ourselves (another epoch, a shorter stream, foreign messages): crash and start again."""


class Complaint(NamedTuple):
    """How one named error of the reading side looks on HTTP and on a WebSocket."""

    status: int
    close_code: int


class ErrorName(StrEnum):
    """Every error a reader can be answered with. The names are part of the contract."""

    UNAUTHORIZED = "unauthorized"
    NOT_ENTITLED = "not_entitled"
    BAD_REQUEST = "bad_request"
    UNKNOWN_PARAMETER = "unknown_parameter"
    NOT_BUILT_YET = "not_built_yet"
    BAD_FILTER = "bad_filter"
    COMPETITION_NEEDED = "competition_needed"
    BAD_CURSOR = "bad_cursor"
    WRONG_EPOCH = "wrong_epoch"
    CURSOR_TOO_OLD = "cursor_too_old"
    BAD_FRAME = "bad_frame"
    TOO_LARGE = "too_large"
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    NOT_HELD = "not_held"
    SUPERSEDED = "superseded"
    REFUSED = "refused"
    DAMAGED = "damaged"
    TOO_MANY = "too_many"
    NOT_READY = "not_ready"
    RESTARTING = "restarting"


COMPLAINTS: dict[ErrorName, Complaint] = {
    ErrorName.UNAUTHORIZED: Complaint(401, 4401),
    ErrorName.NOT_ENTITLED: Complaint(403, 4403),
    ErrorName.BAD_REQUEST: Complaint(400, 4400),
    ErrorName.UNKNOWN_PARAMETER: Complaint(400, 4400),
    ErrorName.NOT_BUILT_YET: Complaint(400, 4400),
    ErrorName.BAD_FILTER: Complaint(400, 4400),
    ErrorName.COMPETITION_NEEDED: Complaint(400, 4400),
    ErrorName.BAD_CURSOR: Complaint(400, 4400),
    ErrorName.WRONG_EPOCH: Complaint(410, 4410),
    ErrorName.CURSOR_TOO_OLD: Complaint(410, 4410),
    ErrorName.BAD_FRAME: Complaint(400, 4400),
    ErrorName.TOO_LARGE: Complaint(413, 1009),
    ErrorName.NOT_FOUND: Complaint(404, 4400),
    ErrorName.METHOD_NOT_ALLOWED: Complaint(405, 4400),
    ErrorName.NOT_HELD: Complaint(409, 4400),
    ErrorName.SUPERSEDED: Complaint(409, 4400),
    ErrorName.REFUSED: Complaint(409, 4400),
    ErrorName.DAMAGED: Complaint(500, 1011),
    ErrorName.TOO_MANY: Complaint(429, 4429),
    ErrorName.NOT_READY: Complaint(503, 1012),
    ErrorName.RESTARTING: Complaint(503, 1012),
}


class ReaderError(FeedError):
    """A reader asked for something that cannot be served; answered by name, never guessed at."""

    def __init__(self, name: ErrorName, detail: str, *, hint: str = "") -> None:
        super().__init__(detail, hint=hint)
        self.name = name

    @property
    def complaint(self) -> Complaint:
        return COMPLAINTS[self.name]
