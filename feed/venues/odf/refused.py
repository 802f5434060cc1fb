"""How a refusal travels inside this package; it never leaves `decode`."""

from feed.errors import FeedError
from feed.refusals import HINTS, Reason, Refusal


class RefusedError(FeedError):
    """The document is refused as a whole; `where` is an XPath or a line."""

    def __init__(self, reason: Reason, detail: str, where: str = "") -> None:
        super().__init__(detail, hint=HINTS[reason])
        self.refusal = Refusal(reason, detail, where)

    def at(self, where: str) -> "RefusedError":
        """The same, by whoever knows the place."""
        return RefusedError(self.refusal.reason, self.refusal.detail, where)
