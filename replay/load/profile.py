"""What a run under load is: who reads, how the Games are played, what happens meanwhile, what must hold. TOML.

Moments in a profile are seconds after the start of the replay. docs/load.md tells what each name means.
"""

import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from enum import StrEnum
from importlib.resources import files
from pathlib import Path
from typing import Annotated as A
from typing import Final, Literal

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from feed.errors import FeedError
from replay.faults import Faults
from replay.load.subscription import Manner
from replay.report.gates import AnyGate, ClosesByRule, LatencyAtMost, NoFinding, StatesRight, WindowRatioAtMost

Seconds = A[float, Meta(ge=0)]
Share = A[float, Meta(ge=0, le=1)]
Span = tuple[Seconds, Seconds]
STEADY: Final = "steady"  # what was due neither while the service was away nor shortly afterwards
LISTED: Final = "a long list on its way"  # what was due from the sending of a long list to its answer
_SHIPPED = files("replay.load") / "profiles"


class ProfileError(FeedError):
    """A profile is none, or does not fit together."""


class Draw(StrEnum):
    """How the filters of a tier are drawn: none at all, three units, or a few events, units or a discipline."""

    EVERYTHING = "everything"
    BOARD = "board"
    WATCH = "watch"


class Does(StrEnum):
    """What an event does: end the service with SIGTERM or SIGKILL and start it, cut sources off, send a long list."""

    RESTART = "restart"
    KILL = "kill"
    CUT = "cut"
    BULK = "bulk"


