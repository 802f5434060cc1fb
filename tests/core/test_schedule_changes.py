from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from feed.candidate import Candidate
from feed.core.schedule_changes import ScheduleChanges
from schemas.message import Op
from schemas.schedule_change import ScheduleChange
from schemas.wire import decode, encode
from tests.core.stories import Story
from tests.documents import odf
from tests.schedules import schedule, unit, unit_code

FIRST, SECOND = "2030-07-30T06:00:00Z", "2030-07-31T08:45:00Z"
AT = {FIRST: 1_911_621_600_000_000, SECOND: 1_911_717_900_000_000}


@pytest.fixture
def story() -> Story:
    return Story(ScheduleChanges())


def listed(version: int, *units: str) -> bytes:
    return schedule("XA", *units, version=version)


def said(version: int, text: str, code: str = unit_code(1), affects: str = "Y") -> bytes:
    """A communication about one unit."""
    decision = f'<Decision AffectsSCH="{affects}" Unit="{code}"><Summary>{text}</Summary></Decision>'
    body = f"<Communication>{decision}</Communication>"
    header = {"DocumentType": "DT_COMMUNICATION", "DocumentSubcode": str(version)}
    return odf("XA", version, body=body, DocumentCode="ATH" + 31 * "-", **header)


def told(messages: list[Any]) -> list[tuple[Any, ...]]:
    """Field, what it was, what it is; of one change."""
    if not messages:
        return []
    (message,) = messages
    assert isinstance(message, ScheduleChange)
    assert message.body
    return [(each.field, each.before, each.after) for each in message.body.changes]


def test_a_unit_that_is_moved(story: Story):
    """RESCHEDULED: old and new planned time, the new status, and nothing of what stayed."""
    story.post(listed(1, unit(1, FIRST), unit(2, SECOND)))
    moved = story.post(listed(2, unit(1, SECOND, ScheduleStatus="RESCHEDULED"), unit(2, SECOND)))
    assert told(moved) == [("start", AT[FIRST], AT[SECOND]), ("status", "SCHEDULED", "RESCHEDULED")]
    (message,) = moved
    assert (message.topic, message.unit, message.caused_by) == (
        f"XA.ATH.M.100M.HEAT.000100.schedule_change.{message.caused_by}",
        unit_code(1),
        3,
    )
    change = msgspec.json.decode(encode(message))["body"]["changes"][0]
    assert change == {"field": "start", "from": AT[FIRST], "to": AT[SECOND]}


def test_a_unit_that_is_postponed_has_no_time(story: Story):
    """POSTPONED: whatever time stands in the document for its order; the next time is a new one, not the old."""
    story.post(listed(1, unit(1, FIRST, EndDate=SECOND)))
    called_off = story.post(listed(2, unit(1, FIRST, EndDate=SECOND, ScheduleStatus="POSTPONED")))
    assert told(called_off) == [
        ("start", AT[FIRST], None),
        ("end", AT[SECOND], None),
        ("status", "SCHEDULED", "POSTPONED"),
    ]
    assert story.post(listed(3, unit(1, SECOND, EndDate=SECOND, ScheduleStatus="POSTPONED"))) == []
    again = story.post(listed(4, unit(1, SECOND, ScheduleStatus="RESCHEDULED")))
    assert told(again) == [("start", None, AT[SECOND]), ("status", "POSTPONED", "RESCHEDULED")]


def test_a_delayed_unit_keeps_its_planned_time(story: Story):
    """DELAYED: the plan stands, only that it does not hold is new; and the end of the delay is a change too."""
    story.post(listed(1, unit(1, FIRST)))
    assert told(story.post(listed(2, unit(1, FIRST, ScheduleStatus="DELAYED")))) == [("status", "SCHEDULED", "DELAYED")]
    ready = story.post(listed(3, unit(1, FIRST, ScheduleStatus="GETTING_READY")))
    assert told(ready) == [("status", "DELAYED", "GETTING_READY")]


@pytest.mark.parametrize(
    "before, after",
    [
        ({}, {}),
        ({}, {"ScheduleStatus": "GETTING_READY"}),
        ({"ScheduleStatus": "RESCHEDULED"}, {"ScheduleStatus": "RUNNING", "ActualStartDate": SECOND}),
        ({"ScheduleStatus": "RUNNING"}, {"ScheduleStatus": "SCHEDULED_BREAK"}),
        ({"ScheduleStatus": "RUNNING"}, {"ScheduleStatus": "FINISHED", "ActualEndDate": SECOND}),
        ({}, {"Medal": "1"}),
        ({}, {"nocs": "XAA XBB"}),
    ],
)
def test_what_goes_as_planned_is_no_change(story: Story, before: dict[str, Any], after: dict[str, Any]):
    """The same again, play that goes on, what happened, and what is no plan."""
    story.post(listed(1, unit(1, FIRST, **before)))
    assert story.post(listed(2, unit(1, FIRST, **after))) == []


