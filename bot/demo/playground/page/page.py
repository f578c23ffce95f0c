"""The whole page, served: left where, middle what is said, right what really happens."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from fastapi import FastAPI
from nicegui import ui

from bot.demo.playground.page.access import QUERY, AccessGuard
from bot.demo.playground.page.calls import CallsPane
from bot.demo.playground.page.channel import ChannelPane, Composer
from bot.demo.playground.page.controls import FaultControls, TutorialSteps
from bot.demo.playground.page.modal import ModalPane
from bot.demo.playground.page.pane import Pane
from bot.demo.playground.page.session import Place, Session
from bot.demo.playground.page.sidebar import Sidebar
from bot.demo.playground.page.traffic import TrafficPane
from bot.demo.playground.playground import Playground
from bot.demo.serving import serve

TITLE = "Callwarden playground"
LOOK = (Path(__file__).parent / "look.css").read_text("utf-8")
REFRESH_SECONDS = 0.2
"""How often the page looks whether something has changed."""


def draw_page(playground: Playground) -> None:
    """Draw the page for one visitor, who starts as the moderator in #call-ops."""
    ui.add_css(LOOK)
    complain = partial(ui.notify, position="top")
    cast = playground.stage.cast
    session = Session(playground, cast.moderator, Place(cast.ops), complain)
    dark = ui.dark_mode(None)
    panes: list[Pane] = []

    def refresh() -> None:
        playground.look()
        for pane in panes:
            pane.refresh()

    with ui.element("div").classes("k-page"):
        with ui.element("header").classes("k-top"):
            ui.label(TITLE).classes("k-name").props('role="heading" aria-level=1')
            ui.label("simulated chat, made-up people").classes("k-tag")
            ui.button("Light or dark", on_click=dark.toggle, color=None).props("no-caps flat dense")
        with ui.element("nav").classes("k-left"):
            panes.append(Sidebar(session, refresh))
        with ui.element("main").classes("k-middle"):
            panes.append(ChannelPane(session))
            Composer(session)
        with ui.element("aside").classes("k-right"):
            panes += [
                TutorialSteps(session),
                CallsPane(session),
                FaultControls(session),
                TrafficPane(session),
            ]
        panes.append(ModalPane(session))
    refresh()
    ui.timer(REFRESH_SECONDS, refresh)


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
