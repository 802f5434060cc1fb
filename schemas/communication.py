"""Kind `communication`: a decision or a protest, as the officials publish it (General Messages, DT_COMMUNICATION).

Times are microseconds UTC. A field that is not named in every communication was not sent.
"""

from typing import Annotated as A

import msgspec
from msgspec import UNSET, UnsetType

from schemas.infos import Infos
from schemas.message import BodyRef, Message, Micros
from schemas.result_parts import Info
from schemas.xml_names import odf

Text = str | UnsetType


class Signatory(msgspec.Struct, frozen=True, kw_only=True):
    """Who signed, or who sat in the jury."""

    id: A[Text, odf("@Code")] = UNSET
    given_name: A[Text, odf("@GivenName")] = UNSET
    family_name: A[Text, odf("@FamilyName")] = UNSET
    function: A[Text, odf("@Function")] = UNSET
    order: A[Text, odf("@Order")] = UNSET


class OfficialDecision(msgspec.Struct, frozen=True, kw_only=True):
    """What was decided, and whether it changes the schedule, results or something else; `unit` if it is about one."""

    affects_schedule: A[bool, odf("@AffectsSCH")] = False
    affects_results: A[bool, odf("@AffectsRES")] = False
    affects_other: A[bool, odf("@AffectsOTH")] = False
    item_num: A[Text, odf("@ItemNum")] = UNSET
    issued_time: A[Micros | UnsetType, odf("@IssuedTime")] = UNSET
    unit: A[Text, odf("@Unit")] = UNSET
    subtitle: A[Text, odf("Subtitle/text()")] = UNSET
    summary: A[Text, odf("Summary/text()")] = UNSET
    details: A[Text, odf("Details/text()")] = UNSET
    issued_by: A[Text, odf("IssuedBy/text()")] = UNSET
    signed_by: A[tuple[Signatory, ...] | UnsetType, odf("SignedBy")] = UNSET
    extended: A[tuple[Info, ...] | UnsetType, odf("ExtendedComms/ExtendedComm")] = UNSET


class Protest(msgspec.Struct, frozen=True, kw_only=True):
    """A protest: `status` is open, pending, closed or reopened; `unit` is the one whose result is protested.

    Who protests against whom (`initiator`, `respondent`), `procedure` and `rule` are texts as sent.
    """

    status: A[str | None, odf("@Status", OPN="open", PND="pending", CLS="closed", ROPN="reopened")] = None
    procedure: A[Text, odf("@Procedure")] = UNSET
    hearing_time: A[Micros | UnsetType, odf("@HearingTime")] = UNSET
    decision_time: A[Micros | UnsetType, odf("@DecisionTime")] = UNSET
    informed: A[Text, odf("@Informed")] = UNSET
    initiator: A[Text, odf("@Initiator", "@Protestor")] = UNSET
    respondent: A[Text, odf("@Respondent", "@Protestee")] = UNSET
    witness: A[Text, odf("@Witness")] = UNSET
    interpreter: A[Text, odf("@Interpreter")] = UNSET
    rule: A[Text, odf("@Rule")] = UNSET
    unit: A[Text, odf("@Unit")] = UNSET
    type: A[Text, odf("Type/text()")] = UNSET
    details: A[Text, odf("Details/text()")] = UNSET
    decision_short: A[Text, odf("DecisionShort/text()")] = UNSET
    decision_long: A[Text, odf("DecisionLong/text()")] = UNSET
    description: A[Text, odf("Description/text()")] = UNSET
    facts_found: A[Text, odf("FactsFound/text()")] = UNSET
    conclusion: A[Text, odf("Conclusion/text()")] = UNSET
    jury: A[tuple[Signatory, ...] | UnsetType, odf("Jury")] = UNSET
    signed_by: A[tuple[Signatory, ...] | UnsetType, odf("SignedBy")] = UNSET


class CommunicationBody(Infos, frozen=True, kw_only=True):
    """A `decision` or a `protest`; `image` is the sheet that was posted, as a picture."""

    publish_time: A[Micros | None, odf("Communication/@PublishTime")] = None
    decision: A[OfficialDecision | None, odf("Communication/Decision")] = None
    protest: A[Protest | None, odf("Communication/Protest")] = None
    image: A[BodyRef | UnsetType, odf("Communication/ImageData/text()", "ImageData/text()")] = UNSET


class Communication(Message, frozen=True, kw_only=True, tag="communication"):
    """Key parts: subcode (its number), subtype, language. Each version is an event of its own."""

    body: CommunicationBody | None
