"""What every handler works with: a container that exists before what is in it is open."""

import asyncio
from typing import NamedTuple

from slack_sdk.web.async_client import AsyncWebClient

from bot.background import BackgroundTasks
from bot.clock import SystemClock
from bot.clock_skew import ClockSkew
from bot.digest_delivery.service import DigestService
from bot.errors import Impossible, NotAccepted
from bot.lifecycle import Lifecycle
from bot.meter import UNMETERED, Meter
from bot.moderation.asks import AskService
from bot.moderation.lookups import OrderLookups
from bot.moderation.request_budgets import RequestBudgets
from bot.moderation.service import ModerationService
from bot.ports import Signatures
from handlers.parsing.pending_orders import PendingOrders
from handlers.redraws import RedrawOrder
from handlers.slack_api.response_url import ResponseUrlClient


class OpenServices(NamedTuple):
    """What handlers work with once the database and the clients are open."""

    moderation: ModerationService
    slack: AsyncWebClient
    response_urls: ResponseUrlClient
    signatures: Signatures
    reasons: tuple[str, ...] = ()
    meter: Meter = UNMETERED
    digests: DigestService | None = None
    lookups: OrderLookups | None = None
    asking: AskService | None = None


OPENING_SECONDS = 1.5
"""How long an order waits for the services to open: Slack gives 3 s, and it takes writing."""


class Services:
    """The container of what handlers work with; one for the process, made in its event loop.

    It is there as soon as the port is, and its parts once `provide` was called. `command` is the
    word people type. `timeout_s` is how many seconds an order waits until they are open; `life` is
    the process's. `budgets` is what each person may ask for, without limit where it is left out.
    `skew` is how far the machine's clock is off.
    """

    def __init__(
        self,
        command: str,
        *,
        timeout_s: float = OPENING_SECONDS,
        life: Lifecycle | None = None,
        budgets: RequestBudgets | None = None,
        skew: ClockSkew | None = None,
    ) -> None:
        self.command = command
        self.life = life or Lifecycle()
        self.budgets = budgets or RequestBudgets({}, SystemClock())
        self.skew = skew or ClockSkew()
        self._timeout_s = timeout_s
        self.tasks = BackgroundTasks()
        self.redraws = RedrawOrder()
        self.pending_orders = PendingOrders(self.tasks)
        self._open: asyncio.Future[OpenServices] = asyncio.get_running_loop().create_future()

    def provide(self, open_services: OpenServices) -> None:
        """Put the open parts in; whoever waits in `wait` goes on."""
        self._open.set_result(open_services)

    async def wait(self) -> None:
        """Wait until everything is open, however long that takes."""
        await asyncio.shield(self._open)

    async def wait_ready(self) -> None:
        """Wait until everything is open, for as long as an acknowledgement can wait.

        Raises NotAccepted after that. An order taken later than Slack waits would be carried out
        although its asker was told that it failed.
        """
        if self._open.done():
            return
        try:
            async with asyncio.timeout(self._timeout_s):
                await self.wait()
        except TimeoutError as error:
            raise NotAccepted("Callwarden is still starting.") from error

    @property
    def moderation(self) -> ModerationService:
        """The moderation service; only once open."""
        return self._open.result().moderation

    @property
    def slack(self) -> AsyncWebClient:
        """Slack's Web API; only once open."""
        return self._open.result().slack

    @property
    def response_urls(self) -> ResponseUrlClient:
        """The client that answers by response_url; only once open."""
        return self._open.result().response_urls

    @property
    def digests(self) -> DigestService:
        """The digest service; only once open. Raises Impossible where there is none."""
        if (digests := self._open.result().digests) is None:
            raise Impossible("There are no digests here.")
        return digests

    @property
    def lookups(self) -> OrderLookups:
        """The lookups of orders in words; only once open. Raises Impossible without any."""
        if (lookups := self._open.result().lookups) is None:
            raise Impossible("Orders cannot be looked for here.")
        return lookups

    @property
    def asking(self) -> AskService:
        """The service that asks those who may; only once open. Raises Impossible where none is."""
        if (asking := self._open.result().asking) is None:
            raise Impossible("Nobody can be asked here.")
        return asking

    @property
    def signatures(self) -> Signatures:
        """What verifies RealtimeKit's events; only once open."""
        return self._open.result().signatures

    @property
    def reasons(self) -> tuple[str, ...]:
        """The reasons a form offers to pick, as callwarden.toml lists them; only once open."""
        return self._open.result().reasons

    @property
    def meter(self) -> Meter:
        """What counts for `/metrics`; until all is open, nothing is counted."""
        return self._open.result().meter if self._open.done() else UNMETERED
