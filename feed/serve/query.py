"""A reader's request: which flag, what it wants, from where. Nothing that was asked for is ever ignored."""

from collections.abc import Mapping
from dataclasses import dataclass

from multidict import MultiMapping

from feed.core.cursor import read_cursor
from feed.core.filters import Filter, parse_filter
from feed.errors import ErrorName, ReaderError
from feed.serve.reading import Reading

NDJSON = "application/x-ndjson"
NOT_BUILT_YET = frozenset(
    {
        "as_of",
        "athlete",
        "competition",
        "conflate",
        "delay",
        "delta",
        "lang",
        "noc",
        "status",
        "ticket",
        "venue",
        "wait",
    }
)
REPEATED = frozenset({"filter", "type"})


@dataclass(frozen=True, slots=True)
class Wish:
    """What a reader asked for: `after` is a sequence or None, `snapshot` whether the current state comes first."""

    reading: Reading
    filter: Filter
    after: int | None
    snapshot: bool


def check_names(query: MultiMapping[str], allowed: frozenset[str]) -> None:
    """Raise ReaderError for a parameter that is not built yet, that nobody knows, or that is given twice."""
    for name in query:
        if name in allowed:
            if name not in REPEATED and len(query.getall(name)) > 1:
                raise ReaderError(ErrorName.BAD_REQUEST, f"{name}= is given more than once", hint="Choose one.")
            continue
        if name in NOT_BUILT_YET:
            raise ReaderError(ErrorName.NOT_BUILT_YET, f"{name}= is not built yet", hint="Leave it out for now.")
        names = ", ".join(sorted(allowed))
        raise ReaderError(ErrorName.UNKNOWN_PARAMETER, f"{name}= is no parameter here", hint=f"Known: {names}.")


def check_accept(headers: Mapping[str, str]) -> None:
    """Raise ReaderError for a representation that will exist but does not yet."""
    if NDJSON in headers.get("Accept", ""):
        raise ReaderError(ErrorName.NOT_BUILT_YET, f"{NDJSON} is not built yet", hint="Accept application/json.")


def read_flag(query: MultiMapping[str], readings: Mapping[str, Reading]) -> Reading:
    """The reading side of the flag asked for, P when none is; raises ReaderError bad_request."""
    flag = query.get("flag", "P")
    if flag not in readings:
        raise ReaderError(ErrorName.BAD_REQUEST, f"flag={flag}: there are the flags P and T")
    return readings[flag]


def read_filter(query: MultiMapping[str]) -> Filter:
    """The wish in `filter=` and `type=`, both repeatable; raises ReaderError bad_filter."""
    kinds = [kind for text in query.getall("type", []) for kind in text.split(",")]
    return parse_filter(query.getall("filter", []), kinds)


def read_after(query: MultiMapping[str], reading: Reading) -> int | None:
    """The sequence to read behind, None when none is named; raises ReaderError as `read_cursor` does."""
    text = query.get("after")
    return None if text is None else read_cursor(text, reading.epoch, reading.log.floor, reading.log.tip)


def read_switch(query: MultiMapping[str], name: str) -> bool:
    """A parameter that is 0 or 1, 0 when absent; raises ReaderError bad_request."""
    text = query.get(name, "0")
    if text not in {"0", "1"}:
        raise ReaderError(ErrorName.BAD_REQUEST, f"{name}={text}: it is 0 or 1")
    return text == "1"


def read_number(query: MultiMapping[str], name: str, default: int, highest: int) -> int:
    """A parameter that is a number from 1 to `highest`; raises ReaderError bad_request."""
    text = query.get(name, str(default))
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= highest or len(text) > len(str(highest)):
        raise ReaderError(ErrorName.BAD_REQUEST, f"{name}={text[:20]}: it is a number from 1 to {highest}")
    return int(text)


def read_stream_wish(query: MultiMapping[str], readings: Mapping[str, Reading]) -> Wish:
    """The wish of a WebSocket subscriber."""
    check_names(query, frozenset({"after", "encoding", "filter", "flag", "snapshot", "type"}))
    encoding = query.get("encoding", "json")
    if encoding == "msgpack":
        raise ReaderError(ErrorName.NOT_BUILT_YET, "encoding=msgpack is not built yet", hint="Leave it out for now.")
    if encoding != "json":
        raise ReaderError(ErrorName.BAD_REQUEST, f"encoding={encoding}: there is json")
    reading = read_flag(query, readings)
    wish = Wish(reading, read_filter(query), read_after(query, reading), read_switch(query, "snapshot"))
    if wish.snapshot and wish.after is not None:
        raise ReaderError(ErrorName.BAD_REQUEST, "snapshot=1 and after= cannot go together", hint="Choose one.")
    return wish
