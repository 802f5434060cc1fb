"""What one subscriber got: a fleet writes it down (journal.py), the checks and the report read it."""

from array import array
from dataclasses import dataclass, field
from typing import Final

BROKEN: Final = 1006  # RFC 6455: no close frame came
CUT_OFF: Final = "the journal ends here"
_MESSAGE_BYTES: Final = 20


@dataclass(slots=True)
class Received:
    """Messages in the order in which they came: three arrays of one length.

    `moments` are those at which the read call returned that completed each; `marks` are the zlib.crc32 of the JSON as
    it was delivered.
    """

    seqs: "array[int]" = field(default_factory=lambda: array("Q"))
    moments: "array[float]" = field(default_factory=lambda: array("d"))
    marks: "array[int]" = field(default_factory=lambda: array("I"))

    def __len__(self) -> int:
        return len(self.seqs)

    def add(self, seq: int, moment: float, mark: int) -> None:
        """One more."""
        self.seqs.append(seq)
        self.moments.append(moment)
        self.marks.append(mark)

    def to_bytes(self) -> bytes:
        """The arrays one after another, in the machine's byte order."""
        return self.seqs.tobytes() + self.moments.tobytes() + self.marks.tobytes()

    def extend(self, block: memoryview) -> None:
        """Add what `to_bytes` gave."""
        count = len(block) // _MESSAGE_BYTES
        self.seqs.frombytes(block[: 8 * count])
        self.moments.frombytes(block[8 * count : 16 * count])
        self.marks.frombytes(block[16 * count :])


@dataclass(slots=True)
class Stretch:
    """One connection of a subscriber; of a poller, its requests between two errors.

    `after` is the sequence behind which it resumed, None for a snapshot or live only; `epoch`, `tip` and `flag` are
    what the service said first, empty and 0 if it said nothing. `snapshot` came before the snapshot's end, whose
    sequence is `snapshot_seq`. `promised` is the highest sequence up to which the service said to have written
    everything; `late` counts messages that came after they had been promised. `unreadable` counts texts that were
    neither message nor known control frame. `opened` and `closed` are monotonic seconds. `code` is 0 where we ended
    it, 1006 where it broke, else the close code (of a poller: the HTTP status).
    """

    opened: float
    after: int | None
    epoch: str = ""
    tip: int = 0
    snapshot: Received = field(default_factory=Received)
    snapshot_seq: int | None = None
    messages: Received = field(default_factory=Received)
    promised: int = 0
    late: int = 0
    unreadable: int = 0
    flag: str = ""
    closed: float = 0.0
    code: int = BROKEN
    reason: str = CUT_OFF

    def __post_init__(self) -> None:
        self.closed = self.closed or self.opened
