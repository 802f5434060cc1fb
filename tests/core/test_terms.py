from typing import Any

import pytest

from feed.core.terms import DISCIPLINE, FIELDS, LOCATION, NOC, Used, codes_in

UNIT = "ATHM100M--------------FNL-000100--"


def used(said: dict[str, Any]) -> list[str]:
    """Each code behind the name of its term, and behind it the discipline that is not in the name of a level."""
    levels = ("DISCIPLINE", "EVENT", "PHASE", "PHASE_CODE", "EVENT_UNIT")
    return [f"{each.term.name} {each.code}" for each in codes_in(said) if each.term.name not in levels]


def levels(text: str) -> list[str]:
    return [f"{each.term.name} {each.code}" for each in codes_in({"code": text})]


def test_a_code_is_found_wherever_its_field_stands():
    """In the body, in its rows, in lists of rows below them and in lists of codes; each once, in their order."""
    row = {"noc": "FRA", "irm": "DNS", "members": [{"noc": "MON", "name": "FRA"}]}
    body = {"venue": "STA", "competitors": [row, {"noc": "FRA"}, {"noc": None}], "nocs": ["USA", "FRA"]}
    assert used({"body": body}) == ["VENUE STA", "NOC FRA", "IRM DNS", "NOC MON", "NOC USA"]


def test_a_status_means_another_thing_in_the_envelope():
    """There it is the document's, in a body that of the schedule; a message inside a page has an envelope too."""
    message = {"topic": "t", "ts": {}, "status": "OFFICIAL", "body": {"status": "RUNNING"}}
    assert used(message) == ["RESULTSTATUS OFFICIAL", "SCHEDULESTATUS RUNNING"]
    assert used({"result": message, "rows": [{"status": "FINISHED"}]})[-1] == "SCHEDULESTATUS FINISHED"


@pytest.mark.parametrize(
    "text, expected",
    [
        ("ATH" + 31 * "-", ["DISCIPLINE ATH"]),
        ("ATHM100M--------------------------", ["DISCIPLINE ATH", "EVENT ATHM100M--------------------------"]),
        (
            UNIT,
            [
                "DISCIPLINE ATH",
                "EVENT ATHM100M--------------------------",
                "PHASE ATHM100M--------------FNL---------",
                "PHASE_CODE FNL-",
                f"EVENT_UNIT {UNIT}",
            ],
        ),
        ("SAM000000", ["DISCIPLINE SA"]),
        (
            "SAM004910",
            ["DISCIPLINE SA", "EVENT SAM004000", "PHASE SAM004900", "PHASE_CODE 9", "EVENT_UNIT SAM004910"],
        ),
        ("1234567", []),
    ],
)
def test_a_results_system_code_is_one_of_every_level(text: str, expected: list[str]):
    """Padded as the tables have it, in both generations; a number of an athlete is none."""
    assert levels(text) == expected


def test_a_code_belongs_to_the_discipline_it_is_used_in():
    """That which the field names, else that of the nearest code; positions are numbered anew in each."""
    found = codes_in({"code": UNIT, "body": {"position": "1", "other": {"discipline": "SWM", "position": "1"}}})
    assert [each.discipline for each in found if each.code == "1"] == ["ATH", "SWM"]


def test_a_discipline_is_padded_as_its_table_may_have_it():
    """Three letters, a whole code, and the nine characters of former Games; a function may be behind its discipline."""
    assert Used(DISCIPLINE, "SA").spellings() == ("SA", "SA" + 32 * "-", "SA0000000")
    assert Used(FIELDS["function"], "AA01", "AR").spellings() == ("AA01", "ARAA01")
    assert Used(LOCATION, "T10").spellings() == ("T10",)


@pytest.mark.parametrize(
    "discipline, type_, wanted, is_meant",
    [
        ("", "", "", True),
        ("GEN", "", "", True),
        ("ATH", "", "", True),
        ("SWM", "", "", False),
        ("ATH", "@IRM", "IRM", True),
        ("ATH", "ResultType", "RESULTTYPE", True),
        ("ATH", "@Bracket", "IRM", False),
    ],
)
def test_a_code_of_another_discipline_or_type_is_not_meant(
    discipline: str,
    type_: str,
    wanted: str,
    is_meant: bool,  # noqa: FBT001 - a case
):
    """Sport codes of all types stand in one table."""
    assert Used(NOC, "X", "ATH").is_meant(discipline, type_, wanted) == is_meant
