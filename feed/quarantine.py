"""What an operator does about documents that are held: look at them, release them, discard them."""

from collections.abc import Callable, Mapping
from datetime import tzinfo

from feed.candidate import Receipt
from feed.core.gate import Refused, Stale
from feed.core.quarantine import Action, Audit, Case, QuarantineRecord
from feed.errors import ErrorName, ReaderError
from feed.ingest.admission import Held
from feed.stream.quarantine import Quarantine
from feed.venues import FORMATS
from feed.world import SEEN_SECONDS, World


class QuarantineDesk:
    """The quarantines of all flags. All methods raise OutcomeUnknownError when it is safe to ask again."""

    def __init__(self, worlds: Mapping[str, World], zones: Mapping[str, tzinfo], clock: Callable[[], int]) -> None:
        self._worlds = worlds
        self._zones = zones
        self._clock = clock
        self._kept = {flag: Quarantine(world.link) for flag, world in worlds.items()}

    async def held(self, flag: str) -> list[Case]:
        """What somebody still has to decide about, oldest first."""
        return await self._kept[flag].held()

    async def newest(self, flag: str, limit: int) -> list[Case]:
        """What was refused or held last, newest first."""
        return await self._kept[flag].newest(limit)

    async def find(self, flag: str, id_: str) -> Case | None:
        """One document, None when there is none of this id."""
        return await self._kept[flag].find(id_)

    async def release(self, flag: str, case: Case, by: str) -> Audit:
        """Publish a held document with the times it came with, and tell as what.

        Raises ReaderError not_held, superseded (a newer version was published since) or refused (the gate, or a rule
        that did not hold it), and DamagedError.
        """
        record = _open(case)
        world = self._worlds[flag]
        arrival = await self._kept[flag].arrival(record)
        receipt = Receipt(record.ts_recv, record.source, self._zones.get)
        held = Held(arrival, record.id, record.rules)
        verdict = await world.admission.release(held, flag, FORMATS[record.format], receipt)
        if isinstance(verdict, Stale):
            detail = f"version {record.version} was overtaken: {record.topic} is at seq {verdict.seq}"
            raise ReaderError(ErrorName.SUPERSEDED, detail, hint="Discard it.")
        if isinstance(verdict, Refused):
            detail = f"{verdict.refusal.reason}: {verdict.refusal.detail}"
            raise ReaderError(ErrorName.REFUSED, detail, hint=verdict.refusal.hint)
        # A duplicate is what an earlier try left behind whose answer was lost: it is published once.
        audit = Audit(id=record.id, action=Action.RELEASED, by=by, at=self._clock(), seq=verdict.seq)
        await self._kept[flag].note(audit)
        await world.state.tide.passed(verdict.seq, SEEN_SECONDS)
        return audit

    async def discard(self, flag: str, case: Case, by: str) -> Audit:
        """Decide that a held document is never published; raises ReaderError not_held."""
        record = _open(case)
        audit = Audit(id=record.id, action=Action.DISCARDED, by=by, at=self._clock())
        if not await self._kept[flag].note(audit, is_first=True):
            raise _not_held(record, "somebody else has decided about it a moment ago")
        return audit


def _open(case: Case) -> QuarantineRecord:
    if case.audit is not None:
        raise _not_held(case.record, f"it was {case.audit.action} by {case.audit.by}")
    if not case.record.is_held:
        raise _not_held(case.record, f"it was refused: {case.record.reason}")
    return case.record


def _not_held(record: QuarantineRecord, why: str) -> ReaderError:
    hint = "`feed quarantine list` shows what is held."
    return ReaderError(ErrorName.NOT_HELD, f"document {record.id} is not held: {why}", hint=hint)
