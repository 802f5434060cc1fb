"""Parts of measured and of forecast weather (General Messages, DT_WEATHER and DT_VEN_COND).

Values, units and codes stay as sent; a field that the venue did not send is left out.
"""

from typing import Annotated as A

import msgspec
from msgspec import UNSET, UnsetType

from schemas.result_parts import Info
from schemas.xml_names import odf

Text = str | UnsetType


class Condition(msgspec.Struct, frozen=True, kw_only=True):
    """How something is: `code` SKY, SNOW, ICE or WATER, `value` a code of its table (prtcld, pwd)."""

    code: A[Text, odf("@Code")] = UNSET
    value: A[Text, odf("@Value")] = UNSET


class Measure(msgspec.Struct, frozen=True, kw_only=True):
    """What was measured: a number in its `unit` (C, F, MS, KMH, MPH, HPA ...).

    `code` tells what of several (SPEED, or the temperature of air, water or snow), `type` is MAX or MIN.
    """

    code: A[Text, odf("@Code")] = UNSET
    unit: A[Text, odf("@Unit")] = UNSET
    value: A[Text, odf("@Value")] = UNSET
    type: A[Text, odf("@Type")] = UNSET


class WeatherPoint(msgspec.Struct, frozen=True, kw_only=True):
    """The weather at one `point`: GEN, HIGH, LOW, START or FINISH.

    Humidity and probability are in percent, `wind_degree` in degrees; the precipitation's type is R (rain) or S (snow).
    Sunrise and sunset are texts as sent.
    """

    point: A[Text, odf("@Code")] = UNSET
    humidity: A[Text, odf("@Humidity")] = UNSET
    wind_direction: A[Text, odf("@Wind_Direction")] = UNSET
    wind_degree: A[Text, odf("@Wind_Degree")] = UNSET
    precipitation_type: A[Text, odf("@Prec_Type")] = UNSET
    precipitation_probability: A[Text, odf("@Prec_Probability")] = UNSET
    lightning: A[Text, odf("@Lightning")] = UNSET
    sunrise: A[Text, odf("@Sunrise")] = UNSET
    sunset: A[Text, odf("@Sunset")] = UNSET
    conditions: A[tuple[Condition, ...] | UnsetType, odf("Condition")] = UNSET
    precipitation: A[Measure | UnsetType, odf("Precipitation")] = UNSET
    pressure: A[Measure | UnsetType, odf("Pressure")] = UNSET
    temperatures: A[tuple[Measure, ...] | UnsetType, odf("Temperature")] = UNSET
    winds: A[tuple[Measure, ...] | UnsetType, odf("Wind")] = UNSET
    extended: A[tuple[Info, ...] | UnsetType, odf("ExtendedConditions/ExtendedCondition")] = UNSET
