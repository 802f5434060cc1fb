import re
from pathlib import Path

import pytest

from schemas.competitor import Competitor
from schemas.document import Document, DocumentBody
from schemas.message import DocumentHeader, Lane, Op, Stamps
from schemas.result import Result, ResultBody

_CODES = re.compile(
    r"(?<![A-Z0-9.-])(?:[A-Z0-9]{3}[A-Z-][A-Z0-9.-]{30}|[A-Z]{2}[MWXO0][0-9]{3}[0-9A-Z]{3})(?![A-Z0-9.-])"
)


@pytest.fixture(scope="session")
def real_codes(shared: Path) -> list[str]:
    """Every code of 34 or 9 characters in the shared XML and code tables."""
    folders = [shared / "data" / "odf", shared / "data" / "games" / "paris-2024"]
    paths = [path for folder in folders for ext in ("xml", "csv") for path in folder.rglob(f"*.{ext}")]
    found: set[str] = set()
    for path in [*paths, shared / "data" / "codes.json"]:
        found |= set(_CODES.findall(path.read_text(encoding="utf-8", errors="replace")))
    return sorted(found)


@pytest.fixture
def result() -> Result:
    """A small result as the decoder hands it over."""
    code = "ATHM100M--------------FNL-000100--"
    return Result(
        prev=0,
        topic="XG2030.ATH.M.100M.FNL.000100.result",
        op=Op.PUT,
        competition="XG2030",
        code=code,
        unit=code,
        version=3,
        status="OFFICIAL",
        source="STAATH1",
        lane=Lane.LIVE,
        remarks=("zone_assumed",),
        ts=Stamps(event=1_909_346_172_045_000, recv=1_909_346_172_145_000, published=0),
        document=DocumentHeader(type="DT_RESULT", code=code, version=3, notes=("corrected",)),
        body=ResultBody(competitors=(Competitor(id="1", kind="athlete", noc="XAA", result="9.580"),), venue="STA"),
    )


@pytest.fixture
def document(result: Result) -> Document:
    """A document that is not modelled, as the decoder hands it over."""
    header = DocumentHeader(type="DT_TRS", code=result.code, version=3)
    return Document(
        prev=0,
        topic="XG2030.ATH.M.100M.FNL.000100.document.DT_TRS",
        op=Op.PUT,
        competition="XG2030",
        code=result.code,
        unit=result.code,
        version=3,
        status=None,
        source="",
        lane=Lane.LIVE,
        ts=result.ts,
        document=header,
        body=DocumentBody("<OdfBody/>"),
    )
