"""The terminal of `feed load`: one live line while it runs, the verdict at its end."""

import asyncio
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import psutil
from rich.console import Console
from rich.live import Live
from rich.text import Text

from feed.commands.screen import moment
from replay.load.progress import FleetError, Progress
from replay.load.run import Conductor
from replay.report.gates import verdict
from replay.report.model import Gate, LoadReport, Tier

LIVE_SECONDS, PLAIN_SECONDS = 1.0, 5.0
_MARKS: Final = {True: "met", False: "NOT MET", None: "not judged"}


class Screen:
    """Shows how a run goes until cancelled."""

    def __init__(self, console: Console, conductor: Conductor) -> None:
        self._console = console
        self._conductor = conductor
        self._self = psutil.Process(os.getpid())
        self._self.cpu_percent()
        self._before = (time.monotonic(), 0, 0)

    async def show(self) -> None:
        """Live on a terminal, a plain line now and then elsewhere."""
        if not self._console.is_terminal:
            while True:
                await asyncio.sleep(PLAIN_SECONDS)
                self._console.print(await self.line(), soft_wrap=True)
        with Live(console=self._console, auto_refresh=False, transient=True) as live:
            while True:
                live.update(await self.line(), refresh=True)
                await asyncio.sleep(LIVE_SECONDS)

    async def line(self) -> Text:
        """Stage, clock of the Games, what is offered and sent, what is delivered, and what the generator costs."""
        conductor, tally = self._conductor, self._conductor.tally
        parts: list[str | tuple[str, str]] = [(conductor.stage, "bold")]
        if conductor.player and conductor.player.recv is not None:
            parts += [f"  {moment(conductor.player.recv)}"]
        fleets = await self._progress()
        received = sum(fleet.received for fleet in fleets)
        now, sent = time.monotonic(), tally.documents
        since, sent_before, received_before = self._before
        seconds = max(now - since, 1e-3)
        self._before = (now, sent, received)
        if sent:
            parts += [f"  sent {sent:,} ({(sent - sent_before) / seconds:,.0f}/s"]
            parts += [f" of {sent / tally.planned_seconds:,.0f})" if tally.planned_seconds else ")"]
            parts += [f"  lag p99 {tally.lag.at(99):.1f} ms"]
        if fleets:
            parts += [f"  delivered {received:,} ({max(0, received - received_before) / seconds:,.0f}/s)"]
            parts += [f"  {sum(fleet.connected for fleet in fleets):,} connected"]
            parts += [f"  {sum(fleet.reconnects for fleet in fleets):,} reconnects"]
            busiest = max(fleet.busiest for fleet in fleets)
            parts += [f"  generator {self._self.cpu_percent():.0f} % + {100 * busiest:.0f} %"]
        return Text.assemble(*parts)

    async def _progress(self) -> list[Progress]:
        """Of the fleets; what is wrong with one is told by its end."""
        if self._conductor.fleets is None:
            return []
        try:
            return await self._conductor.fleets.progress()
        except FleetError:
            return []


def lines(report: LoadReport, out: Path) -> Iterator[str]:
    """The report as text: verdict and gates first."""
    yield f"{verdict(report.gates)}: {report.title}, {report.seconds:,.1f} s"
    yield from map(_gate, report.gates)
    if report.sender:
        offered = f" of {report.sender.offered:,.1f} offered" if report.sender.offered else ""
        yield f"sent {report.sender.documents:,} documents, {report.sender.achieved:,.1f} a second{offered}"
    yield from map(_tier, report.tiers)
    yield from report.notes
    for found in report.findings[:10]:
        yield f"  {found.name} {found.tier} {found.subscriber}: {found.seq} {found.topic} {found.detail}".rstrip()
    yield from (f"  truth: {found}" for found in report.oracle.findings[:10])
    if report.oracle.is_checked:
        yield f"truth {report.oracle.hash}"
    yield f"report: {out / 'report.html'}"
    yield f"again: {report.command}  (seed {report.seed})"


def _gate(gate: Gate) -> str:
    return f"  {_MARKS[gate.is_met]:<10} {gate.name}: {gate.found}, asked {gate.asked}"


def _tier(tier: Tier) -> str:
    points = ", ".join(f"{name} {value:,.1f}" for name, value in tier.latency.items())
    latency = f"; ms {points}, {tier.unplanned:,} without a planned moment" if points else ""
    findings = sum(tier.counts.values())
    return (
        f"{tier.name}: {tier.subscribers:,} subscribers got {tier.received:,} of {tier.expected:,} messages, "
        f"{findings:,} findings, {tier.states_right:,} states right{latency}"
    )
