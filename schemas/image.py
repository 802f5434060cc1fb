"""Kind `image`: pictures that belong to the sport (ODF General Messages, DT_IMAGE): photo finish, course map, uniform.

What it is of stands in the message's code and subtype. The pictures themselves are kept apart from the message.
"""

from typing import Annotated as A

import msgspec
from msgspec import UNSET, UnsetType

from schemas.competitor import Competitor, Rows
from schemas.infos import Infos
from schemas.message import BodyRef, Mentions, Message
from schemas.xml_names import odf

Text = str | UnsetType


class ImageFile(msgspec.Struct, frozen=True, kw_only=True):
    """One picture and who is to be seen on it; `image_type` is what the venue calls it (jpg, png, svg)."""

    pos: A[Text, odf("@Pos")] = UNSET
    version: A[Text, odf("@Version")] = UNSET
    revision: A[Text, odf("@Revision")] = UNSET
    image_type: A[Text, odf("@ImageType")] = UNSET
    competitors: A[tuple[Competitor, ...], odf("Result")] = ()
    title: A[Text, odf("ImageTitle/text()")] = UNSET
    description: A[Text, odf("ImageDescription/text()")] = UNSET
    content: A[BodyRef | UnsetType, odf("ImageData/text()")] = UNSET


class ImageBody(Infos, frozen=True, kw_only=True):
    """The pictures as sent."""

    images: A[tuple[ImageFile, ...], odf("Image")] = ()

    def mentions(self) -> Mentions:
        """Venue, and the organisations and athletes to be seen, each once, in order of appearance."""
        seen = tuple(competitor for image in self.images for competitor in image.competitors)
        return Rows(venue=self.venue, competitors=seen).mentions()


class Image(Message, frozen=True, kw_only=True, tag="image"):
    """Key parts: subcode, subtype, language."""

    body: ImageBody | None
