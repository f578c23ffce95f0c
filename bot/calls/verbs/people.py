"""Verbs aimed at people: in the call, or by id."""

from enum import StrEnum

from bot.calls.actors import Role
from bot.calls.verbs.verb import Aim, Heading, Listed, Name, Verb, Weight


class Track(StrEnum):
    """The kind of track that is muted."""

    AUDIO = "audio"
    VIDEO = "video"
    SCREEN = "screen"
    EVERYTHING = "everything"


class Permission(StrEnum):
    """What somebody may do in a call; the values are Stream Video's own words.

    Its contract takes the first three and no others in UpdateUserPermissions; the rest is here so
    that cases of earlier releases can be read.
    """

    SEND_AUDIO = "send-audio"
    SEND_VIDEO = "send-video"
    SCREENSHARE = "screenshare"
    JOIN_BACKSTAGE = "join-backstage"
    SEND_EVENT = "send-event"
    CREATE_REACTION = "create-reaction"
    MUTE_USERS = "mute-users"
    KICK_USER = "kick-user"
    BLOCK_USERS = "block-users"
    PIN_CALL_TRACK = "pin-call-track"


class Mute(Verb):
    """Turn somebody's microphone, camera or screen off; they may turn it on again."""

    name = "mute"
    words = ("mute",)
    heading = Heading.PEOPLE
    label = "Mute"
    do = "Mute"
    doing = "muting"
    done = "muted"
    aim = Aim.PEOPLE
    everyone = True
    drawn_for_all = True
    repeatable = True
    read_first = False
    summary = "Turn off a microphone, camera or screen."
    warning = "They can unmute themselves at any time."
    example = "mute K7QX alice --video shouting"

    tracks: Track = Track.AUDIO


class Silence(Verb):
    """Mute somebody for good: the right to send is revoked until they are unsilenced."""

    name = "silence"
    words = ("silence",)
    heading = Heading.PEOPLE
    label = "Silence"
    do = "Silence"
    doing = "silencing"
    done = "silenced"
    aim = Aim.PEOPLE
    everyone = True
    repeatable = True
    read_first = False
    summary = "Mute somebody and take away the right to turn it on again."
    warning = "They cannot turn it on again while the silence holds."
    example = "silence K7QX alice --audio spam"

    tracks: Track = Track.AUDIO

    def inverse(self) -> Verb:
        """Unsilence, which gives the right back and turns nothing on."""
        return Unsilence(tracks=self.tracks)


class Unsilence(Verb):
    """Give the right to send back; they turn it on themselves."""

    name = "unsilence"
    words = ("unsilence",)
    heading = Heading.PEOPLE
    label = "Unsilence"
    do = "Unsilence"
    doing = "unsilencing"
    done = "unsilenced"
    aim = Aim.PEOPLE
    everyone = True
    repeatable = True
    drawn = False
    summary = "Give a silenced person the right to send back."
    warning = "They can be heard or seen again as soon as they turn it on."
    example = "unsilence K7QX alice apologised"

    tracks: Track = Track.AUDIO

    def inverse(self) -> Verb:
        """Silence, which mutes them and takes the right again."""
        return Silence(tracks=self.tracks)


class Kick(Verb):
    """Remove somebody from the call; they may come back."""

    name = "kick"
    words = ("kick",)
    heading = Heading.PEOPLE
    label = "Kick"
    do = "Kick"
    doing = "kicking"
    done = "kicked"
    of = "from"
    aim = Aim.PEOPLE
    everyone = True
    repeatable = False
    least_for_all = Role.LEAD
    read_first = False
    summary = "Remove somebody from the call."
    warning = "They may join again at once."
    example = "kick K7QX alice insulting others"


class Block(Verb):
    """Remove somebody and keep them out of this call until they are unblocked."""

    name = "block"
    words = ("block",)
    heading = Heading.PEOPLE
    label = "Block"
    do = "Block"
    doing = "blocking"
    done = "blocked"
    of = "from"
    aim = Aim.PEOPLE
    weight = Weight.HEAVY
    repeatable = True
    keeps_out = True
    summary = "Remove somebody and keep them out of this call."
    warning = "They are removed at once and cannot join again while the block holds."
    example = "block K7QX alice came back after a kick"

    def inverse(self) -> Verb:
        """Unblock, which lets them join again and does not put them back into the call."""
        return Unblock()


class Unblock(Verb):
    """Let a blocked person join again."""

    name = "unblock"
    words = ("unblock",)
    heading = Heading.PEOPLE
    label = "Unblock"
    do = "Unblock"
    doing = "unblocking"
    done = "unblocked"
    aim = Aim.ABSENT
    listed = Listed.BLOCKED
    repeatable = True
    summary = "Let a blocked person join again."
    warning = "They can join again at once."
    example = "unblock K7QX alice appeal accepted"

    def inverse(self) -> Verb:
        """Block, which keeps them out again."""
        return Block()


