from collections.abc import Callable
from datetime import tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feed.candidate import Decoded, Listing, Receipt
from feed.refusals import Reason
from feed.venues.odf import decode as decode_odf
from feed.venues.odf.walker import UNMAPPED_MAX
from schemas.infos import Infos
from schemas.message import Op, Remark
from schemas.rsc import parse_code
from schemas.topic import parse_topic

Decode = Callable[[bytes], Decoded]
Build = Callable[..., bytes]
CODE = "JUD-------------------------------"
FIRST, SECOND = "JUDM60KG--------------R32-000100--", "JUDM60KG--------------R32-000200--"
UNIT, SESSION = "XG2030.JUD.M.60KG.R32.{}.unit", "XG2030.JUD.-.-.-.-.session.{}"
ABOVE = "/OdfBody/Competition"


def unit(code: str = FIRST, inside: str = "", **attributes: str) -> str:
    written = " ".join(f'{name}="{text}"' for name, text in attributes.items())
    return f'<Unit Code="{code}" {written}>{inside}</Unit>'


@pytest.fixture
def schedule(odf: Build) -> Build:
    """Build a schedule of the parts of its Competition; None leaves Competition out."""

    def build(*parts: str | None, around: str = "", **changes: str | None) -> bytes:
        header = {"DocumentType": "DT_SCHEDULE", "DocumentCode": CODE, "ResultStatus": None} | changes
        inside = "".join(part for part in parts if part is not None)
        return odf((f"<Competition>{inside}</Competition>" if None not in parts else "") + around, **header)

    return build


def listing_of(decoded: Decoded) -> Listing:
    assert decoded.refusal is None
    assert decoded.listing is not None
    return decoded.listing


def topics_of(decoded: Decoded) -> list[str]:
    return [candidate.message.topic for candidate in decoded.candidates]


def test_a_list_tells_how_much_it_says(decode: Decode, schedule: Build):
    """The bytes of its content: more with each entity, never more than were sent."""
    few, more = schedule(unit()), schedule(unit(), unit(SECOND))
    assert 0 < listing_of(decode(few)).bytes < listing_of(decode(more)).bytes <= len(more)


def test_each_entity_is_a_message_of_its_own(decode: Decode, schedule: Build):
    """Units have the topic of their own code, sessions that of the document; header and stamps are the document's."""
    decoded = decode(schedule('<Session SessionCode="JUD01"/>', unit(), Version="7", Source="HALJUD1"))
    session, match = [candidate.message for candidate in decoded.candidates]
    assert (session.topic, session.code, session.unit) == (SESSION.format("JUD01"), CODE, None)
    assert (match.topic, match.code, match.unit) == (UNIT.format("000100"), FIRST, FIRST)
    for message in (session, match):
        assert (message.op, message.version, message.status, message.source) == (Op.PUT, 7, None, "HALJUD1")
        assert message.document is not None
        assert (message.document.type, message.document.code) == ("DT_SCHEDULE", CODE)
        assert message.remarks == ()


def test_what_many_units_say_alike_is_theirs_beside_their_own(schedule: Build):
    """Names and venue in one text, attributes of each unit, and times in the zone that counts for each document."""
    inside = '<ItemName Language="ENG" Value="Round of 32"/><StartList><Start StartOrder="1"/></StartList>'
    times = {"StartDate": "2030-07-27T10:00:00", "Venue": "XHA"}
    for zone, seen in ((None, 36_000), (ZoneInfo("Europe/Paris"), 28_800)):
        document = schedule(unit(FIRST, inside, Order="1", **times), unit(SECOND, inside, **times), Version=str(seen))
        bodies = [
            each.message.body for each in decode_odf(document, Receipt(0, None, lambda _, zone=zone: zone)).candidates
        ]
        assert [(body.code, body.order) for body in bodies] == [(FIRST, "1"), (SECOND, None)]
        for body in bodies:
            assert (body.names, body.venue, body.start_list[0].lane) == ({"ENG": "Round of 32"}, "XHA", "1")
            assert body.start % (86_400 * 1_000_000) == seen * 1_000_000


