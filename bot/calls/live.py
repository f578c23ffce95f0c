"""What the vendors answered about live calls, put together, and what is missing of it."""

from collections.abc import Mapping
from datetime import datetime

from bot.calls.acts import Person
from bot.calls.attendance import Attendance
from bot.calls.call_log import LogFilter
from bot.calls.capabilities import Capability
from bot.calls.models import Call, Frozen, Page, Participant, Vendor
from bot.calls.reports import Sighting
from bot.calls.rights import NOTHING, Rights
from bot.calls.verbs import Listed


class VendorTrouble(Frozen):
    """A vendor that did not answer, in one line: what happened, and what to do.

    `diagnosis` is why no connection came about and what mends it, for admins; else empty.
    """

    vendor: Vendor
    message: str
    diagnosis: str = ""

    def for_reader(self, rights: Mapping[Vendor, Rights]) -> "VendorTrouble":
        """The trouble as somebody with these `rights` is told it: some without the diagnosis."""
        technical = rights.get(self.vendor, NOTHING).technical
        words = [self.message, self.diagnosis if technical else ""]
        return VendorTrouble(vendor=self.vendor, message=" ".join(filter(None, words)))


class ListView(Frozen):
    """Which live calls somebody looks at: of one vendor or all, by words in the title, a page.

    `page` counts from 0; `text` is matched without regard to case against title, id and handle. A
    narrow `log` looks into the vendors' call logs instead of what is live.
    """

    vendor: Vendor | None = None
    text: str = ""
    page: int = 0
    log: LogFilter = LogFilter()


class CallListing(Frozen):
    """The calls that match a view, most people first, as of `at` (UTC).

    `calls` is everything matched (the page is cut from it); `partial` names vendors that have more
    live calls than were asked for; `troubles` are those that did not answer; `logs` are those whose
    call log alone was searched, where not every vendor has one. `rights` are its reader's.
    """

    calls: tuple[Call, ...]
    at: datetime
    partial: tuple[Vendor, ...] = ()
    logs: tuple[Vendor, ...] = ()
    troubles: tuple[VendorTrouble, ...] = ()
    rights: Mapping[Vendor, Rights] = {}


class PeopleFound(Frozen):
    """The live calls that somebody is in, as of `at` (UTC), vendor by vendor.

    `unread` counts, by vendor, live calls that were not searched; `troubles` are the vendors that
    did not answer.
    """

    people: tuple[Sighting, ...]
    at: datetime
    unread: Mapping[Vendor, int] = {}
    troubles: tuple[VendorTrouble, ...] = ()


class Roster(Frozen):
    """Who is on one of a call's lists, by the names that are known of them.

    `former` are those whom a case of ours put on it and who are not on it; `whole` says that
    everybody was read, `available` that the vendor gives the list at all, `trouble` why it did not.
    """

    which: Listed
    people: tuple[Person, ...] = ()
    former: tuple[Person, ...] = ()
    whole: bool = True
    available: bool = True
    trouble: str = ""

    @property
    def complete(self) -> bool:
        """Whether everybody on the list is known here."""
        return self.available and self.whole


class CallView(Frozen):
    """One call opened: its people on one page, who is kept out, what can be done and looked at.

    `attendance` is who was there, of a call that is over. `rights` are its reader's. `set_aside`
    are cases of it that another release made and this one cannot read.
    """

    call: Call
    people: Page[Participant]
    page: int = 0
    capabilities: dict[str, Capability]
    reports: Mapping[str, Capability] = {}
    rtmp_targets: tuple[str, ...] = ()
    kept_out: Roster | None = None
    attendance: Attendance | None = None
    rights: Rights = NOTHING
    set_aside: tuple[int, ...] = ()
    at: datetime
