"""Why a client gives up. What passes by itself is tried again and is no error."""

from feed.client.events import Gap
from feed.errors import FeedError


class ClientError(FeedError):
    """Root of what the client raises."""


class LostError(ClientError):
    """No answer, or a connection that ended; trying again may help, not before `seconds` have passed."""

    def __init__(self, detail: str, seconds: float = 0.0) -> None:
        super().__init__(detail, hint="Is it running? Start it with `feed up`.")
        self.seconds = seconds


class UnreadableError(LostError):
    """A frame cannot be read. It is asked for again; raised when that helps nothing."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.hint = "Is this client of the same release as the service?"


class RefusedError(ClientError):
    """The service said no, by name; the same request would be refused again."""

    def __init__(self, name: str, detail: str, *, hint: str = "") -> None:
        super().__init__(f"{name}: {detail}", hint=hint)
        self.name = name


class ExpiredError(RefusedError):
    """The cursor is below what the service still has (cursor_too_old), or of another stream (wrong_epoch)."""


class GapError(ClientError):
    """A message is missing, provably."""

    def __init__(self, gap: Gap) -> None:
        super().__init__(
            f"{gap.topic}: seq {gap.seq} follows {gap.prev}, which never came", hint="Follow anew with snapshot=True."
        )
        self.gap = gap


class PatchError(ClientError):
    """A difference that does not fit what it should be applied to."""