def test_what_is_odd_below_a_unit_is_told_of_each(decode: Decode, schedule: Build):
    """It is not taken for known, or the second unit would lose what no field holds."""
    inside = '<ItemName Language="ENG" Value="Final"/><Odd Value="1"/>'
    first, second = decode(schedule(unit(FIRST, inside), unit(SECOND, inside))).candidates
    for each in (first, second):
        assert each.message.remarks == (Remark.UNMAPPED,)
        assert each.message.body.unmapped == {"Odd": '<Odd Value="1"/>'}


def test_the_head_names_the_document_alone(decode: Decode, schedule: Build):
    """Key, version, moment and hash of this document, and whether it is a whole list; entities name head and key."""
    decoded = decode(schedule(unit(), DocumentSubtype="SYNC", Language="FRA"))
    listing, message = listing_of(decoded), listing_of(decoded).head.message
    assert (listing.topic, decoded.topic) == ("XG2030.JUD.-.-.-.-.list.schedule",) * 2
    assert (message.op, message.unit, message.remarks) == (Op.PUT, None, (Remark.ZONE_ASSUMED,))
    document = listing.document
    assert (document.key, document.op) == ("DT_SCHEDULE.-.SYNC.FRA", Op.PUT)
    assert (document.version, document.event, document.hash) == (3, message.ts.event, listing.head.hash)
    assert (listing.full, listing.body.full) == (True, document.event)
    assert [(each.list, each.key) for each in decoded.candidates] == [(listing.topic, document.key)]


def test_an_update_is_no_whole_list(decode: Decode, schedule: Build):
    """It belongs to the same set under its own key, and may come without anything."""
    for parts in ([unit()], [None]):
        decoded = decode(schedule(*parts, DocumentType="DT_SCHEDULE_UPDATE"))
        listing = listing_of(decoded)
        assert (listing.full, listing.body.full) == (False, None)
        assert (listing.topic, listing.document.key) == ("XG2030.JUD.-.-.-.-.list.schedule", "DT_SCHEDULE_UPDATE")
        assert listing.document.op is Op.PUT


def test_a_whole_list_without_competition_is_taken_back(decode: Decode, schedule: Build):
    """The document is withdrawn, the head stays: it tells what became of the set."""
    decoded = decode(schedule(None, around="<Note>sent in error</Note>"))
    listing = listing_of(decoded)
    assert decoded.candidates == ()
    assert (listing.document.op, listing.head.message.op) == (Op.WITHDRAWN, Op.PUT)


def test_a_whole_list_with_something_in_the_place_of_its_competition_is_refused(decode: Decode, schedule: Build):
    """It takes nothing back and lists nothing, so it must not empty the set."""
    refusal = decode(schedule(None, around="<Weather/>")).refusal
    assert refusal is not None
    assert (refusal.reason, refusal.where) == (Reason.BAD_VALUE, ABOVE)


def test_of_repeats_the_last_is_kept_at_its_place(decode: Decode, schedule: Build):
    """The one kept is remarked, the others are not."""
    decoded = decode(schedule(unit(Order="1"), unit(SECOND), unit(Order="2")))
    assert topics_of(decoded) == [UNIT.format("000200"), UNIT.format("000100")]
    other, kept = decoded.candidates
    assert (other.message.remarks, kept.message.remarks) == ((), (Remark.REPEATED_IN_DOCUMENT,))
    assert kept.message.body.order == "2"


@pytest.mark.parametrize(
    "part, reason, where",
    [
        (unit().replace(f'Code="{FIRST}"', ""), Reason.NO_KEY, "Unit[2]/@Code"),
        (unit(""), Reason.NO_KEY, "Unit[2]/@Code"),
        (unit("JUDM60KG"), Reason.BAD_CODE, "Unit[2]/@Code"),
        ("<Session/>", Reason.NO_KEY, "Session/@SessionCode"),
        (f'<Session SessionCode="{"x" * 65}"/>', Reason.BAD_KEY, "Session/@SessionCode"),
        (unit(SECOND, StartDate="2030-02-30T10:00:00Z"), Reason.BAD_VALUE, "Unit[2]/@StartDate"),
        (unit(SECOND, HideStartDate="?"), Reason.BAD_VALUE, "Unit[2]/@HideStartDate"),
    ],
)
def test_one_wrong_entity_refuses_the_document(part: str, reason: Reason, where: str, decode: Decode, schedule: Build):
    """The place of what is wrong is named, and nothing of the document is written."""
    decoded = decode(schedule(unit(), part))
    assert (decoded.candidates, decoded.listing, decoded.flag, decoded.version) == ((), None, "P", 3)
    assert decoded.refusal is not None
    assert (decoded.refusal.reason, decoded.refusal.where) == (reason, f"{ABOVE}/{where}")


