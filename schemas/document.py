"""Kind `document`: a type that is not modelled yet, carried whole so that nothing is lost."""

import msgspec

from schemas.message import Mentions, Message


class DocumentBody(msgspec.Struct, frozen=True):
    """The document's XML as it was received, decoded to text."""

    xml: str

    def mentions(self) -> Mentions:
        return Mentions()


class Document(Message, frozen=True, kw_only=True, tag="document"):
    """Key parts: DocumentType, subcode, subtype, language."""

    body: DocumentBody | None
