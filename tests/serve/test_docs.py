import base64
import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest
from lxml import html

from feed.errors import COMPLAINTS
from feed.refusals import HINTS
from feed.serve.docs import BASE, CSP, call_of, form_of, page
from feed.serve.openapi import described
from feed.serve.parameters import Number, Seconds, Switch, Text
from feed.serve.routes import EVERYWHERE, ROUTES
from feed.serve.samples import CONTROLS
from schemas.registry import KINDS

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="module")
def rendered() -> str:
    return page(ROUTES)


def opened(text: str, folder: Path, fragment: str = "") -> tuple[html.HtmlElement, str]:
    """The page as a real browser without network holds it, and what it complained of; skipped without a browser."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        pytest.skip(f"no browser: none of {', '.join(BROWSERS)}")
    file = folder / "docs.html"
    file.write_text(text, "utf-8")
    command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--dump-dom"]
    command += ["--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={folder / 'profile'}"]
    done = subprocess.run([*command, file.as_uri() + fragment], capture_output=True, text=True, timeout=60, check=True)
    return html.document_fromstring(done.stdout), "\n".join(x for x in done.stderr.splitlines() if "CONSOLE" in x)


def ids(root: html.HtmlElement, *, hidden: bool | None = None) -> list[str]:
    """The parts that can be searched, all or those that are hidden or not."""
    return [
        each.get("id")
        for each in root.xpath("//*[@data-part]")
        if hidden is None or ("hidden" in each.attrib) is hidden
    ]


def test_all_of_it_is_on_the_page(rendered: str):
    """Each route, kind, frame, error and reason, once, under an address of its own."""
    root = html.document_fromstring(rendered)
    found = ids(root)
    assert len(found) == len(set(found))
    assert {f"kind-{kind}" for kind in KINDS} < set(found)
    assert {f"error-{name}" for name in COMPLAINTS} | {f"reason-{reason}" for reason in HINTS} < set(found)
    assert {f"frame-{each.__struct_config__.tag}" for each in CONTROLS} < set(found)
    paths = [each.text for each in root.xpath("//section/details/summary/b/following-sibling::code")]
    assert sorted(paths) == sorted(route.path for route in ROUTES)


def test_every_route_has_its_parameters_a_call_and_its_answers(rendered: str):
    """As its door says."""
    root = html.document_fromstring(rendered)
    for route in ROUTES:
        (part,) = [
            each
            for each in root.xpath("//details[summary/b]")
            if (each.findtext("summary/b"), each.findtext("summary/code")) == (route.method, route.path)
        ]
        door = described(route)
        names = {each.text for each in part.xpath(".//th/code")}
        assert names >= {*door.query, *door.path, *door.headers}
        assert call_of(route, door) == part.findtext(".//pre[@class='call']/code")
        statuses = {each.text for each in part.xpath(".//tbody/tr/th[@scope='row']")}
        assert statuses >= {str(status) for status in door.answers}


def test_nothing_of_it_is_elsewhere(rendered: str):
    """No address but its own parts and this service's; the one script is the one that is allowed."""
    root = html.document_fromstring(rendered)
    assert not {"iframe", "img", "object", "embed", "base"} & {each.tag for each in root.iter("*")}
    addresses = [value for each in root.iter("*") for name, value in each.items() if name in {"src", "href", "action"}]
    assert [each for each in addresses if not each.startswith(("#", "/")) and each != "data:,"] == []
    assert "url(" not in rendered
    assert "@import" not in rendered
    (script,) = root.xpath("//script/text()")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in CSP
    assert CSP.startswith("default-src 'none'; ")


def test_every_link_leads_somewhere(rendered: str):
    """Anchors on the page, and routes of the service."""
    root = html.document_fromstring(rendered)
    anchors = {each.get("id") for each in root.xpath("//*[@id]")}
    for each in root.xpath("//a/@href"):
        assert each.startswith("/") or each[1:] in anchors
    local = {each for each in root.xpath("//a/@href") if each.startswith("/") and not each.startswith("/schemas/")}
    assert local <= {route.path for route in ROUTES}


def test_a_node_shows_its_own_doors():
    """Those that it does not serve are not on its page."""
    assert "/v1/stream</code><span>" not in page(EVERYWHERE)


@pytest.mark.parametrize(
    "parameter, words",
    [
        (Text(name="a", meaning="", example="FRA"), "as FRA"),
        (Text(name="a", meaning="", example="FRA", is_repeated=True), "as FRA, repeatable"),
        (Switch(name="a", meaning=""), "0 | 1, else 0"),
        (Number(name="a", meaning="", example="2", highest=5), "integer, 1 to 5"),
        (Seconds(name="a", meaning="", example="2", highest=5), "number, 0 to 5, else 0"),
    ],
)
def test_a_form_is_told_in_words(parameter: Text, words: str):
    """Choices, limits, the default, whether it may be repeated."""
    assert form_of(parameter) == words


@pytest.mark.parametrize(
    "path, call",
    [
        ("/v1/log", f"curl '{BASE}/v1/log?filter=OG2024.ATH.%3E'"),
        ("/v1/sse", f"curl -N '{BASE}/v1/sse?filter=OG2024.ATH.%3E'"),
        ("/v1/stream", "websocat 'ws://localhost:8080/v1/stream?filter=OG2024.ATH.%3E'"),
        ("/v1/blobs/{sha256}", f"curl '{BASE}/v1/blobs/{64 * '0'}?"),
        ("/ingest/{format}", "curl --data-binary @document.xml -H 'Content-Type: application/xml' '"),
    ],
)
def test_a_call_can_be_typed(path: str, call: str):
    """With what the door needs, and one thing that it may be asked."""
    (route,) = [route for route in ROUTES if route.path == path]
    assert call_of(route, described(route)).startswith(call)


def test_a_browser_searches_it_without_a_network(rendered: str, tmp_path: Path):
    """What has all words stays, the rest and its heading go; nothing is complained of."""
    policy = f'<meta http-equiv="Content-Security-Policy" content="{CSP}">'
    kept = rendered.replace("<head>", f"<head>{policy}", 1)
    root, complaints = opened(kept, tmp_path, "#kind-medal_table")
    assert complaints == ""
    assert ids(root, hidden=True) == []
    assert root.xpath("//details[@open]/@id") == ["kind-medal_table"]
    sought = kept.replace('id="search"', 'id="search" value="embargoed delay"', 1)
    root, complaints = opened(sought, tmp_path)
    left = ids(root, hidden=False)
    assert complaints == ""
    assert "get--v1-medals" in left
    assert {"get--healthz", "kind-result", "error-bad_filter"} < set(ids(root, hidden=True))
    groups = {each.get("id"): "hidden" in each.attrib for each in root.xpath("//*[@data-group]")}
    assert groups["views"] is False
    assert groups["operations"] is True
    assert "hidden" in root.get_element_by_id("none").attrib
