"""Many subscribers in a process of their own: what of it the process that started it sees.

The two talk over a pipe, one question at a time. A fleet ends with the process that started it.
"""

import contextlib
import multiprocessing
import select
import signal
import time
from collections.abc import Sequence
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from typing import Final, NamedTuple

from feed.errors import FeedError
from replay.load.company import LOOK_SECONDS, Company, Order, gathered
from replay.load.progress import FleetError, Outcome, Progress
from replay.load.subscription import Manner, Subscription

__all__ = ["Fleet", "FleetError", "Outcome", "Progress"]
ANSWER_SECONDS: Final = 60.0


class _Ask(NamedTuple):
    """Tell how things stand."""


class _Finish(NamedTuple):
    """Wait for this sequence at most so long, and end."""

    seq: int
    seconds: float


class _Failed(NamedTuple):
    detail: str
    hint: str


class Fleet:
    """Subscribers of the service at `url`, who write what they get to a new journal.

    Their connections leave from `local_addresses` in turn: each allows some 28,000 to one service. `pid` is 0 before
    `start`. All calls block, and are not for several threads at once.
    """

    def __init__(
        self,
        url: str,
        subscriptions: Sequence[Subscription],
        journal: Path,
        *,
        key: str | None = None,
        local_addresses: Sequence[str] = ("127.0.0.1",),
        flag: str = "P",
    ) -> None:
        _check(subscriptions)
        order = Order(
            url=url,
            subscriptions=tuple(subscriptions),
            journal=str(journal),
            key=key,
            local_addresses=tuple(local_addresses),
            flag=flag,
        )
        context = multiprocessing.get_context("spawn")
        self._pipe, pipe = context.Pipe()
        self._given = pipe
        self._child = context.Process(target=_run, args=(pipe, order), daemon=True)
        self.pid = 0

    def start(self) -> None:
        """Return when all that join at once have been greeted; raises FleetError with what the service said."""
        self._child.start()
        self._given.close()
        self.pid = self._child.pid or 0
        self._answer(None)

    def progress(self) -> Progress:
        """How things stand now; raises FleetError when the fleet has failed."""
        self._say(_Ask())
        told = self._answer(ANSWER_SECONDS)
        assert isinstance(told, Progress)  # noqa: S101 - the other end is ours
        return told

    def finish(self, seq: int, seconds: float) -> Outcome:
        """Wait until every follower has all up to `seq`, at most so many seconds; then end all of them.

        Breaks nothing off from now on. Slow and stalled subscribers are not waited for, nor those that the service has
        refused for good or that have not joined yet. Raises FleetError when the fleet has failed.
        """
        self._say(_Finish(seq, seconds))
        told = self._answer(seconds + ANSWER_SECONDS)
        assert isinstance(told, Outcome)  # noqa: S101 - the other end is ours
        self._child.join()
        self._pipe.close()
        return told

    def stop(self) -> None:
        """End it now, whatever it does; its journal ends anywhere. May be called at any time."""
        if self.pid and self._child.is_alive():
            self._child.terminate()
            self._child.join()

    def _say(self, words: _Ask | _Finish) -> None:
        try:
            self._pipe.send(words)
        except OSError:
            return  # why it has ended is in the pipe

    def _answer(self, seconds: float | None) -> Progress | Outcome:
        try:
            if not self._pipe.poll(seconds):
                raise FleetError(f"a fleet did not answer within {seconds:.0f} s", hint="Is the machine overloaded?")
            told: Progress | Outcome | _Failed = self._pipe.recv()
        except (EOFError, OSError) as error:
            raise FleetError(f"the process {self.pid} of a fleet has ended", hint="Was it killed?") from error
        if isinstance(told, _Failed):
            raise FleetError(told.detail, hint=told.hint)
        return told


def _check(subscriptions: Sequence[Subscription]) -> None:
    for each in subscriptions:
        if each.manner is Manner.SLOW and each.bytes_per_second <= 0:
            raise FleetError(f"subscriber {each.number} is slow and needs bytes_per_second")
        if each.manner is Manner.RECONNECT and each.every <= 0:
            raise FleetError(f"subscriber {each.number} reconnects and needs every, in seconds")


def _run(pipe: Pipe, order: Order) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that conducts: it ends us in order
    try:
        with gathered(order) as company:
            company.join()
            outcome = _serve(pipe, company)
        if outcome is not None:  # the journal is whole when it is told
            pipe.send(outcome)
    except FeedError as error:
        _tell(pipe, _Failed(error.detail, error.hint))
    except OSError as error:
        _tell(pipe, _Failed(f"a fleet has failed: {error}", ""))


def _tell(pipe: Pipe, failed: _Failed) -> None:
    with contextlib.suppress(OSError):  # nobody is there any more
        pipe.send(failed)


def _serve(pipe: Pipe, company: Company) -> Outcome | None:
    """Obey until told to finish; None when nobody is there any more."""
    wish: _Finish | None = None
    words: list[_Ask | _Finish] = []
    is_alone = False

    def listen(events: int) -> None:  # noqa: ARG001 - a read tells the end, too
        nonlocal is_alone
        try:
            words.append(pipe.recv())
        except EOFError:
            is_alone = True

    company.polling.watch(pipe.fileno(), select.EPOLLIN, listen)
    pipe.send(company.progress())
    while wish is None:
        company.polling.turn()
        if is_alone:
            return None
        for word in words:
            if isinstance(word, _Finish):
                wish = word
            else:
                pipe.send(company.progress())
        words.clear()
    company.polling.forget(pipe.fileno())
    company.calm()
    deadline = time.monotonic() + wish.seconds
    while company.missing(wish.seq) and time.monotonic() < deadline:
        company.turn(LOOK_SECONDS)
    return company.end(wish.seq)
