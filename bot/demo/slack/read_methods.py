"""Methods that read: who the bot is, people, groups, conversations and what was said there."""

from bot.demo.slack.arguments import needed, yes
from bot.demo.slack.chat_methods import visible
from bot.demo.slack.errors import Refused
from bot.demo.slack.screen import Json, Message
from bot.demo.slack.workspace import APP, BOT_ID, Workspace

USUAL, MOST = 100, 999
"""Entries on one page of conversations.history, .replies and .members."""

MOST_LIMITED = 15
"""The same of the first two, where the workspace limits them."""


def api_test(_: Workspace, args: Json) -> Json:
    """api.test: what was said comes back."""
    return {"args": {name: said for name, said in args.items() if name != "token"}}


def auth_test(world: Workspace, _: Json) -> Json:
    """auth.test: for an app that is installed for an organisation, that takes the team's place."""
    grid = {} if world.enterprise is None else {"enterprise_id": world.enterprise}
    return {
        **grid,
        "url": "https://acme.example/",
        "team": world.name,
        "team_id": world.enterprise if world.org_wide else world.team,
        "user": world.bot.name.lower(),
        "user_id": world.bot.id,
        "bot_id": BOT_ID,
        "is_enterprise_install": world.org_wide,
    }


def open_connection(world: Workspace, _: Json) -> Json:
    """apps.connections.open: where a socket may be opened, once; perhaps nobody listens there."""
    if world.socket_address is not None:
        return {"url": world.socket_address()}
    return {"url": f"{world.base_url.replace('http', 'ws', 1)}/link/?ticket=made-up&app_id={APP}"}


def users_info(world: Workspace, args: Json) -> Json:
    """users.info."""
    user = world.users.get(needed(args, "user"))
    if user is None:
        raise Refused("user_not_found")
    return {"user": user.as_json(world.clock.now())}


def groups(world: Workspace, _: Json) -> Json:
    """usergroups.list."""
    _require_paid_plan(world)
    return {"usergroups": [group.as_json() for group in world.groups.values()]}


def group_users(world: Workspace, args: Json) -> Json:
    """usergroups.users.list."""
    _require_paid_plan(world)
    group = world.groups.get(needed(args, "usergroup"))
    if group is None:
        raise Refused("no_such_subteam")
    return {"users": list(group.users)}


def conversation(world: Workspace, args: Json) -> Json:
    """conversations.info."""
    channel = visible(world, needed(args, "channel"))
    return {"channel": channel.as_json(world.bot.id)}


def members(world: Workspace, args: Json) -> Json:
    """conversations.members: a page of the ids of those in it."""
    found = sorted(visible(world, needed(args, "channel")).members)
    start = _start(args)
    end = start + min(int(args.get("limit") or USUAL), MOST)
    cursor = str(end) if end < len(found) else ""
    return {"members": found[start:end], "response_metadata": {"next_cursor": cursor}}


def open_direct(world: Workspace, args: Json) -> Json:
    """conversations.open with one person."""
    channel = world.direct(needed(args, "users"))
    return {"channel": {"id": channel.id}}


def history(world: Workspace, args: Json) -> Json:
    """conversations.history: newest first, without replies in threads."""
    said = _said(world, args)
    threads = {message.thread_ts for message in said} - {None}
    page = _page(
        world,
        [message for message in reversed(said) if message.thread_ts in (None, message.ts)],
        args,
    )
    for told in page["messages"]:
        if told["ts"] in threads:
            told["thread_ts"] = told["ts"]
    return page


def replies(world: Workspace, args: Json) -> Json:
    """conversations.replies: a message and what was answered in its thread, oldest first."""
    root = needed(args, "ts")
    found = [message for message in _said(world, args) if root in (message.ts, message.thread_ts)]
    if not found:
        raise Refused("thread_not_found")
    return _page(world, found, args)


def _said(world: Workspace, args: Json) -> list[Message]:
    """Everything said in a conversation that the bot is in."""
    channel = visible(world, needed(args, "channel"))
    if world.bot.id not in channel.members:
        raise Refused("not_in_channel")
    return world.messages.get(channel.id, [])


def _page(world: Workspace, found: list[Message], args: Json) -> Json:
    """The messages on the page that is asked for, of those in the stretch that is asked for."""
    found = [message for message in found if _within(message.ts, args)]
    start = _start(args)
    most = MOST_LIMITED if world.switches.history_limited else MOST
    end = start + min(int(args.get("limit") or USUAL), most)
    told = {"bot_id": BOT_ID, "app_id": APP}
    metadata = yes(args, "include_all_metadata")
    more = end < len(found)
    return {
        "messages": [each.as_json(**told, metadata=metadata) for each in found[start:end]],
        "has_more": more,
        "response_metadata": {"next_cursor": str(end) if more else ""},
    }


def _start(args: Json) -> int:
    """Where the page that the cursor names begins."""
    cursor = str(args.get("cursor") or "0")
    if not cursor.isdecimal():
        raise Refused("invalid_cursor")
    return int(cursor)


def _within(ts: str, args: Json) -> bool:
    oldest, latest = float(args.get("oldest") or 0), float(args.get("latest") or "inf")
    if yes(args, "inclusive"):
        return oldest <= float(ts) <= latest
    return oldest < float(ts) < latest


def _require_paid_plan(world: Workspace) -> None:
    """Refused on a free plan."""
    if world.switches.free_plan:
        raise Refused("plan_upgrade_required")
