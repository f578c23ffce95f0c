"""The doctor's cheap checks, before a process opens its port: one request to Slack."""

from pathlib import Path

from bot.clock import Clock
from bot.doctor import slack, vendors
from bot.doctor.context import DoctorContext, slack_for
from bot.doctor.findings import Finding, Findings, Severity, warning
from bot.errors import ConfigError, SlackSilent
from bot.settings import Settings

TIMEOUT_S = 3.0
"""Seconds for Slack to say whom the token belongs to."""


async def preflight(settings: Settings, clock: Clock) -> Findings:
    """The findings that a start logs. Raises ConfigError for what would make every order fail.

    That Slack does not answer is a warning only: it may be back before the first order comes.
    """
    settings.slack.token()  # names every variable that is missing, not only the first
    async with slack_for(settings, clock, TIMEOUT_S) as asked:
        context = DoctorContext(settings, {}, clock, asked, {}, Path())
        found = [
            *await _token(context),
            *slack.app_token_form(settings),
            *await vendors.any_vendor(context),
        ]
        _require_none_bad(found)
        found += await slack.signing_secret(context)
    found += [vendors.turned_off(off) for off in settings.off]
    return [finding for finding in found if finding.sign in {Severity.WARNING, Severity.BAD}]


async def _token(context: DoctorContext) -> Findings:
    try:
        return await slack.token(context)
    except SlackSilent as error:
        return [warning(slack.TOKEN, str(error), error.next_step)]


def _require_none_bad(found: list[Finding]) -> None:
    """ConfigError with the first finding that keeps the process from starting."""
    for finding in found:
        if finding.sign is Severity.BAD:
            raise ConfigError(finding.says, next_step=finding.mend)
