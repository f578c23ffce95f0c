"""Left: where to look, and who to be."""

from collections.abc import Callable
from functools import partial
from typing import Any

from nicegui import ui

from bot.demo.playground.page.pane import Pane
from bot.demo.playground.page.seat import Place, Seat
from bot.demo.slack.people import Channel, User


class Places(Pane):
    """Channels, the direct message, the Home tab, and the people one can be."""

    def __init__(self, seat: Seat, moved: Callable[[], None]) -> None:
        self._moved = moved
        super().__init__(seat, "places")

    def signature(self) -> Any:
        """Who and where."""
        return self.seat.user.id, self.seat.place

    def draw(self) -> None:
        """Two lists."""
        seat = self.seat
        ui.label("Channels").classes("k-pane-title")
        for channel in seat.playground.channels:
            here = seat.place.channel is channel
            self._entry(f"# {channel.name}", partial(self._go, channel), chosen=here)
        ui.label("App").classes("k-pane-title")
        direct = seat.playground.stage.slack.world.direct(seat.user.id)
        self._entry("Home", self._home, chosen=seat.place.channel is None)
        self._entry("Messages", partial(self._go, direct), chosen=seat.place.channel is direct)
        self._entry("Moderate a call", self._shortcut)
        ui.label("Be").classes("k-pane-title")
        for user, role in zip(seat.playground.people, ROLES, strict=True):
            self._entry(f"{user.name}, {role}", partial(self._be, user), chosen=seat.user is user)

    def _entry(self, label: str, act: Callable[..., Any], *, chosen: bool = False) -> None:
        entry = ui.button(label, on_click=act, color=None).props("no-caps flat align=left")
        entry.classes("k-entry k-chosen" if chosen else "k-entry")
        if chosen:
            entry.props("aria-current=true")

    def _go(self, channel: Channel) -> None:
        self.seat.place = Place(channel)
        self._moved()

    async def _home(self) -> None:
        await self.seat.open_home()
        self._moved()

    async def _shortcut(self) -> None:
        await self.seat.shortcut(SHORTCUT)

    def _be(self, user: User) -> None:
        self.seat.user = user
        if self.seat.place.channel not in self.seat.playground.channels:
            self.seat.place = Place(self.seat.playground.channels[0])
        self._moved()


ROLES = ("moderator", "lead", "viewer", "guest", "from another workspace")
"""In the order of `Playground.people`."""

SHORTCUT = "moderate_call"
"""The callback id of the global shortcut in manifest.yml."""
