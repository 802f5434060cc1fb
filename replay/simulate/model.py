"""What all files of the simulation speak of. Times are milliseconds UTC."""

from dataclasses import dataclass, field
from typing import NamedTuple

RSC_LENGTH = 34


class Person(NamedTuple):
    """Made up; the organisation's code alone is of this world."""

    id: str
    given: str
    family: str
    gender: str
    noc: str
    born: str


class Entrant(NamedTuple):
    """Who takes part in an event; `strength` is from 0 to 1. `head` and `tail` are the XML around the changing rest."""

    id: str
    is_team: bool
    noc: str
    name: str
    people: tuple[Person, ...]
    strength: float
    xml: str


class Format(NamedTuple):
    """How events of one group are held.

    `kind` names a sport in sports/, `shape` how it counts there; `fields` are the places that are in use side by side.
    `entrants` take part, `size` in a unit of the first phase; teams have `members`. A unit takes `minutes`, in each of
    which `rate` messages are sent (the central rates of a model calibrated on recorded Games).
    """

    discipline: str
    kind: str
    shape: str
    fields: int
    entrants: int
    size: int
    members: int
    minutes: int
    rate: float


@dataclass(slots=True)
class Unit:
    """One contest. `start` and `end` are when it is held, `planned` is when it was to start at first."""

    code: str
    name: str
    number: int
    phase: str
    medal: str = ""
    start: int = 0
    end: int = 0
    planned: int = 0
    field: int = 0
    session: str = ""
    pool: str = ""
    feeders: tuple[tuple[str, str], ...] = ()
    form: Format | None = None  # where it is not held as the rest of its event
    parts: tuple["Unit", ...] = ()  # the matches of a match of teams
    whole: str = ""  # the match of teams that this is a part of


@dataclass(slots=True)
class Event:
    """An event with its units by phase, in the order in which they are held."""

    code: str
    name: str
    number: int
    format: Format
    phases: list[list[Unit]] = field(default_factory=list)

    @property
    def discipline(self) -> str:
        return self.format.discipline

    @property
    def units(self) -> list[Unit]:
        return [unit for phase in self.phases for unit in phase]

    @property
    def parts(self) -> list[Unit]:
        """The matches that matches of teams consist of."""
        return [part for unit in self.units for part in unit.parts]

    def form_of(self, unit: Unit) -> Format:
        """How a unit is held."""
        return unit.form or self.format


class Row(NamedTuple):
    """Where a competitor ended. `value` is what ranks (less is better), `parts` is what the result is made of."""

    entrant: Entrant
    value: int
    text: str = ""
    type: str = ""
    irm: str = ""
    wlt: str = ""
    rank: int = 0
    parts: tuple[int, ...] = ()


Rows = tuple[Row, ...]


@dataclass(slots=True)
class Outcome:
    """How a unit ended: as first told, and as it stands in the end. `official` is when it was signed first."""

    starters: tuple[Entrant, ...]
    first: Rows
    final: Rows
    official: int
    incident: str = ""
    corrected: int = 0
    note: str = ""

    def told(self, at: int) -> Rows:
        """The rows as they are known at a time."""
        return self.final if at >= (self.corrected or self.official) else self.first


class Draft(NamedTuple):
    """A document before it gets its version: `body` is what stands in Competition, `bulk` marks the long lists."""

    at: int
    type: str
    code: str
    body: str
    source: str
    status: str = ""
    subcode: str = ""
    subtype: str = ""
    notes: tuple[str, ...] = ()


def event_code(discipline: str, gender: str, event: str) -> str:
    """34 characters: an event."""
    return f"{discipline}{gender}{event:-<18}".ljust(RSC_LENGTH, "-")


def phase_code(event: str, phase: str) -> str:
    """34 characters: a phase of an event."""
    return f"{event[:22]}{phase:-<4}".ljust(RSC_LENGTH, "-")


def unit_code(event: str, phase: str, number: int) -> str:
    """34 characters: a unit of a phase; the last but two count hundreds."""
    return f"{event[:22]}{phase:-<4}{number:04d}00--"


def general_code(discipline: str = "GEN") -> str:
    """34 characters: a discipline, or all of them."""
    return discipline.ljust(RSC_LENGTH, "-")
