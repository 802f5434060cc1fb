"""What an entity is called: its kind, topic and code."""

from functools import lru_cache

import msgspec

from feed.refusals import Reason
from feed.venues.odf.envelope import is_unit
from feed.venues.odf.refused import RefusedError
from schemas.rsc import PlainCode, parse_code
from schemas.topic import BadKeyError, Topic

_NOT_OF_UNITS = frozenset({"record"})  # the details of a record's code stand where a unit's would


class Name(msgspec.Struct, frozen=True, gc=False):
    """`unit` is the code again, if that is a unit's."""

    kind: str
    topic: str
    code: str
    unit: str | None


@lru_cache(maxsize=8_192)  # a Games has 7,000 units, and each comes again with every change of it
def name_of(competition: str, kind: str, code: str, parts: tuple[str, ...]) -> Name:
    """Name the entity of a Results System Code and key parts.

    Raises RefusedError bad_code or bad_key, without a place.
    """
    found = parse_code(code)
    if isinstance(found, PlainCode):
        raise RefusedError(Reason.BAD_CODE, f"{code[:40]!r} ({len(code)} characters) is no Results System Code")
    try:
        topic = str(Topic(competition, found, kind, parts))
    except BadKeyError as error:
        raise RefusedError(Reason.BAD_KEY, str(error)) from error
    return Name(kind, topic, code, code if is_unit(found) and kind not in _NOT_OF_UNITS else None)
