"""Which fields of the contract hold a code of which table: the one place that says so.

Tables are named as ODF's code sets are; one that has had several names, or stands among the sport codes, is told by all
the places it is found at. Labels come under the first name.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from schemas.rsc import FILLING, OldCode, PlainCode, Rsc, parse_code

_EVERYWHERE = frozenset({"", "GEN", "GL"})  # disciplines of codes that are of no discipline
_DIGITS_OF_NOTHING = "0"


class Place(NamedTuple):
    """A table, or the codes of one type in it; types of sport codes have an @ in front, or none."""

    table: str
    type: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Term:
    """What a field holds a code of; each is one object, so that telling two apart costs nothing."""

    name: str
    tables: tuple[Place, ...]


class Used(NamedTuple):
    """A code that is used for a term, in the discipline of what it says something about."""

    term: Term
    code: str
    discipline: str = ""

    def spellings(self) -> tuple[str, ...]:
        """The code, and as the tables of some Games have it: padded to a whole RSC, or behind its discipline.

        The latter are codes of officials' functions.
        """
        if self.term is DISCIPLINE:
            return self.code, self.code.ljust(_NEW.length, FILLING), self.code.ljust(_OLD.length, _DIGITS_OF_NOTHING)
        return (self.code, self.discipline + self.code) if self.discipline else (self.code,)

    def is_meant(self, discipline: str, type_: str, wanted: str) -> bool:
        """Whether a table's code of this discipline and type is the one that is used."""
        is_near = discipline in _EVERYWHERE or discipline == self.discipline
        return is_near and (not wanted or type_.lstrip("@").upper() == wanted)


class _Widths(NamedTuple):
    """How a generation's codes are cut: characters down to event and phase, in all, and what fills the rest."""

    event: int
    phase: int
    length: int
    filling: str


_NEW = _Widths(22, 26, 34, FILLING)
_OLD = _Widths(6, 7, 9, _DIGITS_OF_NOTHING)


def _term(*names: str) -> Term:
    return Term(names[0], tuple(map(Place, names)))


def _sport(name: str, kind: str, *tables: str) -> Term:
    """A term of the sport codes: DT_CODES has one table of them since 2026 and had another before."""
    places = (Place(table, kind) for table in ("SPORT_CODES", "ODF_SPORT_CODES"))
    return Term(name, (*map(Place, (name, *tables)), *places))


NOC = _term("NOC", "ORGANISATION")
DISCIPLINE = _term("DISCIPLINE")
EVENT = _term("EVENT")
PHASE = _term("PHASE")
PHASE_CODE = _term("PHASE_CODE")
EVENT_UNIT = _term("EVENT_UNIT", "UNIT")
VENUE = _term("VENUE")
LOCATION = _term("LOCATION")
_GENDER = _term("PERSON_GENDER", "SPORT_GENDER")
_FUNCTION = _term("DISCIPLINE_FUNCTION", "FUNCTION")
_COUNTRY = _term("COUNTRY")

ENVELOPE = {"status": _term("RESULTSTATUS", "RESULT_STATUS")}
FIELDS = {
    "noc": NOC,
    "nocs": NOC,
    "discipline": DISCIPLINE,
    "disciplines": DISCIPLINE,
    "venue": VENUE,
    "location": LOCATION,
    "status": _term("SCHEDULESTATUS", "SCHEDULE_STATUS"),
    "phase_type": _term("PHASE_TYPE"),
    "session_type": _term("SESSION_TYPE"),
    "record_type": _term("RECORD_TYPE"),
    "position": _term("POSITION", "POSITIONS"),
    "gender": _GENDER,
    "function": _FUNCTION,
    "main_function": _FUNCTION,
    "country": _COUNTRY,
    "birth_country": _COUNTRY,
    "residence_country": _COUNTRY,
    "continent": _term("CONTINENT"),
    "breed": _term("HORSE_BREED"),
    "colour": _term("HORSE_COLOUR"),
    "sex": _term("HORSE_GENDER"),
    "wind_direction": _term("WIND_DIRECTION", "WTHR_WIND_DIR"),
    "irm": _sport("IRM", "IRM"),
    "result_type": _sport("RESULT_TYPE", "RESULTTYPE"),
    "qualification_mark": _sport("QUALIFICATION_MARK", "QUALIFICATIONMARK"),
    "wlt": _sport("WLT", "WLT"),
}
_CODES = ("code", "unit", "event", "phase")  # fields that may hold a Results System Code


def codes_in(said: dict[str, Any]) -> tuple[Used, ...]:
    """The codes that a message, or a page with messages on it, uses, each once, in their order."""
    found: dict[Used, None] = {}
    _look(said, "", found)
    return tuple(found)


def _look(said: dict[str, Any], discipline: str, found: dict[Used, None]) -> None:
    for name in _CODES:
        if isinstance(text := said.get(name), str):
            levels = _levels(text)
            found.update(dict.fromkeys(levels))
            discipline = discipline or next((used.code for used in levels), "")
    if isinstance(named := said.get("discipline"), str):
        discipline = named
    is_envelope = "topic" in said and "ts" in said
    for name, value in said.items():
        if isinstance(value, str):
            term = ENVELOPE.get(name) if is_envelope else FIELDS.get(name)
            if term is not None:
                found[Used(term, value, discipline)] = None
        elif isinstance(value, dict):
            _look(value, discipline, found)
        elif isinstance(value, list):
            _look_through(value, FIELDS.get(name), discipline, found)


def _look_through(values: list[Any], term: Term | None, discipline: str, found: dict[Used, None]) -> None:
    for value in values:
        if isinstance(value, dict):
            _look(value, discipline, found)
        elif term is not None and isinstance(value, str):
            found[Used(term, value, discipline)] = None


@lru_cache(maxsize=4_096)
def _levels(text: str) -> tuple[Used, ...]:
    """What a Results System Code is made of, the discipline first; nothing for any other code."""
    code = parse_code(text)
    if isinstance(code, PlainCode):
        return ()
    return tuple(_parts(code, str(code)))


def _parts(code: Rsc | OldCode, text: str) -> Iterator[Used]:
    widths = _NEW if isinstance(code, Rsc) else _OLD
    yield Used(DISCIPLINE, code.discipline)
    if set(code.event) <= {widths.filling}:
        return
    yield Used(EVENT, text[: widths.event].ljust(widths.length, widths.filling))
    if not set(code.phase) <= {widths.filling}:
        yield Used(PHASE, text[: widths.phase].ljust(widths.length, widths.filling))
        yield Used(PHASE_CODE, code.phase)
    if not set(code.unit) <= {widths.filling}:
        yield Used(EVENT_UNIT, text)
