"""Kind `picture`: portraits of a participant or a horse (ODF General Messages, DT_PIC).

Whom it shows is the message's code; its subtype tells the photo of the accreditation (ACR) from the professional one
(HEADSHOT). The pictures themselves are kept apart from the message.
"""

from typing import Annotated as A

import msgspec
from msgspec import UNSET, UnsetType

from schemas.infos import Infos
from schemas.message import BodyRef, Message
from schemas.xml_names import odf


class PictureFile(msgspec.Struct, frozen=True, kw_only=True):
    """One picture."""

    content: A[BodyRef | UnsetType, odf("text()")] = UNSET


class PictureBody(Infos, frozen=True, kw_only=True):
    """The pictures as sent."""

    pictures: A[tuple[PictureFile, ...], odf("Picture")] = ()


class Picture(Message, frozen=True, kw_only=True, tag="picture"):
    """Key parts: subcode, subtype, language."""

    body: PictureBody | None
