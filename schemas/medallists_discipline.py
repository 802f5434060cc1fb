"""Kind `medallists_discipline`: all medallists of a discipline so far (DT_MEDALLISTS_DISCIPLINE)."""

from schemas.medal_parts import MedalsByDiscipline
from schemas.message import Message


class MedallistsDisciplineBody(MedalsByDiscipline, frozen=True, kw_only=True):
    """The discipline with its events; one that has no medallists yet may be there or not."""


class MedallistsDiscipline(Message, frozen=True, kw_only=True, tag="medallists_discipline"):
    """Its topic is the discipline's code. Key parts: subcode, subtype, language."""

    body: MedallistsDisciplineBody | None
