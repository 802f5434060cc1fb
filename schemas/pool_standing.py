"""Kind `pool_standing`: the table of one group (ODF General Messages, DT_POOL_STANDING)."""

from schemas.competitor import Rows
from schemas.message import Message


class PoolStandingBody(Rows, frozen=True, kw_only=True):
    """Rows in the published order, which is the tie-break: ODF defines none. `opponents` are the matches of a row."""


class PoolStanding(Message, frozen=True, kw_only=True, tag="pool_standing"):
    """Key parts: subcode, subtype, language."""

    body: PoolStandingBody | None
