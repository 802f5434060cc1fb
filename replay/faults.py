"""Faults of the way from a venue, drawn from a seed: the same seed and wishes give the same faults, everywhere.

Each document takes the same number of draws whatever is wished, so turning one fault on moves no other.
"""

import random
from typing import Final

import msgspec

REORDER_MICROS: Final = 1_000_000  # how long an overtaken document waits for its successor at most
OVERTAKEN_MICROS: Final = 1_000  # how much later than its successor it comes: within the service's patience
DUPLICATE_MICROS: Final = 250_000  # a duplicate comes up to this much later
CUT_LEAST: Final = 0.05


class Faults(msgspec.Struct, frozen=True):
    """What is wished: milliseconds of jitter at most, and the probability of each fault for a document.

    `loss`: the first try never arrives, and the venue sends it again as it does without an answer. `cut`: the
    connection drops in the middle of the body, and the venue sends it again. `duplicate`: a second time, later.
    `reorder`: the next Version of the same document overtakes it, if that comes within a second of the plan.
    """

    jitter_ms: float = 0.0
    loss: float = 0.0
    duplicate: float = 0.0
    reorder: float = 0.0
    cut: float = 0.0

    def __bool__(self) -> bool:
        return any((self.jitter_ms, self.loss, self.duplicate, self.reorder, self.cut))


class Blow(msgspec.Struct, frozen=True):
    """What befalls one document: delays in microseconds, and after which share of the body it breaks off."""

    delay: int = 0
    is_lost: bool = False
    is_reordered: bool = False
    duplicate_after: int | None = None
    cut_at: float | None = None


NO_BLOW: Final = Blow()


class Chance:
    """Draws one blow a document, in the order of the capture."""

    def __init__(self, faults: Faults, seed: int) -> None:
        self._faults = faults
        self._random = random.Random(seed)  # noqa: S311 - repeatable on purpose

    def blow(self) -> Blow:
        """What befalls the next document."""
        if not self._faults:
            return NO_BLOW
        jitter, loss, duplicate, later, reorder, cut, share = (self._random.random() for _ in range(7))
        faults = self._faults
        return Blow(
            delay=int(jitter * faults.jitter_ms * 1000),
            is_lost=loss < faults.loss,
            is_reordered=reorder < faults.reorder,
            duplicate_after=int(later * DUPLICATE_MICROS) if duplicate < faults.duplicate else None,
            cut_at=CUT_LEAST + (1 - 2 * CUT_LEAST) * share if cut < faults.cut else None,
        )
