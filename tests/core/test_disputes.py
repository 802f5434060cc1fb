import msgspec
import pytest

from feed.candidate import Receipt
from feed.core.disputes import Disputes
from feed.venues.odf import decode
from schemas.message import Op
from tests.core.makers import entry, stored
from tests.documents import odf

RECEIPT = Receipt(0, None, lambda _: None)
UNIT = "ATHM100M--------------FNL-000100--"
PLACE = "XA.ATH.M.100M.FNL.000100"
NOON, ONE = 1_909_310_400_000_000, 1_909_314_000_000_000  # 2030-07-03, UTC


def protest(version: int, status: str, inner: str = "", number: str = "1", **attributes: str) -> bytes:
    """A communication of the unit; `attributes` are those of the protest, `Language` of the header."""
    language = {"Language": attributes.pop("Language")} if "Language" in attributes else {}
    named = "".join(f' {name}="{text}"' for name, text in ({"Status": status} | attributes).items())
    header = {"DocumentCode": UNIT, "DocumentType": "DT_COMMUNICATION", "DocumentSubcode": number, **language}
    body = f'<Communication PublishTime="2030-07-03T10:00:00+00:00"><Protest{named}>{inner}</Protest></Communication>'
    return odf("XA", version, body=body, **header).replace(b' ResultStatus="LIVE"', b"")


class Told:
    """Disputes that are told of documents as they come, from sequence 1 on."""

    def __init__(self, *documents: bytes) -> None:
        self.disputes = Disputes()
        self.seq = 0
        for document in documents:
            self.learn(document)

    def learn(self, document: bytes) -> None:
        (candidate,) = decode(document, RECEIPT).candidates
        self.seq += 1
        found = stored(self.seq, candidate)
        self.disputes.learn(found.topic, found.seq, found.index.op, found.json)

    def reason(self, place: str = PLACE) -> str | None:
        found = self.disputes.open(place)
        return found.reason if found else None


@pytest.mark.parametrize("status, is_open", [*((name, True) for name in ("OPN", "PND", "ROPN", "NEW")), ("CLS", False)])
def test_a_protest_is_open_until_it_is_closed(status: str, *, is_open: bool):
    """What we do not know yet keeps it open."""
    assert (Told(protest(1, status)).reason() is not None) is is_open


def test_it_is_about_the_unit_that_it_names():
    """Else about the document's own code; what is no code names nothing."""
    other = Told(protest(1, "OPN", Unit=UNIT.replace("0001", "0002")))
    assert (other.reason(), other.reason(PLACE.replace("0001", "0002"))) == (None, "protest")
    assert Told(protest(1, "OPN", Unit="100 metres")).reason() == "protest"


def test_another_competition_has_other_disputes():
    """The place begins with it."""
    assert Told(protest(1, "OPN")).reason(PLACE.replace("XA", "XB")) is None


@pytest.mark.parametrize(
    "inner, reason",
    [
        ("", "protest"),
        ("<Type>Lane infringement</Type>", "protest"),
        ("<Type>Inquiry into difficulty</Type>", "inquiry"),
        ('<Jury FamilyName="Doe" Code="1" Order="1"/>', "jury"),
    ],
)
def test_why_it_is_waited_for(inner: str, reason: str):
    """An inquiry says so; a protest goes to the jury that is named."""
    assert Told(protest(1, "OPN", inner)).reason() == reason


def test_until_when():
    """The decision, else the hearing, else nobody knows."""
    hearing, decided = {"HearingTime": "2030-07-03T12:00:00+00:00"}, {"DecisionTime": "2030-07-03T13:00:00+00:00"}
    untils = [Told(protest(1, "PND", **more)).disputes.open(PLACE).until for more in ({}, hearing, hearing | decided)]
    assert untils == [None, NOON, ONE]


def test_the_newest_word_on_a_number_counts():
    """In whatever language; another number is another dispute."""
    told = Told(protest(1, "OPN", Language="ENG"), protest(1, "OPN", Language="FRA"), protest(1, "OPN", number="2"))
    told.learn(protest(2, "CLS", Language="FRA"))
    assert told.reason() == "protest"
    told.learn(protest(2, "CLS", number="2"))
    assert told.reason() is None
    told.learn(protest(3, "ROPN", number="2"))
    assert told.reason() == "protest"


def test_what_was_settled_since():
    """The last one closed after a sequence, also when its communication was taken back."""
    told = Told(protest(1, "OPN"), protest(2, "CLS"), protest(1, "OPN", "<Type>inquiry</Type>", number="2"))
    settled = told.disputes.settled
    assert (settled(PLACE, 1).reason, settled(PLACE, 2)) == ("protest", None)
    told.disputes.learn(f"{PLACE}.communication.2", 9, Op.WITHDRAWN, b"{}")
    assert (told.reason(), settled(PLACE, 2).reason) == (None, "inquiry")


def test_a_decision_and_other_messages_are_no_disputes():
    """Nothing is read of them."""
    told = Told(protest(1, "OPN").replace(b"Protest", b"Decision").replace(b' Status="OPN"', b""))
    for text in (b"no JSON", b"{}"):
        told.disputes.learn(entry(2).topic, 2, Op.PUT, text)
    assert not told.disputes.knows(PLACE)


def test_a_body_that_is_kept_apart_opens_nothing():
    """It cannot be told what it says."""
    told = Told()
    told.disputes.learn(f"{PLACE}.communication.1", 1, Op.PUT, msgspec.json.encode({"body": None}))
    assert told.reason() is None
