"""Kind `medal_discrepancy`: where a venue's own standings (kind `medals`) and the feed's ledger do not agree.

The feed counts for itself and moves no medal for the venue's word; it only tells that the two say different things.
"""

import msgspec

from schemas.message import Mentions, Message, Seq


class MedalDifference(msgspec.Struct, frozen=True, kw_only=True):
    """One number: medals of an organisation in the events of a gender (M, W, X, O), or in all of them (TOT)."""

    noc: str
    gender: str
    medal: str
    ours: int
    theirs: int


class MedalDiscrepancyBody(msgspec.Struct, frozen=True, kw_only=True):
    """The numbers that differ; without any the two agree again.

    `theirs` is the message with the venue's table, null once it was withdrawn; `ours` the last message that moved an
    official medal in the scope of that table, null while there is none.
    """

    differences: tuple[MedalDifference, ...] = ()
    ours: Seq | None = None
    theirs: Seq | None = None

    def mentions(self) -> Mentions:
        """The organisations whose numbers differ."""
        return Mentions(None, tuple(dict.fromkeys(each.noc for each in self.differences)))


class MedalDiscrepancy(Message, frozen=True, kw_only=True, tag="medal_discrepancy"):
    """Its topic is the code of the venue's table: a discipline's, or GEN for all of them."""

    body: MedalDiscrepancyBody | None
