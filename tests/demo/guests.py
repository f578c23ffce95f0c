"""Two people, a clock moved by hand, and honest clients for the vendors."""

from datetime import UTC, datetime, timedelta

import httpx
import jwt

from bot.demo.vendors import AppTransport, RealtimeKitServer, StreamServer, Visitor

ADA = Visitor("ada", "Ada Lovelace", "host")
BEN = Visitor("ben", "Ben *bold* <!channel>")


class HandClock:
    """A clock moved by hand; sleeping moves it, and is remembered."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return self.time.timestamp()

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.pass_by(seconds)

    def pass_by(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


def stream_client(server: StreamServer, base: str | None = None) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=None if base else AppTransport(server.app),
        base_url=f"{base or 'http://stream'}/api/v2/video",
        params={"api_key": server.api_key},
        headers={
            "authorization": jwt.encode({}, server.api_secret, "HS256"),
            "stream-auth-type": "jwt",
        },
    )


def kit_client(server: RealtimeKitServer) -> httpx.AsyncClient:
    kit = f"/client/v4/accounts/{server.account_id}/realtime/kit/{server.app_id}"
    return httpx.AsyncClient(
        transport=AppTransport(server.app),
        base_url=f"http://kit{kit}",
        headers={"authorization": f"Bearer {server.api_token}"},
    )
