"""Right: the calls as the vendors have them, so that one sees an act at its other end."""

from functools import partial
from typing import Any

from nicegui import ui

from bot.calls.models import Vendor
from bot.demo.playground.page.pane import Pane
from bot.demo.playground.page.session import Session
from bot.demo.vendors.rooms import Room, RoomStay

SIGNS = {"graphic_eq": "speaking", "mic": "microphone on", "mic_off": "muted"}
"""Icons for what somebody sends, and their words."""

MOST_PEOPLE = 12
"""People of one call that are named; the rest are counted."""


class CallsPane(Pane):
    """Every live call with its people."""

    def __init__(self, session: Session) -> None:
        super().__init__(session, "world", "The calls themselves")

    def signature(self) -> Any:
        """Every room with who is in it, and what runs."""
        return [
            (vendor, room.id, [_facts(stay) for stay in room.here()], room.marks())
            for vendor, server in self.session.playground.stage.world.servers.items()
            for room in server.rooms.values()
        ]

    def draw(self) -> None:
        """Vendor by vendor; rooms that are over are left out."""
        for vendor, server in self.session.playground.stage.world.servers.items():
            ui.label(vendor.label).classes("k-h4")
            for room in server.rooms.values():
                if room.here():
                    self._room(vendor, room)

    def _room(self, vendor: Vendor, room: Room) -> None:
        here = room.here()
        with ui.element("div").classes("k-room"):
            with ui.element("div").classes("k-who"):
                ui.label(room.title).classes("k-author")
                for mark in room.marks():
                    ui.label(mark).classes("k-tag k-live")
                raid = ui.button("Raid", on_click=partial(self._raid, vendor, room.id), color=None)
                raid.props('no-caps flat dense aria-label="40 strangers join"')
                raid.classes("k-raid").tooltip("40 strangers join")
            with ui.element("div").classes("k-people"):
                for stay in here[:MOST_PEOPLE]:
                    with ui.element("span").classes("k-person"):
                        ui.icon(_sign(stay)).props(f'role="img" aria-label="{SIGNS[_sign(stay)]}"')
                        ui.label(stay.visitor.name)
                if len(here) > MOST_PEOPLE:
                    ui.label(f"and {len(here) - MOST_PEOPLE} more").classes("k-person")

    def _raid(self, vendor: Vendor, call: str) -> None:
        came = self.session.playground.raid(vendor, call)
        self.session.complain(f"{came} strangers joined." if came else "Nobody was let in.")


def _facts(stay: RoomStay) -> tuple[str, bool, bool]:
    return stay.presence, stay.speaking, "audio" in stay.tracks


def _sign(stay: RoomStay) -> str:
    if stay.speaking:
        return "graphic_eq"
    return "mic" if "audio" in stay.tracks else "mic_off"
