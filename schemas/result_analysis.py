"""Kind `result_analysis`: more detail of a unit than its result holds (ODF General Messages, DT_RESULT_ANALYSIS)."""

from schemas.competitor import Rows
from schemas.message import Message


class ResultAnalysisBody(Rows, frozen=True, kw_only=True):
    """The rows of the unit again, with what would make its result too large."""


class ResultAnalysis(Message, frozen=True, kw_only=True, tag="result_analysis"):
    """Key parts: subcode, subtype, language."""

    body: ResultAnalysisBody | None