class Grant(Verb):
    """Give somebody a permission in this call."""

    name = "grant"
    words = ("grant",)
    heading = Heading.PEOPLE
    label = "Grant permission"
    do = "Grant a permission to"
    doing = "granting a permission to"
    done = "granted a permission to"
    aim = Aim.PEOPLE
    repeatable = True
    drawn = False
    spelt_out = True
    summary = "Let somebody send audio, send video or share a screen in this call."
    warning = "It holds until it is revoked or the call ends. A listener becomes a speaker."
    example = "grant K7QX alice --screenshare her turn to present"

    permission: Permission = Permission.SEND_AUDIO

    def inverse(self) -> Verb:
        """Revoke, which takes the permission away again."""
        return Revoke(permission=self.permission)


class Revoke(Verb):
    """Take a permission in this call away."""

    name = "revoke"
    words = ("revoke",)
    heading = Heading.PEOPLE
    label = "Revoke permission"
    do = "Revoke a permission of"
    doing = "revoking a permission of"
    done = "revoked a permission of"
    aim = Aim.PEOPLE
    repeatable = True
    drawn = False
    spelt_out = True
    summary = "Take away what somebody may do in this call."
    warning = "It holds until it is granted again or the call ends."
    example = "revoke K7QX alice --screenshare shared private data"

    permission: Permission = Permission.SEND_AUDIO

    def inverse(self) -> Verb:
        """Grant, which gives the permission back."""
        return Grant(permission=self.permission)


class Preset(Verb):
    """Give somebody another named set of rights."""

    name = "preset"
    words = ("preset",)
    heading = Heading.PEOPLE
    label = "Change preset"
    do = "Change the preset of"
    doing = "changing the preset of"
    done = "changed the preset of"
    aim = Aim.PEOPLE
    repeatable = True
    drawn = False
    summary = "Give somebody another preset of the vendor: a named set of rights."
    warning = "Whether it holds at once or from their next join is the vendor's to say."
    example = "preset K7QX alice viewer only listens"

    preset: Name


class Pin(Verb):
    """Keep somebody's video in front for everyone."""

    name = "pin"
    words = ("pin",)
    heading = Heading.PEOPLE
    label = "Pin"
    do = "Pin"
    doing = "pinning"
    done = "pinned"
    aim = Aim.PEOPLE
    repeatable = True
    drawn = False
    summary = "Keep somebody's video in front for everyone."
    warning = "Everyone in the call sees them in front."
    example = "pin K7QX alice the speaker"

    def inverse(self) -> Verb:
        """Unpin, which lets the picture change again."""
        return Unpin()


class Unpin(Verb):
    """Let the picture change again."""

    name = "unpin"
    words = ("unpin",)
    heading = Heading.PEOPLE
    label = "Unpin"
    do = "Unpin"
    doing = "unpinning"
    done = "unpinned"
    aim = Aim.PEOPLE
    repeatable = True
    drawn = False
    summary = "Let the picture change again."
    warning = "Who is in front is the app's to choose again."
    example = "unpin K7QX alice"

    def inverse(self) -> Verb:
        """Pin, which puts them in front again."""
        return Pin()


class MemberAdd(Verb):
    """Put somebody on the list of the call's members."""

    name = "member_add"
    words = ("member", "add")
    heading = Heading.PEOPLE
    label = "Add member"
    do = "Add"
    doing = "adding"
    done = "added"
    of = "as a member of"
    aim = Aim.ABSENT
    repeatable = True
    drawn = False
    summary = "Put somebody on the list of the call's members."
    warning = "They may join and be rung as a member from now on."
    example = "member K7QX add alice on call tonight"

    def inverse(self) -> Verb:
        """MemberRemove, which takes them off the list again."""
        return MemberRemove()


class MemberRemove(Verb):
    """Take somebody off the list of the call's members."""

    name = "member_remove"
    words = ("member", "remove")
    heading = Heading.PEOPLE
    label = "Remove member"
    do = "Remove"
    doing = "removing"
    done = "removed"
    of = "as a member of"
    aim = Aim.ABSENT
    listed = Listed.MEMBERS
    repeatable = True
    drawn = False
    summary = "Take somebody off the list of the call's members."
    warning = "It does not remove them from the call while they are in it."
    example = "member K7QX remove alice left the team"

    def inverse(self) -> Verb:
        """MemberAdd, which puts them on the list again."""
        return MemberAdd()
