"""Kind `venue_condition`: the forecast for one venue (General Messages, DT_VEN_COND)."""

from typing import Annotated as A

import msgspec
from msgspec import UNSET, UnsetType

from schemas.conditions import WeatherPoint
from schemas.infos import Infos
from schemas.message import Message
from schemas.xml_names import odf

Text = str | UnsetType


class Forecast(msgspec.Struct, frozen=True, kw_only=True):
    """What is expected at a time, or, without one, on a day; local, as sent."""

    code: A[Text, odf("@Code")] = UNSET
    date: A[Text, odf("@Date")] = UNSET
    time: A[Text, odf("@Time")] = UNSET
    points: A[tuple[WeatherPoint, ...], odf("Conditions")] = ()


class VenueConditionBody(Infos, frozen=True, kw_only=True):
    """The venue, and what is expected there, in the order of the document; before 2024 also how it is now."""

    venue: A[Text, odf("Venue/@Code")] = UNSET
    forecasts: A[tuple[Forecast, ...], odf("Venue/DateTime")] = ()


class VenueCondition(Message, frozen=True, kw_only=True, tag="venue_condition"):
    """Key parts: subcode, subtype, language."""

    body: VenueConditionBody | None
