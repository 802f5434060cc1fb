"""ODF documents of a knock-out: matches, their start lists, results and brackets, and who is in the teams."""

from xml.sax.saxutils import quoteattr

from tests.documents import odf

EVENT = "IHOMTEAM11".ljust(34, "-")


def match_code(phase: str, number: int = 0) -> str:
    """Of one match, or without a number of the phase."""
    return (EVENT[:22] + phase + (f"{number:04d}00" if number else "")).ljust(34, "-")


def side(order: int, who: str = "", unit: str = "", wlt: str = "W", value: str = "", kind: str = "T") -> str:
    """One side of a start list: somebody, or where one comes from, or both; a team has the code of its NOC."""
    origin = f"<PreviousUnit{_origin(unit, wlt, value)}/>" if unit or value else ""
    return f'<Start SortOrder="{order}">{origin}{_competitor(who, kind)}</Start>'


def place(order: int, who: str = "", unit: str = "", wlt: str = "W", value: str = "") -> str:
    """One side of a match of a bracket; without anybody it is to be decided."""
    origin = f"<PreviousUnit{_origin(unit, wlt, value)}/>" if unit or value else ""
    code = "" if who else ' Code="TBD"'
    return f'<CompetitorPlace Pos="{order}"{code}>{origin}{_competitor(who, "T")}</CompetitorPlace>'


def match(code: str, start: str, *sides: str, status: str = "SCHEDULED", **attributes: str) -> str:
    """A unit of the schedule; `start` is an ISO time with its offset."""
    named = {"Code": code, "PhaseType": "3", "ScheduleStatus": status, "StartDate": start} | attributes
    text = "".join(f" {name}={quoteattr(value)}" for name, value in named.items())
    starts = f"<StartList>{''.join(sides)}</StartList>" if sides else ""
    return f'<Unit{text}><ItemName Language="ENG" Value="{code[22:30]}"/>{starts}</Unit>'


def update(competition: str, version: int, *units: str) -> bytes:
    """A part of the schedule that changes."""
    header = {"DocumentCode": "IHO" + 31 * "-", "DocumentType": "DT_SCHEDULE_UPDATE"}
    return odf(competition, version, body="".join(units), **header)


def bracket(competition: str, version: int, **matches: str) -> bytes:
    """The bracket of the final: phase and number of a match (`SFNL1`), and its places."""
    rounds: dict[str, str] = {}
    for name, places in matches.items():
        item = (
            f'<BracketItem Order="1" Position="1" Unit="{match_code(name[:4], int(name[4:]))}">{places}</BracketItem>'
        )
        rounds[name[:4]] = rounds.get(name[:4], "") + item
    body = "".join(f'<BracketItems Code="{code}">{items}</BracketItems>' for code, items in rounds.items())
    header = {"DocumentCode": EVENT, "DocumentType": "DT_BRACKETS", "ResultStatus": "INTERMEDIATE"}
    return odf(competition, version, body=f'<Bracket Code="FNL">{body}</Bracket>', **header)


def outcome(competition: str, version: int, code: str, winner: str, loser: str, status: str = "OFFICIAL") -> bytes:
    """The result of a match."""
    rows = "".join(
        f'<Result SortOrder="{order}" Rank="{order}" WLT="{wlt}" ResultType="POINTS" Result="{4 - order}">'
        f"{_competitor(who, 'T')}</Result>"
        for order, (who, wlt) in enumerate(((winner, "W"), (loser, "L")), 1)
    )
    return odf(competition, version, body=rows, DocumentCode=code, ResultStatus=status)


def people(competition: str, *persons: str, version: int = 1) -> bytes:
    """Participants: `7 FIN Aino` is the person 7 of FIN, called Aino."""
    body = ""
    for text in persons:
        name, noc, given = text.split()
        body += f'<Participant Code="{name}" Organisation="{noc}" GivenName="{given}" Status="ACTIVE"/>'
    return odf(competition, version, body=body, DocumentCode="IHO" + 31 * "-", DocumentType="DT_PARTIC")


def teams(competition: str, version: int = 1, **members: str) -> bytes:
    """Teams, each with the code of its NOC, and the ids of their members, blank between them."""
    body = ""
    for noc, names in members.items():
        athletes = "".join(f'<Athlete Code="{name}" Order="1"/>' for name in names.split())
        body += f'<Team Code="{noc}" Organisation="{noc}"><Composition>{athletes}</Composition></Team>'
    return odf(competition, version, body=body, DocumentCode="IHO" + 31 * "-", DocumentType="DT_PARTIC_TEAMS")


def _origin(unit: str, wlt: str, value: str) -> str:
    named = {"Unit": unit, "WLT": wlt, "Value": value}
    return "".join(f" {name}={quoteattr(text)}" for name, text in named.items() if text)


def _competitor(who: str, kind: str) -> str:
    return f'<Competitor Code="{who}" Type="{kind}" Organisation="{who[:3]}"/>' if who else ""
