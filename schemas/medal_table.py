"""Kind `medal_table`: the standings that the feed counts, the sum of its ledger.

Their order is that of General Messages, DT_MEDALS.
"""

import msgspec

from schemas.ledger import MedalCause, MedalView
from schemas.message import Mentions, Message


class MedalCounts(msgspec.Struct, frozen=True, kw_only=True):
    """Medals of one organisation in the events of one gender."""

    gold: int = 0
    silver: int = 0
    bronze: int = 0
    total: int = 0


class MedalRow(msgspec.Struct, frozen=True, kw_only=True):
    """One organisation: `rank` by gold, then silver, then bronze, `rank_total` by all medals; who ties shares a rank.

    `genders` has the same counts by the gender of the events: M, W, X (mixed), O (open).
    """

    rank: int
    rank_equal: bool
    noc: str
    gold: int
    silver: int
    bronze: int
    total: int
    rank_total: int
    genders: dict[str, MedalCounts] = {}


class MedalTableBody(msgspec.Struct, frozen=True, kw_only=True):
    """Best first; rows that tie go by the organisation's code. `events` counts those in which there is a medal."""

    view: MedalView
    rows: tuple[MedalRow, ...] = ()
    events: int = 0
    cause: MedalCause | None = None

    def mentions(self) -> Mentions:
        """The organisations of the table."""
        return Mentions(None, tuple(row.noc for row in self.rows))


class MedalTable(Message, frozen=True, kw_only=True, tag="medal_table"):
    """Its topic is a discipline's code, or GEN for all of them. Key part: the view."""

    body: MedalTableBody | None
