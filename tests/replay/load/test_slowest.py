import random

from replay.load.slowest import SHOWN, Slowest


def test_the_slowest_of_many_one_for_each_message():
    """Whatever the order: of a message its slowest delivery, the slowest message first."""
    draws = random.Random(3)
    late = {(seq, subscriber): draws.uniform(1, 1e6) for seq in range(1, 200) for subscriber in range(5)}
    slowest = Slowest()
    for subscriber in draws.sample(range(5), 5):
        slowest.look(((late[seq, subscriber], seq, 1.0) for seq in range(1, 200)), subscriber, "board")
    worst = sorted(((max(late[seq, each] for each in range(5)), seq) for seq in range(1, 200)), reverse=True)[:SHOWN]
    assert [(each.micros, each.seq) for each in slowest.ordered()] == worst
    assert all(late[each.seq, each.subscriber] == each.micros for each in slowest.ordered())


def test_what_was_never_planned_is_not_slow():
    """It is infinitely early."""
    slowest = Slowest()
    slowest.look([(float("-inf"), 1, 1.0)], 0, "board")
    assert slowest.ordered() == []
