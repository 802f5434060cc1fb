import re
import shutil
import subprocess
from pathlib import Path

import pytest
from lxml import html
from msgspec.structs import replace

from replay.report import model, page
from tests.replay.report import made_up

EVIL = "OG2024.<script>alert(1)</script>.\"'&.result"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="module")
def rendered() -> str:
    return page.render(made_up.report(), made_up.report(8, pace=1.2))


@pytest.fixture(scope="module")
def browser() -> str:
    """A real browser; without one these tests are skipped."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip(f"no browser: none of {', '.join(BROWSERS)}")
    return found


class Reader:
    """The page as its words in order, its tags and its attributes."""

    def __init__(self, text: str) -> None:
        root = html.document_fromstring(text)
        words = (each.strip() for each in root.xpath("//text()[not(parent::style)]"))
        self.words = [each for each in words if each]
        self.tags = {each.tag for each in root.iter("*")}
        self.attributes = [(name, value) for each in root.iter("*") for name, value in each.items()]


def opened(browser: str, text: str, folder: Path) -> tuple[str, str]:
    """The page as the browser holds it, and what it complained of."""
    file = folder / "report.html"
    file.write_text(text, "utf-8")
    command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--dump-dom"]
    command += ["--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={folder / 'profile'}", file.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    return done.stdout, "\n".join(line for line in done.stderr.splitlines() if "CONSOLE" in line)


def cells(text: str, heading: str) -> list[str]:
    """The cells of the first row of a table that is headed so."""
    row = re.search(rf'<th scope="row">{re.escape(heading)}</th>(.*?)</tr>', text, re.DOTALL)
    assert row, heading
    return [re.sub(r"<.*?>", "", cell) for cell in re.findall(r"<td.*?>(.*?)</td>", row[1], re.DOTALL)]


def test_the_verdict_comes_first_then_the_gates(rendered: str):
    """Before any section, in words."""
    words = Reader(rendered).words
    assert words[0] == "Passed: A Games day at sixty times its speed"
    order = [
        words.index(each) for each in ("Passed", "10 of 10 gates met.", "firehose p99", "Offered and achieved rate")
    ]
    assert order == sorted(order)
    sections = re.findall(r"<h2>(.*?)</h2>", rendered)
    assert [each.split()[0] for each in sections] == [
        *("Offered", "Latency", "Over", "Correctness", "Slow", "Processes", "The", "Against", "Run"),
    ]


def test_nothing_of_it_is_elsewhere(rendered: str):
    """No script, no address but its own parts, and a policy that forbids the rest."""
    reader = Reader(rendered)
    assert not {"script", "iframe", "img", "object"} & reader.tags
    addresses = {value for name, value in reader.attributes if name in {"src", "href", "srcset", "action"}}
    assert all(value == "data:," or value.startswith("#") for value in addresses if value)
    assert "url(" not in rendered
    assert "@import" not in rendered
    assert any(value and value.startswith("default-src 'none'") for _, value in reader.attributes)


def test_every_link_leads_to_a_part_of_the_page(rendered: str):
    """And no id is there twice."""
    reader = Reader(rendered)
    names = [value for name, value in reader.attributes if name == "id"]
    assert len(names) == len(set(names))
    assert {value[1:] for name, value in reader.attributes if name == "href" and value and value[0] == "#"} <= set(
        names
    )


def test_numbers_stand_where_they_belong():
    """Golden numbers, by row."""
    report = made_up.report(missing=7)
    latency = {"p50": 1.234, "p90": 12.34, "p99": 123.4, "p999": 1234.5, "max": 12345.0}
    tiers = [replace(report.tiers[0], latency=latency, measured=41_250, unplanned=3), *report.tiers[1:]]
    text = page.render(replace(report, tiers=tiers))
    assert cells(text, "firehose") == ["50", "41,250", "3", "1.23", "12.3", "123", "1,234", "12,345"]
    correctness = text[text.index('id="correctness"') :]
    assert cells(correctness, "firehose") == ["50", "2,062,500", "2,062,493", "7", "0", "0", "1", "49 of 50"]
    assert cells(text, "missing") == ["0", "7 in 6,423,500 expected", "not met"]
    assert cells(text[text.index('id="readers"') :], "stalled")[1] == "5 x 1001: going away; 5 x 4429: too many"


@pytest.mark.parametrize(
    "gates, verdict",
    [
        ([], "No gates"),
        ([model.Gate(name="a", asked="b", found="c", is_met=None)], "Not judged"),
        ([model.Gate(name="a", asked="b", found="c", is_met=False)], "Failed"),
    ],
)
def test_a_verdict_is_a_word_and_a_sign(gates: list[model.Gate], verdict: str):
    """Colour is never the only one to tell it."""
    text = page.render(replace(made_up.report(), gates=gates))
    assert verdict in Reader(text).words
    assert f"<title>{verdict}: " in text


def test_whatever_a_venue_sends_is_text():
    """Names of topics, notes and commands are escaped."""
    report = made_up.report(missing=2, topic=EVIL)
    text = page.render(replace(report, title=EVIL, command=EVIL, notes=[EVIL], markers=[model.Marker(at=1, what=EVIL)]))
    assert "<script" not in text
    assert Reader(text).words.count(EVIL) >= 10 + 2 + 3


def test_a_run_that_measured_nothing_has_a_page():
    """No sender, no tier, no sample."""
    bare = model.LoadReport(title="bare", profile="p", command="c", seed=1, started="now", seconds=0.0)
    text = page.render(bare, bare)
    assert "No gates" in text
    assert "Hop by hop" not in text


def test_a_browser_opens_it_without_a_network_and_without_complaint(rendered: str, browser: str, tmp_path: Path):
    """The real page in a real browser, and the same browser does complain of a page that asks for more."""
    text, complaints = opened(browser, rendered, tmp_path)
    assert complaints == ""
    assert text.index("Passed</strong>") < text.index("<h2>")
    assert text.count("<svg") == rendered.count("<svg")
    worse = rendered.replace("</main>", '<img src="http://example.org/x.png"></main>')
    assert "Content Security Policy" in opened(browser, worse, tmp_path)[1]
