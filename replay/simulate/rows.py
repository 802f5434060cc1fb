"""The elements that results are made of.

Nothing here needs escaping: names are letters, all else is numbers and codes.
"""

from collections.abc import Iterable, Sequence

from replay.simulate.catalogue import DISCIPLINES
from replay.simulate.model import Event, Format, Row, Rows, Unit
from replay.simulate.moments import iso

_PANELS, _OFFICIALS = 16, 6
_SYSTEMS = 4  # of a discipline


def result(order: int, start: int, attributes: str, extended: str, competitor: str) -> str:
    """One row: `attributes` are written and end with a blank, `extended` are ExtendedResult elements."""
    more = f"<ExtendedResults>{extended}</ExtendedResults>" if extended else ""
    return (
        f'<Result {attributes}SortOrder="{order}" StartOrder="{start}" StartSortOrder="{start}">'
        f"{more}{competitor}</Result>"
    )


def extended(code: str, value: str, pos: int = 0, more: str = "") -> str:
    """One value beside the result; `more` are attributes with a blank before each."""
    at = f' Pos="{pos}"' if pos else ""
    return f'<ExtendedResult Type="ER" Code="{code}"{at} Value="{value}"{more}/>'


def final_attributes(row: Row, *, shares: bool) -> str:
    """What is known of a row once all is over."""
    if row.irm:
        return f'ResultType="IRM" IRM="{row.irm}" '
    rank = f'Rank="{row.rank}" ' if row.rank else ""
    equal = 'RankEqual="Y" ' if shares else ""
    wlt = f'WLT="{row.wlt}" ' if row.wlt else ""
    return f'{rank}{equal}{wlt}Result="{row.text}" ResultType="{row.type}" '


def ranked(rows: Iterable[Row]) -> Rows:
    """In order, with ranks; equal values share one, and those with an IRM have none."""
    ordered = sorted(rows, key=lambda row: (bool(row.irm), row.value))
    found: list[Row] = []
    for place, row in enumerate(ordered, 1):
        before = found[-1] if found else None
        rank = before.rank if before and not before.irm and before.value == row.value else place
        found.append(row._replace(rank=0 if row.irm else rank))
    return tuple(found)


def sharing(rows: Sequence[Row]) -> set[int]:
    """Ranks that more than one has."""
    ranks = [row.rank for row in rows if row.rank]
    return {rank for rank in ranks if ranks.count(rank) > 1}


def around(event: Event, unit: Unit | None, started: int = 0, name: str = "", ended: int = 0) -> str:
    """ExtendedInfos: which event and unit, where, since when."""
    discipline = event.discipline
    since = f'<UnitDateTime StartDate="{iso(started)}"{_ended(ended)}/>' if started else ""
    place = (
        f'<VenueDescription Venue="{venue(discipline)}" VenueName="{DISCIPLINES[discipline]} Venue" '
        f'Location="{location(discipline, unit.field)}" LocationName="{DISCIPLINES[discipline]} Field {unit.field}"/>'
        if unit
        else ""
    )
    named = name or (unit.name if unit else event.name)
    return (
        f"<ExtendedInfos>{since}"
        f'<SportDescription DisciplineName="{DISCIPLINES[discipline]}" EventName="{event.name}" '
        f'SubEventName="{named}" Gender="{event.code[3]}"/>{place}</ExtendedInfos>'
    )


def officials(event: Event, unit: Unit, *, other_judge: bool = False) -> str:
    """Who judges: the same panel for all units of an event on one field of play; the last can be another one."""
    panel = event.number * _PANELS + unit.field
    orders = [*range(1, _OFFICIALS), _OFFICIALS + (1 if other_judge else 0)]
    return f"<Officials>{''.join(_official(panel, order) for order in orders)}</Officials>"


def _official(panel: int, order: int) -> str:
    number = 8_000_000 + panel * (_OFFICIALS + 1) + order
    return (
        f'<Official Code="{number}" Function="{"RE" if order == 1 else "JU"}" Order="{order}"><Description '
        f'GivenName="Official" FamilyName="NUMBER{number}" Gender="{"MF"[number % 2]}" Organisation="SUI"/></Official>'
    )


def _ended(at: int) -> str:
    return f' EndDate="{iso(at)}"' if at else ""


def venue(discipline: str) -> str:
    """Three characters: every discipline has a venue of its own."""
    return f"V{discipline[0]}{discipline[2]}"


def location(discipline: str, field: int) -> str:
    """A field of play of the venue."""
    return f"{venue(discipline)}{field}"


def source(discipline: str, system: int = 1) -> str:
    """The system that sends of it: venue, discipline, number; the first tells all that is not of one unit."""
    return f"{venue(discipline)}{discipline}{system}"


def system_of(form: Format, unit: Unit) -> int:
    """The number of the system that tells of a unit: each has some fields of play."""
    systems = min(form.fields, _SYSTEMS)
    return 1 + (unit.field - 1) * systems // form.fields


def time_text(hundredths: int) -> str:
    """`9.79`, `1:41.19`, `2:06:26`: no leading zeros, and no hundredths from an hour on."""
    seconds, rest = divmod(hundredths, 100)
    minutes, second = divmod(seconds, 60)
    if minutes >= 60:  # noqa: PLR2004 - minutes of an hour
        return f"{minutes // 60}:{minutes % 60:02d}:{second:02d}"
    return f"{minutes}:{second:02d}.{rest:02d}" if minutes else f"{second}.{rest:02d}"


def decimal_text(hundredths: int) -> str:
    """Two decimals."""
    return f"{hundredths // 100}.{hundredths % 100:02d}"
