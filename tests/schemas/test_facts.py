import pytest

from feed.venues.odf.header import STATUSES as RESULT_STATUSES
from schemas import facts
from schemas.facts import SHIPPED
from schemas.unit import STATUSES


def codes(table: str) -> set[str]:
    return {body.code for body in SHIPPED[table]}


@pytest.mark.parametrize("table", SHIPPED)
def test_a_table_that_ships_names_each_code_once_in_english(table: str):
    """By code; one label, which says something."""
    found = [body.code for body in SHIPPED[table]]
    assert found == sorted(set(found))
    for body in SHIPPED[table]:
        (label,) = body.labels
        assert (label.language, bool(label.description)) == ("ENG", True)


def test_what_is_needed_to_work_from_nothing_ships():
    """The statuses are those that we know; organisations, disciplines, phases and invalid result marks are there."""
    assert codes("SCHEDULESTATUS") == set(STATUSES)
    assert codes("RESULTSTATUS") == RESULT_STATUSES
    assert {"FRA", "USA", "AIN", "EOR", "URS"} < codes("NOC")
    assert {"ATH", "SWM", "BTH", "GEN"} < codes("DISCIPLINE")
    assert {"FNL-", "SFNL", "HEAT"} < codes("PHASE_CODE")
    assert codes("PHASE_TYPE") == set("0123456789")
    assert {"DNS", "DNF", "DSQ", "DQB"} < codes("IRM")


def test_codes_have_the_form_of_their_table():
    """Three letters or digits, four characters of a code's phase."""
    assert {len(code) for code in codes("NOC") | codes("DISCIPLINE")} == {3}
    assert {len(code) for code in codes("PHASE_CODE")} == {4}
    seasons = {body.group: body.note for body in SHIPPED["DISCIPLINE"]}
    assert seasons.pop("SUMMER") is seasons.pop("WINTER")
    assert list(seasons.values()) == ["non-sport"]


def test_an_unknown_field_is_a_mistake_of_ours():
    """A misspelt column must not vanish."""
    with pytest.raises(ValueError, match="nam"):
        facts._read(b'{"NOC": [{"code": "XAA", "nam": "A"}]}')
