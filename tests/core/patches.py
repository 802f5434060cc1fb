"""A JSON Patch applied as RFC 6902 says, by somebody who knows nothing of who wrote it."""

import copy
from typing import Any


def applied(value: Any, operations: list[dict[str, Any]]) -> Any:
    """The value after all operations; raises KeyError or IndexError for a place that is not there."""
    holder = {"": copy.deepcopy(value)}
    for operation in operations:
        match operation["op"]:
            case "add":
                _add(holder, operation["path"], copy.deepcopy(operation["value"]))
            case "remove":
                _remove(holder, operation["path"])
            case "replace":
                _remove(holder, operation["path"])
                _add(holder, operation["path"], copy.deepcopy(operation["value"]))
            case "move":
                assert not operation["path"].startswith(f"{operation['from']}/")
                _add(holder, operation["path"], _remove(holder, operation["from"]))
            case other:
                raise ValueError(other)
    return holder[""]


def _place(holder: dict[str, Any], path: str) -> tuple[Any, Any]:
    *above, last = [token.replace("~1", "/").replace("~0", "~") for token in path.split("/")]
    parent: Any = holder
    for token in above:
        parent = parent[_index(token, len(parent) - 1) if isinstance(parent, list) else token]
    return parent, last


def _index(token: str, highest: int) -> int:
    if not token.isdigit() or str(int(token)) != token or int(token) > highest:
        raise IndexError(token)
    return int(token)


def _add(holder: dict[str, Any], path: str, value: Any) -> None:
    parent, last = _place(holder, path)
    if isinstance(parent, list):
        parent.insert(len(parent) if last == "-" else _index(last, len(parent)), value)
    else:
        parent[last] = value


def _remove(holder: dict[str, Any], path: str) -> Any:
    parent, last = _place(holder, path)
    return parent.pop(_index(last, len(parent) - 1) if isinstance(parent, list) else last)
