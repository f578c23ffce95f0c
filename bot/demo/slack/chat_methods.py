"""chat.*: write, edit and take away messages."""

from typing import Any

from bot.demo.slack.arguments import needed
from bot.demo.slack.block_rules.blocks import MESSAGE
from bot.demo.slack.block_rules.check import check
from bot.demo.slack.block_rules.rules import Problem
from bot.demo.slack.errors import Refused
from bot.demo.slack.people import Channel
from bot.demo.slack.screen import Json, Message
from bot.demo.slack.workspace import APP, BOT_ID, Workspace

LONGEST_TEXT = 40_000


def post_message(world: Workspace, args: Json) -> Json:
    """chat.postMessage; a user's id as the channel is their direct message with the bot."""
    channel = writable(world, needed(args, "channel"))
    text, blocks = body(world, args)
    thread, metadata = args.get("thread_ts"), _metadata(args)
    if refused := channel.refuses_answers if thread else channel.refuses:
        raise Refused(refused)
    message = world.post(channel.id, text, blocks or [], thread_ts=thread, metadata=metadata)
    return {"channel": channel.id, "ts": message.ts, "message": _told(message)}


def update(world: Workspace, args: Json) -> Json:
    """chat.update; blocks and metadata that are not sent stay as they are."""
    channel = writable(world, needed(args, "channel"))
    message = _own(world, channel, needed(args, "ts"), "cant_update_message")
    text, blocks = body(world, args)
    if len(str(args.get("text", ""))) > LONGEST_TEXT:
        raise Refused("msg_too_long")
    if "metadata" in args:
        message.metadata = _metadata(args)
    world.edit(message, text, blocks)
    return {"channel": channel.id, "ts": message.ts, "text": text, "message": _told(message)}


def delete(world: Workspace, args: Json) -> Json:
    """chat.delete."""
    channel = writable(world, needed(args, "channel"))
    message = _own(world, channel, needed(args, "ts"), "cant_delete_message")
    world.delete(message)
    return {"channel": channel.id, "ts": message.ts}


def post_ephemeral(world: Workspace, args: Json) -> Json:
    """chat.postEphemeral; the person has to be in the channel."""
    channel = writable(world, needed(args, "channel"))
    user = needed(args, "user")
    if user not in channel.members:
        raise Refused("user_not_in_channel")
    text, blocks = body(world, args)
    message = world.post(channel.id, text, blocks or [], to=user, thread_ts=args.get("thread_ts"))
    return {"message_ts": message.ts}


def body(world: Workspace, args: Json) -> tuple[str, list[Any] | None]:
    """The text and checked blocks of a message; blocks are None when none were sent."""
    text = str(args.get("text", ""))[:LONGEST_TEXT]
    blocks = args.get("blocks")
    if blocks is not None:
        require_none(check(blocks, MESSAGE, charts=world.switches.charts))
    if not text and not blocks:
        raise Refused("no_text")
    return text, blocks


def require_none(problems: list[Problem], code: str = "invalid_blocks") -> None:
    """Refused with every problem, where there is one, in the two places where Slack tells them."""
    if problems:
        told = [str(problem) for problem in problems]
        errors = [each.removeprefix("[ERROR] ") for each in told]
        raise Refused(code, errors=errors, response_metadata={"messages": told})


def writable(world: Workspace, name: str) -> Channel:
    """The conversation the bot may write to; Refused otherwise."""
    channel = visible(world, world.direct(name).id if name in world.users else name)
    if channel.archived:
        raise Refused("is_archived")
    if world.bot.id not in channel.members:
        raise Refused("not_in_channel")
    return channel


def visible(world: Workspace, name: str) -> Channel:
    """A conversation the bot may know of: a private one only from inside."""
    channel = world.channels.get(name)
    if channel is None or (channel.private and world.bot.id not in channel.members):
        raise Refused("channel_not_found")
    return channel


def _own(world: Workspace, channel: Channel, ts: str, otherwise: str) -> Message:
    """One of the bot's own messages; ephemeral ones cannot be found again."""
    message = world.find(channel.id, ts)
    if message is None:
        raise Refused("message_not_found")
    if message.user != world.bot.id:
        raise Refused(otherwise)
    return message


def _metadata(args: Json) -> Json | None:
    """Message metadata, which has exactly these two fields."""
    metadata = args.get("metadata")
    if not metadata:
        return None
    well = isinstance(metadata, dict) and set(metadata) == {"event_type", "event_payload"}
    if not well or not isinstance(metadata["event_payload"], dict):
        raise Refused("invalid_metadata_schema")
    return dict(metadata)


def _told(message: Message) -> Json:
    return message.as_json(bot_id=BOT_ID, app_id=APP, metadata=True)
