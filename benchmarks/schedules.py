"""Schedules to measure with: the real ones where the shared data lie beside the checkout, else our own of their shape.

The real 46 of Paris 2024 have 7,100 units; the largest (judo) has 1,007 units in 16 sessions and 409 kB.
"""

import os
from pathlib import Path

UNITS = 1_007
SESSIONS = 16
TOTAL_UNITS = 7_100
DOCUMENTS = 46
_PHASES = ("R64-", "R32-", "8FNL", "QFNL", "REP-", "SFNL", "FNL-")


def real() -> list[bytes]:
    """The real schedules, largest first; none when the shared data are not there."""
    folder = shared() / "odf" / "paris2024-schedule"
    return sorted((path.read_bytes() for path in folder.glob("*.xml")), key=len, reverse=True)


def shared() -> Path:
    """Where the shared data are, if they are there: in $SHARED_FOLDER, or beside the checkout."""
    beside = Path(__file__).parent.parent.parent / "shared"
    return Path(os.environ.get("SHARED_FOLDER", beside)) / "data"


def generated() -> list[bytes]:
    """As many schedules with as many units together as the real ones, largest first."""
    others, more = divmod(TOTAL_UNITS - UNITS, DOCUMENTS - 1)
    return [schedule("JUD", UNITS), *(schedule(f"X{n:02d}", others + (n < more)) for n in range(DOCUMENTS - 1))]


def schedule(discipline: str, units: int, version: int = 1) -> bytes:
    """A whole schedule, laid out as the real ones: sessions, then units with names in two languages."""
    head = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<OdfBody CompetitionCode="XB2030" DocumentCode="{discipline:-<34}" DocumentType="DT_SCHEDULE" '
        f'Version="{version}" FeedFlag="P" Date="2030-01-19" Time="160132102" LogicalDate="2030-01-19" Source="OMS">\n'
        "<Competition>\n"
    )
    sessions = (_session(discipline, number) for number in range(SESSIONS))
    rows = (_unit(discipline, number) for number in range(units))
    return "".join((head, *sessions, *rows, "</Competition>\n</OdfBody>\n")).encode()


def _session(discipline: str, number: int) -> str:
    day, code = number // 2 + 1, f"{discipline}{number + 1:02d}"
    return (
        f'<Session SessionCode="{code}" StartDate="2030-07-{day:02d}T10:00:00+02:00" '
        f'EndDate="2030-07-{day:02d}T14:00:00+02:00" Venue="XHA" VenueName="Example Hall" '
        f'SessionStatus="SCHEDULED" SessionType="ALL">\n<SessionName Value="{code}" Language="ENG" />\n</Session>\n'
    )


def _unit(discipline: str, number: int) -> str:
    event, place = divmod(number, 70)
    phase, session = _PHASES[place // 10], number % SESSIONS
    weight, start = f"-{50 + event} kg", f"2030-07-{session // 2 + 1:02d}T10:{place % 60:02d}"
    rsc = f"{discipline}{'MW'[event % 2]}{f'{50 + event}KG':-<18}{phase}{place % 10 + 1:04d}00--"
    return (
        f'<Unit Code="{rsc}" PhaseType="3" ScheduleStatus="SCHEDULED" StartDate="{start}:00+02:00" '
        f'EndDate="{start}:30+02:00" Venue="XHA" Location="XH1" SessionCode="{discipline}{session + 1:02d}">\n'
        f'<ItemName Language="ENG" Value="Example {weight} Round {phase}" />\n'
        f'<ItemName Language="FRA" Value="{weight} - ex., éliminatoire, {phase}" />\n'
        '<VenueDescription VenueName="Example Hall" LocationName="Example Hall Mat 1" />\n</Unit>\n'
    )
