"""What is traced of a document on its way, without the library that sends it anywhere.

A trace goes by W3C's `traceparent` (Trace Context, section 3.2): from the venue's request, if it brings one, through a
header of that name on the stored message to what is derived from it, and to every node that writes either to readers.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final, NamedTuple

TRACEPARENT: Final = "traceparent"  # the name of a header, of HTTP and of NATS
STEPS_MAX: Final = 100  # of a trail: a document that waits goes to the gate again with each message of the stream


class Step(NamedTuple):
    """A part of what is traced, in seconds of a clock that is never set back."""

    name: str
    began: float
    ended: float


class Trail:
    """What is traced at this moment: `traceparent` names it to who goes on with it, `steps` are its parts so far."""

    __slots__ = ("steps", "traceparent")

    def __init__(self, traceparent: str, *steps: Step) -> None:
        self.traceparent = traceparent
        self.steps = list(steps)

    def add(self, step: Step) -> None:
        """Add a part, as long as there are not too many to look at."""
        if len(self.steps) < STEPS_MAX:
            self.steps.append(step)


_TRAIL: ContextVar[Trail | None] = ContextVar("trail", default=None)
trail_here: Final = _TRAIL.get  # what this task is traced for, None for nothing


@contextmanager
def following(trail: Trail) -> Iterator[None]:
    """Let what this task does meanwhile be part of a trail."""
    token = _TRAIL.set(trail)
    try:
        yield
    finally:
        _TRAIL.reset(token)
