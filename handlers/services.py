"""Where moderators are served: the counter opens with the port, what is behind it follows."""

import asyncio
from typing import NamedTuple

from slack_sdk.web.async_client import AsyncWebClient

from bot.background import BackgroundTasks
from bot.clock import SystemClock
from bot.clock_skew import ClockSkew
from bot.digest_delivery.dispatcher import DigestDispatcher
from bot.digest_delivery.service import DigestService
from bot.errors import Impossible, NotAccepted
from bot.lifecycle import Lifecycle
from bot.meter import UNMETERED, Meter
from bot.moderation.asks import Asking
from bot.moderation.lookups import Lookups
from bot.moderation.request_budgets import RequestBudgets
from bot.moderation.service import Desk
from bot.ports import Signatures
from handlers.parsing.pending_orders import Plans
from handlers.redraws import Turns
from handlers.slack_api.response_url import Replies


class Digests(NamedTuple):
    """What digests are asked for, and what makes and posts them."""

    desk: DigestService
    dispatcher: DigestDispatcher


class Behind(NamedTuple):
    """What handlers work with once the database and the clients are open."""

    desk: Desk
    slack: AsyncWebClient
    replies: Replies
    signatures: Signatures
    reasons: tuple[str, ...] = ()
    meter: Meter = UNMETERED
    digests: Digests | None = None
    lookups: Lookups | None = None
    asking: Asking | None = None


OPENING_SECONDS = 1.5
"""How long an order waits for what is behind the counter: Slack gives 3 s, and it takes writing."""


class Counter:
    """One for the process, made in its event loop. `command` is the word people type.

    `patience` is how many seconds an order waits for the counter to open; `life` is the process's.
    `budgets` is what each person may ask for, without limit where it is left out. `skew` is how far
    the machine's clock is off.
    """

    def __init__(
        self,
        command: str,
        *,
        patience: float = OPENING_SECONDS,
        life: Lifecycle | None = None,
        budgets: RequestBudgets | None = None,
        skew: ClockSkew | None = None,
    ) -> None:
        self.command = command
        self.life = life or Lifecycle()
        self.budgets = budgets or RequestBudgets({}, SystemClock())
        self.skew = skew or ClockSkew()
        self._patience = patience
        self.tasks = BackgroundTasks()
        self.turns = Turns()
        self.plans = Plans(self.tasks)
        self._behind: asyncio.Future[Behind] = asyncio.get_running_loop().create_future()

    def furnish(self, behind: Behind) -> None:
        """Open what is behind the counter; whoever waits in `ready` goes on."""
        self._behind.set_result(behind)

    async def ready(self) -> None:
        """Wait until everything is open."""
        await asyncio.shield(self._behind)

    async def soon(self) -> None:
        """`ready`, as long as an acknowledgement can wait for it; NotAccepted after that.

        An order taken later than Slack waits would be carried out although its asker was told that
        it failed.
        """
        if self._behind.done():
            return
        try:
            async with asyncio.timeout(self._patience):
                await self.ready()
        except TimeoutError as error:
            raise NotAccepted("Callwarden is still starting.") from error

    @property
    def desk(self) -> Desk:
        """Everything that may be asked for; only once `ready`."""
        return self._behind.result().desk

    @property
    def slack(self) -> AsyncWebClient:
        """Slack's Web API; only once `ready`."""
        return self._behind.result().slack

    @property
    def replies(self) -> Replies:
        """Answers by response_url; only once `ready`."""
        return self._behind.result().replies

    @property
    def digests(self) -> Digests:
        """Digests; only once `ready`. Impossible where the process was furnished without them."""
        if (digests := self._behind.result().digests) is None:
            raise Impossible("There are no digests here.")
        return digests

    @property
    def lookups(self) -> Lookups:
        """Orders that are looked for; only once `ready`. Impossible where furnished without."""
        if (lookups := self._behind.result().lookups) is None:
            raise Impossible("Orders cannot be looked for here.")
        return lookups

    @property
    def asking(self) -> Asking:
        """Asking those who may; only once `ready`. Impossible where furnished without."""
        if (asking := self._behind.result().asking) is None:
            raise Impossible("Nobody can be asked here.")
        return asking

    @property
    def signatures(self) -> Signatures:
        """Who signed RealtimeKit's events; only once `ready`."""
        return self._behind.result().signatures

    @property
    def reasons(self) -> tuple[str, ...]:
        """The reasons a form offers to pick, as callwarden.toml lists them; only once `ready`."""
        return self._behind.result().reasons

    @property
    def meter(self) -> Meter:
        """What counts; until `ready`, nothing is counted."""
        return self._behind.result().meter if self._behind.done() else UNMETERED
