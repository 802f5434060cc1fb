"""The Olympic Data Feed, generations 2018 to 2028 (and Rio 2016 where it agrees).

parse.py bytes to a tree · header.py the root's attributes · times.py clock texts · catalogue.py the document types ·
plan.py, walker.py a Struct's place in the XML, compiled and read · result.py what a result needs beyond that ·
rows.py the rows known from earlier versions · reading.py a document as read, whole or from its changed rows ·
fingerprint.py equal content · decoding.py all of it.
"""

from feed.venues.odf.decoding import decode

__all__ = ["decode"]
