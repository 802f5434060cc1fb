"""Kind `current`: the moment: running clock, score, who is on (ODF General Messages, DT_CURRENT)."""

from typing import ClassVar

from schemas.competitor import Rows
from schemas.message import Message


class CurrentBody(Rows, frozen=True, kw_only=True):
    """Only those concerned. It is never merged into a result and says nothing of an outcome: `call` is always wait."""

    is_outcome: ClassVar[bool] = False


class Current(Message, frozen=True, kw_only=True, tag="current"):
    """Key parts: subcode, subtype, language."""

    body: CurrentBody | None
