import json

import msgspec

from schemas import wire
from schemas.conditions import Condition, Measure, WeatherPoint
from schemas.message import Mentions
from schemas.result import Result
from schemas.weather import Weather, WeatherBody


def test_weather_always_has_date_and_points():
    """The fields of every message are there even when nothing was measured; the others are left out."""
    assert json.loads(wire._encoder.encode(WeatherBody())) == {"date": None, "points": []}


def test_weather_goes_over_the_wire_and_back(result: Result):
    """A reader of the JSON gets what was sent."""
    point = WeatherPoint(
        point="START", conditions=(Condition(code="SNOW", value="pwd"),), pressure=Measure(unit="HPA", value="812")
    )
    envelope = {name: getattr(result, name) for name in msgspec.structs.asdict(result) if name != "body"}
    weather = Weather(**envelope, body=WeatherBody(date="2030-02-11", points=(point,)))
    assert wire.decode(wire.encode(weather)) == weather


def test_weather_mentions_where_it_was_measured():
    """The venue, where the message names it."""
    assert WeatherBody(venue="SLP").mentions() == Mentions("SLP")
    assert WeatherBody().mentions() == Mentions()