@pytest.mark.parametrize(
    "before, after, changes",
    [
        ({"Venue": "STA"}, {"Venue": "PDP"}, [("venue", "STA", "PDP")]),
        ({"Location": "T10"}, {"Location": "CTR"}, [("location", "T10", "CTR")]),
        ({"SessionCode": "ATH01"}, {"SessionCode": "ATH02"}, [("session", "ATH01", "ATH02")]),
        ({}, {"ScheduleStatus": "CANCELLED"}, [("start", AT[FIRST], None), ("status", "SCHEDULED", "CANCELLED")]),
        ({"ScheduleStatus": "RUNNING"}, {"ScheduleStatus": "INTERRUPTED"}, [("status", "RUNNING", "INTERRUPTED")]),
        ({"ScheduleStatus": "INTERRUPTED"}, {"ScheduleStatus": "RUNNING"}, [("status", "INTERRUPTED", "RUNNING")]),
        ({"ScheduleStatus": "UNSCHEDULED"}, {}, [("status", "UNSCHEDULED", "SCHEDULED")]),
    ],
)
def test_each_part_of_the_plan_is_told(story: Story, before: dict[str, Any], after: dict[str, Any], changes: list[Any]):
    """Venue, court, session, and every status that is not as planned."""
    story.post(listed(1, unit(1, FIRST, **before)))
    assert told(story.post(listed(2, unit(1, FIRST, **after)))) == changes


def test_a_unit_that_comes_back_is_new(story: Story):
    """What was taken out of the list has no plan before it."""
    story.post(listed(1, unit(1, FIRST)))
    story.take(_removed(story))
    assert story.post(listed(3, unit(1, SECOND))) == []


def test_a_communication_that_names_the_unit_is_the_reason(story: Story):
    """Once, for the change that follows it; one about another unit, or not about the schedule, is none."""
    story.post(listed(1, unit(1, FIRST), unit(2, FIRST)))
    story.post(said(1, "Water quality"), said(2, "Fog", unit_code(2)), said(3, "Protest", affects="N"))
    (moved,) = story.post(listed(2, unit(1, SECOND, ScheduleStatus="RESCHEDULED"), unit(2, FIRST)))
    assert (moved.body.reason.text, moved.body.reason.topic) == ("Water quality", "XA.ATH.-.-.-.-.communication.1")
    (other,) = story.post(listed(3, unit(1, SECOND, Venue="PDP"), unit(2, FIRST)))
    assert other.body.reason is None


def test_whom_it_concerns_is_told(story: Story):
    """Those of the start list, and the venue of now: what followers of a NOC, an athlete or a venue filter by."""
    story.post(listed(1, unit(1, FIRST, "XAA XBB", Venue="STA")))
    (moved,) = story.post(listed(2, unit(1, FIRST, "XAA XBB", Venue="PDP")))
    mentions = moved.body.mentions()
    assert (mentions.venue, mentions.nocs, mentions.athletes) == ("PDP", ("XAA", "XBB"), ("1", "2"))


def test_who_begins_later_finds_the_same_change(story: Story):
    """A process that knows the newest state of everything already compares with what was before, not with that."""
    story.post(listed(1, unit(1, FIRST)), said(1, "Wind"))
    (first,) = story.post(listed(2, unit(1, SECOND)))
    story.post(said(1, "Fog", unit_code(1)), said(2, "Rain"))
    fresh = ScheduleChanges()
    for entry in story.entries[:3]:
        fresh.learn(entry)
    cause = story.entries[first.caused_by - 1]
    earlier = {seq: decode(story.entries[seq - 1].json) for seq in fresh.before(cause)}
    assert fresh.follows(cause, decode(cause.json), earlier) == [first]
    late = ScheduleChanges()
    for entry in story.board.snapshot(lambda entry: entry.kind == "communication"):
        late.learn(entry)
    (without,) = late.follows(cause, decode(cause.json), earlier)
    assert without.body.reason is None  # what was said afterwards is no reason
    fresh.wrote([first], 9)
    (again,) = fresh.follows(cause, decode(cause.json), earlier)
    assert again.body.reason is None


def _removed(story: Story) -> Candidate:
    entry = next(entry for entry in story.entries if entry.kind == "unit")
    return Candidate(replace(decode(entry.json), op=Op.REMOVED, body=None), "gone")
