from pathlib import Path

import pytest

from replay.load.profile import Draw, ProfileError, load_profile, shipped
from replay.load.subscription import Manner

TIER = '[[tier]]\nname = "board"\nsubscribers = 3\n'


def written(tmp_path: Path, text: str) -> str:
    path = tmp_path / "own.toml"
    path.write_text(f'title = "Own"\n{text}')
    return str(path)


def test_what_is_shipped_can_be_loaded():
    """Every profile of the package is one, and the command tells of each."""
    assert shipped() == ["busiest-day", "games-day", "rehearsal", "smoke", "stadium"]
    for name in shipped():
        assert load_profile(name).gate


def test_the_busiest_day_asks_for_what_it_must_reach():
    """60 times the speed, 50 firehose, 300 board and 2,000 watch-list subscribers, half a second at p99."""
    profile = load_profile("busiest-day")
    assert profile.replay.speed == 60
    assert {tier.name: tier.subscribers for tier in profile.tier} == {"firehose": 50, "board": 300, "watch": 2000}
    assert {gate.tier: gate.ms for gate in profile.gate if hasattr(gate, "ms")} == {
        "firehose": 500,
        "board": 500,
        "watch": 500,
    }


def test_a_profile_of_ones_own(tmp_path: Path):
    """What is not said has a default; subscribers can be counted otherwise."""
    profile = load_profile(written(tmp_path, TIER + 'draw = "board"\n'))
    (tier,) = profile.tier
    assert (tier.manner, tier.draw, profile.restarts) == (Manner.FOLLOW, Draw.BOARD, False)
    assert profile.with_subscribers({"board": 7}).tier[0].subscribers == 7
    with pytest.raises(ProfileError, match="no tier 'boards'"):
        profile.with_subscribers({"boards": 7})


def test_a_part_of_a_capture_is_not_all_of_it(tmp_path: Path):
    """Only what is played whole can be held against the truth."""
    assert load_profile(written(tmp_path, TIER)).replay.is_whole
    assert not load_profile(written(tmp_path, "[replay]\ndocuments = 5\n" + TIER)).replay.is_whole


@pytest.mark.parametrize(
    "text, said",
    [
        (TIER + "speed = 5\n", "unknown field `speed`"),
        (TIER + 'manner = "slow"\n', "needs bytes_per_second"),
        (TIER + 'manner = "poll"\n', "needs every"),
        (TIER + TIER, "two tiers are named 'board'"),
        (TIER + "during = [[5.0, 2.0]]\n", "is there from 5 to 2"),
        (TIER + '[[event]]\nat = 1.0\ndoes = "explode"\n', "explode"),
        (TIER + '[[gate]]\ntype = "latency"\ntier = "bored"\npoint = "p99"\nms = 5.0\n', "'bored', which is no tier"),
        (TIER + '[[gate]]\ntype = "oracle"\nms = 5.0\n', "a gate has no 'ms'"),
        (
            TIER + '[[gate]]\ntype = "latency"\ntier = "board"\npoint = "p99"\nms = 5.0\nwindow = "calm"\n',
            "'calm', which is no window",
        ),
        (TIER + '[[window]]\nname = "calm"\nspans = []\n', "length >= 1"),
        ("[replay]\nfaults = { duplicate = 1.5 }\n" + TIER, "duplicate is a probability"),
        ("[replay]\nfaults = { doubles = 0.5 }\n" + TIER, "unknown field `doubles`"),
        ("tier = [", "profile"),
    ],
)
def test_a_profile_that_does_not_fit_together_is_told(tmp_path: Path, text: str, said: str):
    """By its name, with what is wrong: nothing is started."""
    with pytest.raises(ProfileError, match=said):
        load_profile(written(tmp_path, text))


def test_a_profile_that_is_not_there():
    """The hint names those that are."""
    with pytest.raises(ProfileError, match="there is no profile nowhere") as raised:
        load_profile("nowhere")
    assert "busiest-day, games-day, rehearsal, smoke, stadium" in raised.value.hint
