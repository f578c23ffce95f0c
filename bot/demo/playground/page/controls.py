"""Right: the six steps, and the switches that make things go wrong."""

from typing import Any

from nicegui import events, ui

from bot.calls.models import Vendor
from bot.demo.playground.faults import VendorFault
from bot.demo.playground.page.pane import Pane
from bot.demo.playground.page.session import Session
from bot.demo.playground.playground import FASTEST, SLOWEST
from bot.demo.playground.tutorial import STEPS


class TutorialSteps(Pane):
    """What to try first; each step ticks itself off."""

    def __init__(self, session: Session) -> None:
        super().__init__(session, "lesson", "Six steps")

    def signature(self) -> Any:
        """What is done."""
        return frozenset(self.session.playground.ticked)

    def draw(self) -> None:
        """Every step; the hint of the next one."""
        done = self.session.playground.ticked
        following = next((n for n in range(len(STEPS)) if n not in done), None)
        for number, step in enumerate(STEPS):
            sign = "✓" if number in done else "○"
            line = ui.label(f"{sign} {number + 1}. {step.title}")
            line.classes("k-step k-done" if number in done else "k-step")
            if number == following:
                ui.label(step.hint).classes("k-hint")
        if following is None:
            ui.label("All six. Now break something with the switches.").classes("k-hint")


class FaultControls(Pane):
    """The switches."""

    def __init__(self, session: Session) -> None:
        super().__init__(session, "levers", "Make it go wrong")

    def signature(self) -> Any:
        """Whether the bot is there."""
        return self.session.playground.program.running

    def draw(self) -> None:
        """Draw the switches: of vendors, Slack, the connection, the bot, the world's speed."""
        play = self.session.playground
        switches = play.switches
        for vendor in Vendor:
            self._mood(vendor)
        ui.switch("This workspace refuses charts", value=not switches.charts).on_value_change(
            self._charts
        )
        ui.switch("The chat is busy (429)", value=switches.slack_busy).on_value_change(self._busy)
        ui.switch("Everything is delivered twice", value=switches.twice).on_value_change(
            self._twice
        )
        ui.label("How fast the world moves").classes("k-label")
        speed = ui.slider(min=SLOWEST, max=FASTEST, step=0.5, value=play.pace)
        speed.props('label aria-label="Happenings a second"').on_value_change(self._pace)
        ui.button("Digest now", on_click=self._digest, color=None).props(
            "no-caps unelevated"
        ).classes("k-button k-plain").tooltip("Leo, the lead, asks for it; look in #digest")
        if play.program.running:
            ui.button("Kill the bot", on_click=play.kill, color=None).props(
                "no-caps unelevated"
            ).classes("k-button k-danger")
        else:
            ui.label("The bot is not running.").classes("k-error")
            ui.button("Start it again", on_click=play.restart, color=None).props(
                "no-caps unelevated"
            ).classes("k-button k-primary")

    async def _digest(self) -> None:
        play = self.session.playground
        lead, channel = play.stage.cast.lead, play.stage.cast.digest
        await play.command(lead, channel, f"digest now {play.subscription}")

    def _mood(self, vendor: Vendor) -> None:
        switches = self.session.playground.switches

        def turn(event: events.ValueChangeEventArguments[Any]) -> None:
            switches.turn(vendor, VendorFault(event.value))

        moods = ui.select([mood.value for mood in VendorFault], value=switches.moods[vendor].value)
        moods.props(f'dense outlined options-dense label="{vendor.label}"').classes("k-select")
        moods.on_value_change(turn)

    def _charts(self, event: events.ValueChangeEventArguments[Any]) -> None:
        self.session.playground.switches.allow_charts(allowed=not event.value)

    def _busy(self, event: events.ValueChangeEventArguments[Any]) -> None:
        self.session.playground.switches.keep_slack_busy(busy=event.value)

    def _twice(self, event: events.ValueChangeEventArguments[Any]) -> None:
        self.session.playground.switches.twice = event.value

    def _pace(self, event: events.ValueChangeEventArguments[float | None]) -> None:
        self.session.playground.pace = event.value or SLOWEST
