"""Faults that can be switched on while somebody plays: of vendors, Slack, and the connection."""

from dataclasses import dataclass, field
from enum import StrEnum

from bot.calls.models import Vendor
from bot.demo.stage import Stage
from bot.demo.vendors.faults import Faults

SLOW_SECONDS, ASK_AGAIN_SECONDS = 1.5, 2
"""How long a slow vendor takes, and what a busy Slack asks to wait."""


class VendorFault(StrEnum):
    """How a vendor answers."""

    WELL = "answers"
    SLOW = "is slow"
    HANGS = "hangs"
    FAILS = "fails"


@dataclass
class FaultSwitches:
    """The switches of one stage, and how they stand. `twice`: each request is delivered twice."""

    stage: Stage
    moods: dict[Vendor, VendorFault] = field(
        default_factory=lambda: dict.fromkeys(Vendor, VendorFault.WELL)
    )
    slack_busy: bool = False
    twice: bool = False

    @property
    def charts(self) -> bool:
        """Whether this workspace takes charts and data tables."""
        return self.stage.slack.world.switches.charts

    def allow_charts(self, *, allowed: bool) -> None:
        """Let the workspace take charts, or refuse them as some do."""
        self.stage.slack.world.switches.charts = allowed

    def turn(self, vendor: Vendor, mood: VendorFault) -> None:
        """Make a vendor answer like that from now on."""
        self.moods[vendor] = mood
        faults: Faults = self.stage.world.servers[vendor].faults
        faults.clear()
        if mood is VendorFault.SLOW:
            faults.slow(SLOW_SECONDS, times=None)
        elif mood is VendorFault.HANGS:
            faults.hang(times=None)
        elif mood is VendorFault.FAILS:
            faults.error(503, times=None)

    def keep_slack_busy(self, *, busy: bool) -> None:
        """Let Slack answer 429 to what the bot posts, or as usual."""
        self.slack_busy = busy
        self.stage.slack.faults.clear()
        if busy:
            self.stage.slack.faults.limit(ASK_AGAIN_SECONDS, on="chat.", times=None)
