"""Kind `phase_result`: the ranking over all units of a phase (ODF General Messages, DT_PHASE_RESULT)."""

from schemas.competitor import Rows
from schemas.message import Message


class PhaseResultBody(Rows, frozen=True, kw_only=True):
    """All competitors of the phase so far; marks won on time over all units stand here."""


class PhaseResult(Message, frozen=True, kw_only=True, tag="phase_result"):
    """Key parts: subcode, subtype, language."""

    body: PhaseResultBody | None
