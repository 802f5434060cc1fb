"""The gate against any order of arrival: no lower message after a higher one, whatever the network does."""

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from feed.candidate import Candidate
from feed.core.gate import Accepted, Duplicate, Refused, Stale, Wait, admit
from feed.core.heads import Head, Heads
from feed.core.index import headers_of, index_of, read_index
from schemas.message import Op
from tests.core.makers import TOPIC, candidate, withdrawal

WINDOW = 50


class Feed:
    """One topic's admission in a loop: a log, heads, and those who wait."""

    def __init__(self) -> None:
        self.now = 0
        self.log: list[Candidate] = []
        self.heads = Heads()
        self.waiting: list[Candidate] = []

    def arrive(self, new: Candidate) -> None:
        self._settle(new)
        self._ask_again()

    def pass_time(self, micros: int) -> None:
        self.now += micros
        self._ask_again()

    def restart(self) -> None:
        """The process starts anew: heads are what the stored headers tell, those who waited are sent again later."""
        self.heads = Heads()
        for seq, message in enumerate(self.log, 1):
            self.heads.learn(TOPIC, Head(seq, read_index(headers_of(message, "id"))))
        self.waiting = []

    def _ask_again(self) -> None:
        moved = True
        while moved:
            before = len(self.log)
            waiting, self.waiting = self.waiting, []
            for each in waiting:
                self._settle(each)
            moved = len(self.log) > before

    def _settle(self, new: Candidate) -> None:
        head = self.heads.get(TOPIC)
        verdict = admit(new, head, self.now, WINDOW)
        match verdict:
            case Accepted(prev=prev):
                assert prev == (head.seq if head else 0) == len(self.log)
                self.log.append(new)
                self.heads.learn(TOPIC, Head(len(self.log), index_of(new)))
            case Wait(until=until):
                assert self.now < until <= self.now + WINDOW
                self.waiting.append(new)
            case Duplicate() | Stale() | Refused():
                assert head is not None


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[int, int, str, Op]]:
    """What a venue made, in order: Versions rise or repeat with a later time; some take back."""
    made, version, event = [], draw(st.integers(1, 3)), 0
    for _ in range(draw(st.integers(1, 7))):
        event += draw(st.integers(1, 3))
        is_withdrawal = bool(made) and made[-1][3] is Op.PUT and draw(st.integers(0, 3)) == 0
        if not is_withdrawal:
            version += draw(st.sampled_from([0, 1, 1, 1, 2]))
        content = "" if is_withdrawal else draw(st.sampled_from("abc"))
        made.append((version, event, content, Op.WITHDRAWN if is_withdrawal else Op.PUT))
    return made


steps = st.one_of(
    st.tuples(st.just("arrive"), st.integers(0, 6)),
    st.tuples(st.just("wait"), st.integers(1, 2 * WINDOW)),
    st.tuples(st.just("restart"), st.just(0)),
)


def received(made: tuple[int, int, str, Op], now: int) -> Candidate:
    version, event, content, op = made
    if op is Op.WITHDRAWN:
        return withdrawal(version, event, recv=now)
    return candidate(version, event, content, recv=now)


def play(history: list[tuple[int, int, str, Op]], script: list[tuple[str, int]]) -> Feed:
    """Copies arrive in any order; in the end the venue sends everything once more and the windows expire."""
    feed = Feed()
    for step, number in script:
        match step:
            case "arrive":
                feed.arrive(received(history[number % len(history)], feed.now))
            case "wait":
                feed.pass_time(number)
            case "restart":
                feed.restart()
    for made in history:
        feed.arrive(received(made, feed.now))
    feed.pass_time(WINDOW)
    return feed


@given(histories(), st.lists(steps, max_size=25))
@settings(max_examples=400, deadline=None)
def test_whatever_the_order_of_arrival_the_feed_rises_and_repeats_nothing(
    history: list[tuple[int, int, str, Op]], script: list[tuple[str, int]]
):
    """(Version, time) never falls, no Version shows the same content twice in a row, the highest Version ends it."""
    feed = play(history, script)
    indexes = [index_of(each) for each in feed.log]
    places = [(each.version, each.event) for each in indexes]
    assert places == sorted(places)
    for before, after in itertools.pairwise(indexes):
        assert (before.version, before.hash) != (after.version, after.hash)
    assert feed.waiting == []
    assert indexes[-1].version == max(version for version, *_ in history)


@given(st.permutations(range(1, 8)), st.integers(0, 6))
@settings(max_examples=100, deadline=None)
def test_reordering_within_the_window_loses_no_version_after_the_first(order: list[int], pause: int):
    """When all arrive within the window, every Version above the first one seen is published, in order."""
    feed = Feed()
    for version in order:
        feed.arrive(candidate(version, version, recv=feed.now))
        feed.pass_time(pause)
    feed.pass_time(WINDOW)
    assert [index_of(each).version for each in feed.log] == list(range(order[0], 8))
