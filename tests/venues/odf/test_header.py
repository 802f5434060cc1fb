from datetime import tzinfo
from zoneinfo import ZoneInfo

import msgspec
import pytest

from feed.candidate import Receipt
from feed.refusals import Reason
from feed.venues.odf.header import STATUSES, Sighting, read_header, sight
from feed.venues.odf.refused import RefusedError
from schemas.message import Remark

EVENING = 1909346172045000  # 2030-07-03 21:56:12.045 UTC
TOPIC = "XG2030.ATH.M.100M.FNL.000100.result"
Attributes = dict[str, str]


def refusal_of(attributes: Attributes, receipt: Receipt) -> tuple[Reason, str]:
    with pytest.raises(RefusedError) as refused:
        read_header(attributes, receipt)
    return refused.value.refusal.reason, refused.value.refusal.where


def test_a_plain_header_is_read(header: Attributes, receipt: Receipt):
    """Key, version, flag, status, source and the time of a 2018 to 2026 header; UTC is assumed without a zone."""
    found = read_header(header, receipt)
    assert (found.topic, found.competition, str(found.code)) == (TOPIC, "XG2030", header["DocumentCode"])
    assert (found.flag, found.version, found.status, found.source) == ("P", 3, "OFFICIAL", "STAATH1")
    assert (found.event, found.logical_date) == (EVENING, "2030-07-03")
    assert (found.subcode, found.subtype, found.language) == (None, None, None)
    assert found.remarks == (Remark.ZONE_ASSUMED,)


def test_the_zone_of_the_competition_is_asked_for_and_used(header: Attributes, receipt: Receipt):
    """With a configured zone the header's time is local there, and nothing is remarked."""
    asked = []

    def zone_of(competition: str) -> tzinfo:
        asked.append(competition)
        return ZoneInfo("Europe/Paris")

    found = read_header(header, msgspec.structs.replace(receipt, zone_of=zone_of))
    assert asked == ["XG2030"]
    assert found.event == EVENING - 2 * 3600 * 1_000_000
    assert found.remarks == ()


def test_a_time_stamp_with_offset_needs_no_zone(header: Attributes, receipt: Receipt):
    """The 2028 header replaces Date and Time; where both are sent the one with an offset is believed."""
    stamp = {"TimeStamp": "2030-07-03T23:56:12.045+02:00"}
    both = read_header(header | stamp, receipt)
    alone = read_header(
        {name: text for name, text in (header | stamp).items() if name not in {"Date", "Time"}}, receipt
    )
    assert both.event == alone.event == EVENING
    assert both.remarks == alone.remarks == ()


@pytest.mark.parametrize(
    "changes, reason, name",
    [
        ({"CompetitionCode": ""}, Reason.NO_KEY, "CompetitionCode"),
        ({"DocumentCode": ""}, Reason.NO_KEY, "DocumentCode"),
        ({"DocumentType": ""}, Reason.NO_KEY, "DocumentType"),
        ({"DocumentCode": "ATHM100M--------------FNL-000100-"}, Reason.BAD_CODE, "DocumentCode"),
        ({"DocumentCode": "athm100m--------------fnl-000100--"}, Reason.BAD_CODE, "DocumentCode"),
        ({"DocumentCode": "9000301"}, Reason.BAD_CODE, "DocumentCode"),
        ({"Version": ""}, Reason.BAD_VERSION, "Version"),
        ({"Version": "0"}, Reason.BAD_VERSION, "Version"),
        ({"Version": "000"}, Reason.BAD_VERSION, "Version"),
        ({"Version": "-1"}, Reason.BAD_VERSION, "Version"),
        ({"Version": "+1"}, Reason.BAD_VERSION, "Version"),
        ({"Version": "1.0"}, Reason.BAD_VERSION, "Version"),
        ({"Version": " 1"}, Reason.BAD_VERSION, "Version"),
        ({"Version": "1_0"}, Reason.BAD_VERSION, "Version"),
        ({"Version": "٣"}, Reason.BAD_VERSION, "Version"),
        ({"Version": "1000000000"}, Reason.BAD_VERSION, "Version"),
        ({"FeedFlag": ""}, Reason.BAD_FLAG, "FeedFlag"),
        ({"FeedFlag": "X"}, Reason.BAD_FLAG, "FeedFlag"),
        ({"FeedFlag": "p"}, Reason.BAD_FLAG, "FeedFlag"),
        ({"FeedFlag": "PT"}, Reason.BAD_FLAG, "FeedFlag"),
        ({"Date": "2030-02-30"}, Reason.BAD_TIME, "Time"),
        ({"Date": ""}, Reason.BAD_TIME, "Time"),
        ({"Time": "2156"}, Reason.BAD_TIME, "Time"),
        ({"TimeStamp": "2030-07-03T21:56:12"}, Reason.BAD_TIME, "TimeStamp"),
        ({"LogicalDate": "2030-02-30"}, Reason.BAD_TIME, "LogicalDate"),
        ({"LogicalDate": "today"}, Reason.BAD_TIME, "LogicalDate"),
        ({"CompetitionCode": "X" * 16}, Reason.BAD_VALUE, "CompetitionCode"),
        ({"DocumentType": "DT_" + "X" * 28}, Reason.BAD_VALUE, "DocumentType"),
        ({"Language": "ENGL"}, Reason.BAD_VALUE, "Language"),
    ],
)
def test_a_header_against_the_rules_is_refused_by_name_and_place(
    changes: Attributes, reason: Reason, name: str, header: Attributes, receipt: Receipt
):
    """Every rule of the header has its reason and names the attribute."""
    assert refusal_of(header | changes, receipt) == (reason, f"/OdfBody/@{name}")


