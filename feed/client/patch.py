"""JSON Patch (RFC 6902), as far as the service writes it: add, remove, replace, move."""

import re
from typing import Any

from feed.client.errors import PatchError

Operation = dict[str, Any]
_INDEX = re.compile(r"0|[1-9][0-9]*")  # RFC 6901 section 4: no leading zeros


def patched(value: Any, operations: list[Operation]) -> Any:  # noqa: ANN401 - any JSON
    """The value after all operations, in order; it is changed in place. Raises PatchError where one does not fit."""
    root = [value]
    try:
        for operation in operations:
            _apply(root, operation)
        return root[0]
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise PatchError(f"the difference does not fit: {type(error).__name__}: {error}") from error


def _apply(root: list[Any], operation: Operation) -> None:
    path = operation["path"]
    match operation["op"]:
        case "add":
            _add(root, path, operation["value"])
        case "remove":
            _take(root, path)
        case "replace":
            holder, key = _place(root, path)
            holder[key]  # what is replaced must be there
            holder[key] = operation["value"]
        case "move":
            if path.startswith(operation["from"] + "/"):
                raise ValueError("it would be moved into itself")
            _add(root, path, _take(root, operation["from"]))
        case other:
            raise ValueError(f"no such operation: {other}")


def _add(root: list[Any], path: str, value: Any) -> None:  # noqa: ANN401 - any JSON
    if not path:
        root[0] = value
        return
    holder, key = _place(root, path, beyond=1)
    if isinstance(holder, list):
        holder.insert(key, value)
    else:
        holder[key] = value


def _take(root: list[Any], path: str) -> Any:  # noqa: ANN401 - any JSON
    holder, key = _place(root, path)
    return holder.pop(key)


def _place(root: list[Any], path: str, beyond: int = 0) -> tuple[Any, Any]:
    """What holds the place at a path, and its key there; `beyond` 1 lets an index name the end of a list."""
    if path and not path.startswith("/"):
        raise ValueError(f"{path!r} is no place")
    holder: Any = root
    key: Any = 0
    tokens = path.split("/")[1:]
    for number, token in enumerate(tokens, 1):
        holder = holder[key]
        is_last = number == len(tokens)
        key = _key(holder, token.replace("~1", "/").replace("~0", "~"), beyond if is_last else 0)
    return holder, key


def _key(holder: Any, token: str, beyond: int) -> int | str:  # noqa: ANN401 - any JSON
    if isinstance(holder, dict):
        return token
    if not isinstance(holder, list):
        raise TypeError(f"nothing is below {token!r}")
    if beyond and token == "-":  # noqa: S105 - RFC 6902's name for the end of a list
        return len(holder)
    if not _INDEX.fullmatch(token) or int(token) >= len(holder) + beyond:
        raise IndexError(token)
    return int(token)
