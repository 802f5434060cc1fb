"""Kind `photo_finish`: where the press finds a photo finish (ODF General Messages, DT_PRESSPHOTOFINISH_LK).

The older DT_PHOTOFINISH brought the picture itself; one unit may have both, so their type is part of the key.
"""

from typing import Annotated as A

from msgspec import UNSET, UnsetType

from schemas.image import ImageFile
from schemas.infos import Infos
from schemas.message import Message
from schemas.xml_names import odf

Text = str | UnsetType


class PhotoFinishBody(Infos, frozen=True, kw_only=True):
    """`link` is the venue's own address of the picture, which may ask for credentials that the feed does not have."""

    version: A[Text, odf("PhotoFinish/@Version")] = UNSET
    revision: A[Text, odf("PhotoFinish/@Revision")] = UNSET
    link: A[str | None, odf("PhotoFinish/@Link")] = None
    images: A[tuple[ImageFile, ...] | UnsetType, odf("Image")] = UNSET


class PhotoFinish(Message, frozen=True, kw_only=True, tag="photo_finish"):
    """Key parts: type, subcode (the number of the picture), subtype, language."""

    body: PhotoFinishBody | None
