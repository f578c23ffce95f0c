"""Checks of Slack's side: the token, its scopes, the command, how requests come in, the clocks."""

import re
from collections.abc import Iterable, Mapping

from bot.clock_skew import MEND, NOTICEABLE, SIGNATURE_SECONDS, skew_words
from bot.doctor.context import UNSEEN, DoctorContext, home_of
from bot.doctor.findings import Finding, Findings, bad, good, note, warning
from bot.errors import SlackSilent
from bot.responses import http_date
from bot.settings import Settings
from handlers.slack_api.probe import ProbeAnswer

TOKEN, SCOPES, COMMAND, APP_TOKEN, SECRET, CLOCK = (
    "Slack token",
    "Slack scopes",
    "Slack app",
    "Socket Mode",
    "Signing secret",
    "Clock",
)

BOT_PREFIX, APP_PREFIX = "xoxb-", "xapp-"

APP_TOKENS = "Basic Information, App-Level Tokens, scope connections:write"
REINSTALL = "at api.slack.com/apps, OAuth & Permissions, and install the app again"

OTHER_TOKEN = "Copy the Bot User OAuth Token from OAuth & Permissions into SLACK_BOT_TOKEN."  # noqa: S105 - a sentence
MEND_TOKEN = {
    "account_inactive": "The app was removed or its bot deactivated: install it again, and put the "
    "new token into SLACK_BOT_TOKEN.",
    "token_revoked": "The token was revoked: install the app again, and put the new token into "
    "SLACK_BOT_TOKEN.",
    "token_expired": "The token ran out: turn token rotation off in the app's settings, install it "
    "again, and put the new token into SLACK_BOT_TOKEN.",
}
"""Slack's errors of auth.test (docs.slack.dev/reference/methods/auth.test), and what mends them."""

PASSING = {
    "fatal_error",
    "internal_error",
    "ratelimited",
    "request_timeout",
    "service_unavailable",
    "team_added_to_org",
}
"""Errors of auth.test that say nothing about the token and go away by themselves."""

SECRET_FORM = re.compile(r"[0-9a-f]{32}")
"""What Slack's signing secrets look like so far."""


async def token(context: DoctorContext) -> Findings:
    """Which workspace the token belongs to, and which bot it is there."""
    if context.slack is None:
        return [bad(TOKEN, "SLACK_BOT_TOKEN is missing.", OTHER_TOKEN)]
    reply = await context.slack.hello()
    if reply.error:
        return [_refused(reply.error)]
    if not reply.data.get("bot_id"):
        return [bad(TOKEN, "The token is a person's, not the bot's.", OTHER_TOKEN)]
    found, pinned = home_of(reply.data), context.settings.rules.slack.team
    if pinned is None and found.startswith("E"):
        mend = 'Add `team = "T…"` (one workspace) or `team = "E…"` (all) under `[slack]`.'
        return [
            bad(TOKEN, f"The app is installed for all of {found}; whom it serves is open.", mend)
        ]
    known = {None, found, reply.data.get("enterprise_id")}
    if pinned not in known and not found.startswith("E"):
        return [
            bad(
                TOKEN,
                f"The token belongs to workspace {found}; callwarden.toml serves {pinned}.",
                f"Set `team` under `[slack]` to {found} or take it out, or use the other token.",
            )
        ]
    bot, team = reply.data.get("user"), reply.data.get("team")
    return [good(TOKEN, f"The bot is {bot} ({reply.data.get('user_id')}) in {team} ({found}).")]


def _refused(error: str) -> Finding:
    if error in PASSING:
        says = f"Slack does not say now whom the token belongs to ({error})."
        return warning(TOKEN, says, "Run this again in a minute.")
    return bad(TOKEN, f"Slack refuses the token ({error}).", MEND_TOKEN.get(error, OTHER_TOKEN))


async def _known(context: DoctorContext) -> ProbeAnswer | None:
    """Slack's word on who we are; None where `token` says what is wrong."""
    if context.slack is None:
        return None
    try:
        reply = await context.slack.hello()
    except SlackSilent:
        return None
    return None if reply.error else reply


async def scopes(context: DoctorContext) -> Findings:
    """Whether the token has every scope that the bot needs."""
    reply = await _known(context)
    if reply is None:
        return [note(SCOPES, UNSEEN)]
    if "x-oauth-scopes" not in reply.headers:
        return [note(SCOPES, "Not to be seen: the answer names no scopes.")]
    given = set(reply.headers["x-oauth-scopes"].replace(",", " ").split())
    found = [*_missing(given), *_extra(given)]
    return found or [good(SCOPES, f"All {len(REQUIRED) + len(OPTIONAL)} are granted.")]


def _missing(given: set[str]) -> Iterable[Finding]:
    for scope, cost in REQUIRED.items():
        if scope not in given:
            yield bad(SCOPES, f"{scope} is missing: {cost}.", f"Add {scope} {REINSTALL}.")
    for scope, cost in OPTIONAL.items():
        if scope not in given:
            yield warning(SCOPES, f"{scope} is missing: {cost}.", f"Add {scope} {REINSTALL}.")


def _extra(given: set[str]) -> Iterable[Finding]:
    if extra := sorted(given - set(REQUIRED) - set(OPTIONAL)):
        names = ", ".join(extra)
        mend = f"Unless something else needs it, remove it {REINSTALL}."
        yield warning(SCOPES, f"More is granted than the bot uses: {names}.", mend)