@pytest.mark.parametrize(
    "missing, reason",
    [
        ("CompetitionCode", Reason.NO_KEY),
        ("DocumentCode", Reason.NO_KEY),
        ("DocumentType", Reason.NO_KEY),
        ("Version", Reason.BAD_VERSION),
        ("FeedFlag", Reason.BAD_FLAG),
        ("Date", Reason.BAD_TIME),
        ("Time", Reason.BAD_TIME),
    ],
)
def test_a_missing_attribute_is_refused_like_an_empty_one(
    missing: str, reason: Reason, header: Attributes, receipt: Receipt
):
    """Mandatory attributes cannot be left out."""
    del header[missing]
    assert refusal_of(header, receipt)[0] is reason


@pytest.mark.parametrize("name", ["DocumentSubcode", "DocumentSubtype"])
def test_a_key_too_long_for_a_topic_is_bad_key(name: str, header: Attributes, receipt: Receipt):
    """Subcode and subtype have no length of their own: the topic's limit of 64 bytes a token decides, escaped."""
    assert read_header(header | {name: "ß" * 10}, receipt).topic
    assert refusal_of(header | {name: "ß" * 11}, receipt) == (Reason.BAD_KEY, "/OdfBody")


def test_the_largest_values_are_accepted(header: Attributes, receipt: Receipt):
    """Limits are inclusive."""
    found = read_header(header | {"CompetitionCode": "X" * 15, "Language": "ENG", "Version": "999999999"}, receipt)
    assert (found.competition, found.language, found.version) == ("X" * 15, "ENG", 999_999_999)


@pytest.mark.parametrize("status", sorted(STATUSES))
def test_known_statuses_flow_without_remark(status: str, header: Attributes, receipt: Receipt):
    """All nine values of ResultStatus are known."""
    found = read_header(header | {"ResultStatus": status}, receipt)
    assert (found.status, Remark.UNKNOWN_STATUS in found.remarks) == (status, False)


def test_unknown_status_type_and_source_flow_with_remarks(header: Attributes, receipt: Receipt):
    """What is odd is remarked, not refused."""
    odd = header | {"ResultStatus": "HELD", "DocumentType": "DT_TELEPATHY", "DocumentCode": "7", "Source": ""}
    found = read_header(odd, receipt)
    assert found.status == "HELD"
    assert found.topic == "XG2030.-.-.-.-.7.document.DT_TELEPATHY"
    assert found.remarks == (Remark.ZONE_ASSUMED, Remark.UNKNOWN_TYPE, Remark.UNKNOWN_STATUS, Remark.NO_SOURCE)


def test_the_transport_names_the_source_only_where_the_document_does_not(header: Attributes, receipt: Receipt):
    """Source in the document wins over the sender's name; neither is the empty text."""
    named = msgspec.structs.replace(receipt, source="sender-1")
    assert read_header(header, named).source == "STAATH1"
    assert read_header(header | {"Source": ""}, named).source == "sender-1"
    assert read_header(header | {"Source": ""}, receipt).source == ""


def test_key_parts_and_empty_optionals(header: Attributes, receipt: Receipt):
    """Subcode, subtype and language are the result's key parts; sent empty they count as not sent."""
    full = header | {"DocumentSubcode": "B", "DocumentSubtype": "CUM", "Language": "FRA"}
    assert read_header(full, receipt).topic == f"{TOPIC}.B.CUM.FRA"
    empty = header | {
        "DocumentSubcode": "",
        "DocumentSubtype": "",
        "Language": "",
        "ResultStatus": "",
        "LogicalDate": "",
    }
    found = read_header(empty, receipt)
    assert found.topic == TOPIC
    assert (found.subcode, found.subtype, found.language, found.status, found.logical_date) == (None,) * 5


def test_an_old_code_keeps_its_own_form(header: Attributes, receipt: Receipt):
    """Nine-character codes are Results System Codes too."""
    found = read_header(header | {"DocumentCode": "SAM004910"}, receipt)
    assert found.topic == "XG2030.SA.M.004.9.10.result"


@pytest.mark.parametrize(
    "changes, expected",
    [
        ({"FeedFlag": "X"}, Sighting(None, TOPIC, 3)),
        ({"Version": "0"}, Sighting("P", TOPIC, None)),
        ({"DocumentCode": "short"}, Sighting("P", None, 3)),
        ({"DocumentSubcode": "x" * 65}, Sighting("P", None, 3)),
        ({"Time": "noon"}, Sighting("P", TOPIC, 3)),
    ],
)
def test_a_refused_header_still_tells_the_rest(changes: Attributes, expected: Sighting, header: Attributes):
    """Flag, topic and version are read as far as each is right."""
    assert sight(header | changes) == expected
