"""A small meet of our own making, as ODF messages: a hundred metres from start list to a corrected official result.

Every name and time is invented. A photo finish keeps the call open, a protest follows, and a disqualification
after the OFFICIAL result moves the medals: the worst minutes of a results feed, in ten messages.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from xml.sax.saxutils import quoteattr

COMPETITION = "XG2030"
UNIT = "ATHW100M--------------FNL-000100--"
_START = datetime(2030, 7, 3, 21, 55, 58, tzinfo=UTC)


@dataclass(frozen=True)
class Runner:
    """One lane: id, names, organisation, lane, final time in seconds as text, and what has become known of her."""

    id: str
    given: str
    family: str
    noc: str
    lane: int
    time: str
    bib: str = ""
    rank: int | None = None
    result: str | None = None
    irm: str | None = None
    photo: str | None = None
    splits: tuple[str, ...] = ()


RUNNERS = (
    Runner("9000101", "Ana", "Corvelo", "POR", 1, "11.21"),
    Runner("9000102", "Mirel", "Tanase", "ROU", 2, "11.08"),
    Runner("9000103", "Shanice", "Bellamy", "JAM", 3, "10.79"),
    Runner("9000104", "Ilse", "van Dorn", "NED", 4, "10.81"),
    Runner("9000105", "Adaeze", "Okoro", "NGR", 5, "10.79"),
    Runner("9000106", "Keiko", "Amano", "JPN", 6, "11.02"),
    Runner("9000107", "Lea", "Marchand", "FRA", 7, "10.94"),
    Runner("9000108", "Tess", "Halloran", "IRL", 8, "11.15"),
)


@dataclass(frozen=True)
class Beat:
    """One message of the meet: `pause` seconds after the one before, its status, its rows and its notes."""

    pause: float
    status: str
    rows: tuple[Runner, ...]
    notes: tuple[str, ...] = ()
    infos: dict[str, str] = field(default_factory=dict)


def meet(round_number: int) -> Iterator[tuple[float, bytes]]:
    """(pause in seconds, ODF message) for the whole unit; each round is a unit of its own, so that a loop rises."""
    unit = f"{UNIT[:26]}{round_number % 10_000:04d}00--"
    at = _START + timedelta(minutes=10 * round_number)
    for version, beat in enumerate(_beats(), start=1):
        at += timedelta(seconds=max(beat.pause, 0.05))
        yield beat.pause, _document(unit, version, beat, at)


def _beats() -> Iterator[Beat]:
    started = tuple(replace(runner, bib=str(1200 + runner.lane)) for runner in RUNNERS)
    yield Beat(0.0, "START_LIST", started)
    started = _with(started, "9000106", irm="DNS")
    yield Beat(2.0, "START_LIST", started)
    wind = {"WIND_SPEED": "+0.6"}
    yield Beat(2.0, "LIVE", started)
    halfway = tuple(replace(runner, splits=(_half(runner.time),)) if not runner.irm else runner for runner in started)
    yield Beat(1.0, "LIVE", halfway)
    finished = _ranked(halfway)
    open_photo = tuple(replace(runner, photo="P") if runner.time == "10.79" else runner for runner in finished)
    yield Beat(1.0, "LIVE", open_photo, infos=wind)
    yield Beat(1.0, "UNCONFIRMED", open_photo, infos=wind)
    closed = _with(_with(finished, "9000103", result="10.788"), "9000105", result="10.785")
    closed = _ranked(tuple(replace(runner, photo="E") if runner.time == "10.79" else runner for runner in closed))
    yield Beat(3.0, "UNOFFICIAL", closed, infos=wind)
    yield Beat(2.0, "OFFICIAL", closed, infos=wind)
    yield Beat(3.0, "PROTESTED", closed, infos=wind)
    moved = _with(closed, "9000105", irm="DQ", result=None, rank=None)
    moved = _ranked(moved)
    note = ("Lane infringement of lane 5, TR 17.2: disqualified after a protest. All lower places move up.",)
    yield Beat(3.0, "OFFICIAL", moved, note, wind)


def _with(rows: tuple[Runner, ...], athlete: str, **changes: object) -> tuple[Runner, ...]:
    # the changes are fields of a Runner by name
    return tuple(replace(row, **changes) if row.id == athlete else row for row in rows)  # type: ignore[arg-type]


def _ranked(rows: tuple[Runner, ...]) -> tuple[Runner, ...]:
    """Ranks by time; who has an IRM comes last, without."""
    placed = sorted((row for row in rows if not row.irm), key=lambda row: row.result or row.time)
    ranked = [replace(row, rank=rank, result=row.result or row.time) for rank, row in enumerate(placed, start=1)]
    return (*ranked, *(row for row in rows if row.irm))


def _half(time: str) -> str:
    return f"{float(time) * 0.53:.2f}"


def _document(unit: str, version: int, beat: Beat, at: datetime) -> bytes:
    rows = "".join(_row(row, place) for place, row in enumerate(beat.rows, start=1))
    infos = "".join(f'<ExtendedInfo Type="UI" Code="{code}" Value="{text}"/>' for code, text in beat.infos.items())
    notes = "".join(f"<Note>{text}</Note>" for text in beat.notes)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<OdfBody CompetitionCode="{COMPETITION}" DocumentCode="{unit}" DocumentType="DT_RESULT" '
        f'Version="{version}" ResultStatus="{beat.status}" FeedFlag="P" Date="{at:%Y-%m-%d}" '
        f'Time="{at:%H%M%S}{at.microsecond // 1000:03d}" LogicalDate="{_START:%Y-%m-%d}" Source="STAATH1">'
        '<Competition Gen="XG-2030-GEN-1.0" Sport="XG-2030-ATH-1.0" Codes="XG-2030-CC-V1.00"><ExtendedInfos>'
        f'<UnitDateTime StartDate="{_START:%Y-%m-%dT%H:%M:%S}+00:00"/>{infos}'
        '<SportDescription DisciplineName="Athletics" EventName="Women\'s 100m" SubEventName="Women\'s 100m Final" '
        'Gender="W"/><VenueDescription Venue="STA" VenueName="Main Stadium" Location="STA" '
        f'LocationName="Main Stadium"/></ExtendedInfos>{rows}</Competition>{notes}</OdfBody>\n'
    ).encode()


def _row(row: Runner, place: int) -> str:
    marks = {"Rank": row.rank, "Result": row.result, "IRM": row.irm, "PhotoFinish": row.photo}
    if row.result or row.irm:
        marks["ResultType"] = "IRM" if row.irm else "TIME"
    attributes = "".join(f" {name}={quoteattr(str(text))}" for name, text in marks.items() if text is not None)
    splits = "".join(
        f'<ExtendedResult Type="ER" Code="INTERMEDIATE" Pos="{pos}" Value="{split}"/>'
        for pos, split in enumerate(row.splits, start=1)
    )
    extended = f"<ExtendedResults>{splits}</ExtendedResults>" if splits else ""
    return (
        f'<Result{attributes} SortOrder="{place}" StartOrder="{row.lane}" StartSortOrder="{row.lane}">{extended}'
        f'<Competitor Code="{row.id}" Type="A" Organisation="{row.noc}"><Composition>'
        f'<Athlete Code="{row.id}" Order="1" Bib="{row.bib}"><Description GivenName="{row.given}" '
        f'FamilyName="{row.family}" Gender="F" Organisation="{row.noc}"/></Athlete>'
        "</Composition></Competitor></Result>"
    )
