"""Posts to a response_url (docs.slack.dev, interactivity/handling-user-interaction)."""

from bot.demo.slack.arguments import yes
from bot.demo.slack.chat_methods import body
from bot.demo.slack.errors import Refused
from bot.demo.slack.screen import Json
from bot.demo.slack.tickets import ReplyTo
from bot.demo.slack.workspace import Workspace

IN_CHANNEL, EPHEMERAL = "in_channel", "ephemeral"


def respond(world: Workspace, key: str, args: Json) -> None:
    """One post: a new message, or one over or instead of the message that was pressed.

    Only a pressed message can be written over: nothing that answers a command ever is, neither its
    acknowledgement nor what its address posted. It counts whether or not its content is refused.
    Refused when the address is used up.
    """
    reply = world.tickets.spend(key)
    if yes(args, "delete_original"):
        _take_away(world, reply)
        return
    text, blocks = body(world, args)
    reply.said.append(text)
    if yes(args, "replace_original") and reply.source is not None:
        _replace(world, reply, text, blocks)
        return
    show(world, reply, text, blocks or [], str(args.get("response_type", EPHEMERAL)))


def show(world: Workspace, reply: ReplyTo, text: str, blocks: list[Json], kind: str) -> None:
    """A new message, for the asker alone unless `kind` is in_channel."""
    if kind not in (IN_CHANNEL, EPHEMERAL):
        raise Refused("invalid_response_type")
    to = reply.user if kind == EPHEMERAL else None
    world.post(reply.channel, text, blocks, to=to)


def _replace(world: Workspace, reply: ReplyTo, text: str, blocks: list[Json] | None) -> None:
    source = reply.source
    if source is None or source.deleted:
        raise Refused("message_not_found")
    world.edit(source, text, blocks or [])


def _take_away(world: Workspace, reply: ReplyTo) -> None:
    if reply.source is None or reply.source.deleted:
        raise Refused("message_not_found")
    world.delete(reply.source)
