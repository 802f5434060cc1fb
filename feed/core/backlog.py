"""What readers behind the front take, made once for all of them who come to the same place of the log.

After a restart a thousand come back at once, each from a place of its own. Portions end where a block of sequences
does: so all who want the same stand at one place soon, and what was made for the first of them is there for the others.
"""

from collections import OrderedDict
from typing import Final

from feed.core.cohorts import READ_LIMIT, CohortKey, Member, next_batch
from feed.core.log import Readable

BACKLOG_BYTES: Final = 8 * 1024 * 1024
_OVERHEAD: Final = 300  # of one portion that is kept
PORTIONS_MAX: Final = 2_000  # each keeps the filter of its readers, with what that remembers of topics

Portion = tuple[bytes, int]
_Place = tuple[CohortKey, int]


class Backlog:
    """Portions of one log by key and cursor, while there is room; those not asked for longest go first.

    One that a single reader asked for is not kept: most who are behind are alone.
    """

    def __init__(self, most: int = BACKLOG_BYTES) -> None:
        self._most = most
        self._bytes = 0
        self._kept: OrderedDict[_Place, Portion] = OrderedDict()
        self._asked: OrderedDict[_Place, None] = OrderedDict()  # for once

    def next_batch(self, log: Readable, member: Member, front: int, epoch: str) -> Portion:
        """As `feed.core.cohorts.next_batch`, but that a portion also ends where its block does.

        What depends on more than the place is made for the reader alone: differences, and what is left out as old.
        """
        end = (member.cursor // READ_LIMIT + 1) * READ_LIMIT
        if end > front or member.newest is not None or member.key.deltas is not None:
            return next_batch(log, member, front, epoch)
        place = member.key, member.cursor
        known = self._kept.get(place)
        if known is None:
            known = next_batch(log, member, end, epoch)
            if place in self._asked:
                self._keep(place, known)
            else:
                self._ask(place)
        else:
            self._kept.move_to_end(place)
        return known

    def _ask(self, place: _Place) -> None:
        self._asked[place] = None
        if len(self._asked) > PORTIONS_MAX:
            self._asked.popitem(last=False)

    def _keep(self, place: _Place, portion: Portion) -> None:
        del self._asked[place]
        self._kept[place] = portion
        self._bytes += len(portion[0]) + _OVERHEAD
        while self._bytes > self._most or len(self._kept) > PORTIONS_MAX:
            _, (gone, _) = self._kept.popitem(last=False)
            self._bytes -= len(gone) + _OVERHEAD
