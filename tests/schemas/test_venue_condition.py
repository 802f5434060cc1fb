import json

from schemas.conditions import WeatherPoint
from schemas.message import Mentions
from schemas.venue_condition import Forecast, VenueConditionBody
from schemas.wire import _encoder


def test_a_forecast_is_about_its_venue():
    """A subscriber who asks for a venue gets its forecasts."""
    assert VenueConditionBody(venue="LAK").mentions() == Mentions("LAK")


def test_forecasts_are_always_there():
    """A venue without a forecast says so; each forecast has its points, even if none is known."""
    assert json.loads(_encoder.encode(VenueConditionBody())) == {"forecasts": []}
    body = VenueConditionBody(
        venue="LAK", forecasts=(Forecast(date="2030-07-05", points=(WeatherPoint(point="GEN"),)),)
    )
    assert json.loads(_encoder.encode(body)) == {
        "venue": "LAK",
        "forecasts": [{"date": "2030-07-05", "points": [{"point": "GEN"}]}],
    }
