"""deploy/helm: rendered by helm where there is one; its values and templates agree anywhere."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
import yaml

from tests.service_fixture import ROOT

CHART = ROOT / "deploy" / "helm" / "feed"
needs_helm = pytest.mark.skipif(shutil.which("helm") is None, reason="helm is not installed here")
KUBERNETES = ("--kube-version", "1.31.0")
ROLES = ("mode=roles", "settingsSecret=feed-settings")
ALL = (
    *ROLES,
    *("serve.autoscaling.enabled=true", "networkPolicy.enabled=true", "push.replicas=2"),
    *("serviceMonitor.enabled=true", "serviceMonitor.keySecret=feed-metrics"),
)


def values() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((CHART / "values.yaml").read_text())
    return found


def schema() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((CHART / "values.schema.json").read_text())
    return found


def leaves(tree: dict[str, Any], above: str = "") -> Iterator[str]:
    """Dotted names of what can be set; what kubernetes takes as it is stays whole."""
    for name, value in tree.items():
        if isinstance(value, dict) and name != "resources":
            yield from leaves(value, f"{above}{name}.")
        else:
            yield f"{above}{name}"


def used() -> set[str]:
    """What the templates ask the values for; `$values` stands for the role of a round."""
    text = "".join(file.read_text() for file in (CHART / "templates").iterdir())
    names = set(re.findall(r"\.Values\.([\w.]+)", text))
    of_roles = set(re.findall(r"\$values\.([\w.]+)", text))
    return names | {f"{role}.{name}" for role in ("ingest", "serve", "derive", "push") for name in of_roles}


def rendered(*settings: str) -> subprocess.CompletedProcess[str]:
    wishes = [word for setting in settings for word in ("--set", setting)]
    command = ["helm", "template", "games", str(CHART), *KUBERNETES, *wishes]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def objects(*settings: str) -> list[dict[str, Any]]:
    done = rendered(*settings)
    assert done.returncode == 0, done.stderr
    return [each for each in yaml.safe_load_all(done.stdout) if each]


def test_what_can_be_set_is_used_and_what_is_used_can_be_set():
    """No value without effect, and no typing error in a template that would be nothing at all."""
    settable = set(leaves(values()))
    assert used() - settable == {name for name in used() if any(each.startswith(f"{name}.") for each in settable)}
    assert settable - used() == set()


def test_the_schema_takes_the_values_and_no_others():
    """A name that is written wrong is refused, not ignored."""
    jsonschema.validate(values(), schema())
    for wrong in ({"mode": "both"}, {"replica": 2}, {"serve": {"replicas": 0}}, {"image": {"Tag": "x"}}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(values() | wrong, schema())


def test_every_role_has_a_policy():
    """In both modes: one that the policies leave out would be open to everybody, and nothing would tell."""
    optional, single, roles = (_template(name) for name in ("optional", "single", "roles"))
    named = re.search(r'\$roles := ternary \(list (.*?)\) \(list (.*?)\) \(eq \.Values\.mode "single"\)', optional)
    assert named is not None
    assert [named[1]] == re.findall(r'"role" ("\w+")', single)
    assert [named[2]] == re.findall(r"range \$role := list (.*?) }}", roles)


def _template(name: str) -> str:
    return (CHART / "templates" / f"{name}.yaml").read_text()


VENUES, READERS = "10.1.0.0/16", "10.2.0.0/16"


@needs_helm
@pytest.mark.parametrize("venues", [[], [VENUES]])
@pytest.mark.parametrize("readers", [[], [READERS]])
def test_a_policy_lets_in_who_may_come(venues: list[str], readers: list[str]):
    """A role has its own list. The one pod has all doors: open to everybody while a list is empty, else to both."""
    settings = ["networkPolicy.enabled=true", "push.replicas=1"]
    settings += [f"networkPolicy.ingestFrom[0].ipBlock.cidr={each}" for each in venues]
    settings += [f"networkPolicy.serveFrom[0].ipBlock.cidr={each}" for each in readers]
    both = venues + readers if venues and readers else []
    assert let_in(*settings) == {"feed": both}
    assert let_in(*settings, *ROLES) == {"ingest": venues, "serve": readers, "derive": readers, "push": readers}


def let_in(*settings: str) -> dict[str, list[str]]:
    """By role, of each kind of pod: the addresses that its one policy lets in, none for everybody."""
    made = objects(*settings)
    policies = [each["spec"] for each in made if each["kind"] == "NetworkPolicy"]
    found = {}
    for pod in (each["spec"]["template"] for each in made if each["kind"] in {"Deployment", "StatefulSet"}):
        labels = pod["metadata"]["labels"]
        (policy,) = (each for each in policies if each["podSelector"]["matchLabels"].items() <= labels.items())
        (rule,) = policy["ingress"]
        assert (policy["policyTypes"], rule["ports"]) == (["Ingress"], [{"port": "http"}])
        role = labels["app.kubernetes.io/component"]
        found[role] = [each["ipBlock"]["cidr"] for each in rule.get("from", [])]
    return found


@needs_helm
def test_helm_takes_the_chart():
    """In every mode, strictly; and roles only with the settings that they need."""
    for settings in ((), ROLES, ALL):
        wishes = [word for setting in settings for word in ("--set", setting)]
        command = ["helm", "lint", "--strict", str(CHART), *KUBERNETES, *wishes]
        assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    assert "settingsSecret" in rendered("mode=roles").stderr


@needs_helm
@pytest.mark.parametrize("settings", [(), ROLES, ALL])
def test_pods_are_asked_and_may_do_little(settings: tuple[str, ...]):
    """Ready before they get requests, time to drain, a user that is not root on a root that is read only."""
    pods = [each["spec"]["template"] for each in objects(*settings) if each["kind"] in {"Deployment", "StatefulSet"}]
    assert len(pods) == {(): 1, ROLES: 3, ALL: 4}[settings]
    for pod in pods:
        (container,) = pod["spec"]["containers"]
        assert pod["spec"]["securityContext"]["runAsNonRoot"]
        assert pod["spec"]["terminationGracePeriodSeconds"] > 10
        assert container["securityContext"]["readOnlyRootFilesystem"]
        assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"
        alive = "/schemas/" if settings else "/healthz"
        assert container["livenessProbe"]["httpGet"]["path"] == alive


@needs_helm
def test_what_is_optional_is_there_when_it_is_asked_for():
    """Budgets of disruption, scaling, figures and the policy of the network; services find their pods."""
    made = objects(*ALL)
    kinds = [each["kind"] for each in made]
    assert [kinds.count(kind) for kind in ("PodDisruptionBudget", "NetworkPolicy")] == [4, 4]
    assert [kinds.count(kind) for kind in ("HorizontalPodAutoscaler", "ServiceMonitor")] == [1, 1]
    assert not {"ServiceMonitor", "NetworkPolicy", "HorizontalPodAutoscaler"} & {
        each["kind"] for each in objects(*ROLES)
    }
    pods = [each["spec"]["template"]["metadata"]["labels"] for each in made if each["kind"] == "Deployment"]
    for service in (each for each in made if each["kind"] == "Service"):
        assert [labels for labels in pods if labels == service["spec"]["selector"]]
