"""What a subscription should have got: from each opening on, over all its connections, without gap or repeat."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from replay.load.received import Received, Stretch


@dataclass(slots=True)
class Life:
    """From one opening on, over breaks: what came behind `start`, after a `snapshot` of that sequence or none.

    `is_cut` when the snapshot never ended: then nothing follows it, and what came of it is the beginning of that.
    """

    start: int
    snapshot: Received | None = None
    is_cut: bool = False
    stretches: list[Stretch] = field(default_factory=list)

    @property
    def received(self) -> int:
        """Messages that came, those of the snapshot too."""
        return sum(len(each.messages) for each in self.stretches) + len(self.snapshot or ())

    @property
    def promised(self) -> int:
        """The highest sequence up to which the service said to have written everything."""
        return max((each.promised for each in self.stretches), default=0)

    @property
    def is_in_step(self) -> bool:
        """Whether nothing came on a later connection that an earlier one said was written."""
        promised = 0
        for stretch in self.stretches:
            if stretch.messages and stretch.messages.seqs[0] <= promised:
                return False
            promised = max(promised, stretch.promised)
        return True


def lives(stretches: Iterable[Stretch], *, has_snapshot: bool) -> list[Life]:
    """Stretches that belong together, in order; those that brought nothing, not even a hello, are passed over.

    A snapshot asked for again is a life of its own. Live only, everything behind the tip of the first hello is owed,
    whatever a later one says.
    """
    found: list[Life] = []
    for stretch in stretches:
        if not (stretch.epoch or stretch.messages or stretch.snapshot):
            continue
        if has_snapshot and stretch.after is None:
            start = stretch.tip if stretch.snapshot_seq is None else stretch.snapshot_seq
            found.append(Life(start, stretch.snapshot, stretch.snapshot_seq is None))
        elif not found:
            found.append(Life(stretch.tip if stretch.after is None else stretch.after))
        found[-1].stretches.append(stretch)
    return found
