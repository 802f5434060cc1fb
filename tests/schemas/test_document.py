import json

import msgspec

from schemas import wire
from schemas.document import Document, DocumentBody
from schemas.message import Mentions, Op


def test_the_xml_is_carried_whole(document: Document):
    """The body is the received text and nothing else."""
    text = '<OdfBody A="é">\n <x/>\n</OdfBody>'
    carried = msgspec.structs.replace(document, body=DocumentBody(text))
    assert json.loads(wire.encode(carried))["body"] == {"xml": text}
    assert wire.decode(wire.encode(carried)).body == DocumentBody(text)


def test_a_tombstone_has_no_body(document: Document):
    """A withdrawn document is null on the wire."""
    gone = msgspec.structs.replace(document, op=Op.WITHDRAWN, body=None)
    assert json.loads(wire.encode(gone))["body"] is None


def test_a_document_mentions_nothing():
    """What is not modelled cannot be filtered by who is in it."""
    assert DocumentBody("<OdfBody/>").mentions() == Mentions()
