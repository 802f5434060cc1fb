"""What importers share: how documents are handed over, what is told of rows without a place, and how a file is filled.

An importer gives the same documents in the same order each time. That is what makes an import resumable.
"""

from collections import Counter
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from feed.errors import FeedError
from replay.capture import Captured, CaptureWriter, read_capture

IMPORTED: Final = "imported"  # Captured.origin of what a data set recorded
SYNTHESISED: Final = "synthesised"  # and of what nobody recorded
MOST_EXAMPLES: Final = 5


class ImportFailedError(FeedError):
    """A data set is not what it should be, or there is nothing in it."""


@dataclass
class Unmapped:
    """Rows of one table that have no place in the capture for one reason, and where the first of them are."""

    rows: int = 0
    examples: list[str] = field(default_factory=list)


class Report:
    """Rows read by table, and those that did not map by table and reason. Files of a folder count as rows."""

    def __init__(self) -> None:
        self.rows: Counter[str] = Counter()
        self.unmapped: dict[tuple[str, str], Unmapped] = {}

    def miss(self, table: str, where: str, reason: str) -> None:
        """A row did not map; `where` is how a person finds it."""
        unmapped = self.unmapped.setdefault((table, reason), Unmapped())
        unmapped.rows += 1
        if len(unmapped.examples) < MOST_EXAMPLES:
            unmapped.examples.append(where)


class Import(NamedTuple):
    """How many documents there are, and the documents in the order of `recv`, made as they are taken."""

    total: int
    documents: Iterator[Captured]


class Importer(NamedTuple):
    """`read` takes the folders, the zone of times without one and the report; raises ImportFailedError.

    `most_folders` None is any number; `has_zone` says that the data set tells its zone itself.
    """

    name: str
    about: str
    read: Callable[[tuple[Path, ...], ZoneInfo, Report], Import]
    most_folders: int | None = None
    has_zone: bool = False


class Filled(NamedTuple):
    """A document of the import; `is_new` is False where an earlier run had written it."""

    captured: Captured
    is_new: bool


def fill(out: Path, documents: Iterator[Captured]) -> Generator[Filled, None, None]:
    """Write documents into a capture, behind those of an earlier run that ended early.

    What is there is compared, byte by byte. Raises ImportFailedError, with nothing written, when it is not the
    beginning of this import, and CaptureError when it cannot be read or written.
    """
    is_there = out.exists()
    with CaptureWriter(out) as writer:  # a torn end is taken off before the file is read
        if is_there:
            for number, earlier in enumerate(read_capture(out), 1):
                if next(documents, None) != earlier:
                    detail = f"{out} is not the beginning of this import: document {number} is another one"
                    raise ImportFailedError(detail, hint="Name another file with --out, or remove this one first.")
                yield Filled(earlier, is_new=False)
        for captured in documents:
            writer.append(captured)
            yield Filled(captured, is_new=True)
