"""Our own failures and the ones a reader of the feed can cause, each with a name, a status and a close code.

What a venue can do wrong is not here: that is `feed.refusals`, and it never raises past the decoder.
"""

from enum import StrEnum
from typing import NamedTuple

from feed.masking import masked


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
    """Something was not done in time, mostly by the broker: the message may be stored or not. Safe to repeat."""


class TooLargeError(FeedError):
    """A payload is larger than the broker carries; nothing was sent."""


class DamagedError(FeedError):
    """Stored bytes are not what their name says; they are never handed out as if they were."""


class ContradictionError(FeedError):
    """We contradict ourselves (another epoch, a shorter stream, foreign messages): crash and start again."""


class Complaint(NamedTuple):
    """How one named error of the reading side looks on HTTP and on a WebSocket, and when it is given."""

    status: int
    close_code: int
    meaning: str


class ErrorName(StrEnum):
    """Every error a reader can be answered with. The names are part of the contract."""

    UNAUTHORIZED = "unauthorized"
    NOT_ENTITLED = "not_entitled"
    EMBARGOED = "embargoed"
    BAD_REQUEST = "bad_request"
    UNKNOWN_PARAMETER = "unknown_parameter"
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
    ErrorName.UNAUTHORIZED: Complaint(401, 4401, "A key is needed, or this one is unknown or revoked."),
    ErrorName.NOT_ENTITLED: Complaint(403, 4403, "The key may not do this, or what is asked for is not for it."),
    ErrorName.EMBARGOED: Complaint(403, 4403, "Who reads with a delay may not see that moment yet."),
    ErrorName.BAD_REQUEST: Complaint(400, 4400, "A parameter has a wrong value, or the upgrade is not valid."),
    ErrorName.UNKNOWN_PARAMETER: Complaint(400, 4400, "There is no such parameter here."),
    ErrorName.BAD_FILTER: Complaint(400, 4400, "The filter can never match."),
    ErrorName.COMPETITION_NEEDED: Complaint(400, 4400, "There are several competitions and none was chosen."),
    ErrorName.BAD_CURSOR: Complaint(400, 4400, "No cursor or time, a time to come, or a bare sequence beyond the tip."),
    ErrorName.WRONG_EPOCH: Complaint(410, 4410, "The stream was made anew since."),
    ErrorName.CURSOR_TOO_OLD: Complaint(410, 4410, "The cursor is below the floor."),
    ErrorName.BAD_FRAME: Complaint(400, 4400, "A client frame that is no order we know."),
    ErrorName.TOO_LARGE: Complaint(413, 1009, "More than may be sent here."),
    ErrorName.NOT_FOUND: Complaint(404, 4400, "There is nothing here, or was nothing then."),
    ErrorName.METHOD_NOT_ALLOWED: Complaint(405, 4400, "The path exists, the method does not."),
    ErrorName.NOT_HELD: Complaint(409, 4400, "There is nothing to decide about this document."),
    ErrorName.SUPERSEDED: Complaint(409, 4400, "A newer version was published since."),
    ErrorName.REFUSED: Complaint(409, 4400, "The gate, or a rule that did not hold it, is against the release."),
    ErrorName.DAMAGED: Complaint(500, 1011, "Stored bytes are not those that gave them their name."),
    ErrorName.TOO_MANY: Complaint(429, 4429, "As many as are allowed are here, or ask."),
    ErrorName.NOT_READY: Complaint(503, 1012, "The broker does not answer, or the cursor is ahead of this process."),
    ErrorName.RESTARTING: Complaint(503, 1012, "The service is being stopped; come back with the cursor."),
}


PASSING = frozenset({429, 503})  # statuses of what is over after a while


class ReaderError(FeedError):
    """A reader asked for something that cannot be served; answered by name, never guessed at.

    Where coming back helps (`is_passing`), it does so `again` seconds later. A secret that stood in a request is not
    repeated.
    """

    def __init__(self, name: ErrorName, detail: str, *, hint: str = "", again: float = 1) -> None:
        super().__init__(masked(detail), hint=hint)
        self.name = name
        self.again = again

    @property
    def complaint(self) -> Complaint:
        return COMPLAINTS[self.name]

    @property
    def is_passing(self) -> bool:
        return self.complaint.status in PASSING
