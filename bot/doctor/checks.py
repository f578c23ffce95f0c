"""All checks at once, each with its own deadline: one that hangs costs only its own answer."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import NamedTuple

from bot.bootstrap.vendors import connect
from bot.calls.models import Vendor
from bot.clock import Clock
from bot.doctor import audit_log, environment, named_places, slack, vendors
from bot.doctor.configuration import read_settings
from bot.doctor.context import DoctorContext, slack_for
from bot.doctor.findings import Finding, Findings, bad
from bot.errors import CallwardenError

DEADLINE = 10.0
"""Seconds for each check."""

ONE_ANSWER = 0.4
"""The part of a deadline that one answer of Slack's may take."""

MANIFEST = Path("manifest.yml")


class Check(NamedTuple):
    """One check: the name that its findings have when it fails, and the function that does it."""

    about: str
    run: Callable[[DoctorContext], Awaitable[Findings]]


CHECKS: Sequence[Check] = (
    Check(slack.TOKEN, slack.token),
    Check(slack.SCOPES, slack.scopes),
    Check(slack.COMMAND, slack.command),
    Check(slack.APP_TOKEN, slack.app_token),
    Check(slack.SECRET, slack.signing_secret),
    Check(slack.CLOCK, slack.clock),
    Check(named_places.PEOPLE, named_places.people),
    Check(named_places.CHANNELS, named_places.channels),
    Check(named_places.CHANNELS, named_places.outages),
    Check(environment.NETWORK, environment.network),
    Check(vendors.VENDORS, vendors.any_vendor),
    *(Check(each.label, partial(vendors.vendor, which=each)) for each in Vendor),
    Check(environment.WEBHOOK, environment.webhook_key),
    Check(environment.DATABASE, environment.database),
    Check(audit_log.AUDIT_LOG, audit_log.audit_log),
    Check(audit_log.FILES, audit_log.files),
    Check(environment.METRICS, environment.metrics_access),
    Check(environment.ZONES, environment.zones),
)
"""All checks, in the order in which their findings are shown."""


async def examine(
    environ: Mapping[str, str],
    file: Path | None,
    clock: Clock,
    *,
    manifest: Path = MANIFEST,
    deadline: float = DEADLINE,
) -> list[Finding]:
    """Run all checks and return their findings in order; changes nothing.

    `file` is callwarden.toml, None for none; `deadline` is in seconds, for each check. When not
    even the environment can be read, only the findings about that are returned.
    """
    variables = {name: text.strip() for name, text in environ.items() if text.strip()}
    settings, found = read_settings(variables, file)
    if settings is None:
        return found
    async with AsyncExitStack() as stack:
        slack_side = await stack.enter_async_context(
            slack_for(settings, clock, ONE_ANSWER * deadline)
        )
        clients = connect(settings, clock)
        for provider in clients.values():
            stack.push_async_callback(provider.aclose)
        context = DoctorContext(settings, variables, clock, slack_side, clients, manifest)
        results = await asyncio.gather(*(_run(check, context, deadline) for check in CHECKS))
    return [*found, *(finding for findings in results for finding in findings)]


async def _run(check: Check, context: DoctorContext, deadline: float) -> Findings:
    try:
        async with asyncio.timeout(deadline):
            return await check.run(context)
    except CallwardenError as error:
        return [_not_done(check.about, error)]
    except TimeoutError:
        says = f"There was no answer within {deadline:g} s."
        return [bad(check.about, says, "Look whether this machine reaches it, and try again.")]


def _not_done(about: str, error: CallwardenError) -> Finding:
    if error.diagnosis is not None:
        return bad(about, f"{error} {error.diagnosis.says}", error.diagnosis.mend)
    return bad(about, str(error), error.next_step or "Look at the settings this is about.")
