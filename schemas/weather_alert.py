"""Kind `weather_alert`: warnings for one place (General Messages, DT_WEA_ALERT)."""

from typing import Annotated as A

import msgspec
from msgspec import UNSET, UnsetType

from schemas.infos import Infos
from schemas.message import Message
from schemas.xml_names import odf

Text = str | UnsetType


class LocalTime(msgspec.Struct, frozen=True, kw_only=True):
    """A day and a time of day at the place, as sent."""

    date: A[Text, odf("@Date")] = UNSET
    time: A[Text, odf("@Time")] = UNSET


class WeatherWarning(msgspec.Struct, frozen=True, kw_only=True):
    """One alert: its code, how long it holds, and its texts by ODF's language codes (ENG)."""

    code: A[Text, odf("@Code")] = UNSET
    valid_from: A[LocalTime | UnsetType, odf("ValidFrom")] = UNSET
    valid_to: A[LocalTime | UnsetType, odf("ValidTo")] = UNSET
    descriptions: A[dict[str, str], odf("Description")] = {}


class WeatherAlertBody(Infos, frozen=True, kw_only=True):
    """The place and all that it is warned of now; nothing, once the last alert is over."""

    place: A[str | None, odf("Place/@Code")] = None
    alerts: A[tuple[WeatherWarning, ...], odf("Place/Alert")] = ()


class WeatherAlert(Message, frozen=True, kw_only=True, tag="weather_alert"):
    """Key parts: subcode, subtype, language."""

    body: WeatherAlertBody | None
