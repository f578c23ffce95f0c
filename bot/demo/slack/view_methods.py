"""views.*: modals and Home tabs."""

from bot.demo.slack.arguments import invalid, needed
from bot.demo.slack.block_rules.blocks import HOME, MODAL
from bot.demo.slack.block_rules.check import check_view
from bot.demo.slack.chat_methods import require_none
from bot.demo.slack.errors import Refused
from bot.demo.slack.screen import Json, View
from bot.demo.slack.workspace import APP, BOT_ID, Workspace


def open_view(world: Workspace, args: Json) -> Json:
    """views.open."""
    given = _given(world, args, MODAL)
    return _told(world, world.modals.open(needed(args, "trigger_id"), given))


def push_view(world: Workspace, args: Json) -> Json:
    """views.push."""
    given = _given(world, args, MODAL)
    return _told(world, world.modals.push(needed(args, "trigger_id"), given))


def update_view(world: Workspace, args: Json) -> Json:
    """views.update; `hash` guards against writing over something newer."""
    given = _given(world, args, MODAL, HOME)
    view = world.modals.find(args.get("view_id"), args.get("external_id"))
    return _told(world, world.modals.update(view, given, args.get("hash")))


def publish_view(world: Workspace, args: Json) -> Json:
    """views.publish, a person's Home tab."""
    given = _given(world, args, HOME)
    user = needed(args, "user_id")
    if user not in world.users:
        raise Refused("invalid_user_id")
    return _told(world, world.modals.publish(user, given, args.get("hash")))


def view_json(world: Workspace, view: View) -> Json:
    """A view as Slack tells of it."""
    return view.as_json(team=world.team, bot_id=BOT_ID, app_id=APP)


def _given(world: Workspace, args: Json, *surfaces: str) -> Json:
    view = args.get("view")
    if not isinstance(view, dict):
        raise invalid("[ERROR] missing required field: view")
    require_none(check_view(view, *surfaces, charts=world.switches.charts), "invalid_arguments")
    return view


def _told(world: Workspace, view: View) -> Json:
    return {"view": view_json(world, view)}
