"""The Olympic Data Feed, generations 2018 to 2028 (and Rio 2016 where it agrees).

parse.py bytes to a tree · header.py the root's attributes · times.py clock texts · catalogue.py the document types ·
received.py a document for the reader of its type · plan.py, walker.py a Struct's place in the XML, compiled and read ·
bodies.py what a body needs beyond that · rows.py, known.py what was read before · reading.py a document that is one
message, whole or from its changed rows · listing.py, sets.py a document that lists entities · schedule.py, control.py
which entities · names.py what they are called · around.py, envelope.py what stands around a body · fingerprint.py equal
content · decoding.py all of it · writing.py, encoding.py the way back, from a message to a document.
"""

from feed.venues.odf.catalogue import RESULT
from feed.venues.odf.codes import CODE_TABLE
from feed.venues.odf.decoding import decode
from feed.venues.odf.encoding import FAMILIES, LISTED_KINDS, NoDocumentError, Writer, references, told_by
from feed.venues.odf.header import topic_of
from feed.venues.odf.refused import RefusedError

__all__ = [
    "CODE_TABLE",
    "FAMILIES",
    "LISTED_KINDS",
    "RESULT",
    "NoDocumentError",
    "RefusedError",
    "Writer",
    "decode",
    "references",
    "told_by",
    "topic_of",
]
