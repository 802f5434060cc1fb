"""Kind `extended_start_list`: the start list of a unit, enriched (ODF General Messages, DT_ESL)."""

from schemas.competitor import Rows
from schemas.message import Message


class ExtendedStartListBody(Rows, frozen=True, kw_only=True):
    """The rows of the start list, with what is known of the competitors."""


class ExtendedStartList(Message, frozen=True, kw_only=True, tag="extended_start_list"):
    """Key parts: subcode, subtype, language."""

    body: ExtendedStartListBody | None
