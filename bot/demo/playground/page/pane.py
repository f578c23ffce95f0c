"""A part of the page that is drawn anew only when what it shows has changed."""

import abc
from typing import Any

from nicegui import ui

from bot.demo.playground.page.session import Session


class Pane(abc.ABC):
    """One part, in the container in which it was made."""

    def __init__(self, session: Session, name: str, title: str = "") -> None:
        self.session = session
        self._shown: Any = None
        with ui.element("section").classes(f"k-pane k-pane-{name}").props(f'aria-label="{name}"'):
            if title:
                ui.label(title).classes("k-pane-title")
            self._inside = ui.element("div").classes("k-inside")

    @abc.abstractmethod
    def signature(self) -> Any:
        """What is shown now, as a value to compare."""

    @abc.abstractmethod
    def draw(self) -> None:
        """Draw it."""

    def refresh(self) -> None:
        """Draw it anew when it has changed."""
        now = self.signature()
        if now != self._shown:
            self._shown = now
            self._inside.clear()
            with self._inside:
                self.draw()
