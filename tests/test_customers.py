from pathlib import Path

import msgspec
import pytest

from feed.config import load_settings
from feed.customers import CustomerSettings, customers_of
from feed.errors import SettingsError

KEY = "k" * 32
LINES = {"url": '"http://a.example/odf"', "key": f'"{KEY}"'}


def load(tmp_path: Path, name: str = "xbc", **lines: str | None) -> dict[str, CustomerSettings]:
    file = tmp_path / "feed.toml"
    text = "".join(f"{key} = {value}\n" for key, value in (LINES | lines).items() if value is not None)
    file.write_text(f'[customers."{name}"]\n{text}')
    return load_settings(file, {}, {}).customers


def test_two_lines_are_enough(tmp_path: Path):
    """Where to and the key: everything of production from now on."""
    (customer,) = customers_of(load(tmp_path))
    assert (customer.name, customer.flag, customer.family, customer.start) == ("xbc", "P", "2026", "now")
    assert (customer.in_flight, customer.seconds, customer.wish.patterns) == (8, 5.0, ())


def test_all_of_it_can_be_set(tmp_path: Path):
    """Filters, kinds, competition, generation, flag, pace, place."""
    lines = {
        "filter": '["*.ATH.>"]',
        "type": '["result"]',
        "competition": '"OG2024"',
        "family": '"2018"',
        "flag": '"T"',
    }
    more = {"in_flight": "2", "seconds": "1.5", "from": '"5f2c9a0b:7"'}
    (customer,) = customers_of(load(tmp_path, **lines, **more))
    assert (customer.flag, customer.family, customer.start) == ("T", "2018", "5f2c9a0b:7")
    assert (customer.wish.kinds, customer.wish.scope.competitions) == ({"result"}, ("OG2024",))


@pytest.mark.parametrize(
    "lines",
    [
        {"url": '"ftp://a.example"'},
        {"url": '"http://"'},
        {"url": '"http://[x/"'},
        {"url": '"http://a.example:none/"'},
        {"key": None},
        {"key_file": '"also"'},
        {"filter": '["a"]'},
        {"type": '["nothing"]'},
        {"family": '"1996"'},
        {"flag": '"X"'},
        {"in_flight": "0"},
        {"seconds": "0"},
        {"from": '"soon"'},
        {"colour": "1"},
        {"name": "a.b"},
        {"name": ""},
    ],
)
def test_what_is_wrong_is_told_before_the_start(tmp_path: Path, lines: dict[str, str | None]):
    """By the name of the customer, with what to do, and without its key."""
    with pytest.raises(SettingsError) as error:
        load(tmp_path, **lines)
    assert "customers" in error.value.detail
    assert error.value.hint
    assert KEY not in str(error.value)


def test_a_key_comes_from_its_file(tmp_path: Path):
    """Without the end of its line; what is no key is refused unseen."""
    file = tmp_path / "key"
    file.write_text(KEY + "\n")
    row = load(tmp_path, key=None, key_file=f'"{file}"')["xbc"]
    assert row.secret("xbc") == KEY
    assert KEY not in repr(load(tmp_path))
    for text in ("", "two lines\nof it", "ü"):
        file.write_text(text)
        with pytest.raises(SettingsError, match=r"customers\.xbc"):
            row.secret("xbc")
    file.write_bytes(b"\xff")
    with pytest.raises(SettingsError, match="no text"):
        row.secret("xbc")


def test_it_can_be_set_in_the_environment():
    """As a table in TOML."""
    environment = {"FEED_CUSTOMERS": f'{{xbc = {{url = "http://a.example", key = "{KEY}"}}}}'}
    assert load_settings(None, environment, {}).customers["xbc"] == msgspec.convert(
        {"url": "http://a.example", "key": KEY}, CustomerSettings
    )
