"""Socket Mode: Slack's requests by a WebSocket that we open, through the same Bolt app as by HTTP.

Facts: docs.slack.dev, apis/events-api/using-socket-mode. An envelope is acknowledged by its id
within 3 s; Slack recycles connections every few hours, and warns with `disconnect`.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal, NamedTuple, NoReturn

import aiohttp
import structlog
from pydantic import SecretStr
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.background import BackgroundTasks
from bot.clock import Clock
from bot.errors import ConfigError, Diagnosis, Disconnected, PayloadUnreadable, SocketLost
from bot.meter import Meter
from bot.network import DIRECT, Network
from handlers.inbound.payloads import payload_of, request_of
from handlers.inbound.request_metrics import RequestTimer
from handlers.slack_api.clients import open_session, web_client
from handlers.slack_api.errors import CALL_ERRORS, TOKEN_REFUSED, error_code, retry_after
from handlers.slack_api.json_object import Json
from handlers.slack_api.websocket import SlackSocket, disconnected

log = structlog.get_logger(__name__)

OPEN_SECONDS = 10.0
"""How long Slack may take from our asking for a connection to its hello."""

PING_SECONDS, SILENT_SECONDS = 10.0, 30.0
"""Without a frame for so long, we ask for a sign of life; and take the connection for dead."""

SETTLED_SECONDS = 30.0
"""A connection that ends sooner counts as a failed one, so that loops of them end too."""

DEAD_SECONDS = 60.0
"""Nothing heard from Slack for so long: the process is not healthy."""

PAUSES = (0.0, 1.0, 2.0, 5.0, 15.0, 30.0, 60.0)
"""Seconds until each further try, the first of which is at once; the last from then on. Slack
allows about one a minute (apps.connections.open is Tier 1), and says so with Retry-After."""

TRIES = 10
"""Failures in a row, about four minutes, after which the process gives up."""

ANSWER_SECONDS = 3.0
"""How long a connection is kept for the answers that are still owed: Slack waits no longer."""

LINGER_SECONDS = 10.0
"""How long a connection that Slack recycles is still read once its successor is there."""

REFRESH = {"warning", "refresh_requested"}
"""Reasons of `disconnect` that leave time to open the next connection before this one ends."""

OK = 200


class SocketHealth(NamedTuple):
    """The state of the Socket Mode connection, for `/healthz` and `/readyz`.

    `since` is None while there is no connection; `silent_s` is how long nothing came.
    """

    state: Literal["starting", "connected", "reconnecting", "dead"]
    since: datetime | None
    silent_s: float
    reconnects: int

    @property
    def is_alive(self) -> bool:
        """Whether Slack can still be expected to reach us."""
        return self.state != "dead"


class SlackAddress(NamedTuple):
    """The address of Slack's Web API, and the proxy and certificates to reach it by."""

    api_url: str
    network: Network = DIRECT