def test_of_several_wrong_entities_the_first_is_told(decode: Decode, schedule: Build):
    """Names and bodies are read together, entity by entity; one without any attribute has no cut of its own."""
    refusal = decode(schedule(unit(FIRST, HideStartDate="?"), "<Unit/>", unit(SECOND))).refusal
    assert refusal is not None
    assert (refusal.reason, refusal.where) == (Reason.BAD_VALUE, f"{ABOVE}/Unit[1]/@HideStartDate")


@pytest.mark.parametrize("name", ["DocumentSubcode", "DocumentSubtype"])
def test_a_document_key_too_long_for_topics_is_refused(name: str, decode: Decode, schedule: Build):
    """Also where the key is no part of a topic: it stands in the head and in the index."""
    refusal = decode(schedule(unit(), **{name: "x" * 65})).refusal
    assert refusal is not None
    assert refusal.reason is Reason.BAD_KEY


def test_what_no_field_holds_stays_with_its_entity(decode: Decode, schedule: Build):
    """Paths start at the entity, so that its place in the document changes nothing; the rest is the head's."""
    odd = unit(SECOND, '<Result SortOrder="1"/>text', New="1", ModificationIndicator="U")
    decoded = decode(schedule(unit(), odd, "<Weather/>tail", around="<Other/>", Mood="calm"))
    plain, found = [candidate.message for candidate in decoded.candidates]
    assert (plain.remarks, plain.body.unmapped or {}) == ((), {})
    assert found.remarks == (Remark.UNMAPPED,)
    expected = {"@New": "1", "text()": "text", "Result": '<Result SortOrder="1"/>'}
    assert found.body.unmapped == expected
    head = listing_of(decoded)
    assert head.document.unmapped == {
        "/OdfBody/@Mood": "calm",
        "/OdfBody/Other": "<Other/>",
        f"{ABOVE}/Weather": "<Weather/>",
        f"{ABOVE}/text()": "tail",
    }
    assert head.head.message.remarks == (Remark.ZONE_ASSUMED, Remark.UNMAPPED)


def test_what_is_odd_about_one_entity_is_remarked_there_only(decode: Decode, schedule: Build):
    """An unknown status or a moment without offset says nothing of the others."""
    odd = unit(SECOND, ScheduleStatus="ADJOURNED", StartDate="2030-07-03T10:00:00")
    decoded = decode(schedule(unit(), odd, unit("JUDM60KG--------------R32-000300--")))
    remarks = [candidate.message.remarks for candidate in decoded.candidates]
    assert remarks == [(), (Remark.UNKNOWN_CODE, Remark.ZONE_ASSUMED), ()]
    assert decoded.candidates[1].message.body.status == "ADJOURNED"


def test_moments_without_offset_are_in_the_competitions_zone(schedule: Build):
    """As those of results are."""
    zones: dict[str, tzinfo] = {"XG2030": ZoneInfo("Europe/Paris")}
    document = schedule(unit(StartDate="1970-01-01T01:00:00"))
    (candidate,) = decode_odf(document, Receipt(0, None, zones.get)).candidates
    assert (candidate.message.body.start, candidate.message.remarks) == (0, ())


def test_equal_entities_have_equal_hashes_wherever_they_stand(decode: Decode, schedule: Build):
    """Order, layout, neighbours, kind of list and ModificationIndicator are no content of an entity; values are."""
    one = decode(schedule(unit(Order="1", Venue="HAL"), unit(SECOND)))
    two = decode(
        schedule(
            *('<Session SessionCode="JUD01"/>\n', unit(SECOND), "\n ", unit(Venue="HAL", Order="1")),
            *("<!-- c -->", unit("JUDM60KG--------------R32-000300--", ModificationIndicator="N")),
            DocumentType="DT_SCHEDULE_UPDATE",
        )
    )
    hashes = {candidate.message.topic: candidate.hash for candidate in two.candidates}
    assert all(hashes[candidate.message.topic] == candidate.hash for candidate in one.candidates)
    marked = decode(schedule(unit(Order="1", Venue="HAL", ModificationIndicator="U")))
    changed = decode(schedule(unit(Order="2", Venue="HAL")))
    assert marked.candidates[0].hash == one.candidates[0].hash != changed.candidates[0].hash


