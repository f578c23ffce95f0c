"""The people, user groups and channels that callwarden.toml names, as Slack knows them."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from bot.calls.outages import ChannelOutage
from bot.doctor.context import UNSEEN, DoctorContext, Slack, existing_store, home_of
from bot.doctor.findings import Finding, Findings, bad, good, note, warning
from bot.errors import CallwardenError, SlackSilent
from bot.policy.rules import Rules
from bot.ports import Member
from handlers.slack_api.channel_errors import TRY_NOW, problem_of
from handlers.slack_api.probe import ProbeAnswer

PEOPLE, CHANNELS = "People", "Channels"

AT_ONCE = 5
"""Questions to Slack side by side."""

MOST = 60
"""Ids looked up at most. Slack takes users.info 100 times a minute, usergroups.users.list 20."""

ROLES = ("viewers", "moderators", "leads", "admins")

NO_GROUPS = {
    "plan_upgrade_required": "the workspace's plan has no user groups: list the user ids instead",
    "missing_scope": "the scope usergroups:read is missing: grant it, or list the user ids instead",
}
"""Errors of usergroups.users.list that are about all groups."""


async def people(context: DoctorContext) -> Findings:
    """Whether Slack knows all who are named as active people of the own workspace."""
    named = named_in(context.settings.rules)
    if not named:
        return [note(PEOPLE, "Nobody is named in callwarden.toml, so nobody may act.")]
    home = await _home(context)
    if context.slack is None or home is None:
        return [note(PEOPLE, UNSEEN)]
    slack, gate = context.slack, asyncio.Semaphore(AT_ONCE)

    async def check(who: str) -> Finding | None:
        async with gate:
            where = " and ".join(named[who])
            if who.startswith("S"):
                return await _group(slack, who, where)
            return _person(await slack.probe.directory.member(who), home, where)

    asked = list(named)[:MOST]
    found = [finding for finding in await asyncio.gather(*map(check, asked)) if finding is not None]
    if len(named) > MOST:
        found.append(note(PEOPLE, f"Only the first {MOST} of {len(named)} names were looked up."))
    return found or [good(PEOPLE, f"Slack knows all {len(named)} who are named.")]


async def _home(context: DoctorContext) -> str | None:
    """The workspace or organisation that is served; None where Slack does not say who we are."""
    if context.slack is None:
        return None
    try:
        reply = await context.slack.hello()
    except SlackSilent:
        return None
    return None if reply.error else context.settings.rules.slack.team or home_of(reply.data)


def named_in(rules: Rules) -> Mapping[str, Sequence[str]]:
    """Each id that callwarden.toml gives a role, with the keys it stands under."""
    named: dict[str, list[str]] = defaultdict(list)
    tables = {"people": rules.people} | {
        f"vendors.{vendor}": getattr(rules.vendors, vendor)
        for vendor in type(rules.vendors).model_fields
    }
    for table, lists in tables.items():
        for role in ROLES:
            for who in getattr(lists, role, None) or ():
                named[who].append(f"`{role}` under `[{table}]`")
    return named


def _person(member: Member, home: str, where: str) -> Finding | None:
    out = f"Take {member.user} out of {where}, or name somebody else."
    if member.gone and not member.homes:
        return bad(PEOPLE, f"Slack knows nobody by the id {member.user}.", out)
    traits: Iterable[tuple[bool, str]] = (
        (member.gone, "deactivated"),
        (member.bot, "a bot"),
        (member.guest, "a guest"),
        (not member.belongs_to(home), "of another workspace"),
    )
    wrong = next((words for is_so, words in traits if is_so), None)
    if wrong is None:
        return None
    return warning(PEOPLE, f"{member.user} is {wrong} and is refused although named.", out)


async def _group(slack: Slack, group: str, where: str) -> Finding | None:
    reply = await slack.probe.ask("usergroups.users.list", usergroup=group)
    if reply.error in NO_GROUPS:
        why = NO_GROUPS[reply.error]
        return warning(PEOPLE, f"Group {group} gives nobody a role.", f"It cannot be read: {why}.")
    if reply.error:
        out = f"Take {group} out of {where}, or name another group."
        return bad(PEOPLE, f"Slack knows no user group {group}.", out)
    if not reply.data.get("users"):
        put = f"Put people into the group, or take {group} out of {where}."
        return warning(PEOPLE, f"Nobody is in user group {group}.", put)
    return None


async def channels(context: DoctorContext) -> Findings:
    """Whether the named channels exist and are open, and the bot is in the moderation channel."""
    places = context.settings.rules.slack
    line = places.moderation_channel
    if line is None:
        listed = [note(CHANNELS, "There is no moderation channel: cases are told to askers only.")]
    else:
        listed = []
    asked = dict.fromkeys((line, *places.channels) if line else places.channels)
    if await _home(context) is None or context.slack is None:
        return [*listed, note(CHANNELS, UNSEEN)] if asked else listed
    for channel in list(asked)[:MOST]:
        allowed = channel in places.shared_channels
        listed.append(
            await _channel(context.slack, channel, posts=channel == line, allowed=allowed)
        )
    return listed


async def _channel(slack: Slack, channel: str, *, posts: bool, allowed: bool) -> Finding:
    """One channel; only where the bot `posts` does it have to be a member."""
    key = "`moderation_channel`" if posts else "`channels`"
    other = f"Correct {key} under `[slack]` in callwarden.toml"
    reply = await slack.probe.ask("conversations.info", channel=channel)
    if reply.error == "missing_scope":
        return await _by_history(slack, channel, posts=posts)
    if reply.error:
        mend = f"{other}, or invite the bot there if it is private: /invite in the channel."
        return bad(CHANNELS, f"The bot sees no channel {channel}.", mend)
    info = reply.data.get("channel") or {}
    name = f"#{info.get('name', channel)} ({channel})"
    if info.get("is_archived"):
        return bad(CHANNELS, f"{name} is archived.", f"Unarchive it, or name another. {other}.")
    if posts and not info.get("is_member"):
        return _not_in(name)
    shared = info.get("is_ext_shared") or info.get("is_pending_ext_shared")
    if posts and shared and not allowed:
        mend = f'Name another one, or add "{channel}" to `shared_channels` under `[slack]`.'
        says = f"{name} is shared with another workspace, so cases are not told there."
        return bad(CHANNELS, says, mend)
    return good(CHANNELS, f"{name} is there{', and the bot is in it' if posts else ''}.")


def _not_in(name: str) -> Finding:
    mend = "Type /invite and the bot's name in that channel."
    return bad(CHANNELS, f"The bot is not in {name}, so cases are not told there.", mend)


async def _by_history(slack: Slack, channel: str, *, posts: bool) -> Finding:
    """What shows without the scope to see channels: whether the bot may read there."""
    reply: ProbeAnswer = await slack.probe.ask("conversations.history", channel=channel, limit="1")
    if posts and reply.error == "not_in_channel":
        return _not_in(channel)
    if reply.error == "channel_not_found":
        mend = "Correct the id in callwarden.toml, or invite the bot there if it is private."
        return bad(CHANNELS, f"The bot sees no channel {channel}.", mend)
    unseen = "whether it is archived cannot be seen without the scope channels:read or groups:read"
    if reply.error:
        return note(CHANNELS, f"{channel} cannot be seen ({reply.error}); {unseen}.")
    return good(CHANNELS, f"The bot is in {channel}; {unseen}.")


async def outages(context: DoctorContext) -> Findings:
    """A finding for each channel in which Slack takes no lines of cases, with what mends it.

    None when the database is away, which its own check reports.
    """
    try:
        async with existing_store(context) as store:
            return [] if store is None else [_lost(outage) for outage in await store.outages()]
    except CallwardenError:
        return []


def _lost(outage: ChannelOutage) -> Finding:
    told = problem_of(outage.error)
    says = (
        f"{outage.channel} {told.says}. Since {outage.began_at:%Y-%m-%d %H:%M} UTC, lines of cases "
        f"kept: {outage.kept}. The next try is at {outage.retry_at:%H:%M} UTC."
    )
    return bad(CHANNELS, says, f"{told.mend} {TRY_NOW}")
