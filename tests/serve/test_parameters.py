import pytest
from jsonschema import Draft202012Validator

from feed.errors import COMPLAINTS
from feed.serve.openapi import described, sample
from feed.serve.parameters import Factor, Number, Parameter, Seconds, Switch, Text, named
from feed.serve.routes import ROUTES


def parameters() -> list[Parameter]:
    """Those of all doors, each once."""
    found: dict[Parameter, None] = {}
    for route in ROUTES:
        door = described(route)
        found |= dict.fromkeys((*door.path.values(), *door.query.values(), *door.headers.values()))
    return list(found)


@pytest.mark.parametrize("parameter", parameters(), ids=lambda parameter: parameter.name)
def test_every_example_and_default_has_the_form(parameter: Parameter):
    """What is shown may be asked for."""
    schema = parameter.schema()
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    validator.validate(sample(parameter))
    if "default" in schema:
        validator.validate(schema["default"])
    assert all(error in COMPLAINTS for error in parameter.errors)


@pytest.mark.parametrize(
    "parameter, right, wrong",
    [
        (Text(name="a", meaning="", example="", pattern="[A-Z]{3}"), ["FRA"], ["fra", "FRAN", ""]),
        (Switch(name="a", meaning=""), ["0", "1"], ["2", ""]),
        (Number(name="a", meaning="", example="", lowest=0, highest=5), [0, 5], [-1, 6, 1.5]),
        (Seconds(name="a", meaning="", example="", highest=5), [0, 0.5, 5], [-1, 5.1]),
        (Factor(name="a", meaning="", example="", highest=5), [0.5, 5], [0, 5.1]),
    ],
)
def test_a_form_is_json_schema(parameter: Parameter, right: list[object], wrong: list[object]):
    """Limits and patterns hold at both ends."""
    validator = Draft202012Validator(parameter.schema())
    assert [validator.is_valid(each) for each in (*right, *wrong)] == [True] * len(right) + [False] * len(wrong)


def test_parameters_go_by_name_in_their_order():
    """As the documents show them."""
    first, second = Switch(name="b", meaning=""), Switch(name="a", meaning="")
    assert list(named(first, second).items()) == [("b", first), ("a", second)]
