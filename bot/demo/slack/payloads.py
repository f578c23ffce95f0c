"""What Slack sends for what people do (docs.slack.dev, reference/interaction-payloads)."""

from bot.demo.slack.control_finder import Pick
from bot.demo.slack.emoji import named
from bot.demo.slack.people import Channel, User
from bot.demo.slack.screen import Json, Message, Shown, View, state_of
from bot.demo.slack.view_methods import view_json
from bot.demo.slack.workspace import APP, BOT_ID, Workspace

VERIFICATION_TOKEN = "made-up-verification-token"


def command(world: Workspace, user: User, place: Channel, typed: str, text: str) -> Json:
    """The form fields of a slash command; emoji in it come by their names, as Slack sends them."""
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": _typed_in(world, user),
        "team_domain": "acme",
        **({"enterprise_id": world.enterprise} if world.enterprise else {}),
        "channel_id": place.id,
        "channel_name": _place_name(place),
        "user_id": user.id,
        "user_name": user.name.lower(),
        "command": typed,
        "text": named(text),
        "api_app_id": APP,
        "is_enterprise_install": str(world.org_wide).lower(),
        "response_url": _reply_url(world, user, place.id),
        "trigger_id": world.tickets.trigger(user.id),
    }


def press(world: Workspace, user: User, shown: Shown, pick: Pick) -> Json:
    """`block_actions`."""
    state = {"values": state_of(shown)}
    where = _on_view(world, shown) if isinstance(shown, View) else _on_message(world, user, shown)
    started = _base(world, "block_actions", user)
    return {**started, **where, "state": state, "actions": [_action(world, pick)]}


def submission(world: Workspace, user: User, view: View) -> Json:
    """`view_submission`."""
    started = _base(world, "view_submission", user)
    return {**started, "view": view_json(world, view), "response_urls": []}


def closing(world: Workspace, user: User, view: View, *, all_of_them: bool) -> Json:
    """`view_closed`."""
    started = _base(world, "view_closed", user)
    del started["trigger_id"]
    return {**started, "view": view_json(world, view), "is_cleared": all_of_them}


def suggestion(world: Workspace, user: User, shown: Shown, pick: Pick, typed: str) -> Json:
    """`block_suggestion`: what was typed into an external select."""
    started = _base(world, "block_suggestion", user)
    del started["trigger_id"]
    where = _on_view(world, shown) if isinstance(shown, View) else _on_message(world, user, shown)
    where.pop("response_url", None)
    block, action = pick.control.key
    return {**started, **where, "block_id": block, "action_id": action, "value": typed}


def shortcut(world: Workspace, user: User, callback_id: str) -> Json:
    """A global `shortcut`."""
    stamp = f"{world.clock.now().timestamp():.6f}"
    started = _base(world, "shortcut", user)
    return {**started, "callback_id": callback_id, "action_ts": stamp}


def event(world: Workspace, user: User | None, event_id: str, inner: Json) -> Json:
    """`event_callback` around one event."""
    moment = world.clock.now().timestamp()
    seen = {"team_id": world.team, "user_id": world.bot.id, "is_bot": True}
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": world.team,
        "api_app_id": APP,
        "event": {"event_ts": f"{moment:.6f}", **({"user": user.id} if user else {}), **inner},
        "type": "event_callback",
        "event_id": event_id,
        "event_time": int(moment),
        "authorizations": [
            {"enterprise_id": world.enterprise, "is_enterprise_install": world.org_wide, **seen}
        ],
    }


def _base(world: Workspace, kind: str, user: User) -> Json:
    name = user.name.lower()
    return {
        "type": kind,
        "user": {"id": user.id, "username": name, "name": name, "team_id": user.team},
        "api_app_id": APP,
        "token": VERIFICATION_TOKEN,
        "trigger_id": world.tickets.trigger(user.id),
        "team": None if world.org_wide else {"id": world.team, "domain": "acme"},
        "enterprise": {"id": world.enterprise, "name": "Acme Group"} if world.enterprise else None,
        "is_enterprise_install": world.org_wide,
    }


def _typed_in(world: Workspace, user: User) -> str:
    """A command names the workspace it was typed in: this one, for everybody who is in it."""
    return world.team if world.team in user.teams else user.team


def _on_view(world: Workspace, view: View) -> Json:
    return {"container": {"type": "view", "view_id": view.id}, "view": view_json(world, view)}


def _on_message(world: Workspace, user: User, message: Message) -> Json:
    """Slack leaves the message itself out when it is ephemeral."""
    place = world.channels[message.channel]
    private = message.to is not None
    container = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": place.id,
        "is_ephemeral": private,
    }
    told = {} if private else {"message": message.as_json(bot_id=BOT_ID, app_id=APP)}
    return {
        "container": container,
        "channel": {"id": place.id, "name": _place_name(place)},
        "response_url": _reply_url(world, user, place.id, message),
        **told,
    }


def _action(world: Workspace, pick: Pick) -> Json:
    """The pressed element as Slack tells of it: where it is, its label, what was chosen."""
    block, action = pick.control.key
    element = pick.control.element
    told: Json = {"type": element["type"], "block_id": block, "action_id": action, **pick.state}
    kept: Json = {
        name: element[name] for name in ("text", "style", "placeholder") if name in element
    }
    return {**told, **kept, "action_ts": f"{world.clock.now().timestamp():.6f}"}


def _place_name(place: Channel) -> str:
    if place.partner is not None:
        return "directmessage"
    return "privategroup" if place.private else place.name


def _reply_url(world: Workspace, user: User, channel: str, source: Message | None = None) -> str:
    return f"{world.base_url}/respond/{world.tickets.reply(user.id, channel, source)}"
