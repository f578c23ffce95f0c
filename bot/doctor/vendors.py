"""Checks of the vendors: which are on, and whether they take our credentials."""

from collections.abc import Mapping

from bot.calls.models import Vendor
from bot.doctor.context import DoctorContext
from bot.doctor.findings import Finding, Findings, bad, good, note
from bot.errors import (
    NotAtVendor,
    VendorDenied,
    VendorError,
    VendorRedirected,
    VendorUnreachable,
)
from bot.settings import VendorOff

VENDORS = "Vendors"

KEYS: Mapping[Vendor, str] = {
    Vendor.STREAM: "STREAM_API_KEY and STREAM_API_SECRET against Stream's dashboard",
    Vendor.REALTIMEKIT: "that REALTIMEKIT_API_TOKEN is valid and its permissions cover Realtime",
    Vendor.COMETCHAT: "COMETCHAT_API_KEY: a REST API key with the scope fullAccess",
}
"""What to look at when a vendor refuses the credentials."""


async def any_vendor(context: DoctorContext) -> Findings:
    """Whether at least one vendor is on; no finding when that is so."""
    if context.settings.vendors:
        return []
    mend = "Set the variables of at least one; docs/vendors.md and README.md say which."
    return [bad(VENDORS, "None is connected: there are no calls to moderate.", mend)]


async def vendor(context: DoctorContext, which: Vendor) -> Findings:
    """Whether the vendor answers one harmless read with our credentials, or why it is off."""
    for off in context.settings.off:
        if off.vendor is which:
            return [turned_off(off)]
    try:
        return [good(which.label, await context.vendors[which].probe())]
    except VendorError as error:
        return [bad(which.label, error_words(error), _mend(which, error))]


def turned_off(off: VendorOff) -> Finding:
    """The finding for a vendor that is off: it is meant to be when none of its variables is set."""
    label = off.vendor.label
    if not off.half:
        return note(label, f"Off: {off.why}.")
    mend = "Set what is missing or wrong, or unset its other variables."
    return bad(label, f"Off, although it is half set up: {off.why}.", mend)


def error_words(error: VendorError) -> str:
    """What happened in words, with its technical cause when that is known."""
    return f"{error} {error.diagnosis.says}" if error.diagnosis else str(error)


def _mend(which: Vendor, error: VendorError) -> str:
    if isinstance(error, VendorDenied):
        usual = error.next_step == VendorDenied.default_next_step
        return f"Check {KEYS[which]}." if usual else error.next_step
    if isinstance(error, VendorRedirected):
        return f"Check {which.name}_BASE_URL, and whether a proxy answers in the vendor's place."
    if isinstance(error, NotAtVendor):
        return f"Check the ids and the address among the {which.name}_… variables."
    if error.diagnosis is not None:
        return f"{error.diagnosis.mend} The address is in {which.name}_BASE_URL."
    if isinstance(error, VendorUnreachable):
        return f"Check {which.name}_BASE_URL, and that this machine may reach it."
    return f"{error.next_step} If it stays, look at {which.label}'s status page."
