import json

from schemas.message import Mentions
from schemas.weather_alert import LocalTime, WeatherAlertBody, WeatherWarning
from schemas.wire import _encoder


def test_place_and_alerts_are_always_there():
    """No alert is a message too: the last one is over."""
    assert json.loads(_encoder.encode(WeatherAlertBody())) == {"place": None, "alerts": []}


def test_an_alert_says_how_long_it_holds_and_in_which_languages():
    """Local times stay as sent, texts are told by language."""
    warning = WeatherWarning(
        code="HEAT", valid_to=LocalTime(date="2030-07-07", time="19:00"), descriptions={"ENG": "Heat"}
    )
    assert json.loads(_encoder.encode(warning)) == {
        "code": "HEAT",
        "valid_to": {"date": "2030-07-07", "time": "19:00"},
        "descriptions": {"ENG": "Heat"},
    }


def test_a_place_is_no_venue():
    """An alert is for a region; whom it reaches is told by its topic."""
    assert WeatherAlertBody(place="COAST").mentions() == Mentions()
