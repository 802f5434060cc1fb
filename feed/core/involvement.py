"""Who is in what: units, entries, teams and people of each competition, found by the ids and NOCs they name."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import NamedTuple

import msgspec

from feed.core.awards import OVER
from feed.core.entry import Entry
from feed.core.lookup import Lookup
from feed.core.sides import WORDS, Side, Word, word_of
from schemas.message import Op
from schemas.rsc import Level, Rsc, parse_code
from schemas.topic import escape

_GONE = frozenset({"CANCEL", "HIS"})  # who left, and who was there at earlier Games (DT_PARTIC, Status)
_WLT = {"W": "W", "V": "W", "L": "L", "D": "L"}  # fencing says victory and defeat
_BOTH = {"W", "L"}
PHASE = 26  # characters of an RSC up to its phase
LISTS = frozenset({"participant", "team", "entries"})


class Person(NamedTuple):
    """One participant: the newest message, every id of the person, and whether it takes part in these Games."""

    entry: Entry
    ids: tuple[str, ...]
    is_here: bool


Squads = dict[str, frozenset[str]]  # teams and who is in them, as one message says it


class Cast:
    """All that take part in one competition; `seq` is the newest message that changed it, 0 while there is none."""

    def __init__(self) -> None:
        self.seq = 0
        self.people: Lookup[Person] = Lookup()
        self.people_of: Lookup[Person] = Lookup()
        self.teams: Lookup[Entry] = Lookup()
        self.teams_of: Lookup[Entry] = Lookup()
        self.entered: Lookup[Entry] = Lookup()
        self._squads: Lookup[Squads] = Lookup()
        self._by_name: Lookup[Word] = Lookup()
        self._by_noc: Lookup[Word] = Lookup()
        self._by_unit: Lookup[Word] = Lookup()
        self._by_phase: Lookup[Word] = Lookup()
        self._with_origins: dict[str, Word] = {}

    def apply(self, entry: Entry) -> None:
        self.seq = entry.seq
        if entry.kind in WORDS:
            self._say(entry)
        elif entry.kind == "participant":
            self._know(entry)
        else:
            self._gather(entry)

    def sides(self, unit: str) -> tuple[Side, ...]:
        """The newest word on who is in a unit; empty where nobody has said anything."""
        words = self._by_unit.about(unit)
        return max(words, key=lambda word: word.entry.seq).units[unit] if words else ()

    def results(self, unit: str) -> list[Entry]:
        """Its results, oldest first."""
        words = self._by_unit.about(unit)
        return sorted((word.entry for word in words if word.entry.kind == "result"), key=attrgetter("seq"))

    def out(self, unit: str, wlt: str) -> frozenset[str]:
        """Who has not come out of a unit as its winner (W) or loser (L), by its signed result."""
        signed = (word for word in self._by_unit.about(unit) if word.entry.index.status == "OFFICIAL")
        sides = (side for word in signed if word.entry.kind == "result" for side in word.units[unit])
        return frozenset(side.id for side in sides if side.id and {_WLT.get(side.wlt or ""), wlt} == _BOTH)

    def is_over(self, unit: str) -> bool:
        """Whether its newest result says so: for a unit of which the schedule says nothing."""
        results = self.results(unit)
        return bool(results) and results[-1].index.status in OVER

    def units_of(self, people: frozenset[str], teams: frozenset[str]) -> dict[str, tuple[Side, ...]]:
        """Units with those of their sides that are one of these people or have one as a member, or are such a team.

        Where the members of a team are named for the unit, it is not enough to be in the team elsewhere.
        """
        units = {unit for name in people | teams for word in self._by_name.about(name) for unit in word.units}
        return self._chosen(
            units,
            lambda side: (
                side.id in people or not people.isdisjoint(side.members) or (side.id in teams and not side.members)
            ),
        )

    def units_of_noc(self, noc: str) -> dict[str, tuple[Side, ...]]:
        """Units with those of their sides that are of an organisation, or have a member who is."""
        units = {unit for word in self._by_noc.about(noc) for unit in word.units}
        return self._chosen(units, lambda side: noc == side.noc or noc in side.nocs)

    def fed(self) -> set[str]:
        """Units of which some message says where a side comes from."""
        return {unit for word in self._with_origins.values() for unit in word.units}

    def units_below(self, code: str) -> list[str]:
        """The unit itself, or the units of a phase that somebody has said something about."""
        parsed = parse_code(code)
        if not isinstance(parsed, Rsc) or parsed.level is not Level.PHASE:
            return [code]
        units = {unit for word in self._by_phase.about(code[:PHASE]) for unit in word.units}
        return sorted(unit for unit in units if unit[:PHASE] == code[:PHASE])

    def ids_of(self, name: str) -> tuple[str, ...]:
        """All ids of a person; of anybody else the one id."""
        ids = (each for person in self.people.about(name) for each in person.ids)
        return tuple(dict.fromkeys((name, *ids)))

    def squads_of(self, ids: Iterable[str]) -> tuple[str, ...]:
        """The teams that one of these people is in now."""
        found: dict[str, None] = {}
        for name in ids:
            for squads in self._squads.about(name):
                found.update(dict.fromkeys(team for team, members in squads.items() if name in members))
        return tuple(found)

    def _chosen(self, units: Iterable[str], is_one: Callable[[Side], bool]) -> dict[str, tuple[Side, ...]]:
        found = {unit: tuple(filter(is_one, self.sides(unit))) for unit in units}
        return {unit: sides for unit, sides in found.items() if sides}

    def _say(self, entry: Entry) -> None:
        word = word_of(entry) if entry.index.op is Op.PUT else Word(entry, {})
        sides = [side for each in word.units.values() for side in each]
        self._by_name.put(entry.topic, (name for side in sides for name in side.names()), word)
        self._by_noc.put(entry.topic, (noc for side in sides for noc in (side.noc, *side.nocs) if noc), word)
        self._by_unit.put(entry.topic, word.units, word)
        self._by_phase.put(entry.topic, (unit[:PHASE] for unit in word.units), word)
        self._with_origins.pop(entry.topic, None)
        if any(side.origin for side in sides):
            self._with_origins[entry.topic] = word

    def _know(self, entry: Entry) -> None:
        body = _PARTICIPANT.decode(entry.json).body if entry.index.op is Op.PUT else None
        self.people.drop(entry.topic)
        self.people_of.drop(entry.topic)
        if body is None:
            return
        ids = tuple(dict.fromkeys(filter(None, (body.id, body.parent))))
        person = Person(entry, ids, is_here=body.status not in _GONE)
        self.people.put(entry.topic, ids, person)
        self.people_of.put(entry.topic, filter(None, (body.noc,)), person)

    def _gather(self, entry: Entry) -> None:
        for lookup in (self.teams, self.teams_of, self.entered, self._squads):
            lookup.drop(entry.topic)
        if entry.index.op is not Op.PUT:
            return
        if entry.kind == "team":
            team = _TEAM.decode(entry.json).body
            if team:
                self.teams.put(entry.topic, (team.id,), entry)
                self.teams_of.put(entry.topic, filter(None, (team.noc,)), entry)
                self._enlist(entry, (team,))
            return
        body = _ENTRIES.decode(entry.json).body
        entrants = body.entries if body else ()
        self.entered.put(entry.topic, (name for each in entrants for name in (each.id, *each.ids())), entry)
        self._enlist(entry, (each for each in entrants if each.kind == "team"))

    def _enlist(self, entry: Entry, teams: Iterable["_Team"]) -> None:
        members = {team.id: frozenset(team.ids()) for team in teams}
        self._squads.put(entry.topic, (name for names in members.values() for name in names), members)


class Casts:
    """The view of a board that holds everybody who takes part, by competition."""

    def __init__(self) -> None:
        self._casts: defaultdict[str, Cast] = defaultdict(Cast)

    def apply(self, entry: Entry) -> None:
        if entry.kind in WORDS or entry.kind in LISTS:
            self._casts[entry.topic.partition(".")[0]].apply(entry)

    def of(self, competition: str) -> Cast:
        """An empty one where nobody is known."""
        return self._casts.get(escape(competition)) or Cast()


class _Member(msgspec.Struct):
    id: str


class _Inner(msgspec.Struct):
    members: tuple[_Member, ...] = ()


class _Team(msgspec.Struct):
    id: str = ""
    kind: str | None = None
    noc: str | None = None
    members: tuple[_Member, ...] = ()
    teams: tuple[_Inner, ...] = ()

    def ids(self) -> tuple[str, ...]:
        """Members of the team and of the teams in it."""
        inner = (member for team in self.teams for member in team.members)
        return tuple(member.id for member in (*self.members, *inner) if member.id)


class _Participant(msgspec.Struct):
    id: str
    parent: str | None = None
    noc: str | None = None
    status: str | None = None


class _Entries(msgspec.Struct):
    entries: tuple[_Team, ...] = ()


class _OfParticipant(msgspec.Struct):
    body: _Participant | None


class _OfTeam(msgspec.Struct):
    body: _Team | None


class _OfEntries(msgspec.Struct):
    body: _Entries | None


_PARTICIPANT = msgspec.json.Decoder(_OfParticipant)
_TEAM = msgspec.json.Decoder(_OfTeam)
_ENTRIES = msgspec.json.Decoder(_OfEntries)
