"""Cursors: `EPOCH:SEQ` wherever one is handed out; exclusive when read from; a bare SEQ is accepted."""

import re

from feed.errors import ErrorName, ReaderError

OLDEST = "0"
_CURSOR = re.compile(r"(?:([A-Za-z0-9_-]{1,32}):)?([0-9]{1,18})")


def write_cursor(epoch: str, seq: int) -> str:
    """The cursor that stands behind `seq`, as it is handed out."""
    return f"{epoch}:{seq}"


def parse_cursor(text: str, epoch: str) -> int:
    """The sequence a cursor names; raises ReaderError bad_cursor for a text that is none, wrong_epoch for another's."""
    found = _CURSOR.fullmatch(text)
    if found is None:
        raise ReaderError(ErrorName.BAD_CURSOR, f"{text!r} is no cursor", hint="A cursor is EPOCH:SEQ or SEQ.")
    if found[1] is not None and found[1] != epoch:
        raise ReaderError(
            ErrorName.WRONG_EPOCH,
            f"the cursor is of epoch {found[1]}, the stream's is {epoch}",
            hint="The stream was made anew. Start with snapshot=1.",
        )
    return int(found[2])


def read_cursor(text: str, epoch: str, floor: int, tip: int) -> int:
    """The sequence behind a cursor; a bare 0 is before the oldest message, wherever that is.

    Raises ReaderError as `parse_cursor` does, cursor_too_old below the floor, and beyond the tip not_ready when the
    epoch tells that another process of this feed handed it out, bad_cursor when nothing tells that.
    """
    seq = floor if text == OLDEST else parse_cursor(text, epoch)
    if seq > tip:
        detail = f"seq {seq} lies beyond the tip {tip}"
        if ":" in text:
            raise ReaderError(ErrorName.NOT_READY, f"{detail} of this process", hint="Ask again in a second.")
        raise ReaderError(ErrorName.BAD_CURSOR, detail, hint="Start with snapshot=1.")
    if seq < floor:
        raise ReaderError(
            ErrorName.CURSOR_TOO_OLD, f"seq {seq} is older than the floor {floor}", hint="Start with snapshot=1."
        )
    return seq
