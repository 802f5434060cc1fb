import io
from collections import Counter, defaultdict
from functools import cache

from lxml import etree

from replay.simulate.catalogue import SCALES
from replay.simulate.games import Games
from replay.simulate.reissue import bursts

GAMES = Games(SCALES["small"], 5)
BURST = bursts(GAMES.units(), 5)[0]
SECONDS = 2


@cache
def documents() -> list[tuple[int, etree._Element]]:
    return [(sent.at, etree.fromstring(sent.document)) for sent in GAMES.sent(io.BytesIO())]


def content(root: etree._Element) -> bytes:
    return b"".join(etree.tostring(child) for child in root)


def test_a_burst_sends_all_signed_results_of_a_discipline_and_day_again():
    """Within a second or two, with higher Versions; four of five have the content they had, all the same rows."""
    before: dict[str, etree._Element] = {}
    again: dict[str, etree._Element] = {}
    codes = {unit.code for _, unit in BURST.signed}
    for at, root in documents():
        if root.get("DocumentType") == "DT_RESULT" and root.get("ResultStatus") == "OFFICIAL":
            if at < BURST.at:
                before[root.get("DocumentCode", "")] = root
            elif at < BURST.at + SECONDS * 1_000 and root.get("DocumentCode") in codes:
                again[root.get("DocumentCode", "")] = root
    assert len(codes) >= 4
    assert set(again) == codes
    same = 0
    for code, root in again.items():
        assert int(root.get("Version", "")) == int(before[code].get("Version", "")) + 1
        assert [etree.tostring(row) for row in root.iter("Result")] == [
            etree.tostring(row) for row in before[code].iter("Result")
        ]
        same += content(root) == content(before[code])
    assert same == len(codes) - len(codes) // 5 < len(codes)


def test_a_burst_is_the_busiest_second():
    """All at once, as results systems do it."""
    seconds = Counter(at // 1_000 for at, _ in documents())
    assert seconds.most_common(1)[0][0] in range(BURST.at // 1_000, BURST.at // 1_000 + SECONDS)


def test_start_lists_of_the_next_day_come_with_it_and_again_before_the_start():
    """Only where no unit of that day decides who starts."""
    burst = max(bursts(GAMES.units(), 5), key=lambda burst: len(burst.coming))
    found = defaultdict(list)
    for at, root in documents():
        if root.get("ResultStatus") == "START_LIST" and root.get("DocumentType") == "DT_RESULT":
            found[root.get("DocumentCode")].append(at)
    for _, unit in burst.coming:
        first, second = found[unit.code]
        assert burst.at < first < burst.at + SECONDS * 1_000 < second < unit.start
