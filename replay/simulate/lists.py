"""What is sent before the first unit: people, teams, entries, schedule, how units are held."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from replay.simulate.catalogue import DISCIPLINES
from replay.simulate.contest import Contest
from replay.simulate.draws import Draws
from replay.simulate.model import Entrant, Person, Unit, general_code
from replay.simulate.moments import DAY, iso
from replay.simulate.rows import location, venue


def participants(contests: Iterable[Contest], discipline: str) -> str:
    """Everybody of a discipline, in the order of their ids."""
    people = {person.id: person for each in contests for entrant in each.entrants for person in entrant.people}
    return "".join(_participant(people[id_], discipline) for id_ in sorted(people))


def _participant(person: Person, discipline: str, status: str = "ACTIVE") -> str:
    gender = "F" if person.gender == "W" else "M"
    given, family = person.given, person.family
    return (
        f'<Participant Code="{person.id}" Parent="{person.id}" Status="{status}" GivenName="{given}" '
        f'FamilyName="{family}" PrintName="{family} {given}" PrintInitialName="{family} {given[0]}" '
        f'TVName="{given} {family}" TVInitialName="{given[0]}. {family}" TVFamilyName="{family}" Gender="{gender}" '
        f'Organisation="{person.noc}" BirthDate="{person.born}" Height="{160 + int(person.id) % 45}" '
        f'Nationality="{person.noc}" CountryofBirth="{person.noc}" MainFunctionId="AA01">'
        f'<Discipline Code="{general_code(discipline)}" IFId="{int(person.id) * 7}"/></Participant>'
    )


def earlier_participants(count: int, seed: int, nocs: Sequence[str], discipline: str) -> str:
    """People of earlier Games: many, in one list."""
    draws = Draws(seed, "earlier")
    found = []
    for number in range(count):
        year = draws.between(1940, 1993)
        person = Person(f"{5_000_000 + number}", "Former", f"ATHLETE{number}", "MW"[number % 2], draws.pick(nocs), "")
        written = _participant(person._replace(born=f"{year}-01-01"), discipline, "HIS")
        found.append(written)
    return "".join(found)


def teams(contests: Iterable[Contest], discipline: str) -> str:
    """The teams of a discipline in the order of their codes; empty where there are none."""
    found: dict[str, str] = {}
    for contest in contests:
        for entrant in contest.entrants:
            if entrant.is_team:
                found[entrant.id] = _team(entrant, contest, discipline)
    return "".join(found[id_] for id_ in sorted(found))


def _team(entrant: Entrant, contest: Contest, discipline: str) -> str:
    members = "".join(
        f'<Athlete Code="{person.id}" Order="{order}"/>' for order, person in enumerate(entrant.people, 1)
    )
    return (
        f'<Team Code="{entrant.id}" Status="ACTIVE" Organisation="{entrant.noc}" Name="{entrant.noc}" '
        f'ShortName="{entrant.noc}" TVTeamName="{entrant.noc}" Gender="{contest.event.code[3]}" TeamType="ORG">'
        f'<Composition>{members}</Composition><Discipline Code="{general_code(discipline)}" IFId="0"/></Team>'
    )


def entries(contest: Contest) -> str:
    """The entries of an event in the order of their seeds."""
    found = []
    for order, entrant in enumerate(contest.entrants, 1):
        people = "".join(
            f'<Athlete Code="{person.id}" Order="{place}"><Description GivenName="{person.given}" '
            f'FamilyName="{person.family}" Organisation="{person.noc}"/></Athlete>'
            for place, person in enumerate(entrant.people, 1)
        )
        named = f'<Description TeamName="{entrant.name}"/>' if entrant.is_team else ""
        found.append(
            f'<Entry Code="{entrant.id}" Type="{"T" if entrant.is_team else "A"}" Organisation="{entrant.noc}" '
            f'SortOrder="{order}">{named}<ExtendedEntry Type="ENTRY" Code="SEED" Value="{order}"/>'
            f"<Composition>{people}</Composition></Entry>"
        )
    return "".join(found)


def schedule(contests: Sequence[Contest]) -> str:
    """Sessions, then units, all as planned."""
    discipline = contests[0].event.discipline
    units = [(unit.planned, unit.code, unit, contest) for contest in contests for unit in _all(contest)]
    sessions: dict[str, list[Unit]] = {}
    for _, _, each, _ in units:
        sessions.setdefault(each.session, []).append(each)
    written = [_session(code, sessions[code], discipline) for code in sorted(sessions)]
    written += [unit(each, discipline, "SCHEDULED", When(at)) for at, _, each, _ in sorted(units, key=lambda u: u[:2])]
    return "".join(written)


def _all(contest: Contest) -> list[Unit]:
    return [*contest.event.units, *contest.event.parts]


def _session(code: str, units: Sequence[Unit], discipline: str) -> str:
    start = min(each.planned for each in units)
    golds = sum(each.medal == "1" for each in units)
    return (
        f'<Session SessionCode="{code}" StartDate="{iso(start)}" EndDate="{iso(max(each.end for each in units))}" '
        f'Leadin="0:00" Venue="{venue(discipline)}" VenueName="{DISCIPLINES[discipline]} Venue" '
        f'SessionStatus="SCHEDULED" SessionType="{"MOR" if start % DAY < DAY // 2 else "EVE"}" Medal="{golds}">'
        f'<SessionName Language="ENG" Value="{DISCIPLINES[discipline]} {code[3:]}"/></Session>'
    )


class When(NamedTuple):
    """Another start than the unit has in the end; when it really started and ended. 0 for what there is not."""

    start: int = 0
    started: int = 0
    ended: int = 0


def unit(unit: Unit, discipline: str, status: str, when: When, starters: Sequence[Entrant] = ()) -> str:
    """One unit of a schedule."""
    actual = f' ActualStartDate="{iso(when.started)}"' if when.started else ""
    actual += f' ActualEndDate="{iso(when.ended)}"' if when.ended else ""
    medal = f' Medal="{unit.medal}"' if unit.medal else ""
    length = unit.end - unit.start
    begin = when.start or unit.start
    listed = "".join(
        f'<Start SortOrder="{order}" StartOrder="{order}">{entrant.xml}</Start>'
        for order, entrant in enumerate(starters, 1)
    )
    field = location(discipline, unit.field)
    return (
        f'<Unit Code="{unit.code}" PhaseType="3" UnitNum="{unit.number}" ScheduleStatus="{status}" '
        f'StartDate="{iso(begin)}" EndDate="{iso(begin + length)}"{actual} Order="{unit.number}"{medal} '
        f'Venue="{venue(discipline)}" Location="{field}" SessionCode="{unit.session}">'
        f'<ItemName Language="ENG" Value="{unit.name}"/>'
        f'<VenueDescription VenueName="{DISCIPLINES[discipline]} Venue" '
        f'LocationName="{DISCIPLINES[discipline]} Field {unit.field}"/>'
        f"{f'<StartList>{listed}</StartList>' if listed else ''}</Unit>"
    )


def config(contest: Contest, phase: Sequence[Unit]) -> str:
    """How the units of a phase are held."""
    scope = f"{phase[0].code[:26]}--------"
    size = len(contest.starters[phase[0].code])
    minutes = contest.event.form_of(phase[0]).minutes
    return (
        f'<Configs><Config Unit="{scope}"><ExtendedConfig Type="EC" Code="UNITS_PHASE" Value="{len(phase)}"/>'
        f'<ExtendedConfig Type="EC" Code="COMPETITORS_UNIT" Value="{size}"/>'
        f'<ExtendedConfig Type="EC" Code="MINUTES" Value="{minutes}"/></Config></Configs>'
    )
