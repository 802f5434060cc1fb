"""The dashboard and the alert rules ask for what /metrics really has."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from tests.service_fixture import House, wait_until

DEPLOY = Path(__file__).parents[2] / "deploy"
DASHBOARD: dict[str, Any] = json.loads((DEPLOY / "grafana" / "feed.json").read_text("utf-8"))
RULES: list[dict[str, Any]] = [
    rule
    for group in yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text("utf-8"))["groups"]
    for rule in group["rules"]
]
FROM_PROMETHEUS = {"up"}
OF_CUSTOMERS = {"feed_push_oldest_seconds"}  # tests/serve/test_deliveries.py has some
ITS_LABELS = {"instance", "job"}
VARIABLES = {"flag": "P", "node": ".*", "__rate_interval": "5m"}


def panels() -> list[dict[str, Any]]:
    """Those that show something."""
    return [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]


def expressions() -> Iterator[tuple[str, str]]:
    """Where each expression stands, and it, with Grafana's variables filled in."""
    for panel in panels():
        for target in panel["targets"]:
            text = re.sub(r"\$(\w+)", lambda found: VARIABLES[found[1]], target["expr"])
            yield panel["title"], text
    for rule in RULES:
        yield rule["alert"], rule["expr"]


def selectors(expression: str) -> Iterator[tuple[str, dict[str, str]]]:
    """The name of each series that an expression asks for, and what it says of labels."""
    found: list[promql_parser.VectorSelector] = []

    def take(part: object) -> bool:
        if isinstance(part, promql_parser.VectorSelector):
            found.append(part)
        return True

    promql_parser.walk(promql_parser.parse(expression), take)
    for each in found:
        yield each.name, {matcher.name: matcher.value for matcher in each.matchers.matchers}


async def test_whatever_is_asked_for_is_there(house: House):
    """Each name, each label and each value of a closed label is on a real /metrics; each expression can be parsed."""
    await wait_until(lambda: all(figure.streams for figure in house.service.figures()))
    values: dict[str, dict[str, set[str]]] = {}
    for family in text_string_to_metric_families(await house.text("/metrics")):
        for sample in family.samples:
            labels = values.setdefault(sample.name, {})
            for name, value in sample.labels.items():
                labels.setdefault(name, set()).add(value)
    asked: set[str] = set()
    for where, expression in expressions():
        for name, matchers in selectors(expression):
            asked.add(name)
            assert name in values.keys() | FROM_PROMETHEUS | OF_CUSTOMERS, (where, name)
            for label, value in matchers.items():
                if label not in ITS_LABELS:
                    assert value in values[name][label], (where, name, label)
    assert len(asked) > 25


def test_what_is_not_there_is_found():
    """Names and labels are read out of the middle of an expression, and one that is none is refused."""
    assert list(selectors('histogram_quantile(0.9, rate(a_bucket{hop!="x"}[5m])) > on () b')) == [
        ("a_bucket", {"hop": "x"}),
        ("b", {}),
    ]
    with pytest.raises(ValueError, match=r"[a-z]"):
        list(selectors("sum(rate(a[5m])"))


def test_the_dashboard_can_be_provisioned():
    """A fixed name, a data source of choice, every panel its own number, place and words."""
    assert DASHBOARD["uid"] == "olympic-results-feed"
    assert [each["name"] for each in DASHBOARD["templating"]["list"]] == ["datasource", "flag", "node"]
    numbers = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(set(numbers)) == len(numbers)
    titles = [panel["title"] for panel in panels()]
    assert len(set(titles)) == len(titles)
    cells: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        place = panel["gridPos"]
        mine = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not mine & cells, panel["title"]
        assert place["x"] + place["w"] <= 24
        cells |= mine
    for panel in panels():
        assert panel["description"]
        assert panel["fieldConfig"]["defaults"]["unit"]
        for target in panel["targets"]:
            assert target["datasource"] == panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}


def test_every_alert_says_how_bad_it_is_and_what_happened():
    """Each by a name of its own, with words that name no label it has lost."""
    names = [rule["alert"] for rule in RULES]
    assert len(set(names)) == len(names)
    for rule in RULES:
        assert rule["labels"]["severity"] in {"warning", "critical"}
        summary = rule["annotations"]["summary"]
        kept = re.search(r"\bby \(([^)]*)\)", rule["expr"])
        told = set(re.findall(r"\$labels\.(\w+)", summary))
        if kept and "group_right" not in rule["expr"]:
            assert told <= set(kept[1].split(", ")), rule["alert"]


def test_every_alert_is_explained():
    """docs/observability.md says of each what to do."""
    page = (DEPLOY.parent / "docs" / "observability.md").read_text("utf-8")
    assert [rule["alert"] for rule in RULES if f"`{rule['alert']}`" not in page] == []
