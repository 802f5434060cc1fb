import json

from schemas.conditions import Measure, WeatherPoint
from schemas.wire import _encoder


def test_a_point_says_nothing_that_was_not_measured():
    """A missing temperature is left out, it is not zero degrees."""
    assert json.loads(_encoder.encode(WeatherPoint(point="GEN"))) == {"point": "GEN"}


def test_a_value_keeps_its_precision_and_unit():
    """Readings are texts: no float ever touches them."""
    told = json.loads(_encoder.encode(Measure(code="AIR", unit="C", value="-12.0")))
    assert told == {"code": "AIR", "unit": "C", "value": "-12.0"}
