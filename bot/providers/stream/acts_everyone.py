"""Acts on everyone in a Stream call but the spared, done person by person."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from bot.calls.acts import Act
from bot.calls.outcomes import Recipient
from bot.clock import Clock
from bot.errors import Ambiguous, VendorBusy, VendorDenied, VendorError, VendorRefused
from bot.progress import current
from bot.providers.stream.models import ParticipantResponse
from bot.providers.stream.observe_people import require_no_later, spared
from bot.providers.stream.queries import StreamQueries

AT_ONCE = 8
"""Requests under way at the same time: less than the connection pool, and than a second's rate."""

SECONDS = 480.0
"""Nobody new is begun with after so long: a call that fills as fast would never be done."""

LONGEST_WAIT = 60.0
"""Seconds that Stream may ask to be left alone before the next person; its limits are by the minute
(getstream.io/docs/platform/rate-limits)."""

NEXT_TRY = 1.0
"""Seconds before the next try where it names none."""

MOMENT = 0.5
"""Seconds until the list of people is read anew when it shows only those done already."""

MOMENTS = 3


class BulkAct:
    """One act on everyone: whom it means, and to whom it was done.

    It means who is there now, never who was there before. Stream lists 100 people and no more, so
    it goes round by round. `unlisted` counts those who are there and were never listed.
    """

    def __init__(self, act: Act, queries: StreamQueries, clock: Clock) -> None:
        self._act = act
        self._queries = queries
        self._clock = clock
        self._ends = clock.monotonic() + SECONDS
        self._known: set[str] = set()
        self._reached: dict[str, Recipient] = {}
        self._doubted: dict[str, Recipient] = {}
        self._refused: dict[str, Recipient] = {}
        self._refusal: VendorRefused | None = None
        self._tracker = current()
        self.unlisted = 0

    @property
    def people(self) -> tuple[Recipient, ...]:
        """Everybody it was sent for, those whom the vendor refused among them."""
        return (*self._reached.values(), *self._refused.values())

    def mark_done(self, stays: Iterable[ParticipantResponse]) -> None:
        """Note that it was done to the people of these connections."""
        reached = {stay.user.id: recipient(stay) for stay in stays}
        self._reached |= reached
        self._tracker.send_to(reached.values())
        self._tracker.step(len(reached))

    @contextmanager
    def counting_reached(self) -> Iterator[None]:
        """Raise an error inside as Ambiguous that names who was reached, once anybody was."""
        try:
            yield
        except VendorError as error:
            sent = {
                recipient.id: recipient.name
                for recipient in (self._reached | self._doubted).values()
            }
            if not self._reached:
                if isinstance(error, Ambiguous):
                    error.reached = sent
                raise
            half = Ambiguous(f"Done to {len(self._reached)}, then: {error}", vendor=error.vendor)
            half.reached = sent
            raise half from error

    async def rounds(
        self, then: Mapping[str, Any] | None
    ) -> AsyncIterator[list[ParticipantResponse]]:
        """The connections of those present, each person once, round by round.

        The first round is of all; later ones, while some are unlisted, of those who fit the
        conditions `then`. With None there is one round. Raises NotAtVendor when another run is on
        than the moderator saw, and any other `VendorError`.
        """
        asked: Mapping[str, Any] | None = {}
        waits = 0
        first = True
        while asked is not None and not self._is_over_time:
            with self.counting_reached():
                here = await self._queries.stays(self._act.call.id, asked)
                require_no_later(self._act, here.call)
            fresh = [
                participant
                for participant in here.participants
                if participant.user.id not in self._known and not spared(self._act, participant)
            ]
            people = {stay.user.id: stay for stay in fresh}
            beyond = here.total - len(here.participants)
            self.unlisted = beyond if first else max(self.unlisted - len(fresh), 0)
            self._known.update(people)
            self._tracker.expect(len(people) + beyond)
            if people:
                yield list(people.values())
            elif beyond and waits < MOMENTS:
                waits += 1
                await self._clock.sleep(MOMENT)
            else:
                return
            if not beyond:
                return
            asked, first = then, False

    async def for_each(
        self, stays: list[ParticipantResponse], do: Callable[[str], Awaitable[object]]
    ) -> None:
        """Do it to each of them, AT_ONCE at a time.

        Who is refused is passed over: mostly they just left, and reading back shows who did not.
        Any other error ends it: raised as it is when nobody was reached, else as Ambiguous.
        """
        with self.counting_reached():
            await self._for_each(stays, do)

    async def _for_each(
        self, stays: list[ParticipantResponse], do: Callable[[str], Awaitable[object]]
    ) -> None:
        gate = asyncio.Semaphore(AT_ONCE)
        troubles: list[VendorError] = []

        async def one(stay: ParticipantResponse) -> None:
            async with gate:
                if troubles or self._is_over_time:
                    return
                self._tracker.send_to([recipient(stay)])
                try:
                    await self._retry_when_busy(lambda: do(stay.user.id))
                except VendorError as error:
                    self._sort_error(stay, error, troubles)
                else:
                    self.mark_done([stay])

        await asyncio.gather(*map(one, stays))
        if troubles:
            raise troubles[0]

    async def _retry_when_busy(self, do: Callable[[], Awaitable[object]]) -> None:
        """Do it once; where Stream asks to wait, nothing was done, and it is tried again then."""
        while True:
            try:
                await do()
            except VendorBusy as busy:
                seconds = NEXT_TRY if busy.retry_after is None else busy.retry_after
                if self._is_over_time or seconds > LONGEST_WAIT:
                    raise
                self._tracker.wait(seconds)
                await self._clock.sleep(seconds)
            else:
                return

    def summary(self) -> str:
        """How many it was done to, in words; raises the first refusal when all were refused."""
        if self._refusal and not self._reached:
            raise self._refusal
        left = f", {len(self._act.spared)} left out" if self._act.spared else ""
        return f" for {len(self._reached)} in the call{left}"

    @property
    def _is_over_time(self) -> bool:
        return self._clock.monotonic() >= self._ends

    def _sort_error(
        self, stay: ParticipantResponse, error: VendorError, troubles: list[VendorError]
    ) -> None:
        if isinstance(error, VendorRefused) and not isinstance(error, VendorDenied):
            self._refusal = self._refusal or error
            self._refused[stay.user.id] = recipient(stay, refused=str(error))
            self._tracker.step()
            return
        if isinstance(error, Ambiguous):
            self._doubted[stay.user.id] = recipient(stay)
        troubles.append(error)


def recipient(stay: ParticipantResponse, *, refused: str = "") -> Recipient:
    """The person of a connection as a recipient of an act on everyone."""
    name = stay.user.name or None
    return Recipient(id=stay.user.id, name=name, presence=stay.user_session_id, refused=refused)
