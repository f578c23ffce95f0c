"""A menu whose options the app looks up, as somebody types into it."""

import asyncio
from typing import Any

import pytest
from nicegui import ui
from nicegui.testing import user_simulation

from bot.demo.playground.page.menus import LookupMenu

Json = dict[str, Any]


class App:
    """An app that answers a look only when it is told to."""

    def __init__(self) -> None:
        self.asked: dict[str, asyncio.Future[list[Json]]] = {}

    async def suggest(self, typed: str) -> list[Json]:
        self.asked[typed] = asyncio.get_running_loop().create_future()
        return await self.asked[typed]

    def answers(self, typed: str) -> None:
        words = {"type": "plain_text", "text": f"found for {typed}"}
        self.asked[typed].set_result([{"text": words, "value": typed}])


async def turns() -> None:
    """Let everything that is due happen."""
    for _ in range(20):
        await asyncio.sleep(0)


@pytest.mark.parametrize("order", [("old", "new"), ("new", "old")])
async def test_what_fits_the_last_letters_is_shown_whichever_answer_comes_last(
    order: tuple[str, str],
) -> None:
    app = App()

    def page() -> None:
        LookupMenu(ui.select({}), {}, app.suggest)

    async with user_simulation(root=page) as visitor:
        await visitor.open("/")
        menu = visitor.find(kind=ui.select)
        (field,) = menu.elements
        menu.trigger("inputValue", "old")
        await turns()
        menu.trigger("inputValue", "new")
        await turns()
        for typed in order:
            app.answers(typed)
            await turns()
        assert field.options == {"new": "found for new"}
