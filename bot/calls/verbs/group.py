"""Verbs about the chat group behind a call: named for what they are, never a kick."""

from bot.calls.models import Call
from bot.calls.verbs.verb import Aim, Heading, Listed, Verb, Weight

NO_GROUP = "No chat group is behind a 1-to-1 call or a meeting."


class OfGroup(Verb):
    """A verb about the chat group behind a call, which a 1-to-1 call does not have."""

    @classmethod
    def impossible(cls, call: Call) -> str:
        """Why it cannot be done in a call without a chat group behind it."""
        return NO_GROUP if call.grouped is False else ""


class GroupRemove(OfGroup):
    """Take somebody out of the group behind the call; not a kick."""

    name = "group_remove"
    words = ("group", "remove")
    heading = Heading.GROUP
    label = "Remove from group"
    do = "Remove"
    doing = "removing"
    done = "removed"
    of = "from the group behind"
    aim = Aim.PEOPLE
    repeatable = True
    substitute = True
    summary = "Take somebody out of the chat group behind a call; the call may go on with them."
    warning = "They leave the group. Whether the call drops them is not documented."
    example = "group K7QX remove alice insulting others"


class GroupBan(OfGroup):
    """Keep somebody out of the group behind the call; not a block."""

    name = "group_ban"
    words = ("group", "ban")
    heading = Heading.GROUP
    label = "Ban from group"
    do = "Ban"
    doing = "banning"
    done = "banned"
    of = "from the group behind"
    aim = Aim.PEOPLE
    weight = Weight.HEAVY
    repeatable = True
    substitute = True
    keeps_out = True
    summary = (
        "Ban somebody from the chat group behind a group call. It may not drop them from the call."
    )
    warning = "They leave the group until unbanned. Whether the call drops them is not documented."
    example = "group K7QX ban alice came back"

    def inverse(self) -> Verb:
        """GroupUnban, which lets them join the group again."""
        return GroupUnban()


class GroupUnban(OfGroup):
    """Let a banned person join the group again."""

    name = "group_unban"
    words = ("group", "unban")
    heading = Heading.GROUP
    label = "Unban from group"
    do = "Unban"
    doing = "unbanning"
    done = "unbanned"
    of = "from the group behind"
    aim = Aim.ABSENT
    listed = Listed.BANNED
    repeatable = True
    substitute = True
    drawn = False
    summary = "Let a banned person join the chat group again."
    warning = "They can join the group again at once."
    example = "group K7QX unban alice appeal accepted"

    def inverse(self) -> Verb:
        """GroupBan, which keeps them out again."""
        return GroupBan()
