"""Channels in which Slack takes no lines of cases, as the running processes have found."""

from bot.calls.outages import ChannelOutage
from bot.doctor.context import DoctorContext, existing_store
from bot.doctor.findings import Finding, Findings, bad
from bot.doctor.named_places import CHANNELS
from bot.errors import CallwardenError
from handlers.slack_api.channel_errors import TRY_NOW, problem_of


async def outages(context: DoctorContext) -> Findings:
    """Each with what mends it. Nothing where the database is away: that is told of itself."""
    try:
        async with existing_store(context) as store:
            return [] if store is None else [_finding(outage) for outage in await store.outages()]
    except CallwardenError:
        return []


def _finding(outage: ChannelOutage) -> Finding:
    told = problem_of(outage.error)
    says = (
        f"{outage.channel} {told.says}. Since {outage.began_at:%Y-%m-%d %H:%M} UTC, lines of cases "
        f"kept: {outage.kept}. The next try is at {outage.retry_at:%H:%M} UTC."
    )
    return bad(CHANNELS, says, f"{told.mend} {TRY_NOW}")
