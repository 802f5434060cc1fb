"""Kind `cumulative_result`: the running total over units or phases (ODF General Messages, DT_CUMULATIVE_RESULT)."""

from schemas.competitor import Rows
from schemas.message import Message


class CumulativeResultBody(Rows, frozen=True, kw_only=True):
    """Totals, with what each unit or phase added as `items` of a row."""


class CumulativeResult(Message, frozen=True, kw_only=True, tag="cumulative_result"):
    """Key parts: subcode, subtype, language."""

    body: CumulativeResultBody | None
