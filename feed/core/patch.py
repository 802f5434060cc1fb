"""The difference of two JSON values as a JSON Patch (RFC 6902): few and short operations, the same ones every time.

Rows that have an `id` are told by it: one that goes up in the order is moved, and what changed in it is named below its
new place.
"""

from bisect import bisect_left
from collections.abc import Iterator
from typing import Any

Operation = dict[str, Any]
_ID = "id"


def diff(old: Any, new: Any, path: str = "") -> Iterator[Operation]:  # noqa: ANN401 - any JSON
    """The operations that make `new` of `old`, in order; nothing where they are equal.

    Numbers are compared by value: a field that is a number here and true or false there is none of ours.
    """
    if old == new:
        return
    if isinstance(old, dict) and isinstance(new, dict):
        yield from _members(old, new, path)
    elif isinstance(old, list) and isinstance(new, list):
        yield from _items(old, new, path)
    else:
        yield {"op": "replace", "path": path, "value": new}


def _members(old: dict[str, Any], new: dict[str, Any], path: str) -> Iterator[Operation]:
    for name in old:
        if name not in new:
            yield {"op": "remove", "path": _below(path, name)}
    for name, value in new.items():
        if name not in old:
            yield {"op": "add", "path": _below(path, name), "value": value}
        else:
            yield from diff(old[name], value, _below(path, name))


def _items(old: list[Any], new: list[Any], path: str) -> Iterator[Operation]:
    ids = _ids(old), _ids(new)
    if ids[0] is not None and ids[1] is not None:
        yield from _rows(dict(zip(ids[0], old, strict=True)), dict(zip(ids[1], new, strict=True)), path)
        return
    for number in range(len(old) - 1, len(new) - 1, -1):
        yield {"op": "remove", "path": f"{path}/{number}"}
    for number, value in enumerate(new):
        if number < len(old):
            yield from diff(old[number], value, f"{path}/{number}")
        else:
            yield {"op": "add", "path": f"{path}/{number}", "value": value}


def _rows(old: dict[str, Any], new: dict[str, Any], path: str) -> Iterator[Operation]:
    """Remove who left, bring the others into their new order, then tell what changed in each."""
    order = list(old)
    for number in range(len(order) - 1, -1, -1):
        if order[number] not in new:
            yield {"op": "remove", "path": f"{path}/{number}"}
            del order[number]
    wanted = list(new)
    staying = _staying(order, {each: place for place, each in enumerate(wanted)})
    for place, each in enumerate(wanted):  # each finds its predecessor at its place, relative to all that are settled
        if each in staying:
            continue
        source = order.index(each) if each in old else None
        if source is not None:
            del order[source]
        target = order.index(wanted[place - 1]) + 1 if place else 0
        order.insert(target, each)
        if source is None:
            yield {"op": "add", "path": f"{path}/{target}", "value": new[each]}
        elif source != target:
            yield {"op": "move", "from": f"{path}/{source}", "path": f"{path}/{target}"}
    for place, each in enumerate(wanted):
        if each in old:
            yield from diff(old[each], new[each], f"{path}/{place}")


def _staying(order: list[str], places: dict[str, int]) -> set[str]:
    """A longest run of rows that are in their new order already: only the others have to be moved."""
    ends: list[int] = []  # the place at which a run of each length ends earliest
    last: list[int] = []  # the row in `order` that ends it
    before: list[int | None] = []
    for number, each in enumerate(order):
        length = bisect_left(ends, places[each])
        before.append(last[length - 1] if length else None)
        ends[length : length + 1] = [places[each]]
        last[length : length + 1] = [number]
    run: set[str] = set()
    at = last[-1] if last else None
    while at is not None:
        run.add(order[at])
        at = before[at]
    return run


def _ids(rows: list[Any]) -> list[str] | None:
    """The ids of rows that all have one of their own; None otherwise."""
    ids = [row[_ID] for row in rows if isinstance(row, dict) and isinstance(row.get(_ID), str)]
    return ids if len(ids) == len(rows) == len(set(ids)) else None


def _below(path: str, name: str) -> str:
    return f"{path}/{name.replace('~', '~0').replace('/', '~1')}"
