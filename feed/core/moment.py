"""What `as_of=` says: a place in the log, or a time that a place has to be found for."""

import re
from datetime import UTC, datetime, timedelta

from schemas.message import Micros

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:$|[Tt ])")
_TIME = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]+))?(Z|[+-][0-9]{2}:[0-9]{2})"
)
_MICROSECOND = timedelta(microseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def is_time(text: str) -> bool:
    """Whether a text means a time, also one that is written wrongly: what does not begin with a day is a cursor."""
    return _DAY.match(text) is not None


def parse_time(text: str) -> Micros:
    """A time as RFC 3339 writes it, in microseconds UTC; what is finer is cut off. Raises ValueError."""
    found = _TIME.fullmatch(text.upper())
    if found is None:
        raise ValueError("it is written 2024-08-04T19:55:00Z, or with an offset as +02:00")
    day, clock, fraction, offset = found.groups()
    try:
        moment = datetime.fromisoformat(f"{day}T{clock}.{(fraction or '')[:6]:0<6}{offset.replace('Z', '+00:00')}")
        return (moment - _EPOCH) // _MICROSECOND
    except (ValueError, OverflowError) as error:
        raise ValueError("there is no such time") from error