class Tier(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Subscribers of one kind. With `during` they are there in these spans only, anew in each; else all the time.

    `ramp` is the seconds over which they join; the others are as in Subscription.
    """

    name: A[str, Meta(pattern="^[a-z][a-z0-9-]*$")]
    subscribers: A[int, Meta(ge=0, le=200_000)]
    manner: Manner = Manner.FOLLOW
    draw: Draw = Draw.EVERYTHING
    kinds: tuple[str, ...] = ()
    snapshot: bool = False
    every: Seconds = 0.0
    bytes_per_second: Seconds = 0.0
    ramp: Seconds = 0.0
    during: tuple[Span, ...] = ()

    @property
    def is_healthy(self) -> bool:
        """Whether it reads all that it gets as fast as it comes."""
        return self.manner not in {Manner.SLOW, Manner.STALL}


class Event(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What happens `at` a moment: for `cut` so many `sources` stay away for `seconds`; for `bulk` so many people."""

    at: Seconds
    does: Does
    sources: A[int, Meta(ge=1)] = 1
    seconds: Seconds = 5.0
    people: A[int, Meta(ge=1, le=60_000)] = 42_000


class Wind(Faults, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Faults of the way from the venues, none of them unknown."""


class Pace(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How the capture is played: see docs/replay.md. Not all of it with `skip`, or with a number of `documents`."""

    speed: A[float, Meta(gt=0)] = 60.0
    max_gap: Seconds | None = None
    skip: A[int, Meta(ge=0)] = 0
    documents: A[int, Meta(ge=1)] | None = None
    in_flight: A[int, Meta(ge=1)] = 1_000
    faults: Wind = Wind()

    @property
    def is_whole(self) -> bool:
        """Whether all of the capture is played."""
        return not self.skip and self.documents is None


class Window(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A name for some spans of the run, for gates that look at these alone."""

    name: A[str, Meta(min_length=1)]
    spans: A[tuple[Span, ...], Meta(min_length=1)]


class Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One kind of run. `games` are simulated where no capture is given; `fleets` is how many processes subscribe.

    `settle` is how long the subscribers may take at the end to get the rest. Gates may name STEADY and LISTED as well.
    """

    title: str
    games: Literal["small", "day", "light-day", "paris", "winter"] = "small"
    seed: int = 1
    fleets: A[int, Meta(ge=1, le=64)] = 1
    settle: A[float, Meta(gt=0)] = 60.0
    replay: Pace = Pace()
    tier: tuple[Tier, ...]
    event: tuple[Event, ...] = ()
    window: tuple[Window, ...] = ()
    gate: tuple[AnyGate, ...] = ()

    @property
    def restarts(self) -> bool:
        """Whether it ends the service on the way."""
        return any(event.does in {Does.RESTART, Does.KILL} for event in self.event)

    def with_subscribers(self, counts: Mapping[str, int]) -> "Profile":
        """The same with other numbers of subscribers; raises ProfileError for a tier that it has not."""
        known = [tier.name for tier in self.tier]
        for name in counts:
            if name not in known:
                raise ProfileError(f"there is no tier {name!r}", hint=f"Tiers are {', '.join(known)}.")
        return replace(
            self, tier=tuple(replace(each, subscribers=counts.get(each.name, each.subscribers)) for each in self.tier)
        )


def shipped() -> list[str]:
    """The names of the profiles that come with this program."""
    return sorted(each.name.removesuffix(".toml") for each in _SHIPPED.iterdir() if each.name.endswith(".toml"))


def load_profile(named: str) -> Profile:
    """A shipped profile by its name, or that of a TOML file. Raises ProfileError."""
    hint = f"Name a TOML file, or one of {', '.join(shipped())}."
    source = _SHIPPED / f"{named}.toml" if named in shipped() else Path(named)
    try:
        rows = tomllib.loads(source.read_text("utf-8"))
        profile = msgspec.convert(rows, Profile)
    except OSError as error:
        raise ProfileError(f"there is no profile {named}: {error.strerror}", hint=hint) from error
    except (msgspec.ValidationError, ValueError) as error:
        raise ProfileError(f"profile {named}: {error}", hint="docs/load.md tells what may stand in it.") from error
    for wrong in (*_unknown(rows.get("gate", ()), profile.gate), *_mistakes(profile)):
        raise ProfileError(f"profile {named}: {wrong}", hint="docs/load.md tells what may stand in it.")
    return profile


def _mistakes(profile: Profile) -> list[str]:
    names = Counter(tier.name for tier in profile.tier)
    found = [f"two tiers are named {name!r}" for name, count in names.items() if count > 1]
    for tier in profile.tier:
        if tier.manner is Manner.SLOW and not tier.bytes_per_second:
            found.append(f"tier {tier.name!r} is slow and needs bytes_per_second")
        if tier.manner in {Manner.POLL, Manner.RECONNECT} and not tier.every:
            found.append(f"tier {tier.name!r} needs every, in seconds")
        found += [f"tier {tier.name!r} is there from {a:g} to {b:g}" for a, b in tier.during if a >= b]
    for window in profile.window:
        found += [f"window {window.name!r} has a span from {a:g} to {b:g}" for a, b in window.spans if a >= b]
    windows = {STEADY, LISTED, *(window.name for window in profile.window)}
    for gate in profile.gate:
        found += [f"a gate names {name!r}, which is no tier" for name in _tiers(gate) if name not in names]
        found += [f"a gate names {name!r}, which is no window" for name in _windows(gate) if name not in windows]
    faults = msgspec.structs.asdict(profile.replay.faults)
    found += [f"{name} is a probability" for name, share in faults.items() if name != "jitter_ms" and share > 1]
    return found


def _unknown(rows: Sequence[Mapping[str, object]], gates: Sequence[AnyGate]) -> list[str]:
    """Fields that a gate has not: a gate that is not read as it was written is none."""
    pairs = zip(rows, gates, strict=True)
    return [f"a gate has no {name!r}" for row, gate in pairs for name in row if name not in {"type", *_fields(gate)}]


def _fields(gate: AnyGate) -> tuple[str, ...]:
    return gate.__struct_fields__


def _tiers(gate: AnyGate) -> tuple[str, ...]:
    match gate:
        case LatencyAtMost(tier=tier) | WindowRatioAtMost(tier=tier):
            return (tier,)
        case NoFinding(tiers=tiers) | StatesRight(tiers=tiers) | ClosesByRule(tiers=tiers):
            return tiers
        case _:
            return ()


def _windows(gate: AnyGate) -> tuple[str, ...]:
    match gate:
        case LatencyAtMost(window=window):
            return (window,) if window else ()
        case WindowRatioAtMost(window=window, against=against):
            return window, against
        case _:
            return ()
