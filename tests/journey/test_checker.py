"""A checker that was never seen failing proves nothing: each mutation of a good history is caught by its rule."""

from collections.abc import Callable

import pytest

from tests.journey.checker import Kept, Post, Seen, check

History = tuple[list[Post], list[Kept], list[Seen]]


def good() -> History:
    posts, stream, log = [], [], []
    newest: dict[str, int] = {}
    for seq in range(1, 13):
        topic, version, mark = f"topic{seq % 3}", ((seq + 2) // 3, 1000 + seq), f"m{seq}"
        stream.append(Kept(seq, newest.get(topic, 0), topic, version, mark, f"sha{seq}"))
        posts.append(Post(topic, version, mark, "accepted", seq))
        log.append(Seen(seq // 5, "e", seq, topic, version, f"sha{seq}"))
        newest[topic] = seq
    posts += [posts[4]._replace(answer="duplicate", seq=None), posts[0]._replace(answer="stale", seq=None)]
    posts.append(Post("topic1", (9, 9000), "m99", "unknown"))
    return posts, stream, log


def test_good_history_has_no_fault():
    """Nothing is found where nothing is wrong."""
    posts, stream, log = good()
    assert check(posts, stream, [log]) == []


def _drop_stream(history: History) -> None:
    del history[1][7]


def _repeat_stream(history: History) -> None:
    again = history[1][4]
    history[1].append(again._replace(seq=13, prev=11))


def _swap_stream(history: History) -> None:
    stream = history[1]
    one, other = stream[3], stream[6]
    stream[3] = other._replace(seq=4, prev=one.prev)
    stream[6] = one._replace(seq=7, prev=other.prev)


def _alter_stream(history: History) -> None:
    history[1][5] = history[1][5]._replace(mark="other")


def _invent_stream(history: History) -> None:
    history[1].append(Kept(13, 10, "topic1", (8, 8000), "ghost", "sha13"))


def _break_chain(history: History) -> None:
    history[1][8] = history[1][8]._replace(prev=0)


def _misplace(history: History) -> None:
    history[0][2] = history[0][2]._replace(seq=6)


def _overtake(history: History) -> None:
    history[0].append(history[0][11]._replace(answer="stale", seq=None))


def _drop_seen(history: History) -> None:
    del history[2][6]


def _drop_last_seen(history: History) -> None:
    del history[2][-1]


def _repeat_seen(history: History) -> None:
    history[2].insert(6, history[2][4]._replace(connection=7))


def _swap_seen(history: History) -> None:
    log = history[2]
    log[6], log[7] = log[7], log[6]


def _alter_seen(history: History) -> None:
    history[2][3] = history[2][3]._replace(sha="other")


def _invent_seen(history: History) -> None:
    history[2].append(history[2][-1]._replace(seq=13))


def _change_epoch(history: History) -> None:
    history[2][-1] = history[2][-1]._replace(epoch="f")


@pytest.mark.parametrize(
    "mutate,rules",
    [
        (_drop_stream, {"lost", "gap"}),
        (_repeat_stream, {"repeated", "disordered"}),
        (_swap_stream, {"disordered", "misplaced"}),
        (_alter_stream, {"lost", "invented"}),
        (_invent_stream, {"invented"}),
        (_break_chain, {"broken_chain"}),
        (_misplace, {"misplaced"}),
        (_overtake, {"overtaken"}),
        (_drop_seen, {"missed"}),
        (_drop_last_seen, {"missed"}),
        (_repeat_seen, {"seen_twice"}),
        (_swap_seen, {"went_back"}),
        (_alter_seen, {"altered"}),
        (_invent_seen, {"not_there"}),
        (_change_epoch, {"epoch"}),
    ],
)
def test_mutated_history_is_caught(mutate: Callable[[History], None], rules: set[str]):
    """A history with one thing wrong is caught by the rules that name it."""
    history = good()
    mutate(history)
    posts, stream, log = history
    assert rules <= {fault.rule for fault in check(posts, stream, [log])}
