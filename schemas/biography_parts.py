"""What the four biographies have in common (General Messages, DT_BIO_PAR, DT_BIO_TEA, DT_BIO_NOC, DT_BIO_HOR).

A field that the provider did not send is left out.
"""

from typing import Annotated as A

import msgspec
from msgspec import UNSET, UnsetType

from schemas.result_parts import Extension, RegisteredEvent
from schemas.xml_names import odf

Text = str | UnsetType


class BiographyHighlight(msgspec.Struct, frozen=True, kw_only=True):
    """The best results so far; `type` tells in which role: ATH athlete, COA coach, OFF official."""

    type: A[Text, odf("@Type")] = UNSET
    text: A[Text, odf("text()")] = UNSET


class BiographyExtra(msgspec.Struct, frozen=True, kw_only=True):
    """ExtendedBio: what one discipline adds, told by (type, code, pos); up to 2024 with a text of its own."""

    code: A[str, odf("@Code")]
    type: A[Text, odf("@Type")] = UNSET
    pos: A[Text, odf("@Pos")] = UNSET
    value: A[Text, odf("@Value")] = UNSET
    content_type: A[Text, odf("@ContentType")] = UNSET
    text: A[Text, odf("text()")] = UNSET
    extensions: A[tuple[Extension, ...] | UnsetType, odf("Extension")] = UNSET


class BiographyDiscipline(msgspec.Struct, frozen=True, kw_only=True):
    """A discipline of the subject, the federation's id there, and its events."""

    code: A[str, odf("@Code")]
    if_id: A[Text, odf("@IFId")] = UNSET
    events: A[tuple[RegisteredEvent, ...] | UnsetType, odf("RegisteredEvent")] = UNSET
