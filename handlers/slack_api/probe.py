"""Slack's Web API as somebody who only looks needs it: every no is an answer, not an error."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import Clock
from bot.errors import Diagnosis, Disconnected, SlackSilent
from bot.network import DIRECT, Network
from handlers.slack_api.clients import open_session, web_client
from handlers.slack_api.directory import SlackDirectory
from handlers.slack_api.errors import CALL_ERRORS, GARBLED, diagnosis_of, error_code
from handlers.slack_api.responses import SlackRedirected, SlackUnreadable
from handlers.slack_api.websocket import SlackSocket

NO_SOCKET = "Slack gives an address for a socket, and no connection to it comes about."

NOT_SLACK = "What answers there is not Slack."


class ProbeAnswer(NamedTuple):
    """One answer of Slack's; `error` is its code, empty for yes. Header names are lower case."""

    data: Mapping[str, Any]
    headers: Mapping[str, str]
    error: str = ""


@dataclass(frozen=True)
class SlackProbe:
    """Asks Slack for the doctor, with the bot's token; `timeout_s` is seconds for an answer."""

    client: AsyncWebClient
    clock: Clock
    timeout_s: float
    network: Network = DIRECT

    @property
    def directory(self) -> SlackDirectory:
        """The directory of people, asked through this probe's client."""
        return SlackDirectory(self.client, self.clock, deadline=self.timeout_s)

    async def ask(self, method: str, *, token: str | None = None, **args: str) -> ProbeAnswer:
        """Slack's answer to one method. Raises SlackSilent when none of Slack's comes in time."""
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        try:
            async with asyncio.timeout(self.timeout_s):
                answer = await self.client.api_call(method, data=args, headers=headers)
        except SlackApiError as error:
            if (code := error_code(error)) == GARBLED:
                raise SlackSilent(NOT_SLACK) from error
            return ProbeAnswer({}, _headers(error.response.headers), code)
        except TimeoutError as error:
            says = f"Slack did not answer within {self.timeout_s:g} s."
            raise SlackSilent(says, diagnosis=self._diagnosis(error)) from error
        except SlackUnreadable as error:
            raise SlackSilent(NOT_SLACK) from error
        except SlackRedirected as error:
            raise SlackSilent(f"{NOT_SLACK} {error}") from error
        except CALL_ERRORS as error:
            raise SlackSilent(
                "Slack cannot be reached.", diagnosis=self._diagnosis(error)
            ) from error
        data = answer.data if isinstance(answer.data, dict) else {}
        return ProbeAnswer(data, _headers(answer.headers))

    async def connect(self, url: str) -> None:
        """Open a WebSocket and close it at once. Raises SlackSilent when none opens in time."""
        try:
            async with asyncio.timeout(self.timeout_s), open_session(self.network) as session:
                connection = await SlackSocket.open(session, url, self.clock, self.network)
                await connection.close()
        except Disconnected as error:
            raise SlackSilent(NO_SOCKET, diagnosis=error.diagnosis) from error
        except TimeoutError as error:
            why = diagnosis_of(error, url, self.network)
            raise SlackSilent(NO_SOCKET, diagnosis=why) from error

    def _diagnosis(self, error: BaseException) -> Diagnosis:
        return diagnosis_of(error, self.client.base_url, self.network)


def _headers(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): text for name, text in headers.items()}


@asynccontextmanager
async def open_probe(
    token: str, api_url: str, clock: Clock, timeout_s: float, network: Network = DIRECT
) -> AsyncIterator[SlackProbe]:
    """A probe with one session, closed at the end."""
    async with open_session(network) as session:
        yield SlackProbe(web_client(session, api_url, token, network), clock, timeout_s, network)
