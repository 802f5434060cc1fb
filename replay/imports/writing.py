"""The parts that all rebuilt documents have: header, notes, and how attributes and names are written."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple
from xml.sax.saxutils import escape, quoteattr

from replay.imports.importing import IMPORTED

Members = Mapping[str, tuple[str, ...]]


class Issue(NamedTuple):
    """One version of a document; `at` is in the zone of the Games, `origin` as in a capture."""

    version: int
    at: datetime
    status: str = ""
    notes: tuple[str, ...] = ()
    origin: str = IMPORTED


def source_of(code: str, origin: str) -> str:
    """Who sends a document: nobody real, and another one for what nobody recorded."""
    return f"{'IMP' if origin == IMPORTED else 'SYN'}{code[:3]}"


def document(competition: str, kind: str, code: str, issue: Issue, elements: Iterable[str]) -> bytes:
    """A whole document."""
    header = written(
        CompetitionCode=competition,
        DocumentCode=code,
        DocumentType=kind,
        Version=str(issue.version),
        ResultStatus=issue.status,
        FeedFlag="P",
        Date=f"{issue.at:%Y-%m-%d}",
        Time=f"{issue.at:%H%M%S}000",
        LogicalDate=f"{issue.at:%Y-%m-%d}",
        Source=source_of(code, issue.origin),
    )
    notes = "".join(f"<Note>{escape(note)}</Note>" for note in issue.notes)
    body = f"<Competition>{''.join(elements)}</Competition>{notes}"
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<OdfBody{header}>{body}</OdfBody>'.encode()


def written(**attributes: str) -> str:
    """Attributes that have a value."""
    return "".join(f" {name}={quoteattr(text)}" for name, text in attributes.items() if text)


def composition(athletes: Iterable[str]) -> str:
    """The members of a team."""
    listed = (f"<Athlete{written(Code=id_, Order=str(order))}/>" for order, id_ in enumerate(athletes, 1))
    return f"<Composition>{''.join(listed)}</Composition>"


def split_name(name: str) -> tuple[str, str]:
    """Family and given name, cut where the capitals end."""
    words = name.split()
    family = [word for word in words if word.upper() == word]
    return " ".join(family), " ".join(word for word in words if word not in family)
