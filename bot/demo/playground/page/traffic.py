"""Right: the requests between Slack and the bot, late ones marked, down to their JSON."""

import json
from typing import Any

from nicegui import ui

from bot.demo.playground.page.pane import Pane
from bot.demo.playground.page.session import Session
from bot.demo.playground.traffic import Exchange

LATEST = 25
"""Exchanges shown, newest first."""


class TrafficPane(Pane):
    """The log of signed requests and Web API calls."""

    def __init__(self, session: Session) -> None:
        super().__init__(session, "wire", "Over the wire")

    def signature(self) -> Any:
        """How many there were."""
        return self.session.playground.traffic.count

    def draw(self) -> None:
        """Newest first; each opens to what was asked and answered."""
        kept = list(self.session.playground.traffic)[-LATEST:]
        if not kept:
            ui.label("Nothing yet.").classes("k-empty")
        for exchange in reversed(kept):
            self._exchange(exchange)

    def _exchange(self, exchange: Exchange) -> None:
        arrow = "→ bot" if exchange.to_bot else "→ chat"
        took = "" if exchange.seconds is None else f"{exchange.seconds * 1000:.0f} ms"
        late = "late" if exchange.late else ""
        words = (f"{exchange.at:%H:%M:%S}", arrow, exchange.title, took, late, exchange.trouble)
        line = ui.expansion(" · ".join(word for word in words if word)).props("dense")
        line.classes("k-exchange k-bad" if exchange.trouble or exchange.late else "k-exchange")

        def unfold() -> None:
            if line.value and not line.default_slot.children:
                with line:
                    _json(exchange)

        line.on_value_change(unfold)


def _json(exchange: Exchange) -> None:
    """Both sides; made only when somebody looks, since the page shows many."""
    for title, told in (("asked", exchange.asked), ("answered", exchange.answered)):
        ui.label(title).classes("k-pane-title")
        ui.code(json.dumps(told, indent=1, ensure_ascii=False), language="json")
