"""What looks like a secret is not told: every log line and every error text goes through here."""

import re

_SECRET = re.compile(r"(feed_[0-9a-f]{8}_|ticket_[0-9a-f]{16}_)[A-Za-z0-9_-]+")  # of a key; a ticket
_PARAMETER = re.compile(r"((?:^|[?&\s'\"])(?:key|ticket)=)[^&\s'\"#]+", re.IGNORECASE)  # as an address has it


def masked(text: str) -> str:
    """The text with every secret replaced; the public id of a key or ticket stays."""
    return _PARAMETER.sub(r"\1***", _SECRET.sub(r"\1***", text))
