"""Left: where to look, and who to be."""

from collections.abc import Callable
from functools import partial
from typing import Any

from nicegui import ui

from bot.demo.playground.page.pane import Pane
from bot.demo.playground.page.session import Place, Session
from bot.demo.slack.people import Channel, User

ROLES = ("moderator", "lead", "viewer", "guest", "from another workspace")
"""In the order of `Playground.people`."""

SHORTCUT = "moderate_call"
"""The callback id of the global shortcut in manifest.yml."""


class Sidebar(Pane):
    """Channels, the direct message, the Home tab, and the people one can be.

    The entries stay where they are, and only what is chosen is marked: whoever clicks two of them
    quickly hits both.
    """

    def __init__(self, session: Session, moved: Callable[[], None]) -> None:
        self._moved = moved
        self._entries: list[tuple[ui.button, Callable[[], bool]]] = []
        super().__init__(session, "places")

    def signature(self) -> Any:
        """Always the same lists."""
        return len(self.session.playground.channels)

    def refresh(self) -> None:
        """Mark who and where."""
        super().refresh()
        for button, chosen in self._entries:
            if chosen():
                button.classes(add="k-chosen").props("aria-current=true")
            else:
                button.classes(remove="k-chosen").props(remove="aria-current")

    def draw(self) -> None:
        """Two lists."""
        session = self.session
        ui.label("Channels").classes("k-pane-title")
        for channel in session.playground.channels:
            self._entry(f"# {channel.name}", partial(self._go, channel), partial(self._in, channel))
        ui.label("App").classes("k-pane-title")
        self._entry("Home", self._home, partial(self._in, None))
        self._entry("Messages", self._direct, self._in_direct)
        self._entry("Moderate a call", self._shortcut, lambda: False)
        ui.label("Be").classes("k-pane-title")
        for user, role in zip(session.playground.people, ROLES, strict=True):
            self._entry(f"{user.name}, {role}", partial(self._be, user), partial(self._is, user))

    def _entry(self, label: str, act: Callable[..., Any], chosen: Callable[[], bool]) -> None:
        entry = ui.button(label, on_click=act, color=None).props("no-caps flat align=left")
        self._entries.append((entry.classes("k-entry"), chosen))

    def _in(self, channel: Channel | None) -> bool:
        return self.session.place.channel is channel

    def _in_direct(self) -> bool:
        channel = self.session.place.channel
        return channel is not None and channel not in self.session.playground.channels

    def _is(self, user: User) -> bool:
        return self.session.user is user

    def _go(self, channel: Channel) -> None:
        self.session.place = Place(channel)
        self._moved()

    def _direct(self) -> None:
        self._go(self.session.playground.stage.slack.world.direct(self.session.user.id))

    async def _home(self) -> None:
        await self.session.open_home()
        self._moved()

    async def _shortcut(self) -> None:
        await self.session.shortcut(SHORTCUT)

    def _be(self, user: User) -> None:
        self.session.user = user
        if self._in_direct():
            self.session.place = Place(self.session.playground.channels[0])
        self._moved()