async def command(context: DoctorContext) -> Findings:
    """Whether manifest.yml has the command's name, and what has to be compared by hand."""
    name, file = context.settings.process.command, context.manifest
    unseen = "whether the app's settings still match it cannot be seen with a bot's token"
    if not file.is_file():
        return [note(COMMAND, f"The command is {name}; there is no {file.name} here to compare.")]
    written = re.findall(r"^\s*-\s*command:\s*(/\S+)", file.read_text("utf-8"), re.MULTILINE)
    if name in written:
        return [good(COMMAND, f"The command is {name}, as in {file.name}; {unseen}.")]
    return [
        bad(
            COMMAND,
            f"The command is {name}; {file.name} has {', '.join(written) or 'no command'}.",
            f"Set CALLWARDEN_COMMAND to what the app has, or give the app the command {name}.",
        )
    ]


def app_token_form(settings: Settings) -> Findings:
    """A finding for an app-level token of the wrong form; nothing for a good one or none."""
    token = settings.slack.app_token
    if token is None or token.get_secret_value().startswith(APP_PREFIX):
        return []
    says = f"SLACK_APP_TOKEN does not begin with {APP_PREFIX}."
    return [bad(APP_TOKEN, says, f"Copy the token from {APP_TOKENS}.")]


async def app_token(context: DoctorContext) -> Findings:
    """Whether a Socket Mode connection can be opened; it is closed again at once.

    Slack gives one address a minute. What it sends meanwhile is not acknowledged, so it delivers
    that again to the bot's own connection.
    """
    token = context.settings.slack.app_token
    if token is None:
        return [note(APP_TOKEN, "Off: Slack sends requests to this process's address.")]
    if wrong := app_token_form(context.settings):
        return wrong
    if context.slack is None:
        return [note(APP_TOKEN, UNSEEN)]
    reply = await context.slack.probe.ask("apps.connections.open", token=token.get_secret_value())
    if reply.error == "ratelimited":
        return [note(APP_TOKEN, "Not looked at: Slack gives one address a minute.")]
    if reply.error:
        mend = f"Turn Socket Mode on in the app's settings, and take the token from {APP_TOKENS}."
        return [bad(APP_TOKEN, f"Slack opens no socket ({reply.error}).", mend)]
    await context.slack.probe.connect(str(reply.data.get("url") or ""))
    return [good(APP_TOKEN, "Slack opens a socket, and a connection to it comes about.")]


async def signing_secret(context: DoctorContext) -> Findings:
    """Whether the signing secret is set, when requests come by HTTP."""
    secret = context.settings.slack.signing_secret
    if secret is None and context.settings.slack.app_token is not None:
        return [note(SECRET, "Not needed: Socket Mode has no signatures.")]
    mend = "Copy the Signing Secret from Basic Information into SLACK_SIGNING_SECRET."
    if secret is None:
        says = "SLACK_SIGNING_SECRET is missing: nobody knows what comes from Slack."
        return [bad(SECRET, says, mend)]
    if not SECRET_FORM.fullmatch(secret.get_secret_value()):
        says = "SLACK_SIGNING_SECRET does not look like Slack's, which are 32 hexadecimal digits."
        return [warning(SECRET, says, mend)]
    return [good(SECRET, "Set. Only a signed request shows whether it is the right one.")]


async def clock(context: DoctorContext) -> Findings:
    """Whether our clock agrees with Slack's, whose signed requests are good for 5 minutes."""
    reply = await _known(context)
    if reply is None or "date" not in reply.headers:
        return [note(CLOCK, UNSEEN if reply is None else "Slack's answer has no time on it.")]
    off = _seconds_ahead(context, reply.headers["date"])
    if off is None:
        return [note(CLOCK, "The time on Slack's answer cannot be read.")]
    says = skew_words(off, "Slack")
    if abs(off) >= SIGNATURE_SECONDS:
        return [bad(CLOCK, f"{says}: every request is refused as too old.", MEND)]
    if abs(off) >= NOTICEABLE:
        return [
            warning(
                CLOCK, f"{says}; beyond {SIGNATURE_SECONDS:.0f} s every request is refused.", MEND
            )
        ]
    return [good(CLOCK, "Within a minute of Slack's.")]


def _seconds_ahead(context: DoctorContext, date: str) -> float | None:
    theirs = http_date(date)
    return None if theirs is None else (context.clock.now() - theirs).total_seconds()


REQUIRED: Mapping[str, str] = {
    "commands": "no command arrives",
    "chat:write": "the moderation channel gets no lines",
    "users:read": "nobody is known, so everybody is refused",
}
"""Scopes without which the bot does not work, and what then happens."""

OPTIONAL: Mapping[str, str] = {
    "im:write": "whoever set up a digest is not told when its channel is gone",
    "usergroups:read": "roles by user group give nobody a role",
    "channels:history": "after a crash a line or digest in a public channel may be posted twice",
    "groups:history": "after a crash a line or digest in a private channel may be posted twice",
    "channels:read": "that a public channel takes no digest is seen only when one is posted",
    "groups:read": "that a private channel takes no digest is seen only when one is posted, and "
    "nobody is kept from choosing one that they are not in",
}
"""Scopes that may be left out, and what is lost then."""