class SocketModeClient:
    """Keeps one connection to Slack, and answers what comes over it.

    `slack` is its Web API. `tasks` are the process's own: an answer begun is finished there.
    """

    def __init__(
        self,
        bolt: AsyncApp,
        app_token: SecretStr,
        slack: SlackAddress,
        tasks: BackgroundTasks,
        clock: Clock,
        meter: Callable[[], Meter],
    ) -> None:
        self._bolt = bolt
        self._app_token = app_token
        self._slack = slack
        self._tasks = tasks
        self._clock = clock
        self._meter = meter
        self._connection: SlackSocket | None = None
        self._unanswered: dict[SlackSocket, set[asyncio.Task[None]]] = {}
        self._failures = 0
        self._connected = 0
        self._last_frame_at = clock.monotonic()

    def health(self) -> SocketHealth:
        """The state of the connection now."""
        connection = self._connection
        last_frame_at = max(
            [self._last_frame_at, *(connection.last_frame_at for connection in self._unanswered)]
        )
        silent_s = self._clock.monotonic() - last_frame_at
        reconnects = max(self._connected - 1, 0)
        if silent_s > DEAD_SECONDS:
            return SocketHealth("dead", None, silent_s, reconnects)
        if connection is not None and not connection.stale.done():
            return SocketHealth("connected", connection.since, silent_s, reconnects)
        state: Literal["reconnecting", "starting"] = (
            "reconnecting" if self._connected else "starting"
        )
        return SocketHealth(state, None, silent_s, reconnects)

    async def run(self, stop: asyncio.Event) -> None:
        """Take requests until `stop` is set, then finish the answers that are owed and hang up.

        Raises SocketLost after TRIES failures in a row, ConfigError when Slack refuses the token.
        """
        network = self._slack.network
        async with open_session(network) as session:
            slack = web_client(session, self._slack.api_url, network=network)
            keeping = asyncio.create_task(self._run(slack, session), name="socket")
            stopping = asyncio.create_task(stop.wait(), name="stop")
            try:
                await wait_for_either(keeping, stopping)
                if keeping.done():
                    await keeping
            finally:
                for task in (keeping, stopping):
                    task.cancel()
                await asyncio.gather(keeping, stopping, return_exceptions=True)
                await asyncio.gather(
                    *(self._retire(connection) for connection in list(self._unanswered))
                )

    async def _run(self, slack: AsyncWebClient, session: aiohttp.ClientSession) -> NoReturn:
        while True:
            fresh = await self._connect(slack, session)
            old, self._connection = self._connection, fresh
            self._connected += 1
            log.info("socket connected", reconnects=self._connected - 1)
            if old is not None:
                self._tasks.spawn(self._read_on(old), "retire")
            why = await self._until_stale(fresh)
            lived = self._clock.monotonic() - fresh.opened
            log.info("socket replaced", why=why, lived=round(lived, 1))
            self._failures = self._failures + 1 if lived < SETTLED_SECONDS else 0
            if why not in REFRESH:
                await self._retire(fresh)
                self._connection = None

    async def _connect(self, slack: AsyncWebClient, session: aiohttp.ClientSession) -> SlackSocket:
        """The next connection, after as many tries as it takes."""
        asked, why = 0.0, None
        while True:
            if self._failures >= TRIES:
                raise _lost(self._failures, why)
            if self._failures:
                await self._clock.sleep(max(asked, PAUSES[min(self._failures, len(PAUSES)) - 1]))
            try:
                return await self._open(slack, session)
            except Disconnected as error:
                self._failures += 1
                asked, why = error.seconds, error.diagnosis
                cause = why and why.cause
                log.warning(
                    "socket not connected", why=str(error), cause=cause, tries=self._failures
                )

    async def _open(self, slack: AsyncWebClient, session: aiohttp.ClientSession) -> SlackSocket:
        """One try: a ticket, a connection, and Slack's hello; Disconnected or ConfigError."""
        connection: SlackSocket | None = None
        url, network = self._slack
        try:
            async with asyncio.timeout(OPEN_SECONDS):
                url = await self._ticket(slack)
                connection = await SlackSocket.open(session, url, self._clock, network)
                self._unanswered[connection] = set()
                self._tasks.spawn(self._read(connection), "socket")
                await wait_for_either(connection.ready, connection.stale)
        except TimeoutError as error:
            if connection is not None:
                await self._retire(connection)
            raise disconnected(error, url, network) from error
        if connection.stale.done():
            await self._retire(connection)
            raise Disconnected(connection.stale.result())
        return connection

    async def _ticket(self, slack: AsyncWebClient) -> str:
        """An address that is good for one connection."""
        token = self._app_token.get_secret_value()
        try:
            answer = await slack.apps_connections_open(app_token=token)
        except SlackApiError as error:
            code = error_code(error)
            if code in TOKEN_REFUSED:
                raise ConfigError(
                    f"Slack refuses SLACK_APP_TOKEN: {code}.",
                    next_step="Make an app-level token with connections:write, under Basic "
                    "Information, and turn on Socket Mode; see docs/slack.md.",
                ) from error
            raise Disconnected(code, retry_after(error.response.headers, 0.0)) from error
        except CALL_ERRORS as error:
            raise disconnected(error, self._slack.api_url, self._slack.network) from error
        return str(answer.get("url") or "")

    async def _until_stale(self, connection: SlackSocket) -> str:
        """Why `connection` has to be replaced, as soon as it has to be."""
        while not connection.stale.done():
            silent_s = self._clock.monotonic() - connection.last_frame_at
            if silent_s >= SILENT_SECONDS:
                connection.mark_stale("silent")
                break
            if silent_s >= PING_SECONDS:
                await connection.ping()
            until = PING_SECONDS if silent_s < PING_SECONDS else SILENT_SECONDS
            sleeping = asyncio.create_task(self._clock.sleep(until - silent_s))
            try:
                await wait_for_either(sleeping, connection.stale)
            finally:
                sleeping.cancel()
        return connection.stale.result()

    async def _read(self, connection: SlackSocket) -> None:
        try:
            async for message in connection.messages():
                self._take(connection, message)
        finally:
            connection.end()

    def _take(self, connection: SlackSocket, message: Json) -> None:
        """One message: hello, goodbye, or an envelope, which is answered beside the next ones."""
        if message.get("type") == "hello":
            connection.mark_ready()
        elif message.get("type") == "disconnect":
            connection.mark_stale(str(message.get("reason")))
        elif (
            isinstance(message.get("envelope_id"), str)
            and (unanswered := self._unanswered.get(connection)) is not None
        ):
            task = self._tasks.spawn(self._answer(connection, message), "envelope")
            unanswered.add(task)
            task.add_done_callback(unanswered.discard)

    async def _answer(self, connection: SlackSocket, envelope: Json) -> None:
        """Let Bolt answer, and send that; what no listener takes stays unacknowledged, as by HTTP.

        A lost acknowledgement loses no order: it is on disk, and delivered again it is the same.
        What cannot be read is acknowledged: Slack would deliver it for ever.
        """
        kind, payload = envelope.get("type"), None
        with RequestTimer(self._meter, self._clock) as timer:
            try:
                asked = request_of(envelope)
            except PayloadUnreadable:
                log.warning("envelope not read", kind=kind)
            else:
                timer.body = asked.body
                answer = await self._bolt.async_dispatch(asked)
                if answer.status != OK:
                    log.warning("envelope not taken", kind=kind, status=answer.status)
                    return
                payload = payload_of(answer.body)
            try:
                takes = envelope.get("accepts_response_payload")
                await connection.answer(envelope["envelope_id"], payload if takes else None)
            except Disconnected as error:
                log.warning("acknowledgement lost", kind=kind, why=str(error))

    async def _read_on(self, connection: SlackSocket) -> None:
        """Go on with a connection that has its successor until Slack ends it, or for a while."""
        waiting = asyncio.create_task(self._clock.sleep(LINGER_SECONDS))
        try:
            await wait_for_either(waiting, connection.ended)
        finally:
            waiting.cancel()
        await self._retire(connection)

    async def _retire(self, connection: SlackSocket) -> None:
        """Take nothing more from a connection, finish the answers owed on it, and hang up.

        What Slack sent and we did not take is not acknowledged: Slack delivers it again.
        """
        unanswered = self._unanswered.pop(connection, set())
        if unanswered:
            await asyncio.wait(set(unanswered), timeout=ANSWER_SECONDS)
        self._last_frame_at = max(self._last_frame_at, connection.last_frame_at)
        await connection.close()


def _lost(tries: int, why: Diagnosis | None) -> SocketLost:
    words = f"No lasting connection to Slack came about in {tries} tries."
    return (
        SocketLost(words) if why is None else SocketLost(f"{words} {why.says}", next_step=why.mend)
    )


async def wait_for_either(one: asyncio.Future[Any], other: asyncio.Future[Any]) -> None:
    """Wait until one of the two is done; neither is cancelled."""
    await asyncio.wait({one, other}, return_when=asyncio.FIRST_COMPLETED)
