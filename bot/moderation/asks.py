"""Putting a refused order to those who may give it: posted once, whichever process dies."""

import asyncio
from datetime import timedelta
from functools import partial
from typing import NamedTuple

import structlog

from bot.calls.actors import Actor
from bot.calls.acts import Act
from bot.calls.asks import Ask
from bot.calls.verbs import Aim
from bot.errors import (
    BadInput,
    ChannelUnavailable,
    DeliveryDeferred,
    DeliveryImpossible,
    Impossible,
    NobodyAsked,
    NotAtVendor,
    UnknownCall,
    VendorError,
)
from bot.moderation.lease_consumer import Claimant, LeaseConsumer
from bot.moderation.live_calls import LiveCalls
from bot.moderation.write_retry import retry_write
from bot.ports import AskPoster, AskStore

log = structlog.get_logger(__name__)

ASKS_AT_ONCE = 2
"""Posted side by side: the channel is paced."""

ANEW = "Give the order again."

LIVE_SECONDS = 0.8
"""How long it is waited to hear whether a call has ended: Slack gives 3 s for everything."""


OWN_SECONDS = 1.5
"""How long it is waited to hear who reads the channel; that is remembered for ten minutes."""

UNAVAILABLE_PAUSE = timedelta(hours=1)
"""Until an order is posted again in a channel that cannot be posted to."""


class AskedIn(NamedTuple):
    """A refused order that was put to others, and the channel it is posted in."""

    ask: Ask
    channel: str


class AskService:
    """Puts refused orders to those who may give them; without a `poster` there is no channel to."""

    def __init__(
        self,
        store: AskStore,
        poster: AskPoster | None,
        live_calls: LiveCalls,
        by: Claimant,
    ) -> None:
        self._store = store
        self._poster = poster
        self._live_calls = live_calls
        self._clock = by.clock
        self._consumer = LeaseConsumer(
            "orders asked for", store.due_asks, self._post, by, concurrency=ASKS_AT_ONCE
        )

    async def ask(self, id_: str, actor: Actor) -> AskedIn:
        """Put the order of that id, which was refused to `actor`, to those who may give it.

        Raises BadInput where there is no such order, UnknownCall where its call has ended,
        NobodyAsked where the moderation channel cannot be used for it, NotAccepted and StoreError;
        then nobody was asked.
        """
        order = await self._store.refused_order(id_)
        if order is None or order.actor.user != actor.user:
            raise BadInput("This button is not yours, or is too old.", next_step=ANEW)
        poster = self._require_poster()
        if order.asked_at is None:
            await asyncio.gather(
                self._require_live(order.act),
                self._require_own(poster),
                self._require_open(poster),
            )
        asked = await self._store.refer(id_, actor)
        if asked is None:
            raise BadInput("This button is too old.", next_step=ANEW)
        if asked.new:
            self._consumer.wake()
        return AskedIn(asked.ask, poster.channel)

    async def order(self, id_: str) -> Ask:
        """The order of that id, which was put to those who may give it.

        Raises BadInput where it is not kept any more, and StoreError.
        """
        found = await self._store.refused_order(id_)
        if found is None or found.asked_at is None:
            raise BadInput("This order is not kept any more.", next_step=ANEW)
        return found

    def wake(self) -> None:
        """Have orders posted that are due, also those of a process that died; returns at once."""
        if self._poster is not None:
            self._consumer.wake()

    def close(self) -> None:
        """Begin to post no further order; what is being posted is finished."""
        self._consumer.close()

    def _require_poster(self) -> AskPoster:
        """NobodyAsked where there is no channel to ask in."""
        if self._poster is None:
            raise NobodyAsked("There is no moderation channel to ask in.")
        return self._poster

    async def _require_live(self, act: Act) -> None:
        """UnknownCall where the call is over and the act wants a live one; silence is no end."""
        if act.verb.outlives or act.verb.aim is Aim.ABSENT:
            return
        ended = UnknownCall(f"“{act.title}” has ended. Nobody was asked.")
        try:
            async with asyncio.timeout(LIVE_SECONDS):
                call = await self._live_calls.get(act.call)
        except NotAtVendor as error:
            raise ended from error
        except (VendorError, Impossible, TimeoutError):
            return
        if call.ended_at is not None:
            raise ended

    async def _require_own(self, poster: AskPoster) -> None:
        """NobodyAsked where another workspace reads along or Slack does not say whether one does.

        It is looked again before posting.
        """
        try:
            async with asyncio.timeout(OWN_SECONDS):
                await poster.require_unshared()
        except DeliveryImpossible as error:
            raise NobodyAsked(
                "The moderation channel is shared with another workspace, so nobody was asked.",
                next_step="Ask them yourself.",
            ) from error
        except (DeliveryDeferred, TimeoutError) as error:
            raise NobodyAsked(
                "Slack did not say who reads the moderation channel, so nobody was asked.",
                next_step="Press it again in a moment.",
            ) from error

    async def _require_open(self, poster: AskPoster) -> None:
        """NobodyAsked where the channel cannot be posted to, as far as is known."""
        if any(outage.channel == poster.channel for outage in await self._store.outages()):
            raise NobodyAsked(
                "The moderation channel cannot be posted to now, so nobody was asked.",
                next_step="Ask them yourself.",
            )

    async def _post(self, ask: Ask) -> None:
        try:
            await self._require_poster().post(ask)
        except DeliveryDeferred as later:
            await self._store.postpone_ask(
                ask, self._clock.now() + timedelta(seconds=later.seconds)
            )
            return
        except ChannelUnavailable as closed:
            log.warning("order not posted", error=closed.error)
            await self._store.postpone_ask(ask, self._clock.now() + UNAVAILABLE_PAUSE)
            return
        except DeliveryImpossible as lost:
            log.warning("holders not asked", why=str(lost))
        finish = partial(self._store.finish_ask, ask)
        await retry_write(finish, self._clock, "order asked for")
