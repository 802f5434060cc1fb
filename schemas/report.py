"""Kind `report`: a printed report (ODF General Messages, DT_PDF); its number (C73, C51A) is the message's subtype.

Title and status of the report stand in `infos`, of type EI. The PDF itself is kept apart from the message.
"""

from typing import Annotated as A

from msgspec import UNSET, UnsetType

from schemas.infos import Infos
from schemas.message import BodyRef, Message
from schemas.xml_names import odf


class ReportBody(Infos, frozen=True, kw_only=True):
    """`content` is left out by a venue that announces a report before it is printed."""

    content: A[BodyRef | UnsetType, odf("PDFData/text()")] = UNSET


class Report(Message, frozen=True, kw_only=True, tag="report"):
    """Key parts: subcode, subtype, language."""

    body: ReportBody | None
