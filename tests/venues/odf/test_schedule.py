from collections.abc import Callable
from pathlib import Path

import pytest

from feed.candidate import Decoded, Receipt
from feed.venues import odf
from feed.venues.odf.header import read_header
from feed.venues.odf.listing import Entities, read_listing
from feed.venues.odf.parse import parse
from feed.venues.odf.received import received
from feed.venues.odf.schedule import SCHEDULE
from schemas.message import Mentions, Remark
from schemas.session import SessionBody
from schemas.unit import STATUSES, Starter, UnitBody

Decode = Callable[[bytes], Decoded]
Build = Callable[..., bytes]
CODE = "JUDM60KG--------------R32-000100--"
NINE = 1909299600000000  # 2030-07-03 09:00 UTC


@pytest.fixture
def only(decode: Decode, odf: Build) -> Callable[[str], UnitBody | SessionBody]:
    def read(element: str) -> UnitBody | SessionBody:
        decoded = decode(odf(f"<Competition>{element}</Competition>", DocumentType="DT_SCHEDULE_UPDATE"))
        (candidate,) = decoded.candidates
        body = candidate.message.body
        assert isinstance(body, UnitBody | SessionBody)
        return body

    return read


Only = Callable[[str], UnitBody]


def test_a_unit_is_read_whole(only: Only):
    """Every attribute of the schedule has its field; moments are microseconds UTC, the rest is text as sent."""
    body = only(
        f'<Unit Code="{CODE}" PhaseType="3" UnitNum="1" ScheduleStatus="RUNNING" StartDate="2030-07-03T11:00:00+02:00" '
        'HideStartDate="Y" EndDate="2030-07-03T09:00:01Z" HideEndDate="N" ActualStartDate="2030-07-03T09:00:02.5Z" '
        'ActualEndDate="2030-07-03T09:00:03Z" Order="04" Medal="1" Venue="HAL" Location="HA1" SessionCode="JUD01" '
        'HideUnitNum="Y" MediaAccess="OPE" ScheduleFlag="S"><StartText Language="ENG" Value="Not before 11:00"/>'
        '<ItemName Language="ENG" Value="Men -60 kg"/><ItemName Language="FRA" Value="-60 kg hommes"/>'
        '<ItemDescription Language="ENG"> First match </ItemDescription>'
        '<VenueDescription VenueName="Hall" LocationName="Mat 1"/></Unit>'
    )
    assert body == UnitBody(
        code=CODE,
        names={"ENG": "Men -60 kg", "FRA": "-60 kg hommes"},
        status="RUNNING",
        phase_type="3",
        start=NINE,
        end=NINE + 1_000_000,
        started=NINE + 2_500_000,
        ended=NINE + 3_000_000,
        start_hidden=True,
        order="04",
        session="JUD01",
        venue="HAL",
        venue_name="Hall",
        location="HA1",
        location_name="Mat 1",
        medal="1",
        start_texts={"ENG": "Not before 11:00"},
        descriptions={"ENG": "First match"},
        unit_num="1",
        unit_num_hidden=True,
        media_access="OPE",
        schedule_flag="S",
    )


def test_a_session_is_read_whole(only: Only):
    """Every attribute of a session has its field."""
    body = only(
        '<Session SessionCode="JUD01" StartDate="2030-07-03T09:00:00Z" EndDate="2030-07-03T09:00:01Z" Leadin="5:00" '
        'Venue="HAL" VenueName="Hall" SessionStatus="CANCELLED" SessionType="MOR" Medal="2" FOP="1" HideStartDate="Y" '
        'HideEndDate="Y"><SessionName Language="ENG" Value="Session 1"/></Session>'
    )
    assert body == SessionBody(
        code="JUD01",
        names={"ENG": "Session 1"},
        status="CANCELLED",
        start=NINE,
        end=NINE + 1_000_000,
        venue="HAL",
        venue_name="Hall",
        start_hidden=True,
        end_hidden=True,
        session_type="MOR",
        lead_in="5:00",
        medal="2",
        field_of_play="1",
    )


