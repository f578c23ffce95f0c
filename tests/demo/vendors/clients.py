"""Two people, and honest clients for the vendors."""

import httpx
import jwt

from bot.demo.vendors import AppTransport, RealtimeKitServer, StreamServer, Visitor

ADA = Visitor("ada", "Ada Lovelace", "host")
BEN = Visitor("ben", "Ben *bold* <!channel>")


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
