"""The form on top: a modal as Slack shows it, with its stack, its errors and its updates."""

from typing import Any

from nicegui import ui

from bot.demo.playground.page.blocks import Blocks
from bot.demo.playground.page.pane import Pane
from bot.demo.playground.page.session import Session
from bot.demo.slack.screen import View

FOCUS = "document.querySelector('.k-modal input, .k-modal textarea, .k-modal button')?.focus()"
"""A form takes the keyboard as soon as it opens."""


class ModalPane(Pane):
    """The modal in front of somebody; nothing when none is open."""

    def __init__(self, session: Session) -> None:
        super().__init__(session, "form")

    def signature(self) -> Any:
        """Which view, in which version, with which complaints."""
        view = self.session.view
        return None if view is None else (view.id, view.hash, tuple(view.errors.items()))

    def draw(self) -> None:
        """A dialog over everything else."""
        view = self.session.view
        if view is None:
            return
        with (
            ui.element("div").classes("k-veil"),
            ui.element("div").classes("k-modal").props('role="dialog" aria-modal="true"') as dialog,
        ):
            dialog.on("keydown.escape", lambda: self._close(view))
            self._head(view)
            with ui.element("div").classes("k-modal-body"):
                Blocks(self.session, view).draw(view.blocks)
            self._foot(view)
        ui.run_javascript(FOCUS)

    def _head(self, view: View) -> None:
        depth = len(self.session.playground.stage.slack.world.modals.stack(view.user))
        with ui.element("div").classes("k-modal-head"):
            ui.label(view.given["title"]["text"]).classes("k-h2").props('role="heading"')
            if depth > 1:
                ui.label(f"{depth} forms open").classes("k-tag")
            cross = ui.button("✕", on_click=lambda: self._close(view, all_of_them=True), color=None)
            cross.props('flat dense aria-label="Close all"')

    def _foot(self, view: View) -> None:
        with ui.element("div").classes("k-modal-foot"):
            close = view.given.get("close") or {"text": "Close"}
            ui.button(close["text"], on_click=lambda: self._close(view), color=None).props(
                "no-caps unelevated"
            ).classes("k-button k-plain")
            if submit := view.given.get("submit"):
                ui.button(submit["text"], on_click=lambda: self._submit(view), color=None).props(
                    "no-caps unelevated"
                ).classes("k-button k-primary").mark("submit")

    async def _submit(self, view: View) -> None:
        await self.session.submit(view)

    async def _close(self, view: View, *, all_of_them: bool = False) -> None:
        await self.session.close(view, all_of_them=all_of_them)
