"""Server-Sent Events (HTML Living Standard, section 9.2): texts to a client become events. Sans-I/O.

A text must be one line; our JSON always is, because line ends inside its strings are escaped.
"""

END = b"\n\n"


def event_head(name: str, cursor: str | None = None) -> bytes:
    """What stands before an event's text; without a cursor the event does not move the reader's Last-Event-ID."""
    place = b"" if cursor is None else b"id: %b\n" % cursor.encode()
    return b"%bevent: %b\ndata: " % (place, name.encode())


def event(name: str, text: bytes, cursor: str | None = None) -> bytes:
    """One whole event."""
    return event_head(name, cursor) + text + END


def retry_line(milliseconds: int) -> bytes:
    """How long a client waits before it connects again; no event by itself."""
    return b"retry: %d\n\n" % milliseconds
