"""Serving the page on loopback, for as long as somebody plays."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from fastapi import FastAPI
from nicegui import ui

from bot.demo.playground.page.access import QUERY, AccessGuard
from bot.demo.playground.page.page import TITLE, draw_page
from bot.demo.playground.playground import Playground
from bot.demo.serving import serve


@asynccontextmanager
async def open_page(playground: Playground, port: int = 0) -> AsyncIterator[str]:
    """The link to the page, with its token; served until the context ends. Once a process."""
    web = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    ui.run_with(
        web,
        root=partial(draw_page, playground),
        title=TITLE,
        dark=None,
        tailwind=False,
        show_welcome_message=False,
    )
    token = secrets.token_urlsafe(16)
    async with serve(AccessGuard(web, token), port=port, websockets=True) as url:
        yield f"{url}/?{QUERY}={token}"
