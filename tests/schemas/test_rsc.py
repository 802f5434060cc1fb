import csv
import json
import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.rsc import Level, OldCode, PlainCode, Rsc, parse_code

RSC_TEXT = st.from_regex(r"[A-Z0-9]{3}[A-Z-][A-Z0-9.-]{30}", fullmatch=True)


@pytest.mark.parametrize(
    "text, level",
    [
        ("ATHM100M--------------FNL-000100--", Level.UNIT),
        ("JUDXTEAM6-------------R32-00020001", Level.UNIT),
        ("BKB-----------------------BCY-----", Level.VENUE),
        ("ATHM100M--------------FNL---------", Level.PHASE),
        ("BTHM12.5KMPU----------------------", Level.EVENT),
        ("ATHM------------------------------", Level.GENDER),
        ("ATH-------------------------------", Level.DISCIPLINE),
    ],
)
def test_the_level_is_the_deepest_part_that_is_filled(text: str, level: Level):
    """A shorter level is the same code with dashes to its end."""
    code = parse_code(text)
    assert isinstance(code, Rsc)
    assert code.level is level
    assert str(code) == text


def test_the_parts_of_a_results_system_code():
    """Discipline 3, gender 1, event with modifier 18, phase 4, unit with subunit 8, filling kept."""
    expected = Rsc("ATH", "X", "4X400M------------", "RND1", "000200--")
    assert parse_code("ATHX4X400M------------RND1000200--") == expected


def test_the_parts_of_an_old_code():
    """Nine characters: discipline 2, gender 1, event 3, phase 1, unit 2."""
    assert parse_code("SAM004910") == OldCode("SA", "M", "004", "9", "10")
    assert parse_code("GL0000000") == OldCode("GL", "0", "000", "0", "00")


@pytest.mark.parametrize(
    "text",
    [
        *("", "9000301", "A123", "ATHM100M--------------FNL-000100-", "ATHM100M--------------FNL-000100---"),
        *("athm100m--------------fnl-000100--", "ATHM100M--------------FNL-000100-_", "SAM00491", "SAMX04910"),
        "ATHM100M--------------FNL-000100-\n",
    ],
)
def test_anything_else_is_a_plain_id(text: str):
    """A text of neither form is kept as it is."""
    assert parse_code(text) == PlainCode(text)


@given(st.one_of(st.text(), RSC_TEXT))
def test_every_text_is_some_code_and_comes_back(text: str):
    """Parsing never fails and never loses a character."""
    assert str(parse_code(text)) == text


@given(RSC_TEXT)
def test_every_text_of_the_alphabet_is_a_results_system_code(text: str):
    """The 34-character form is told by its alphabet alone."""
    assert isinstance(parse_code(text), Rsc)


@pytest.mark.shared
def test_real_events_have_the_form_of_34_characters(shared: Path):
    """Every event of Paris, Milano Cortina and PyeongChang is told as a code at event level or above."""
    tables = json.loads((shared / "data" / "codes.json").read_text())
    for name in ("events_paris2024", "events_milano2026", "events_pyeongchang2018"):
        codes = [parse_code(row["rsc"]) for row in tables[name]]
        assert {code.level for code in codes if isinstance(code, Rsc)} <= {Level.EVENT, Level.GENDER}
        assert all(isinstance(code, Rsc) for code in codes)


@pytest.mark.shared
def test_real_results_are_of_units_phases_and_events(shared: Path):
    """Whatever had results in Paris has a 34-character code, nearly always of a unit."""
    with (shared / "data" / "games" / "paris-2024" / "derived_units.csv").open(encoding="utf-8") as file:
        codes = [parse_code(row["unit_code"]) for row in csv.DictReader(file)]
    levels = Counter(code.level for code in codes if isinstance(code, Rsc))
    assert levels.total() == len(codes)
    assert set(levels) <= {Level.UNIT, Level.PHASE, Level.EVENT}
    assert levels[Level.UNIT] > 0.95 * len(codes)


@pytest.mark.shared
def test_real_old_codes_are_told(shared: Path):
    """The codes that head the documents of Rio 2016 have the old form."""
    folder = shared / "data" / "odf" / "rio2016-codes-16.3"
    heads = [re.search(r'DocumentCode="([^"]+)"', path.read_text(encoding="utf-8")) for path in folder.glob("*.xml")]
    assert heads
    assert all(head and isinstance(parse_code(head[1]), OldCode) for head in heads)
