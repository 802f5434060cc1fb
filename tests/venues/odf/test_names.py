import pytest

from feed.refusals import Reason
from feed.venues.odf.names import Name, name_of
from feed.venues.odf.refused import RefusedError

UNIT = "ATHM100M--------------FNL-000100--"
SUBUNIT = "JUDXTEAM6-------------R32-00020001"
PHASE = "ATHM100M--------------FNL---------"
VENUE = "BKB-----------------------BCY-----"
OLD = "SAM004910"


@pytest.mark.parametrize(
    "kind, code, parts, topic, unit",
    [
        ("unit", UNIT, (), "X.ATH.M.100M.FNL.000100.unit", UNIT),
        ("unit", SUBUNIT, (), "X.JUD.X.TEAM6.R32.00020001.unit", SUBUNIT),
        ("unit", PHASE, (), "X.ATH.M.100M.FNL.-.unit", None),
        ("unit", OLD, (), "X.SA.M.004.9.10.unit", None),
        ("source", VENUE, ("BCYBKB1",), "X.BKB.-.-.-.BCY.source.BCYBKB1", None),
        ("session", PHASE, ("a.b",), "X.ATH.M.100M.FNL.-.session.a~2Eb", None),
    ],
)
def test_an_entity_is_named_by_its_code_and_parts(
    kind: str, code: str, parts: tuple[str, ...], topic: str, unit: str | None
):
    """`unit` is the code of a unit or subunit; other levels, venues and codes of the old form have none."""
    assert name_of("X", kind, code, parts) == Name(kind, topic, code, unit)


@pytest.mark.parametrize(
    "code, part, reason", [("ATHM", "", Reason.BAD_CODE), ("", "", Reason.BAD_CODE), (UNIT, "x" * 65, Reason.BAD_KEY)]
)
def test_what_has_no_name_is_refused(code: str, part: str, reason: Reason):
    """The caller knows the place; it is refused each time, also after it was once."""
    for _ in range(2):
        with pytest.raises(RefusedError) as refused:
            name_of("X", "session", code, (part,))
        assert (refused.value.refusal.reason, refused.value.refusal.where) == (reason, "")
        assert refused.value.at("/here").refusal.where == "/here"
