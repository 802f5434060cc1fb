"""What was read before, by the bytes that say it: documents are sent again and again while little in them changes."""

from collections import OrderedDict
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Known(Generic[Value]):
    """Values by bytes, of at most `bytes_max` together; what was not used for longest is forgotten first."""

    def __init__(self, bytes_max: int) -> None:
        self._values: OrderedDict[bytes, Value] = OrderedDict()
        self._bytes = 0
        self._bytes_max = bytes_max

    def __len__(self) -> int:
        return len(self._values)

    def get(self, key: bytes) -> Value | None:
        value = self._values.get(key)
        if value is not None:
            self._values.move_to_end(key)
        return value

    def keep(self, key: bytes, value: Value) -> None:
        """Remember a value, as long as there is room."""
        if key not in self._values:
            self._bytes += len(key)
        self._values[key] = value
        while self._bytes > self._bytes_max:
            self._bytes -= len(self._values.popitem(last=False)[0])
