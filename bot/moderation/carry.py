"""Carrying out one act: do it, read it back, and say only what is known.

The rules, for each person of an act:

- a first attempt simply acts; a later one, or one after a lost answer, reads the vendor first;
- a definite no is *failed*, unless the vendor shows that what was asked is the case anyway;
- a doubtful answer is settled by reading back: done is *confirmed*, not done is tried again;
- what can be neither read nor repeated is *not confirmed*, never guessed.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from bot.calls.acts import Act
from bot.calls.cases import Case
from bot.calls.outcomes import Observation, Result, Seen, State
from bot.clock import Clock
from bot.errors import Ambiguous, Impossible, VendorBusy, VendorError, VendorRefused
from bot.ports import CallProvider

log = structlog.get_logger(__name__)

TRIES = 3
"""How often an act is sent at most while the vendor shows that it did not happen."""

READ_BACK_AFTER = (0.0, 0.3, 0.7, 1.5)
"""Seconds before each look at the vendor after its yes: a media server needs a moment."""

CHECK = "Check again, or do it again."


@dataclass(frozen=True)
class Carrier:
    """Carries acts to one vendor. `patience` is the total time for one act, in seconds."""

    provider: CallProvider
    clock: Clock
    patience: float = 25.0

    async def carry_out(self, case: Case) -> Sequence[Result]:
        """The result for each person of the case's act, concurrently, or for the call."""
        return await asyncio.gather(
            *(self._in_time(part, case.attempt) for part in case.act.each())
        )

    async def _in_time(self, act: Act, attempt: int) -> Result:
        ends = self.clock.monotonic() + self.patience
        errand = _Errand(self.provider, self.clock, act, doubtful=attempt > 1, ends=ends)
        try:
            async with asyncio.timeout(self.patience):
                return await errand.run()
        except TimeoutError:
            return errand.result(
                State.NOT_CONFIRMED, f"No certain answer within {self.patience:g} s.", CHECK
            )


class _Errand:
    """One act on its way. `doubtful` means that it may have happened already.

    `ends` is when patience does, by the monotonic clock.
    """

    def __init__(
        self, provider: CallProvider, clock: Clock, act: Act, *, doubtful: bool, ends: float
    ) -> None:
        self._provider = provider
        self._clock = clock
        self._act = act
        self._doubtful = doubtful
        self._ends = ends
        self._request_id: str | None = None
        self._attempts = 0

    async def run(self) -> Result:
        """Send until it is done, refused, or not worth trying again."""
        while self._attempts < TRIES:
            if self._doubtful and (settled := await self._settle()):
                return settled
            self._attempts += 1
            try:
                receipt = await self._provider.perform(self._act)
            except Ambiguous as doubt:
                self._doubtful = True
                self._remember(doubt)
            except VendorBusy as busy:
                self._remember(busy)
                if busy.retry_after is None or not self._may_wait(busy.retry_after):
                    return self._no(busy)
                await self._clock.sleep(busy.retry_after)
            except VendorRefused as refused:
                return await self._refused(refused)
            except (VendorError, Impossible) as error:
                return self._no(error)
            else:
                self._request_id = receipt.request_id
                return await self._read_back(receipt.evidence)
        return await self._give_up()

    def _may_wait(self, seconds: float) -> bool:
        """Whether there is another try, and patience for it, after so many seconds."""
        return self._attempts < TRIES and self._clock.monotonic() + seconds < self._ends

    async def _settle(self) -> Result | None:
        """Settle a doubt by reading; None when the act should be sent (again)."""
        seen = await self._look()
        if seen.seen is Seen.DONE:
            return self.result(State.CONFIRMED, seen.evidence)
        if seen.seen is Seen.NOT_DONE or self._act.verb.repeatable:
            return None
        return self.result(State.NOT_CONFIRMED, seen.evidence, CHECK)

    async def _give_up(self) -> Result:
        """After the last try: done if it shows, otherwise nobody knows yet."""
        seen = await self._look()
        if seen.seen is Seen.DONE:
            return self.result(State.CONFIRMED, seen.evidence)
        times = f"Sent {self._attempts} times without a clear answer."
        return self.result(State.NOT_CONFIRMED, f"{times} {seen.evidence}", CHECK)

    async def _read_back(self, said: str) -> Result:
        """The vendor said yes: see whether it is so."""
        seen = Observation(seen=Seen.UNKNOWABLE, evidence="")
        for seconds in READ_BACK_AFTER:
            if seconds:
                await self._clock.sleep(seconds)
            seen = await self._look()
            if seen.seen is not Seen.NOT_DONE:
                break
        if seen.seen is Seen.DONE:
            return self.result(State.CONFIRMED, seen.evidence)
        if seen.seen is Seen.UNKNOWABLE:
            return self.result(State.CONFIRMED, f"{said} {seen.evidence}")
        return self.result(State.NOT_CONFIRMED, f"{said} But: {seen.evidence}", CHECK)

    async def _refused(self, refused: VendorRefused) -> Result:
        """A definite no may only mean that it is so already."""
        self._remember(refused)
        seen = await self._look()
        if seen.seen is Seen.DONE:
            return self.result(State.CONFIRMED, f"It was so already: {seen.evidence}")
        self._doubtful = self._doubtful and seen.seen is Seen.UNKNOWABLE
        return self._no(refused)

    async def _look(self) -> Observation:
        try:
            return await self._provider.observe(self._act)
        except VendorError as error:
            log.info("read-back failed", vendor=error.vendor, error=str(error))
            return Observation(seen=Seen.UNKNOWABLE, evidence=f"Reading it back failed: {error}")

    def _no(self, error: VendorError | Impossible) -> Result:
        if self._doubtful:
            return self.result(State.NOT_CONFIRMED, str(error), CHECK)
        return self.result(State.FAILED, str(error), error.next_step)

    def _remember(self, error: VendorError) -> None:
        self._request_id = error.request_id or self._request_id

    def result(self, state: State, evidence: str, next_step: str = "") -> Result:
        """What is known now, for the person or the call of this errand."""
        person = self._act.people[0] if self._act.people else None
        return Result(
            person=person.id if person else None,
            name=person.shown if person else None,
            state=state,
            evidence=evidence,
            next_step=next_step,
            attempts=self._attempts,
            request_id=self._request_id,
        )