def test_a_start_list_has_both_sides_or_where_they_come_from(only: Only):
    """An athlete is named after itself, a team by its name; what is not known yet points to the unit before."""
    athlete = '<Athlete Code="7" Order="1" Bib="12"><Description GivenName="Ada" FamilyName="Muster"/></Athlete>'
    body = only(
        f'<Unit Code="{CODE}"><StartList>'
        f'<Start SortOrder="1" StartOrder="1"><Competitor Code="7" Type="A" Organisation="XAA"><Composition>{athlete}'
        "</Composition></Competitor></Start>"
        '<Start SortOrder="2"><Competitor Code="T1" Type="T"><Description TeamName="Reds"/></Competitor></Start>'
        '<Start SortOrder="3"><PreviousUnit Unit="U" WLT="W" Value="4"/></Start></StartList></Unit>'
    )
    single, team, unknown = body.start_list
    assert (single.id, single.kind, single.noc, single.name) == ("7", "athlete", "XAA", "Ada Muster")
    assert (single.bib, single.sort_order, single.lane) == ("12", 1, "1")
    assert (team.id, team.kind, team.name, team.members) == ("T1", "team", "Reds", ())
    assert (unknown.id, unknown.previous_unit, unknown.previous_wlt, unknown.previous_value) == (None, "U", "W", "4")
    assert body.mentions() == Mentions(None, ("XAA",), ("7",))


def test_the_unit_before_is_read_in_both_generations(only: Only):
    """Attributes of Start until 2024, an element of its own since."""
    older = '<Start PreviousUnit="U" PreviousWLT="L" PreviousValue="4"/>'
    newer = '<Start><PreviousUnit Unit="U" WLT="L" Value="4"/></Start>'
    body = only(f'<Unit Code="{CODE}"><StartList>{older}{newer}</StartList></Unit>')
    assert body.start_list == (Starter(previous_unit="U", previous_wlt="L", previous_value="4"),) * 2


@pytest.mark.parametrize("status", STATUSES)
def test_all_statuses_of_the_schedule_are_known(status: str, decode: Decode, odf: Build):
    """None of the eleven is remarked; the status of the message stays that of results."""
    element = f'<Unit Code="{CODE}" ScheduleStatus="{status}"/>'
    decoded = decode(odf(f"<Competition>{element}</Competition>", DocumentType="DT_SCHEDULE", ResultStatus=None))
    (candidate,) = decoded.candidates
    assert (candidate.message.body.status, candidate.message.status) == (status, None)
    assert candidate.message.remarks == ()


def test_a_language_twice_is_not_lost(only: Only):
    """The first text is the language's; the second, and a text of no language, are kept as they were sent."""
    body = only(
        f'<Unit Code="{CODE}"><ItemName Language="ENG" Value="a"/><ItemName Language="ENG" Value="b"/>'
        '<ItemName Value="c"/><ItemName Language="FRA" Value="d" New="1"/><ItemName Language="SPA" Value=""/></Unit>'
    )
    assert body.names == {"ENG": "a", "FRA": "d"}
    assert body.unmapped == {
        "ItemName[2]": '<ItemName Language="ENG" Value="b"/>',
        "ItemName[3]": '<ItemName Value="c"/>',
        "ItemName[4]": '<ItemName Language="FRA" Value="d" New="1"/>',
    }


@pytest.mark.shared
def test_the_handmade_file_has_all_statuses(shared: Path, decode: Decode):
    """Each of the eleven is read from it, without a remark about any."""
    decoded = decode((shared / "data" / "odf" / "statuses_handmade.xml").read_bytes())
    units = [candidate.message for candidate in decoded.candidates if candidate.message.topic.endswith(".unit")]
    assert not any(Remark.UNKNOWN_CODE in message.remarks for message in units)
    assert {message.body.status for message in units} <= set(STATUSES)
    assert len(units) > 3


@pytest.mark.shared
def test_what_units_say_alike_changes_nothing(shared: Path):
    """Every real schedule reads the same whether what stands below its units is read once or for each of them."""
    tables = {tag: entity._replace(alike_below=False) for tag, entity in SCHEDULE.by_tag.items()}
    receipt = Receipt(0, None, lambda _: None)
    for path in sorted((shared / "data" / "odf" / "paris2024-schedule").glob("*.xml")):
        document = path.read_bytes()
        root = parse(document)
        header = read_header(dict(root.items()), receipt)
        one_by_one = read_listing(Entities(tables), received(document, root, header, 0))
        assert odf.decode(document, receipt) == one_by_one, path.name
