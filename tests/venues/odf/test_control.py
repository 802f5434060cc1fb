from collections.abc import Callable

import pytest

from feed.candidate import Candidate, Decoded, Listing, Sender
from feed.refusals import Reason
from schemas.message import Op, Remark
from schemas.source import Source, SourceBody, State

Decode = Callable[[bytes], Decoded]
Build = Callable[..., bytes]
CODE = "BKB-----------------------BCY-----"
HEADER = {"DocumentCode": CODE, "ResultStatus": None, "Source": "BCYBKB1"}
CONFIG = '<Competition Gen="g"><Config KADelay="60" DelayOffSet="5" CompetitionDay="3"/></Competition>'


@pytest.fixture
def told(decode: Decode, odf: Build) -> Callable[..., tuple[Candidate, Listing]]:
    def read(body: str, type_: str = "DT_LOCAL_ON", **changes: str | None) -> tuple[Candidate, Listing]:
        decoded = decode(odf(body, **(HEADER | {"DocumentType": type_} | changes)))
        assert decoded.refusal is None
        assert decoded.listing is not None
        (candidate,) = decoded.candidates
        return candidate, decoded.listing

    return read


Told = Callable[..., tuple[Candidate, Listing]]


@pytest.mark.parametrize("type_, state", [("DT_LOCAL_ON", State.ON), ("DT_LOCAL_OFF", State.OFF)])
@pytest.mark.parametrize("body", ["", "<Competition/>"])
def test_a_system_says_whether_it_is_there(type_: str, state: State, body: str, told: Told):
    """One entity, the sender, in the set of sources; `since` is the document's moment, and no code is a unit's."""
    candidate, listing = told(body, type_)
    message = candidate.message
    assert isinstance(message, Source)
    assert message.topic == "XG2030.BKB.-.-.-.BCY.source.BCYBKB1"
    assert message.body == SourceBody(state=state, since=message.ts.event)
    assert (message.code, message.unit, message.op, message.remarks) == (CODE, None, Op.PUT, ())
    assert (listing.topic, listing.full) == ("XG2030.BKB.-.-.-.BCY.list.sources", False)
    assert (listing.document.key, listing.document.op) == (type_, Op.PUT)


@pytest.mark.parametrize(
    "type_, state",
    [("DT_GLOBAL_GM", State.ON), ("DT_GLOBAL_GN", State.OFF), ("DT_GM", State.ON), ("DT_GN", State.OFF)],
)
def test_the_games_as_a_whole_have_a_morning_and_a_night(type_: str, state: State, told: Told):
    """The central system is a source like any other, for a code that stands for all of the Games."""
    candidate, listing = told("", type_, DocumentCode="GEN-------------------------------", Source="ODS")
    message = candidate.message
    assert isinstance(message, Source)
    assert message.topic == "XG2030.GEN.-.-.-.-.source.ODS"
    assert message.body == SourceBody(state=state, since=message.ts.event)
    assert (listing.topic, listing.full) == ("XG2030.GEN.-.-.-.-.list.sources", False)


def test_a_morning_and_a_night_are_one_topic(told: Told):
    """The night ends what the morning began, also in the older form."""
    topics = {told("", type_)[0].message.topic for type_ in ("DT_LOCAL_ON", "DT_GM", "DT_GN", "DT_GLOBAL_GN")}
    assert len(topics) == 1


def test_how_often_something_will_come(told: Told):
    """Seconds are numbers, the day is text; what is no number stands as it was sent."""
    body = told(CONFIG)[0].message.body
    assert (body.keep_alive_seconds, body.tolerance_seconds, body.competition_day) == (60, 5, "3")
    odd = told(CONFIG.replace("60", "a minute"))[0].message
    assert (odd.body.keep_alive_seconds, odd.remarks) == ("a minute", ())


def test_what_no_field_holds_is_kept_with_the_source(told: Told):
    """Of the body at the entity, of the document around it at the head."""
    candidate, listing = told(CONFIG.replace("<Config", '<Config New="1"') + "<Other/>")
    assert candidate.message.body.unmapped == {"Config/@New": "1"}
    assert candidate.message.remarks == (Remark.UNMAPPED,)
    assert listing.document.unmapped == {"/OdfBody/Other": "<Other/>"}


def test_saying_it_again_is_news_and_sending_it_again_is_not(told: Told):
    """A new Version is a new content, another moment of the same Version is not."""
    first = told(CONFIG)[0].hash
    assert told(CONFIG, Time="220000000")[0].hash == first
    assert told(CONFIG, Version="4")[0].hash != first


def test_a_system_without_name_is_one_too(told: Told):
    """Its topic ends with the kind."""
    assert told("", Source=None)[0].message.topic == "XG2030.BKB.-.-.-.BCY.source"


def test_a_name_too_long_for_a_topic_is_refused(decode: Decode, odf: Build):
    """The place of the name is told."""
    refusal = decode(odf("", **(HEADER | {"DocumentType": "DT_LOCAL_ON", "Source": "x" * 65}))).refusal
    assert refusal is not None
    assert (refusal.reason, refusal.where) == (Reason.BAD_KEY, "/OdfBody/@Source")


@pytest.mark.parametrize("type_", ["DT_KA", "DT_PING", "DT_RT_KA"])
def test_signs_of_life_are_counted_only(type_: str, decode: Decode, odf: Build):
    """No message and no refusal; the flag is there, so that they are archived in their own world."""
    decoded = decode(odf("<Competition/>", **(HEADER | {"DocumentType": type_, "FeedFlag": "T"})))
    assert (decoded.candidates, decoded.listing, decoded.refusal) == ((), None, None)
    assert (decoded.flag, decoded.version) == ("T", 3)
    assert decoded.sender == Sender("XG2030", "BCYBKB1", 1_909_346_172_045_000)


@pytest.mark.parametrize("change, reason", [({"Version": "0"}, Reason.BAD_VERSION), ({"Time": "1"}, Reason.BAD_TIME)])
def test_signs_of_life_have_headers_too(change: dict[str, str], reason: Reason, decode: Decode, odf: Build):
    """What is wrong with a header is refused, whatever the type."""
    refusal = decode(odf("", **(HEADER | {"DocumentType": "DT_KA"} | change))).refusal
    assert refusal is not None
    assert refusal.reason is reason
