"""Channels in which Slack takes no lines of cases, as the running processes have found."""

from bot.calls.outages import ChannelOutage
from bot.doctor.findings import Finding, Findings, bad
from bot.doctor.patient import Patient
from bot.doctor.places import CHANNELS
from bot.errors import CallwardenError
from bot.store import SqlStore
from bot.store.urls import sqlite_file
from handlers.channel_errors import trouble


async def outages(patient: Patient) -> Findings:
    """Each with what mends it. Nothing where the database is away: that is told of itself."""
    url = patient.settings.process.database_url.get_secret_value()
    file = sqlite_file(url)
    if file is not None and not file.exists():
        return []
    store = SqlStore(url, patient.clock)
    try:
        if not await store.schema_fits():
            return []
        return [_finding(outage) for outage in await store.outages()]
    except CallwardenError:
        return []
    finally:
        await store.stop()


def _finding(outage: ChannelOutage) -> Finding:
    told = trouble(outage.error)
    says = (
        f"{outage.channel} {told.says}. Since {outage.began_at:%Y-%m-%d %H:%M} UTC, lines of cases "
        f"kept: {outage.kept}. The next try is at {outage.retry_at:%H:%M} UTC."
    )
    return bad(CHANNELS, says, f"{told.mend} A restart of Callwarden tries at once.")