SESSIONS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zs", "Zl", "Zp"]), min_size=1, max_size=5
)
SAFE = SESSIONS.filter(lambda text: not set(text) & set("<>&\"'\ufffe\uffff"))
UNITS = st.from_regex(r"(JUD[MW]([A-Z0-9.-]{30}))|([A-Z]{2}[MWXO0][0-9]{3}[0-9A-Z]{3})", fullmatch=True)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(units=st.lists(UNITS, max_size=6), sessions=st.lists(SAFE, max_size=4))
def test_names_and_topics_are_a_bijection(units: list[str], sessions: list[str], decode: Decode, schedule: Build):
    """Each code has its own topic, which gives it back; the order is that of the last mentions."""
    parts = [f'<Session SessionCode="{code}"/>' for code in sessions] + [unit(code) for code in units]
    decoded = decode(schedule(*parts))
    assert decoded.refusal is None
    keys = [parse_topic(topic) for topic in topics_of(decoded)]
    found = [key.parts[0] if key.kind == "session" else key.code for key in keys]
    wanted = [*sessions, *map(parse_code, units)]
    assert found == [name for place, name in enumerate(wanted) if name not in wanted[place + 1 :]]


@pytest.mark.shared
def test_all_real_schedules_become_entities(shared: Path, decode: Decode):
    """7,100 units of 46 disciplines have 7,092 topics, the 8 that repeat are remarked; 758 sessions; no loss."""
    units: set[str] = set()
    sessions = repeated = elements = 0
    documents = sorted((shared / "data" / "odf" / "paris2024-schedule").glob("*.xml"))
    assert len(documents) == 46
    for path in documents:
        document = path.read_bytes()
        decoded = decode(document)
        listing = listing_of(decoded)
        assert not listing.document.unmapped
        assert isinstance(listing.document.about, Infos)
        assert listing.document.about.infos
        elements += document.count(b"<Unit ")
        for candidate in decoded.candidates:
            assert not candidate.message.body.unmapped
            repeated += Remark.REPEATED_IN_DOCUMENT in candidate.message.remarks
            sessions += ".session." in candidate.message.topic
            if candidate.message.topic.endswith(".unit"):
                units.add(candidate.message.topic)
    assert (elements, len(units), repeated, sessions) == (7_100, 7_092, 8, 758)


def test_notes_stay_with_the_head(decode: Decode, schedule: Build):
    """They are about the document; a thousand entities do not repeat them."""
    decoded = decode(schedule(unit(FIRST), around="<Note>Moved by rain</Note>"))
    notes = [each.message.document.notes for each in (*decoded.candidates, listing_of(decoded).head)]
    assert notes == [(), ("Moved by rain",)]


@pytest.mark.parametrize("name", ["Gen", "Sport", "Codes"])
def test_what_every_entity_repeats_is_short(decode: Decode, schedule: Build, name: str):
    """A long text in it would be stored once for each of thousands."""
    document = schedule(unit(FIRST)).replace(b"<Competition>", f'<Competition {name}="{257 * "x"}">'.encode())
    refusal = decode(document).refusal
    assert refusal is not None
    assert (refusal.reason, refusal.where) == (Reason.BAD_VALUE, f"{ABOVE}/@{name}")


def test_names_that_are_not_ours_are_limited(decode: Decode, schedule: Build):
    """Keeping them costs more than reading what is ours: millions of them would hold up everybody."""
    refusal = decode(schedule("<x/>" * (UNMAPPED_MAX + 1))).refusal
    assert refusal is not None
    assert refusal.reason is Reason.BAD_VALUE
    assert decode(schedule("<x/>" * UNMAPPED_MAX)).refusal is None
