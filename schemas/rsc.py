"""Codes that name what a document speaks of: the 34-character RSC, its 9-character ancestor, any other id.

Rules: ODF Foundation Principles 2.3, Results System Code; the 9-character form was used up to Rio 2016.
"""

import re
from enum import StrEnum

import msgspec

FILLING = "-"
LENGTH = 34
_RSC = re.compile(r"[A-Z0-9]{3}[A-Z-][A-Z0-9.-]{30}")
_NO_EVENT, _NO_PHASE, _NO_UNIT = FILLING * 18, FILLING * 4, FILLING * 8
_OLD = re.compile(r"[A-Z]{2}[MWXO0][0-9]{3}[0-9A-Z]{3}")


class Level(StrEnum):
    """How deep in Discipline > Gender > Event > Phase > Unit a code points; a venue's code points beside them."""

    DISCIPLINE = "discipline"
    VENUE = "venue"
    GENDER = "gender"
    EVENT = "event"
    PHASE = "phase"
    UNIT = "unit"


class _Parts(msgspec.Struct, frozen=True):
    """Five parts that stand behind each other without a separator."""

    discipline: str
    gender: str
    event: str
    phase: str
    unit: str

    def __str__(self) -> str:
        return self.discipline + self.gender + self.event + self.phase + self.unit


class Rsc(_Parts, frozen=True):
    """The 34-character code; each part keeps its filling: 3 + 1 + 18 + 4 + 8 characters.

    `event` holds event type and modifier, `unit` holds unit and subunit.
    """

    @property
    def level(self) -> Level:
        """The deepest part that is not all filling; without event and phase it is a venue that stands in the unit."""
        is_above_events = self.event == _NO_EVENT and self.phase == _NO_PHASE
        if self.unit != _NO_UNIT:
            return Level.VENUE if is_above_events else Level.UNIT
        if not is_above_events:
            return Level.EVENT if self.phase == _NO_PHASE else Level.PHASE
        return Level.DISCIPLINE if self.gender == FILLING else Level.GENDER


class OldCode(_Parts, frozen=True):
    """The 9-character code: 2 + 1 + 3 + 1 + 2 characters. Without its Games' tables it is never translated."""


class PlainCode(msgspec.Struct, frozen=True):
    """Any other id, as biographies and imports carry it."""

    text: str

    def __str__(self) -> str:
        return self.text


Code = Rsc | OldCode | PlainCode


def parse_code(text: str) -> Code:
    """Tell the three families apart by their form; never fails."""
    if _RSC.fullmatch(text):
        return Rsc(text[:3], text[3], text[4:22], text[22:26], text[26:])
    if _OLD.fullmatch(text):
        return OldCode(text[:2], text[2], text[3:6], text[6], text[7:])
    return PlainCode(text)
