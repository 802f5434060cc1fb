import json

from feed.core.scheduled import row_of
from schemas.message import BodyRef
from tests.core.schedule_makers import session_entry, starters, unit_code, unit_entry


def test_a_unit_is_told_by_its_message_and_its_body():
    """Topic, seq and version stand before the fields of the body, which are those that were delivered."""
    entry = unit_entry(7, unit_code(1), names={"ENG": "Heat 1", "FRA": "Série n° 1"}, start=5, start_list=starters("A"))
    body = json.loads(entry.json)["body"]
    row = row_of(entry)
    assert json.loads(row.json) == {"topic": entry.topic, "seq": 7, "version": 3} | body
    assert row.json.endswith(entry.json[entry.json.index(b'"code":"' + unit_code(1).encode() + b'","names"') : -1])


def test_a_row_knows_what_a_schedule_is_asked_by():
    """Start, status, session, venue and every organisation of the start list; the discipline is the topic's."""
    told = {
        "start": 5,
        "status": "RUNNING",
        "session": "ATH01",
        "venue": "STA",
        "start_list": starters("XA", "XB", "XA"),
    }
    row = row_of(unit_entry(1, unit_code(1), **told))
    assert (row.code, row.discipline, row.nocs) == (unit_code(1), "ATH", ("XA", "XB"))
    assert (row.start, row.status, row.session, row.venue) == (5, "RUNNING", "ATH01", "STA")


def test_a_session_has_the_code_of_its_own():
    """And no organisation and no other session."""
    entry = session_entry(2, "ATH01", start=5, venue="STA", status="CANCELLED")
    row = row_of(entry)
    assert (row.code, row.discipline, row.session, row.nocs) == ("ATH01", "ATH", None, ())
    assert json.loads(row.json)["code"] == "ATH01"
    assert json.loads(row.json)["topic"] == entry.topic


def test_a_body_that_is_kept_apart_is_referred_to():
    """Its message tells no more than the code; nothing fails for it."""
    ref = BodyRef(sha256="0" * 64, bytes=600_000, media="application/json")
    for entry, code in (
        (unit_entry(1, unit_code(1), ref=ref), unit_code(1)),
        (session_entry(2, "ATH01", ref=ref), "ATH01"),
    ):
        row = row_of(entry)
        shown = json.loads(row.json)
        assert (row.code, row.start, row.venue) == (code, None, None)
        assert shown == {
            "topic": entry.topic,
            "seq": entry.seq,
            "version": 3,
            "code": code,
            "body_ref": shown["body_ref"],
        }
        assert shown["body_ref"] == {"sha256": ref.sha256, "bytes": ref.bytes, "media": ref.media}
