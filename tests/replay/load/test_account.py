from replay.load.account import RECOVERY_SECONDS, UNDER_WAY_SECONDS, windows
from replay.load.profile import LISTED, STEADY, Profile, Tier, Window

NAMED = (Window(name="early", spans=((1.0, 3.0), (5.0, 90.0))), Window(name="never", spans=((70.0, 80.0),)))
PROFILE = Profile(title="Windows", tier=(Tier(name="board", subscribers=1),), window=NAMED)


def test_without_a_restart_all_of_the_run_is_steady():
    """What a run did not come to is in no window."""
    assert windows(PROFILE, [], [], 60.0) == {"early": [(1.0, 3.0), (5.0, 60.0)], STEADY: [(0.0, 60.0)]}


def test_a_restart_is_not_steady_nor_is_what_follows():
    """From what was under way until those who were away are back; one may follow while they come."""
    found = windows(PROFILE, [(30.0, 32.0), (10.0, 12.0)], [], 60.0)[STEADY]
    first, second = 12.0 + RECOVERY_SECONDS, 32.0 + RECOVERY_SECONDS
    assert found == [(0.0, 10.0 - UNDER_WAY_SECONDS), (first, 30.0 - UNDER_WAY_SECONDS), (second, 60.0)]


def test_a_run_that_was_never_steady_has_no_such_window():
    """A gate that asks for it cannot be judged."""
    assert STEADY not in windows(PROFILE, [(0.5, 58.0)], [], 60.0)


def test_long_lists_have_a_window_of_their_own():
    """From their sending to their answers, in the order of time; one that nobody answered lasts as long as the run."""
    found = windows(PROFILE, [], [(40.0, 90.0), (20.0, 25.5)], 60.0)[LISTED]
    assert found == [(20.0, 25.5), (40.0, 60.0)]
