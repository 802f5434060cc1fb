"""Communications, news and weather as venues send them; their captures show every element and attribute."""

import hashlib
from collections.abc import Callable
from itertools import combinations

import pytest
from msgspec import UNSET

from feed.candidate import Candidate, Decoded
from feed.refusals import Reason
from feed.venues.odf.catalogue import CATALOGUE
from schemas.background import BackgroundBody
from schemas.communication import CommunicationBody, OfficialDecision, Protest
from schemas.list import LIST_KIND
from schemas.message import Remark
from schemas.news import News, NewsBody
from schemas.registry import KINDS
from schemas.topic import parse_topic
from schemas.venue_condition import VenueConditionBody
from schemas.weather import WeatherBody
from schemas.weather_alert import WeatherAlertBody

Accept = Callable[[bytes], Candidate]
Decode = Callable[[bytes], Decoded]
Build = Callable[..., bytes]


def posted(odf: Build, inner: str) -> bytes:
    body = f"<Competition><Communication>{inner}</Communication></Competition>"
    return odf(body, DocumentType="DT_COMMUNICATION")


def communication(accept: Accept, odf: Build, inner: str) -> tuple[CommunicationBody, tuple[str, ...]]:
    message = accept(posted(odf, inner)).message
    assert isinstance(message.body, CommunicationBody)
    return message.body, message.remarks


def news(accept: Accept, odf: Build, inner: str) -> NewsBody:
    message = accept(odf(f"<Competition><Document>{inner}</Document></Competition>", DocumentType="DT_NEWS")).message
    assert isinstance(message.body, NewsBody)
    return message.body


@pytest.mark.parametrize(
    "sent, said", [("OPN", "open"), ("PND", "pending"), ("CLS", "closed"), ("ROPN", "reopened"), ("", None)]
)
def test_the_status_of_a_protest_is_a_plain_word(sent: str, said: str | None, accept: Accept, odf: Build):
    """ODF's four codes; one that is empty was not sent."""
    body, remarks = communication(accept, odf, f'<Protest Status="{sent}"/>')
    assert body == CommunicationBody(protest=Protest(status=said))
    assert Remark.UNKNOWN_CODE not in remarks


def test_an_unknown_status_of_a_protest_flows(accept: Accept, odf: Build):
    """As it was sent, remarked."""
    body, remarks = communication(accept, odf, '<Protest Status="WDR"/>')
    assert body == CommunicationBody(protest=Protest(status="WDR"))
    assert Remark.UNKNOWN_CODE in remarks


def test_the_parties_of_a_protest_had_other_names_before_2024(accept: Accept, odf: Build):
    """Protestor and Protestee are initiator and respondent (General Messages 2024-3.2, change request 25100)."""
    old, _ = communication(accept, odf, '<Protest Protestor="XAA" Protestee="XBB"/>')
    new, _ = communication(accept, odf, '<Protest Initiator="XAA" Respondent="XBB"/>')
    assert old == new == CommunicationBody(protest=Protest(initiator="XAA", respondent="XBB"))


def test_a_decision_tells_what_it_affects(accept: Accept, odf: Build):
    """Y is yes; N and nothing are no."""
    body, _ = communication(accept, odf, '<Decision AffectsSCH="Y" AffectsRES="N"/>')
    assert body.decision == OfficialDecision(affects_schedule=True)


@pytest.mark.parametrize(
    "inner, where",
    [
        ('<Decision AffectsSCH="maybe"/>', "Decision/@AffectsSCH"),
        ('<Protest HearingTime="20:00"/>', "Protest/@HearingTime"),
        ("<ImageData>no picture</ImageData>", "ImageData"),
    ],
)
def test_a_wrong_value_refuses_a_communication(inner: str, where: str, decode: Decode, odf: Build):
    """A flag that is none, a time without its day, a picture that is no base64; the place is told."""
    refusal = decode(posted(odf, inner)).refusal
    assert refusal is not None
    assert (refusal.reason, refusal.where) == (Reason.BAD_VALUE, f"/OdfBody/Competition/Communication/{where}")


@pytest.mark.parametrize("around", [("<Communication>", "</Communication>"), ("", "")], ids=["inside", "beside"])
def test_the_picture_of_a_communication_is_attached(around: tuple[str, str], accept: Accept, odf: Build):
    """Wherever the document has it, the body refers to its bytes."""
    body = "<ImageData>iVBORw0KGgo=</ImageData>".join(around)
    candidate = accept(odf(f"<Competition>{body}</Competition>", DocumentType="DT_COMMUNICATION"))
    (attachment,) = candidate.attached
    assert candidate.message.body == CommunicationBody(image=attachment.ref)
    assert attachment.ref.media == "image/png"
    assert attachment.ref.sha256 == hashlib.sha256(b"\x89PNG\r\n\x1a\n").hexdigest()


