"""Kind `notification`: where another message or document can be had (General Messages, DT_NOTIFICATION)."""

from typing import Annotated as A

from msgspec import UNSET, UnsetType

from schemas.infos import Infos
from schemas.message import Message
from schemas.xml_names import odf

Text = str | UnsetType


class NotificationBody(Infos, frozen=True, kw_only=True):
    """The place, and the DocumentType of what is there."""

    link: A[str | None, odf("DirectLink/@Link")] = None
    document_type: A[str | None, odf("DirectLink/@DocumentType")] = None
    document_subtype: A[Text, odf("DirectLink/@DocumentSubtype")] = UNSET


class Notification(Message, frozen=True, kw_only=True, tag="notification"):
    """Key parts: subcode, subtype, language."""

    body: NotificationBody | None
