"""ODF documents that tell of a schedule or of a system, of our own making."""

from typing import Any
from xml.sax.saxutils import quoteattr

from tests.documents import odf

UNIT = "{}M100M--------------HEAT000{}00--"


def schedule(competition: str, *elements: str, version: int = 1, discipline: str = "ATH", **attributes: str) -> bytes:
    """A whole list of sessions and units."""
    header = {"DocumentCode": discipline + 31 * "-", "DocumentType": "DT_SCHEDULE", **attributes}
    return odf(competition, version, body="".join(elements), **header)


def unit_code(number: int, discipline: str = "ATH") -> str:
    return UNIT.format(discipline, number)


def unit(number: int, start: str | None = None, nocs: str = "", discipline: str = "ATH", **attributes: str) -> str:
    """An element; `start` is an ISO time with its offset, `nocs` are those of its start list, blank between them."""
    named: dict[str, Any] = {"Code": unit_code(number, discipline), "PhaseType": "3", "ScheduleStatus": "SCHEDULED"}
    if start is not None:
        named["StartDate"] = start
    starts = "".join(
        f'<Start SortOrder="{n}"><Competitor Code="{n}" Type="A" Organisation="{noc}"/></Start>'
        for n, noc in enumerate(nocs.split(), 1)
    )
    body = f"<StartList>{starts}</StartList>" if starts else ""
    return f'<Unit{_written(named | attributes)}><ItemName Language="ENG" Value="Heat {number}"/>{body}</Unit>'


def session(code: str, start: str, **attributes: str) -> str:
    named = {"SessionCode": code, "StartDate": start, "EndDate": start, "SessionStatus": "SCHEDULED"}
    return f'<Session{_written(named | attributes)}><SessionName Language="ENG" Value="{code}"/></Session>'


def local(competition: str, state: str, version: int = 1, **attributes: str) -> bytes:
    """A system says that it is ON or OFF."""
    header = {"DocumentCode": "BKB-----------------------BCY-----", "DocumentType": f"DT_LOCAL_{state}", **attributes}
    document = odf(competition, version, **header)
    config = b'<Competition><Config KADelay="60" DelayOffSet="10"/>'
    return document.replace(b"<Competition>", config) if state == "ON" else document


def _written(attributes: dict[str, str]) -> str:
    return "".join(f" {name}={quoteattr(text)}" for name, text in attributes.items())
