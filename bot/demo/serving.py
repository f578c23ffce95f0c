"""Serving make-believe sides of the world on loopback."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

import httpx
from starlette.types import ASGIApp

from bot.network import DIRECT
from bot.server import listening

serve = partial(listening, grace=1)
"""`async with serve(app) as base_url`: on 127.0.0.1, on a free port unless one is given."""


@asynccontextmanager
async def serve_all(*apps: ASGIApp) -> AsyncIterator[list[str]]:
    """Each of them, and their base URLs. They close side by side: closing waits for connections."""
    stacks = [AsyncExitStack() for _ in apps]
    try:
        yield [
            await stack.enter_async_context(serve(app))
            for stack, app in zip(stacks, apps, strict=True)
        ]
    finally:
        await asyncio.gather(*(stack.aclose() for stack in stacks))


def loopback(url: str) -> httpx.AsyncClient:
    """A client for what is served here: past any proxy, which could not reach it."""
    return httpx.AsyncClient(base_url=url, verify=DIRECT.trust, trust_env=False)
