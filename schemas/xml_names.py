"""How a field of a Struct is written in ODF's XML: the one table that reader and writer walk.

A path starts at the Struct's element: `@Rank` is an attribute, `Competitor/@Code` one of a child, `Summary/text()` the
text of a child, `Result` the child elements that become a list (or, for a field that is no list, one Struct). For a
mapping they are one text in several languages: Language to Value, or to the element's own text.
"""

from msgspec import Meta


def odf(path: str, *older: str, **values: str) -> Meta:
    """Name a field's place in the XML, now and in `older` generations; `values` translate ODF's codes (A="athlete")."""
    return Meta(extra={"odf": path, "older": older, "values": values})
