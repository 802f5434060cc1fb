"""What looks like a secret is not told: every log line and every error text goes through here."""

import re

_SECRET = re.compile(r"(feed_[0-9a-f]{8}_|ticket_[0-9a-f]{16}_)[A-Za-z0-9_-]+")  # of a key; a ticket
_PARAMETER = re.compile(r"((?:^|[?&\s'\"])(?:key|ticket)=)[^&\s'\"#]+", re.IGNORECASE)  # as an address has it

# The login of an address, up to the last @: a password may have one.
_LOGIN = re.compile(r"([a-z][a-z0-9+.-]*://)[^/\s'\"]+@", re.IGNORECASE)
_TOKEN = re.compile(r"\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")  # three parts, the first of them JSON


def masked(text: str) -> str:
    """The text with every secret replaced; the public id of a key or ticket stays."""
    return _LOGIN.sub(r"\1***@", _PARAMETER.sub(r"\1***", _SECRET.sub(r"\1***", _TOKEN.sub("eyJ***", text))))
