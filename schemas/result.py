"""Kind `result`: start list, live and official results of one unit (ODF General Messages, DT_RESULT)."""

from schemas.competitor import Rows
from schemas.message import Message


class ResultBody(Rows, frozen=True, kw_only=True):
    """The unit as a whole and its competitors in sort order."""


class Result(Message, frozen=True, kw_only=True, tag="result"):
    """Key parts: subcode, subtype, language."""

    body: ResultBody | None
