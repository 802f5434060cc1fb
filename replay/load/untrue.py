"""What can be wrong with a service beside the truth of the Games that were played to it."""

from enum import StrEnum

import msgspec


class Wrong(StrEnum):
    """What can be wrong with a service beside the truth."""

    NOT_KEPT = "not_kept"  # acknowledged to a venue, not in the stream
    WRONG_MEDALS = "wrong_medals"
    WRONG_RESULT = "wrong_result"
    WRONG_STATUS = "wrong_status"
    WRONG_TIMES = "wrong_times"


class Untrue(msgspec.Struct, frozen=True):
    """One thing that is not so; `topic` is "" where it is of no single message."""

    name: Wrong
    topic: str
    detail: str

    def __str__(self) -> str:
        return f"{self.name} {self.topic or 'medals'}: {self.detail}"
