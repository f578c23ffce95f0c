"""Checks of the database, the network and this machine."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.clock_skew import MEND, NOTICEABLE, skew_words
from bot.doctor.context import DoctorContext
from bot.doctor.findings import Finding, Findings, bad, good, note, warning
from bot.doctor.vendors import error_words
from bot.errors import VendorError
from bot.providers.http.client import HttpClient
from bot.providers.realtimekit.signatures import realtimekit_signatures
from bot.store import SqlStore
from bot.store.schema import Fit
from bot.store.urls import address_of
from bot.store.writable import require_place
from handlers.inbound.health import is_loopback

NETWORK, WEBHOOK, DATABASE, ZONES, METRICS = (
    "Network",
    "RealtimeKit events",
    "Database",
    "Time zones",
    "Metrics",
)

SOME_ZONE = "Europe/Berlin"


async def webhook_key(context: DoctorContext) -> Findings:
    """Whether the key that RealtimeKit's events are signed with can be had."""
    kit = context.settings.realtimekit
    if kit is None:
        return []
    connect = partial(HttpClient, clock=context.clock, network=context.settings.network)
    signatures = realtimekit_signatures(kit.webhook_keys_url, context.clock, connect=connect)
    try:
        await signatures.probe()
    except VendorError as error:
        mend = "Check REALTIMEKIT_WEBHOOK_KEYS_URL. Until then events are refused; calls work."
        if error.diagnosis is not None:
            mend = f"{error.diagnosis.mend} {mend}"
        says = f"The key for their signatures is not to be had: {error_words(error)}"
        return [warning(WEBHOOK, says, mend)]
    finally:
        await signatures.aclose()
    return [good(WEBHOOK, "The key for their signatures can be had.")]


async def network(context: DoctorContext) -> Findings:
    """Which way connections go out, and whose certificates are believed besides the system's."""
    out = context.settings.network
    says = "Connections go out directly"
    if out.proxies:
        says = f"Connections go out through the proxy {' or '.join(out.shown_proxies)}"
        says += f", but for {out.no_proxy}" if out.no_proxy else ""
    own = " and ".join(name for name in (out.ca_file, out.ca_folders) if name)
    besides = f", and those of {own}" if own else ""
    return [good(NETWORK, f"{says}. The system's certificates are believed{besides}.")]


async def database(context: DoctorContext) -> Findings:
    """Whether the database answers, has fitting tables and can be written.

    It need not exist yet, and a bot may run on it meanwhile.
    """
    url = context.settings.process.database_url.get_secret_value()
    address = address_of(url)
    if address.file is not None:
        require_place(address.file)
        if not address.file.exists():
            says = f"There is no {address.file} yet; it is made at the first start."
            return [note(DATABASE, says)]
    store = SqlStore(url, context.clock)
    try:
        schema = await store.schema()
        schema.require_not_too_new()
        if not schema.fits:
            return [_old_tables(address.place, by_itself=address.sqlite)]
        await store.require_writable()
        moment = await store.time()
    finally:
        await store.stop()
    if address.file is not None and address.file.stat().st_nlink > 1:
        return [_two_names(address.file)]
    whose = "this release's" if schema.fit is Fit.CURRENT else "a newer release's"
    found = good(DATABASE, f"{address.place}: answers, has {whose} tables, can be written.")
    return [found, *(_times_apart(context.clock.now(), moment) if moment else [])]


def _times_apart(ours: datetime, theirs: datetime) -> Findings:
    """A warning when the clocks differ: PostgreSQL's says what is due, ours what people read."""
    off = (ours - theirs).total_seconds()
    if abs(off) < NOTICEABLE:
        return []
    return [warning(DATABASE, f"{skew_words(off, 'PostgreSQL')}.", MEND)]


def _two_names(file: Path) -> Finding:
    says = f"{file} has a second name (a hard link): opened by both, it loses what was written."
    mend = "Keep one name: SQLite's journal lies beside the one by which the file was opened."
    return warning(DATABASE, says, mend)


def _old_tables(kind: str, *, by_itself: bool) -> Finding:
    says, run = f"{kind} has not the tables that this release needs", "Run `callwarden migrate`."
    if by_itself:
        return warning(DATABASE, f"{says}; the next start brings them up to date.", run)
    return bad(DATABASE, f"{says}.", run)


async def zones(context: DoctorContext, read: Callable[[str], object] = ZoneInfo) -> Findings:
    """Whether this machine has the data of time zones."""
    del context
    try:
        read(SOME_ZONE)
    except ZoneInfoNotFoundError:
        mend = "Install the system's package tzdata, or `pip install tzdata`."
        return [warning(ZONES, "This machine has no time zone data.", mend)]
    return [good(ZONES, "Time zone data is there.")]


async def metrics_access(context: DoctorContext) -> Findings:
    """Who can read /metrics, which shows how much is moderated."""
    process = context.settings.process
    if process.metrics_token is not None:
        return [good(METRICS, "/metrics asks for METRICS_TOKEN.")]
    if process.metrics_port is not None:
        says = f"/metrics is on port {process.metrics_port}, open to everybody who reaches it."
        return [note(METRICS, f"{says} Keep that port private, or set METRICS_TOKEN.")]
    if is_loopback(process.host):
        return [note(METRICS, "/metrics is for this machine only; set METRICS_TOKEN for others.")]
    return [note(METRICS, "/metrics is for nobody: set METRICS_TOKEN or METRICS_PORT to have it.")]
