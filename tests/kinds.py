"""Documents of our own making that together make the service send a message of every kind."""

from collections.abc import Iterator
from pathlib import Path

from replay.meet import meet
from tests.core.test_ceremonies import ceremony, signed
from tests.core.test_disputes import protest
from tests.documents import large
from tests.matches import bracket, match, match_code, place, side, update
from tests.schedules import schedule

_CAPTURES = Path(__file__).parent / "captures" / "odf"
_RACE = "TRIMIND".ljust(22, "-") + "FNL-000100--"
_STARTS = ("2030-07-30T06:00:00Z", "2030-07-31T08:45:00Z")


def of_every_kind() -> Iterator[bytes]:
    """In an order in which the service takes them all."""
    yield from (document for _, document in meet(1))
    yield from (path.read_bytes() for path in sorted(_CAPTURES.glob("*.xml")))
    yield from (signed(1), protest(1, "OPN"), ceremony(1, "SCHEDULED"), ceremony(2, "GETTING_READY"), protest(2, "CLS"))
    yield from (_moved(version, start) for version, start in enumerate(_STARTS, 1))
    yield from (update("XA", 1, _semi_final()), bracket("XA", 1, SFNL1=place(1, "FIN") + place(2, "SVK")))
    yield from (large("XA", unit=9, size=50), large("XB", size=600_000))


def _semi_final() -> str:
    """A match whose sides are not decided."""
    sides = (side(number, unit=match_code("QFNL", number)) for number in (1, 2))
    return match(match_code("SFNL", 1), _STARTS[0], *sides, Venue="PA3")


def _moved(version: int, start: str) -> bytes:
    """A race's place in a schedule."""
    named = f'Code="{_RACE}" PhaseType="3" ScheduleStatus="SCHEDULED" StartDate="{start}" SessionCode="TRI01"'
    race = f'<Unit {named} Venue="PA3"><ItemName Language="ENG" Value="Individual"/></Unit>'
    return schedule("XA", race, version=version, discipline="TRI")
