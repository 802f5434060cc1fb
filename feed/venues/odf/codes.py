"""The entities of a code table, one code each (General Messages, DT_CODES; DocumentSubtype names the table)."""

from lxml import etree

from feed.venues.odf.header import Header
from feed.venues.odf.listing import Entities, Entity, Parts
from feed.venues.odf.plan import compile_plan
from schemas.code import CodeBody
from schemas.rsc import PlainCode, parse_code

CODE_TABLE = "DT_CODES"


def _table(header: Header) -> Parts:
    """What one document lists: a table comes in one message, or, since 2024, in one for each language."""
    return header.subtype or "", header.language or ""


def _told_apart(element: etree._Element) -> Parts:
    """Discipline and Type: in the tables of sport codes, positions and record types others of them have the same Code.

    A Results System Code names itself, and a Code that begins with its Discipline says that already.
    """
    code, discipline = element.get("Code", ""), element.get("Discipline", "")
    if not isinstance(parse_code(code), PlainCode):
        return ()
    return "" if code.startswith(discipline) else discipline, element.get("Type", "")


CODES = Entities(
    {
        "CodeSet": Entity(
            "code",
            compile_plan(CodeBody, {}),
            ("Code",),
            leading=lambda header, _element: _table(header),
            trailing=_told_apart,
        )
    },
    reach=_table,
)
