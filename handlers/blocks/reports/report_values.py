"""What the buttons of a report carry; see `handlers.blocks.action_values`."""

from pydantic import Field, field_validator

from bot.calls.models import Vendor
from bot.calls.reports import REPORTS
from handlers.blocks.action_values import CallValue, Value

REPORT = "look"
REPORT_PAGE = "look.page"
ROOMS_PAGE = "look.rooms"
"""Action ids: a report from a call's card, another page of it in its place, and one of `rooms`."""


class ReportValue(CallValue):
    """A report of a call: `look` is its name, as buttons have carried it since the first release.

    `page` counts from 0.
    """

    look: str

    @field_validator("look")
    @classmethod
    def _of_call(cls, look: str) -> str:
        if look not in REPORTS or not REPORTS[look].of_call:
            raise ValueError("no such report of a call")
        return look


class TitledReport(ReportValue):
    """A report with the title of its call, to be shown; no button carries the title."""

    title: str = Field(default="", exclude=True)


class RoomsValue(Value):
    """The value of the rooms report's buttons: a vendor or each, and a page from 0."""

    vendor: Vendor | None = None
    page: int = Field(default=0, ge=0)
