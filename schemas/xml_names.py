"""How a field of a Struct is written in ODF's XML: the one table that reader and writer walk.

A path starts at the Struct's element: `@Rank` is an attribute, `Competitor/@Code` one of a child, `Result` the
child elements that become a list (or, for a field that is no list, one Struct).
"""

from msgspec import Meta


def odf(path: str, **values: str) -> Meta:
    """Name a field's place in the XML; `values` translate ODF's codes (A="athlete")."""
    return Meta(extra={"odf": path, "values": values})
