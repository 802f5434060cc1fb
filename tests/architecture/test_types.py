"""The page docs/odf-types.md is made of the registries and the captures; WRITE_DOCS=1 writes it anew."""

import os
import re
from collections.abc import Iterator
from itertools import groupby

import msgspec
import pytest

from feed.venues.odf.catalogue import CATALOGUE, DocumentType
from feed.venues.odf.lists import LISTS
from feed.venues.odf.plan import compile_plan
from schemas.document import DocumentBody
from schemas.infos import Infos
from schemas.registry import KINDS
from tests.architecture.source import ROOT

PAGE = ROOT / "docs" / "odf-types.md"
CAPTURES = ROOT / "tests" / "captures" / "odf"
HEAD = """# The document types of ODF

Made from the registry of types (`feed/venues/odf/catalogue.py`), the registry of kinds (`schemas/registry.py`) and the
captures in `tests/captures/odf`; `WRITE_DOCS=1 .venv/bin/pytest tests/architecture/test_types.py` writes it anew.

*Replaces*: a full document replaces what it told before, and one of a set removes what it no longer lists; an update
names some entities of its set; what stands alone replaces nothing. *Elements*: what Competition holds beside
ExtendedInfos, Clock, StatsItems, Officials and Periods. *Since*: the generation that brought it, where that is known.
*Captures*: the documents of our own making that are decoded to golden messages, written back and read again; `as` in
front of them where those of a type that is read alike stand for it. Without any: `tests/venues/odf/test_decoding.py`.

| type | kind | key parts | class | lane | replaces | elements | since | captures |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
"""
_SINCE = {
    "DT_PARTIC_NAME": "2020",
    "DT_PRESENTER": "2020",
    "DT_FLAGBEARERS": "2020",
    "DT_PING": "2020",
    "DT_ACHIEVEMENT": "2020",
    "DT_AUDIO": "2024",
    "DT_ENTRIES": "2026",
    "DT_TRS": "until 2024",
    "DT_TRS_IMP": "until 2024",
    "DT_GPS_DATA": "until 2016",
    "DT_SERIAL": "until 2016",
    "DT_RT_KA": "until 2014",
    "DT_START_LIST": "until 2014",
}
_WHOLE = """
## Carried whole

Kind `document`: header, versions and withdrawals as of any other type, and in the body the XML as it came. Why nothing
is guessed there: [0023](decisions/0023-what-nobody-described-is-carried-whole.md).

"""
_REASONS = {
    "DT_CEREMONY_ACTIVITY_LIST": "ceremonies; listed in the standard without its elements",
    "DT_CEREMONY_NOC_LIST": "the same, by organisation",
    "DT_CLOCK": "no type of the standard: met in a federation's software, which speaks a dialect",
    "DT_GPS_DATA": "positions on a course; gone since 2018, without a text of its elements",
    "DT_IDK_COMMAND": "orders to kiosks, between systems of the organiser",
    "DT_SCHED_RES_NOC": "an extract of the schedule and of results by organisation; listed without its elements",
    "DT_SERIAL": "about the serial numbers of headers, which are gone since 2018",
    "DT_START_LIST": "the first generation's start list, a document with a Version of its own beside DT_RESULT",
    "DT_TRS": "transport; gone since 2026, without a text of its elements",
    "DT_TRS_IMP": "the same on its way from the system that plans transport",
    "DT_TV_TRACKING": "what cameras are showing; listed in the standard without its elements",
}
_COMMON = compile_plan(Infos, {}).node.children


def captures() -> dict[str, list[str]]:
    """Type -> the captures of it."""
    found = ((_type_of(path.read_bytes()), path.stem) for path in sorted(CAPTURES.glob("*.xml")))
    return {type_: [name for _, name in rows] for type_, rows in groupby(sorted(found), key=lambda row: row[0])}


def _type_of(document: bytes) -> str:
    letters = document.replace(b"\0", b"")
    found = re.search(rb"DocumentType=[\"']([A-Z_0-9]+)", letters)
    return found[1].decode() if found else ""


def rows() -> Iterator[str]:
    """One line a type, in the order of their names."""
    tested = captures()
    for name, row in sorted(CATALOGUE.items()):
        kinds = [KINDS[kind] for kind in _kinds(row)]
        cells = (
            f"`{name}`",
            ", ".join(f"`{kind.name}`" for kind in kinds) or "archived only",
            "; ".join(", ".join(kind.key_parts) or "-" for kind in kinds),
            ", ".join(dict.fromkeys(kind.kind_class for kind in kinds)),
            ", ".join(dict.fromkeys(kind.lane for kind in kinds)),
            _replaces(row),
            ", ".join(_elements(row)),
            _SINCE.get(name, ""),
            _shown_by(name, tested),
        )
        yield f"| {' | '.join(cells)} |\n"


def _shown_by(name: str, tested: dict[str, list[str]]) -> str:
    """Its captures, or those of the types that are read alike."""
    own = tested.get(name)
    if own or CATALOGUE[name].reader in {"document", "none"}:
        return ", ".join(own or ())
    like = (each for each, row in CATALOGUE.items() if _read_like(row) == _read_like(CATALOGUE[name]))
    return "as " + ", ".join(capture for each in like for capture in tested.get(each, ()))


def _kinds(row: DocumentType) -> list[str]:
    if row.reader == "none":
        return []
    if row.list_name in LISTS:
        return [entity.kind for entity in LISTS[row.list_name].by_tag.values()]
    return ["source"] if row.list_name else [row.kind]


def _replaces(row: DocumentType) -> str:
    if row.list_name in LISTS:
        return "full list" if row.full else "update"
    return "full" if row.full else "stands alone"


def _elements(row: DocumentType) -> list[str]:
    if row.list_name in LISTS:
        table = LISTS[row.list_name]
        return [f"{table.within}/{tag}" if table.within else tag for tag in table.by_tag]
    body = KINDS[row.kind].body if not row.list_name else KINDS["source"].body
    if row.reader == "none" or body is DocumentBody:
        return []
    return [tag for tag in compile_plan(body, {}).node.children if tag not in _COMMON or body is Infos]


def test_the_page_is_what_the_registries_say():
    """Whoever adds a type or a capture writes the page anew."""
    text = HEAD + "".join(rows()) + _WHOLE + "".join(f"* `{name}`: {why}.\n" for name, why in _REASONS.items())
    if os.environ.get("WRITE_DOCS"):
        PAGE.write_text(text, "utf-8")
    assert PAGE.read_text("utf-8") == text


@pytest.mark.parametrize("name", sorted(name for name, row in CATALOGUE.items() if row.kind != "document"))
def test_every_modelled_type_has_a_capture(name: str):
    """What nobody has decoded once is not modelled; a type may share the captures of one that is read alike."""
    assert _read_like(CATALOGUE[name]) in {_read_like(CATALOGUE[each]) for each in captures() if each in CATALOGUE}


def test_what_is_carried_whole_has_a_reason():
    """A type without a kind of its own is no oversight."""
    assert list(_REASONS) == sorted(name for name, row in CATALOGUE.items() if row.reader == "document")


def _read_like(row: DocumentType) -> tuple[str, str, str]:
    return row.kind, row.reader, row.list_name


def test_bodies_of_whole_documents_hold_what_stands_in_front():
    """Every kind that a document type is read into, whole, has the fields that all messages may have."""
    whole = {row.kind for row in CATALOGUE.values() if row.reader == "typed"}
    assert all(issubclass(KINDS[kind].body, Infos) for kind in whole)
    assert all(issubclass(KINDS[kind].body, msgspec.Struct) for kind in whole)
