"""Carrying out one act: do it, read it back, and say only what is known.

The rules, for each person of an act:

- a first attempt reads the vendor first, unless speed counts: what is so already is *already so*;
- a later attempt, or one after a lost answer, always reads it first;
- a definite no is *failed*, unless the vendor shows that what was asked is the case anyway;
- a doubtful answer is settled by reading back: done is *confirmed*, not done is tried again;
- what can be neither read nor repeated is *not confirmed*, never guessed;
- an act on everyone has a result for each whom it was sent for, as far as the vendor tells who.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from bot.calls.acts import Act
from bot.calls.cases import Case
from bot.calls.outcomes import Observation, Receipt, Recipient, Result, Seen, State
from bot.clock import Clock
from bot.deadline import Deadline
from bot.errors import Ambiguous, Impossible, VendorBusy, VendorError, VendorRefused
from bot.ports import CallProvider
from bot.progress import ProgressTracker

log = structlog.get_logger(__name__)

TRIES = 3
"""How often an act is sent at most while the vendor shows that it did not happen."""

READ_BACK_AFTER = (0.0, 0.3, 0.7, 1.5)
"""Seconds before each reading of the vendor after its yes: a media server needs a moment."""

READ_FIRST_SECONDS = 3.0
"""How long reading the vendor before the first send may take; then it is sent without that."""

MOST_SECONDS = 600.0
"""How long one act may take in all, however it gets on."""

CHECK = "Check again, or do it again."
AGAIN = "Try again for those who are left."


@dataclass(frozen=True)
class ActPerformer:
    """Performs acts at one vendor. `timeout_s` is the total time for one act, in seconds.

    It counts what the vendor takes, not the wait for our own turn there; an act that goes on
    person by person has it anew after each, for MOST_SECONDS in all.
    """

    provider: CallProvider
    clock: Clock
    timeout_s: float = 25.0

    async def perform_act(
        self, case: Case, tracker: ProgressTracker | None = None
    ) -> Sequence[Result]:
        """Carry out the act of `case`: a result for each person, or one for the call.

        People are acted on side by side. `tracker` is told how far it is, and says whom an earlier
        attempt reached. What goes wrong is a result; raises ClaimLost once the claim is lost.
        """
        tracker = tracker or ProgressTracker(case.progress)
        parts = case.act.each()
        if len(parts) == 1:
            return await self._in_time(parts[0], tracker, doubtful=case.begun)
        tracker.expect(len(parts))
        results = await asyncio.gather(
            *(self._one_of_many(part, tracker, doubtful=case.begun) for part in parts)
        )
        return [result for part_results in results for result in part_results]

    async def _one_of_many(
        self, act: Act, tracker: ProgressTracker, *, doubtful: bool
    ) -> Sequence[Result]:
        results = await self._in_time(act, tracker, doubtful=doubtful)
        tracker.step()
        return results

    async def observe(self, case: Case) -> Sequence[Observation]:
        """What the vendor shows of each part of the act, read side by side; nothing is sent.

        A vendor that does not answer in time makes that part unknowable.
        """
        return await asyncio.gather(*(self._observe_part(part) for part in case.act.each()))

    async def _observe_part(self, act: Act) -> Observation:
        try:
            async with Deadline(self.timeout_s):
                return await self.provider.acts.observe(act)
        except (VendorError, TimeoutError) as error:
            why = str(error) or f"No clear answer within {self.timeout_s:g} s."
            return Observation(seen=Seen.UNKNOWABLE, evidence=why)

    async def _in_time(
        self, act: Act, tracker: ProgressTracker, *, doubtful: bool
    ) -> Sequence[Result]:
        deadline = Deadline(self.timeout_s)
        run = _ActRun(self.provider, self.clock, act, deadline, tracker, doubtful=doubtful)
        follow = deadline.restart if act.everyone else _unmoved
        try:
            with tracker.followed_by(follow):
                async with asyncio.timeout(MOST_SECONDS), deadline:
                    return await run.run()
        except TimeoutError:
            run.remember_sent()
            return run.results(
                State.NOT_CONFIRMED, f"No clear answer within {self.timeout_s:g} s.", CHECK
            )


class _ActRun:
    """One act while it is sent and read back; `doubtful`: it may have happened already.

    Of an act on everyone, `_recipients` are those it was sent for so far, by id; `_unlisted` counts
    who was meant with them and `_missed` who could not be, since the vendor does not list them.
    """

    def __init__(
        self,
        provider: CallProvider,
        clock: Clock,
        act: Act,
        deadline: Deadline,
        tracker: ProgressTracker,
        *,
        doubtful: bool,
    ) -> None:
        self._provider = provider
        self._clock = clock
        self._act = act
        self._doubtful = doubtful
        self._deadline = deadline
        self._tracker = tracker
        self._request_id: str | None = None
        self._attempts = 0
        self._recipients: dict[str, Recipient] = {}
        self._unlisted = self._missed = 0
        self._seen: Observation | None = None
        self.remember_sent()

    async def run(self) -> Sequence[Result]:
        """Send until it is done, refused, or not worth trying again; the results.

        Raises ClaimLost once the claim is lost.
        """
        while self._attempts < TRIES:
            if known := await (self._settle() if self._doubtful else self._known()):
                return known
            self._attempts += 1
            self._tracker.require_held()
            try:
                receipt = await self._provider.acts.perform(self._act)
            except Ambiguous as doubt:
                self._doubtful = True
                self._remember(doubt)
                self._remember_recipients(
                    [Recipient(id=who, name=name) for who, name in doubt.reached.items()]
                )
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
                return await self._confirm(receipt)
        return await self._give_up()

    async def _known(self) -> Sequence[Result] | None:
        """That it is so before anything is sent; None when it is not, or nobody can tell in time.

        Whom everyone means, only the act itself finds out; and where speed counts nobody looks.
        """
        if self._attempts or self._act.everyone or not self._act.verb.read_first:
            return None
        try:
            async with asyncio.timeout(READ_FIRST_SECONDS):
                seen = await self._read_back()
        except TimeoutError:
            return None
        if seen.seen is not Seen.DONE:
            return None
        return self.results(State.ALREADY, seen.evidence)

    def _may_wait(self, seconds: float) -> bool:
        """Whether there is another try, and time for it, after so many seconds."""
        return self._attempts < TRIES and seconds < self._deadline.left

    async def _settle(self) -> Sequence[Result] | None:
        """Settle a doubt by reading; None when the act should be sent (again)."""
        seen = await self._read_back()
        if seen.seen is Seen.DONE:
            return self.results(State.CONFIRMED, seen.evidence)
        if seen.seen is Seen.NOT_DONE or self._act.verb.repeatable:
            return None
        return self.results(State.NOT_CONFIRMED, seen.evidence, CHECK)

    async def _give_up(self) -> Sequence[Result]:
        """After the last try: done if it shows, otherwise nobody knows yet."""
        seen = await self._read_back()
        if seen.seen is Seen.DONE:
            return self.results(State.CONFIRMED, seen.evidence)
        times = f"Sent {self._attempts} times without a clear answer."
        return self.results(State.NOT_CONFIRMED, f"{times} {_last_read(seen)}", CHECK)

    async def _confirm(self, receipt: Receipt) -> Sequence[Result]:
        """Read back whether it is so, once the vendor said yes."""
        self._request_id = receipt.request_id
        self._remember_recipients(receipt.people)
        self._unlisted, self._missed = receipt.unlisted, receipt.missed
        if receipt.already:
            return self._so_already(receipt.evidence)
        seen = Observation(seen=Seen.UNKNOWABLE, evidence="")
        for seconds in READ_BACK_AFTER:
            if seconds:
                await self._clock.sleep(seconds)
            seen = await self._read_back()
            if seen.seen is not Seen.NOT_DONE:
                break
        if seen.seen is Seen.DONE:
            return self.results(State.CONFIRMED, seen.evidence)
        if seen.seen is Seen.UNKNOWABLE:
            return self.results(State.CONFIRMED, f"{receipt.evidence} {seen.evidence}")
        return self.results(State.NOT_CONFIRMED, f"{receipt.evidence} {_last_read(seen)}", CHECK)

    async def _refused(self, refused: VendorRefused) -> Sequence[Result]:
        """A definite no may mean that it is so already; or that an earlier try has done it."""
        self._remember(refused)
        seen = await self._read_back()
        if seen.seen is Seen.DONE:
            return self._so_already(seen.evidence)
        self._doubtful = self._doubtful and seen.seen is Seen.UNKNOWABLE
        return self._no(refused)

    def _so_already(self, evidence: str) -> Sequence[Result]:
        """It was so when it was sent: by an earlier try, where that may have happened."""
        return self.results(State.CONFIRMED if self._doubtful else State.ALREADY, evidence)

    async def _read_back(self) -> Observation:
        try:
            self._seen = await self._provider.acts.observe(self._act)
        except VendorError as error:
            log.info("read-back failed", vendor=error.vendor, error=str(error))
            why = f"Could not check the result: {error}"
            self._seen = Observation(seen=Seen.UNKNOWABLE, evidence=why)
        return self._seen

    def _no(self, error: VendorError | Impossible) -> Sequence[Result]:
        if self._doubtful:
            return self.results(State.NOT_CONFIRMED, str(error), CHECK)
        return self.results(State.FAILED, str(error), error.next_step)

    def _remember(self, error: VendorError) -> None:
        self._request_id = error.request_id or self._request_id

    def _remember_recipients(self, people: Sequence[Recipient]) -> None:
        """Of somebody to whom it was sent twice, a yes outlives a no."""
        for person in people:
            known = self._recipients.get(person.id)
            if known is None or known.refused:
                self._recipients[person.id] = person

    def remember_sent(self) -> None:
        """It was sent for these too: by an earlier attempt, or before this one broke off."""
        sent = self._tracker.progress.people if self._act.everyone else ()
        self._recipients = {recipient.id: recipient for recipient in sent} | self._recipients

    def results(self, state: State, evidence: str, next_step: str = "") -> Sequence[Result]:
        """What is known now, for the person or the call, or for each whom everyone meant."""
        if not self._recipients:
            return [self._result(state, evidence, next_step)]
        results = [
            self._of(recipient, state, evidence, next_step)
            for recipient in self._recipients.values()
        ]
        if self._unlisted:
            results.append(self._result(state, evidence, next_step, count=self._unlisted))
        return [*results, *self._others(evidence)]

    def _of(self, recipient: Recipient, state: State, evidence: str, next_step: str) -> Result:
        """How it went for one of everyone: as for all, unless the vendor shows it for them."""
        so = self._shows(recipient.id)
        if recipient.refused:
            if so:
                return self._result(State.ALREADY, self._so(evidence), who=recipient)
            return self._result(State.FAILED, recipient.refused, AGAIN, who=recipient)
        if so and not state.settled:
            return self._result(State.CONFIRMED, self._so(evidence), who=recipient)
        return self._result(state, evidence, next_step, who=recipient)

    def _shows(self, person: str) -> bool:
        """Whether the vendor, when last read, showed it for this one of everyone."""
        seen = self._seen
        if seen is None or seen.seen is Seen.UNKNOWABLE:
            return False
        return seen.seen is Seen.DONE or (seen.left is not None and person not in seen.left)

    def _so(self, evidence: str) -> str:
        all_so = self._seen is not None and self._seen.seen is Seen.DONE
        return evidence if all_so else f"{self._act.call.vendor.label} shows it for them."

    def _others(self, evidence: str) -> Sequence[Result]:
        """Those for whom it is not so and whom it was not sent for: newcomers, and the unlisted."""
        seen = self._seen
        if seen is not None and seen.seen is Seen.DONE:
            return []
        if self._missed:
            why = "They are in the call but not listed, and were not reached."
            return [self._result(State.FAILED, why, AGAIN, count=self._missed)]
        if seen is not None and set(seen.left or ()) - set(self._recipients):
            return [self._result(State.NOT_CONFIRMED, evidence, CHECK)]
        return []

    def _result(
        self,
        state: State,
        evidence: str,
        next_step: str = "",
        *,
        who: Recipient | None = None,
        count: int | None = None,
    ) -> Result:
        person = self._act.people[0] if self._act.people else None
        named = who or (person and Recipient(id=person.id, name=person.shown))
        return Result(
            count=count,
            person=named.id if named else None,
            name=named.name if named else None,
            presence=who.presence if who else None,
            state=state,
            evidence=evidence,
            next_step=next_step,
            note=self._seen.note if self._seen else "",
            attempts=self._attempts,
            request_id=self._request_id,
        )


def _unmoved(_: float) -> None:
    """Of several people, what is done for one gives the others no more time."""


def _last_read(seen: Observation) -> str:
    """What the vendor showed when last read, where that was not what was asked for."""
    not_done = seen.seen is Seen.NOT_DONE
    return f"Not done when last read: {seen.evidence}" if not_done else seen.evidence
