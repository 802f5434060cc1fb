"""Who takes part: people who do not exist, for organisations that do."""

from replay.simulate.draws import Draws
from replay.simulate.model import Entrant, Event, Person
from schemas.facts import SHIPPED

_FORMER = "H"
NOCS = tuple(sorted(fact.code for fact in SHIPPED["NOC"] if fact.note != _FORMER and isinstance(fact.continent, str)))
_STRONG = 40  # organisations that take part in most events
_OFTEN = 0.7
_STARTS = ("Ba", "Ce", "Do", "Fa", "Gi", "Ha", "Jo", "Ka", "Li", "Mo", "Na", "Pe", "Ra", "Sö", "Ta", "Vi", "Wa", "Zo")
_MIDDLES = ("la", "ri", "no", "ve", "mi", "sa", "tu", "ke", "do", "lé")
_ENDS = ("n", "r", "s", "ski", "ta", "no", "m", "li", "ez", "va")
_FIRST_ID = 1_000_000
_COACHES = 8_000_000  # beyond the number of their first athlete
_IDS_OF_EVENT = 1_000


def entrants(seed: int, event: Event) -> tuple[Entrant, ...]:
    """The entries of an event, strongest first."""
    draws = Draws(seed, "people", event.code)
    count, members = event.format.entrants, event.format.members
    nocs = _organisations(draws, count, is_once=members > 1)
    strengths = sorted((draws.share() for _ in range(count)), reverse=True)
    first = _FIRST_ID + event.number * _IDS_OF_EVENT
    found = []
    for number, (noc, strength) in enumerate(zip(nocs, strengths, strict=True)):
        people = [_person(draws, first + number * members + each, noc, event.code[3]) for each in range(members)]
        found.append(_entrant(event, noc, tuple(people), strength, number + 1))
    return tuple(found)


def _organisations(draws: Draws, count: int, *, is_once: bool) -> list[str]:
    strong, others = NOCS[::5][:_STRONG], tuple(noc for noc in NOCS if noc not in NOCS[::5][:_STRONG])
    if is_once:
        return (draws.shuffled(strong) + draws.shuffled(others))[:count]
    return [draws.pick(strong) if draws.chance(_OFTEN) else draws.pick(others) for _ in range(count)]


def _person(draws: Draws, number: int, noc: str, gender: str) -> Person:
    given = draws.pick(_STARTS) + draws.pick(_MIDDLES)
    family = (draws.pick(_STARTS) + draws.pick(_MIDDLES) + draws.pick(_MIDDLES) + draws.pick(_ENDS)).upper()
    born = f"{draws.between(1994, 2010)}-{draws.between(1, 12):02d}-{draws.between(1, 28):02d}"
    return Person(str(number), given, family, gender if gender in "MW" else "MW"[number % 2], noc, born)


def member(person: Person, order: int) -> str:
    """One athlete of a competitor; its element is not closed, so that what changes can follow."""
    gender = "F" if person.gender == "W" else "M"
    number = int(person.id)
    told = {
        "POSITION": order,
        "HAND": "RL"[number % 9 == 0],
        "WLD_RANK": 1 + number % 397,
        "WLD_POINTS": 9_000 - number * 13 % 7_919,
        "GAMES": 1 + number % 4,
        "CLUB": f"CLUB{number % 211}",
        "SEASON_WINS": number * 7 % 31,
    }
    entries = "".join(f'<EventUnitEntry Type="EUE" Code="{code}" Value="{value}"/>' for code, value in told.items())
    return (
        f'<Athlete Code="{person.id}" Order="{order}" Bib="{number % _IDS_OF_EVENT + 1}">'
        f'<Description GivenName="{person.given}" FamilyName="{person.family}" Gender="{gender}" '
        f'Organisation="{person.noc}" BirthDate="{person.born}" IFId="{number * 7}"/>{entries}'
    )


def alone(event: Event, team: Entrant, number: int) -> Entrant:
    """A member of a team on its own: they take turns."""
    person = team.people[number % len(team.people)]
    return _entrant(event, team.noc, (person,), team.strength, number + 1)


def _coach(noc: str, number: int) -> str:
    return (
        f'<Coaches><Coach Code="{number + _COACHES}" Order="1" Function="COACH"><Description GivenName="Coach" '
        f'FamilyName="NUMBER{number + _COACHES}" Gender="{"MF"[number % 2]}" Nationality="{noc}"/></Coach></Coaches>'
    )


def _entrant(event: Event, noc: str, people: tuple[Person, ...], strength: float, seed: int) -> Entrant:
    entry = f'<EventUnitEntry Type="EUE" Code="SEED" Value="{seed}"/>'
    is_team = len(people) > 1
    id_ = f"{event.code[:12]}{noc}01" if is_team else people[0].id
    name = noc if is_team else f"{people[0].family} {people[0].given}"
    listed = "".join(f"{member(person, order)}</Athlete>" for order, person in enumerate(people, 1))
    described = f'<Description TeamName="{name}"/>' if is_team else ""
    coach = _coach(noc, int(people[0].id))
    xml = (
        f'<Competitor Code="{id_}" Type="{"T" if is_team else "A"}" Organisation="{noc}">'
        f"{described}{coach}{entry}<Composition>{listed}</Composition></Competitor>"
    )
    return Entrant(id_, is_team, noc, name, people, strength, xml)
