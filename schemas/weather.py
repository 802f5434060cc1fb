"""Kind `weather`: what was measured where a unit is held (General Messages, DT_WEATHER)."""

from typing import Annotated as A

from schemas.conditions import WeatherPoint
from schemas.infos import Infos
from schemas.message import Message
from schemas.xml_names import odf


class WeatherBody(Infos, frozen=True, kw_only=True):
    """When it was measured, as sent, and what at each point of the venue."""

    date: A[str | None, odf("Weather/@Date")] = None
    points: A[tuple[WeatherPoint, ...], odf("Weather/Conditions")] = ()


class Weather(Message, frozen=True, kw_only=True, tag="weather"):
    """Key parts: subcode (the venue, where it is sent), subtype, language."""

    body: WeatherBody | None
