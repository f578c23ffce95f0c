"""The vendors, the database and this machine."""

from collections.abc import Callable, Mapping
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.calls.models import Vendor
from bot.doctor.findings import Finding, Findings, bad, good, note, warning
from bot.doctor.patient import Patient
from bot.errors import (
    NotAtVendor,
    VendorDenied,
    VendorError,
    VendorRedirected,
    VendorUnreachable,
)
from bot.providers.realtimekit_keys import kit_signatures
from bot.store import SqlStore
from bot.store.schema import Fit
from bot.store.urls import address_of
from bot.store.writable import must_have_a_place
from handlers.watching import is_loopback

NETWORK, VENDORS, WEBHOOK, DATABASE, ZONES, METRICS = (
    "Network",
    "Vendors",
    "RealtimeKit events",
    "Database",
    "Time zones",
    "Metrics",
)

KEYS: Mapping[Vendor, str] = {
    Vendor.STREAM: "STREAM_API_KEY and STREAM_API_SECRET against Stream's dashboard",
    Vendor.REALTIMEKIT: "that REALTIMEKIT_API_TOKEN is valid and its permissions cover Realtime",
    Vendor.COMETCHAT: "COMETCHAT_API_KEY: a REST API key with the scope fullAccess",
}
"""What to look at when a vendor refuses the credentials."""

SOME_ZONE = "Europe/Berlin"


async def any_vendor(patient: Patient) -> Findings:
    """At least one is on."""
    if len(patient.settings.off) < len(Vendor):
        return []
    mend = "Set the variables of at least one; docs/vendors.md and README.md say which."
    return [bad(VENDORS, "None is connected: there are no calls to moderate.", mend)]


async def vendor(patient: Patient, which: Vendor) -> Findings:
    """One harmless read with the vendor's credentials; why it is off, where it is."""
    off = dict(patient.settings.off)
    if which in off:
        return [_off(patient, which, off[which])]
    try:
        return [good(which.label, await patient.vendors[which].probe())]
    except VendorError as error:
        return [bad(which.label, _told(error), _mend(which, error))]


def _off(patient: Patient, which: Vendor, why: str) -> Finding:
    """Meant to be off when none of its variables is set."""
    if not any(name.startswith(f"{which.name}_") for name in patient.environ):
        return note(which.label, f"Off: {why}.")
    mend = "Set what is missing or wrong, or unset its other variables."
    return bad(which.label, f"Off, although it is half set up: {why}.", mend)


def _told(error: VendorError) -> str:
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


async def webhook_key(patient: Patient) -> Findings:
    """Whether the key that RealtimeKit's events are signed with can be had."""
    kit = patient.settings.realtimekit
    if kit is None:
        return []
    network = patient.settings.network
    signatures = kit_signatures(kit.webhook_keys_url, patient.clock, network=network)
    try:
        await signatures.probe()
    except VendorError as error:
        mend = "Check REALTIMEKIT_WEBHOOK_KEYS_URL. Until then events are refused; calls work."
        if error.diagnosis is not None:
            mend = f"{error.diagnosis.mend} {mend}"
        says = f"The key for their signatures is not to be had: {_told(error)}"
        return [warning(WEBHOOK, says, mend)]
    finally:
        await signatures.aclose()
    return [good(WEBHOOK, "The key for their signatures can be had.")]


async def network(patient: Patient) -> Findings:
    """Which way connections go out, and whose certificates are believed besides the system's."""
    out = patient.settings.network
    says = "Connections go out directly"
    if out.proxies:
        says = f"Connections go out through the proxy {' or '.join(out.shown_proxies)}"
        says += f", but for {out.no_proxy}" if out.no_proxy else ""
    own = " and ".join(name for name in (out.ca_file, out.ca_folders) if name)
    besides = f", and those of {own}" if own else ""
    return [good(NETWORK, f"{says}. The system's certificates are believed{besides}.")]


async def database(patient: Patient) -> Findings:
    """Reachable, fitting tables, and writable. A running process beside us is no fault."""
    url = patient.settings.process.database_url.get_secret_value()
    address = address_of(url)
    if address.file is not None:
        must_have_a_place(address.file)
        if not address.file.exists():
            says = f"There is no {address.file} yet; it is made at the first start."
            return [note(DATABASE, says)]
    store = SqlStore(url, patient.clock)
    try:
        schema = await store.schema()
        schema.must_not_be_too_new()
        if not schema.fits:
            return [_old_tables(address.place, by_itself=address.sqlite)]
        await store.writable()
    finally:
        await store.stop()
    if address.file is not None and address.file.stat().st_nlink > 1:
        return [_two_names(address.file)]
    whose = "this release's" if schema.fit is Fit.CURRENT else "a newer release's"
    return [good(DATABASE, f"{address.place}: answers, has {whose} tables, can be written.")]


def _two_names(file: Path) -> Finding:
    says = f"{file} has a second name (a hard link): opened by both, it loses what was written."
    mend = "Keep one name: SQLite's journal lies beside the one by which the file was opened."
    return warning(DATABASE, says, mend)


def _old_tables(kind: str, *, by_itself: bool) -> Finding:
    says, run = f"{kind} has not the tables that this release needs", "Run `callwarden migrate`."
    if by_itself:
        return warning(DATABASE, f"{says}; the next start brings them up to date.", run)
    return bad(DATABASE, f"{says}.", run)


async def zones(patient: Patient, read: Callable[[str], object] = ZoneInfo) -> Findings:
    """Whether times of day can be told in people's own zones."""
    del patient
    try:
        read(SOME_ZONE)
    except ZoneInfoNotFoundError:
        mend = "Install the system's package tzdata, or `pip install tzdata`."
        return [warning(ZONES, "This machine has no time zone data.", mend)]
    return [good(ZONES, "Time zone data is there.")]


async def metrics_door(patient: Patient) -> Findings:
    """Who may see the figures: they tell how much is moderated."""
    process = patient.settings.process
    if process.metrics_token is not None:
        return [good(METRICS, "/metrics asks for METRICS_TOKEN.")]
    if process.metrics_port is not None:
        told = f"/metrics is on port {process.metrics_port}, open to everybody who reaches it."
        return [note(METRICS, f"{told} Keep that port private, or set METRICS_TOKEN.")]
    if is_loopback(process.host):
        return [note(METRICS, "/metrics is for this machine only; set METRICS_TOKEN for others.")]
    return [note(METRICS, "/metrics is for nobody: set METRICS_TOKEN or METRICS_PORT to have it.")]
