"""Kind `medallists_day`: the medallists of a day, of all disciplines (ODF General Messages, DT_MEDALLISTS_DAY).

Which day that is, its `document.logical_date` tells.
"""

from schemas.medal_parts import MedalsByDiscipline
from schemas.message import Message


class MedallistsDayBody(MedalsByDiscipline, frozen=True, kw_only=True):
    """The disciplines that had a medal event on that day."""


class MedallistsDay(Message, frozen=True, kw_only=True, tag="medallists_day"):
    """Key parts: subcode, subtype, language."""

    body: MedallistsDayBody | None