def test_markup_that_is_text_stays_in_the_text(accept: Accept, odf: Build):
    """CDATA and escaped markup say the same."""
    expected = NewsBody(text="<p>A &amp; B</p>")
    assert news(accept, odf, "<Body><![CDATA[<p>A &amp; B</p>]]></Body>") == expected
    assert news(accept, odf, "<Body>&lt;p>A &amp;amp; B&lt;/p></Body>") == expected


def test_markup_that_is_elements_is_not_lost(accept: Accept, odf: Build):
    """No field holds them, so they are told as unmapped, beside the text that stands around them."""
    body = news(accept, odf, "<Body>All <b>medals</b></Body>")
    assert body.text == "All"
    assert body.unmapped == {"/OdfBody/Competition/Document/Body/b": "<b>medals</b>"}


def test_a_title_was_an_attribute_before_2020(accept: Accept, odf: Build):
    """It became free text, and with it an element (General Messages 2020-1.0, change request 16541)."""
    written = odf('<Competition><Document Title="A"/></Competition>', DocumentType="DT_NEWS")
    assert accept(written).message.body == news(accept, odf, "<Title>A</Title>") == NewsBody(title="A")


def test_a_second_document_is_not_lost(accept: Accept, odf: Build):
    """The schema has one; another neither mixes with it nor replaces it."""
    body = accept(
        odf('<Competition><Document Item="1"/><Document Item="2"/></Competition>', DocumentType="DT_BCK")
    ).message.body
    assert isinstance(body, BackgroundBody)
    assert body.item == "1"
    assert body.unmapped == {"/OdfBody/Competition/Document[2]": '<Document Item="2"/>'}


def test_an_import_never_takes_the_topic_of_what_is_published(accept: Accept, odf: Build):
    """Also where the editor's id reads like a Results System Code; the topic leads back to the key."""
    code = "ROW-------------------------------"
    for type_ in ("DT_NEWS", "DT_NEWS_IMP"):
        topic = accept(odf(DocumentType=type_, DocumentCode=code)).message.topic
        assert topic == f"XG2030.ROW.-.-.-.-.news.{type_}"
        assert parse_topic(topic).parts == (type_,)


def test_an_import_may_have_any_id(accept: Accept, odf: Build, decode: Decode):
    """The editor's id is no code; what is published has one."""
    message = accept(odf(DocumentType="DT_NEWS_IMP", DocumentCode="ed-88")).message
    assert isinstance(message, News)
    assert message.topic == "XG2030.-.-.-.-.ed-88.news.DT_NEWS_IMP"
    refusal = decode(odf(DocumentType="DT_NEWS", DocumentCode="ed-88")).refusal
    assert refusal is not None
    assert refusal.reason is Reason.BAD_CODE


def test_types_of_one_kind_have_topics_of_their_own():
    """Otherwise the versions of one would make those of the other stale."""
    for one, other in combinations(CATALOGUE.values(), 2):
        assert one.kind != other.kind or one.kind == LIST_KIND or "type" in KINDS[one.kind].key_parts, one.name


def test_a_forecast_names_its_venue(accept: Accept, odf: Build):
    """The venue is the element's, so that it stands in the index headers."""
    body = accept(odf('<Competition><Venue Code="LAK"/></Competition>', DocumentType="DT_VEN_COND")).message.body
    assert body == VenueConditionBody(venue="LAK")


def test_a_day_stays_a_day(accept: Accept, odf: Build):
    """What is no full DateTime is kept as sent and refuses nothing."""
    measured = accept(odf('<Competition><Weather Date="2030-02-11"/></Competition>', DocumentType="DT_WEATHER")).message
    assert measured.body == WeatherBody(date="2030-02-11")
    alert = '<Place><Alert><ValidFrom Date="2030-07-06" Time="noon"/></Alert></Place>'
    warned = accept(odf(f"<Competition>{alert}</Competition>", DocumentType="DT_WEA_ALERT")).message.body
    assert isinstance(warned, WeatherAlertBody)
    assert warned.alerts[0].valid_from is not UNSET
    assert warned.alerts[0].valid_from.time == "noon"
