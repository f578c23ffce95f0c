"""The six steps a newcomer takes; each ticks itself off once it has really happened."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from bot.demo.slack.control_finder import strings
from bot.demo.slack.screen import Message
from bot.demo.stage import Stage


class Step(NamedTuple):
    """Something to do: what, how, and whether it shows on the stage that somebody did it."""

    title: str
    hint: str
    done: Callable[[Stage], bool]


def _told(stage: Stage, user: str | None, *words: str) -> bool:
    """Whether a message in front of `user`, or of anybody, holds all these words."""
    return any(
        all(word in " ".join((message.text, *strings(message.blocks))) for word in words)
        for message in _messages(stage, user)
    )


def _messages(stage: Stage, user: str | None = None) -> Iterator[Message]:
    """What only `user` sees; of everybody, and what all see, where nobody is named."""
    world = stage.slack.world
    if user is not None:
        yield from world.ephemerals.get(user, [])
        return
    for kept in (world.ephemerals, world.messages):
        for messages in kept.values():
            yield from messages


def _is_record(message: Message) -> bool:
    """Whether it is a page of the audit record."""
    first = message.blocks[0] if message.blocks else {}
    return first.get("type") == "header" and first["text"]["text"].startswith("Audit log")


def _did(verb: str) -> Callable[[Stage], bool]:
    """Whether a vendor carried out `verb`."""
    return lambda stage: any(
        effect.verb == verb for server in stage.world.servers.values() for effect in server.effects
    )


def _kicked_with_a_reason(stage: Stage) -> bool:
    return _did("kick")(stage) and _told(stage, None, "kicked", "reason:")


STEPS = (
    Step(
        "See what is live",
        "Type /calls in #call-ops.",
        lambda stage: _told(stage, None, "live call"),
    ),
    Step(
        "Mute somebody",
        "Open a call of Stream Video, choose Mute beside a person, and send the form.",
        _did("mute"),
    ),
    Step(
        "Kick somebody, with a reason",
        "Choose Kick, and say why. The line appears in #moderation-log.",
        _kicked_with_a_reason,
    ),
    Step(
        "Be refused",
        "Become Vic, who may only look, and try to kick somebody.",
        lambda stage: _told(stage, stage.cast.viewer.id, "Only moderators can"),
    ),
    Step(
        "Record",
        "Become Mira again, and start a recording. The call on the right shows it.",
        _did("record_start"),
    ),
    Step(
        "Read the audit log",
        "Type /calls audit.",
        lambda stage: any(map(_is_record, _messages(stage))),
    ),
)
"""In the order to take them; any order will do."""
