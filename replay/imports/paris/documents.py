"""Results and medallists of the recording as ODF documents.

Recorded are codes, names, organisations, ranks, results and the time of the last official result. Invented, because no
table tells them: Version, ResultStatus, SortOrder and start order (the order of the table), RankEqual, the start list
and its time (the scheduled start), who of a team took part (all who were entered), and the Source, which marks what
nobody recorded.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import groupby

from replay.imports.importing import IMPORTED, SYNTHESISED
from replay.imports.paris.recorded import COMPETITION, MEDALS, Row, Unit, Won
from replay.imports.writing import Issue, Members, composition, document, split_name, written

_TYPES = {False: "DT_RESULT", True: "DT_CUMULATIVE_RESULT"}


def start_list(unit: Unit, members: Members, at: datetime) -> bytes:
    """Who takes part; of a total, that there is one."""
    rows = [row._replace(rank="", result="", result_type="", irm="", wlt="", mark="") for row in unit.rows]
    return _result(unit, rows, members, Issue(1, at, "START_LIST", origin=SYNTHESISED))


def official(
    unit: Unit, members: Members, version: int = 2, notes: tuple[str, ...] = (), origin: str = IMPORTED
) -> bytes:
    """The unit's outcome at its recorded time."""
    rows = sorted(unit.rows, key=lambda row: (not row.rank, int(row.rank or 0)))
    return _result(unit, rows, members, Issue(version, unit.at, "OFFICIAL", notes, origin))


def medallists(won: Iterable[Won], issue: Issue) -> bytes:
    """Who has the medals of one event."""
    ordered = sorted(won, key=lambda each: (MEDALS.index(each.medal), each.unit))
    elements = []
    for (medal, unit), group in groupby(ordered, key=lambda each: (each.medal, each.unit)):
        shared = list(group)
        named = written(Code=f"ME_{medal.upper()}", Unit=unit, Date=str(shared[0].on))
        inner = "".join(_medallist(each, order) for order, each in enumerate(shared, 1))
        elements.append(f"<Medal{named}>{inner}</Medal>")
    return document(COMPETITION, "DT_MEDALLISTS", ordered[0].event, issue, elements)


def started(unit: Unit) -> datetime:
    """When its start list was sent: as scheduled, but before its result."""
    latest = unit.at - timedelta(seconds=1)
    return min(datetime.fromisoformat(unit.start), latest) if unit.start else latest


def _result(unit: Unit, rows: list[Row], members: Members, issue: Issue) -> bytes:
    sharing = Counter(row.rank for row in rows)
    elements = []
    for order, row in enumerate(rows, 1):
        named = written(
            SortOrder=str(order),
            StartSortOrder=str(order),
            Rank=row.rank,
            RankEqual="Y" if row.rank and sharing[row.rank] > 1 else "",
            Result=row.result,
            ResultType=row.result_type,
            IRM=row.irm,
            WLT=row.wlt,
            QualificationMark=row.mark,
        )
        elements.append(f"<Result{named}>{_competitor(row, order, members)}</Result>")
    return document(COMPETITION, _TYPES[unit.is_total], unit.code, issue, elements)


def _competitor(row: Row, order: int, members: Members) -> str:
    named = written(Code=row.id, Type=row.kind, Bib=row.bib, Organisation=row.noc, Order=str(order))
    if row.kind == "T":
        described = f"<Description{written(TeamName=row.name)}/>"
        return f"<Competitor{named}>{described}{composition(members.get(row.id, ()))}</Competitor>"
    family, given = split_name(row.name)
    described = f"<Description{written(FamilyName=family, GivenName=given, Organisation=row.noc)}/>"
    athlete = f"<Athlete{written(Code=row.id, Order='1', Bib=row.bib)}>{described}</Athlete>"
    return f"<Competitor{named}><Composition>{athlete}</Composition></Competitor>"


def _medallist(won: Won, order: int) -> str:
    named = written(Code=won.id, Type=won.kind, Order=str(order), Organisation=won.noc)
    return f"<Competitor{named}>{composition(won.athletes)}</Competitor>"
