"""Write a Struct as the element it was read from: the same tables, walked backwards.

What a table cannot say about reading, its rule in bodies.py takes back here; what no field holds is put back in its
place. Read again, the element says the same.
"""

from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple, get_type_hints

import msgspec
from lxml import etree
from msgspec import UNSET

from feed.venues.odf.bodies import UNSETTLED
from feed.venues.odf.plan import TEXT, unwrap
from schemas.message import BodyRef

Contents = Callable[[BodyRef], bytes]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# The schema fixes the order of children (Foundation Principles 2.1); where fields are in another, it stands here.
ORDER: dict[str, tuple[str, ...]] = {
    "Competition": (
        *("ExtendedInfos", "Session", "Clock", "StatsItems", "Officials", "Periods", "Actions"),
        *("Categories", "RightsInfo", "ContentInfo"),
    ),
    "Result": ("ExtendedResults", "RecordIndicators", "ResultItems", "Competitor"),
    "ExtendedInfos": (
        *("DateTime", "UnitDateTime", "ExtendedInfo", "Progress", "SportDescription", "VenueDescription", "ListComp"),
    ),
    "Competitor": (
        *("Description", "Coaches", "EventUnitEntry", "StatsItems", "Officials", "ExtCompMedals", "Composition"),
        "Opponent",
    ),
    "Athlete": (
        *("Description", "EventUnitEntry", "ExtendedResults", "ExtBracketAths", "StatsItems", "ExtAthMedals", "Guide"),
        *("ExtendedEntry",),
    ),
    "Unit": ("StartText", "ItemName", "ItemDescription", "VenueDescription", "StartList", "Result"),
    "Start": ("PreviousUnit", "Competitor"),
    "Opponent": ("ExtendedResults", "Description", "Composition"),
    "Entry": ("Description", "Coaches", "ExtendedEntry", "Composition"),
}


class Line(NamedTuple):
    """One field: the elements down to its own, the last step, and how its value becomes text (parts have no text)."""

    field: str
    above: tuple[str, ...]
    last: str
    default: Any
    text: Callable[[Any, Contents], str] | None


def write(element: etree._Element, body: msgspec.Struct, contents: Contents) -> None:
    """Fill an empty element with a Struct; `contents` gives the bytes that it refers to."""
    _fill(element, body, contents)
    unmapped = getattr(body, "unmapped", UNSET)
    if unmapped is not UNSET:
        put_back(element, unmapped)


def put_back(start: etree._Element, unmapped: Mapping[str, str]) -> None:
    """Put what no field holds where it stood: XPaths from the document's root, or from inside of `start`."""
    for path, text in unmapped.items():
        steps = [step for step in path.split("/") if step]
        top = start
        if path.startswith("/"):
            top = start.getroottree().getroot()
            steps = steps[1:]
        *above, last = steps
        parent = _descend(top, above)
        if last.startswith("@"):
            parent.set(last[1:], text)
        elif last == TEXT:
            parent.text = text
        else:
            parent.append(etree.fromstring(text))


def in_order(element: etree._Element) -> None:
    """Sort the children of an element as the schema has them; those it does not name stay behind, as they are."""
    order = ORDER.get(str(element.tag))
    if order:
        element[:] = sorted(element, key=lambda child: order.index(child.tag) if child.tag in order else len(order))


def _fill(element: etree._Element, struct: msgspec.Struct, contents: Contents) -> None:
    below: dict[tuple[str, ...], etree._Element] = {(): element}
    unsettle = next((UNSETTLED[base] for base in type(struct).__mro__ if base in UNSETTLED), None)
    values = unsettle(struct) if unsettle else struct
    for line in _lines(type(struct)):
        value = getattr(values, line.field)
        if value is UNSET or (value == line.default and line.default is not msgspec.NODEFAULT):
            continue
        _put(_made(below, line.above), line, value, contents)
    for each in below.values():
        in_order(each)


def _put(parent: etree._Element, line: Line, value: Any, contents: Contents) -> None:  # noqa: ANN401 - any field's value
    if line.text is not None:
        text = line.text(value, contents)
        if line.last == TEXT:
            parent.text = text
        else:
            parent.set(line.last[1:], text)
    elif isinstance(value, dict):
        for language, text in value.items():
            etree.SubElement(parent, line.last, Language=language, Value=text)
    else:
        for part in value if isinstance(value, tuple) else (value,):
            _fill(etree.SubElement(parent, line.last), part, contents)


def _made(below: dict[tuple[str, ...], etree._Element], path: tuple[str, ...]) -> etree._Element:
    if path not in below:
        below[path] = etree.SubElement(_made(below, path[:-1]), path[-1])
    return below[path]


def _descend(element: etree._Element, steps: Iterable[str]) -> etree._Element:
    """Go down by steps like `Result[2]`; what is missing on the way held nothing else and is made."""
    for step in steps:
        name, _, position = step.rstrip("]").partition("[")
        found = element.findall(name)
        place = int(position) - 1 if position else 0
        element = found[place] if place < len(found) else etree.SubElement(element, name)
    return element


@cache
def _lines(struct: type[msgspec.Struct]) -> tuple[Line, ...]:
    hints = get_type_hints(struct, include_extras=True)
    found = []
    for field in msgspec.structs.fields(struct):
        bare, extra = unwrap(hints[field.name])
        if "odf" not in extra:
            continue
        *above, last = extra["odf"].split("/")
        default = field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory()
        text = _text_of(bare, extra) if last == TEXT or last.startswith("@") else None
        found.append(Line(field.name, tuple(above), last, default, text))
    return tuple(found)


def _text_of(bare: Any, extra: Mapping[str, Any]) -> Callable[[Any, Contents], str]:  # noqa: ANN401 - a type form
    if codes := extra.get("values"):
        sent = {ours: theirs for theirs, ours in codes.items()}
        return lambda value, _: sent.get(value, value)
    if extra.get("codec") == "time":
        return lambda value, _: moment_text(value)
    if bare is bool:
        return lambda value, _: "Y" if value else "N"
    if bare is BodyRef:
        return lambda value, contents: b64encode(contents(value)).decode()
    return lambda value, _: str(value)


def moment_text(micros: int) -> str:
    """A DateTime of microseconds UTC."""
    return (_EPOCH + timedelta(microseconds=micros)).isoformat().replace("+00:00", "Z")
