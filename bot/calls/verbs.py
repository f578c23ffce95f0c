"""Every verb, described once: its words, aim, options, weight and inverse.

Slash parsing, buttons, modals, confirmations, help, audit lines and the capability table are made
from these classes. To add a verb, write one class here and the vendor methods that can do it.
"""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import StringConstraints

from bot.calls.actors import Role
from bot.calls.models import Call, Frozen, RecordingState


class Aim(StrEnum):
    """What a verb is pointed at."""

    PEOPLE = "people"
    """People who are in the call now."""
    ABSENT = "absent"
    """One person by id, who need not be in the call."""
    CALL = "call"
    """The call as a whole."""


class Weight(StrEnum):
    """HEAVY acts ask to confirm and want a reason."""

    LIGHT = "light"
    HEAVY = "heavy"


class Track(StrEnum):
    """What is muted."""

    AUDIO = "audio"
    VIDEO = "video"
    SCREEN = "screen"
    EVERYTHING = "everything"


class RecordingKind(StrEnum):
    """What is recorded: one mixed picture, each track apart, or the raw media."""

    COMPOSITE = "composite"
    INDIVIDUAL = "individual"
    RAW = "raw"


class Verb(Frozen):
    """Something a moderator can do. Class attributes describe it; fields are its options.

    In words it is `done` somebody `of` a call: kicked Ann from “Room”. An option whose type is an
    enum is typed as `--value`; one that is a `str` is the word after
    the call (the name of an RTMP target). `repeatable` verbs may be sent again after a lost answer;
    for the rest the vendor is read first.
    """

    name: ClassVar[str]
    words: ClassVar[tuple[str, ...]]
    label: ClassVar[str]
    doing: ClassVar[str]
    done: ClassVar[str]
    of: ClassVar[str] = "in"
    aim: ClassVar[Aim]
    everyone: ClassVar[bool] = False
    weight: ClassVar[Weight] = Weight.LIGHT
    repeatable: ClassVar[bool]
    least: ClassVar[Role] = Role.MODERATOR
    summary: ClassVar[str]
    warning: ClassVar[str]
    example: ClassVar[str]

    def inverse(self) -> "Verb | None":
        """The verb that takes this one back on the same target, None when nothing does."""
        return None

    def pointless(self, call: Call) -> bool:  # noqa: ARG002  the verbs below look at it
        """Whether it would change nothing on `call` as it is, or nothing shows that it would.

        A button for it is not drawn then; typed, it is still tried.
        """
        return False


class Mute(Verb):
    """Turn somebody's microphone, camera or screen off; they may turn it on again."""

    name = "mute"
    words = ("mute",)
    label = "Mute"
    doing = "muting"
    done = "muted"
    aim = Aim.PEOPLE
    everyone = True
    repeatable = True
    summary = "Turn off a microphone, camera or screen. They can turn it on again."
    warning = "Nobody can be unmuted from here: only they can turn it on again."
    example = "mute K7QX @alice --video shouting"

    tracks: Track = Track.AUDIO


class Kick(Verb):
    """Remove somebody from the call; they may come back."""

    name = "kick"
    words = ("kick",)
    label = "Kick"
    doing = "kicking"
    done = "kicked"
    of = "from"
    aim = Aim.PEOPLE
    repeatable = False
    summary = "Remove somebody from the call. They may come back."
    warning = "They are removed at once and may join again."
    example = "kick K7QX @alice insulting others"


class Block(Verb):
    """Remove somebody and keep them out of this call until they are unblocked."""

    name = "block"
    words = ("block",)
    label = "Block"
    doing = "blocking"
    done = "blocked"
    of = "from"
    aim = Aim.PEOPLE
    weight = Weight.HEAVY
    repeatable = True
    summary = "Remove somebody and keep them out of this call until unblocked."
    warning = "They are removed at once and cannot join again until somebody unblocks them."
    example = "block K7QX @alice came back after a kick"

    def inverse(self) -> Verb:
        """Unblocking lets them join again; it does not put them back into the call."""
        return Unblock()


class Unblock(Verb):
    """Let a blocked person join again."""

    name = "unblock"
    words = ("unblock",)
    label = "Unblock"
    doing = "unblocking"
    done = "unblocked"
    aim = Aim.ABSENT
    repeatable = True
    summary = "Let a blocked person join again."
    warning = "They can join again at once."
    example = "unblock K7QX alice appeal accepted"

    def inverse(self) -> Verb:
        """Blocking keeps them out again."""
        return Block()


class End(Verb):
    """End the call for everyone."""

    name = "end"
    words = ("end",)
    label = "End call"
    doing = "ending"
    done = "ended"
    aim = Aim.CALL
    weight = Weight.HEAVY
    repeatable = True
    least = Role.LEAD
    summary = "End the call for everyone in it."
    warning = "Everyone is disconnected at once. This cannot be undone."
    example = "end K7QX raid"


class RecordStart(Verb):
    """Start recording the call."""

    name = "record_start"
    words = ("record", "start")
    label = "Start recording"
    doing = "starting the recording of"
    done = "started recording"
    aim = Aim.CALL
    repeatable = False
    summary = "Start recording the call."
    warning = "People in the call may have to be told that they are recorded."
    example = "record K7QX start evidence for a report"

    kind: RecordingKind = RecordingKind.COMPOSITE

    def inverse(self) -> Verb:
        """Stopping ends the file; what was recorded stays."""
        return RecordStop(kind=self.kind)

    def pointless(self, call: Call) -> bool:
        """It is being recorded already."""
        return call.recording in {RecordingState.ON, RecordingState.PAUSED}


class RecordStop(Verb):
    """Stop recording the call; the file is kept."""

    name = "record_stop"
    words = ("record", "stop")
    label = "Stop recording"
    doing = "stopping the recording of"
    done = "stopped recording"
    aim = Aim.CALL
    repeatable = True
    summary = "Stop recording. The file is kept."
    warning = "Starting again makes a second file."
    example = "record K7QX stop"

    kind: RecordingKind = RecordingKind.COMPOSITE

    def inverse(self) -> Verb:
        """Starting again makes a second file."""
        return RecordStart(kind=self.kind)

    def pointless(self, call: Call) -> bool:
        """No recording shows."""
        return call.recording not in {RecordingState.ON, RecordingState.PAUSED}


class RecordPause(Verb):
    """Pause the recording; the same file goes on later."""

    name = "record_pause"
    words = ("record", "pause")
    label = "Pause recording"
    doing = "pausing the recording of"
    done = "paused recording"
    aim = Aim.CALL
    repeatable = True
    summary = "Pause the recording; the same file goes on later."
    warning = "What happens meanwhile is not recorded."
    example = "record K7QX pause personal data"

    def inverse(self) -> Verb:
        """Resuming goes on in the same file."""
        return RecordResume()

    def pointless(self, call: Call) -> bool:
        """No recording shows that could be paused."""
        return call.recording is not RecordingState.ON


class RecordResume(Verb):
    """Go on recording into the same file."""

    name = "record_resume"
    words = ("record", "resume")
    label = "Resume recording"
    doing = "resuming the recording of"
    done = "resumed recording"
    aim = Aim.CALL
    repeatable = True
    summary = "Go on recording into the same file."
    warning = "People in the call may have to be told that they are recorded."
    example = "record K7QX resume"

    def inverse(self) -> Verb:
        """Pausing again keeps the file."""
        return RecordPause()

    def pointless(self, call: Call) -> bool:
        """No recording shows as paused."""
        return call.recording is not RecordingState.PAUSED


class LiveStart(Verb):
    """Start the HLS livestream of the call."""

    name = "live_start"
    words = ("live", "start")
    label = "Start livestream"
    doing = "starting the livestream of"
    done = "started the livestream of"
    aim = Aim.CALL
    repeatable = False
    summary = "Start the HLS livestream of the call."
    warning = "Anyone with the playback address can watch."
    example = "live K7QX start"

    def inverse(self) -> Verb:
        """Stopping ends the stream for every viewer."""
        return LiveStop()

    def pointless(self, call: Call) -> bool:
        """The livestream runs already."""
        return call.broadcasting is True


class LiveStop(Verb):
    """Stop the HLS livestream; the call goes on."""

    name = "live_stop"
    words = ("live", "stop")
    label = "Stop livestream"
    doing = "stopping the livestream of"
    done = "stopped the livestream of"
    aim = Aim.CALL
    repeatable = True
    summary = "Stop the HLS livestream. The call goes on."
    warning = "Viewers are cut off at once."
    example = "live K7QX stop wrong screen shared"

    def inverse(self) -> Verb:
        """Starting again is a new stream."""
        return LiveStart()

    def pointless(self, call: Call) -> bool:
        """No livestream shows."""
        return not call.broadcasting


TargetName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
"""The name of an RTMP target in callwarden.toml; its address and key are never typed into Slack."""


class RtmpStart(Verb):
    """Send the call to a named RTMP target of callwarden.toml."""

    name = "rtmp_start"
    words = ("rtmp", "start")
    label = "Start RTMP"
    doing = "starting the RTMP output of"
    done = "started the RTMP output of"
    aim = Aim.CALL
    repeatable = False
    summary = "Send the call to an RTMP target named in callwarden.toml."
    warning = "The picture is public wherever the target shows it."
    example = "rtmp K7QX start youtube"

    to: TargetName

    def inverse(self) -> Verb:
        """Stopping ends this one output."""
        return RtmpStop(to=self.to)


class RtmpStop(Verb):
    """Stop sending the call to a named RTMP target."""

    name = "rtmp_stop"
    words = ("rtmp", "stop")
    label = "Stop RTMP"
    doing = "stopping the RTMP output of"
    done = "stopped the RTMP output of"
    aim = Aim.CALL
    repeatable = True
    summary = "Stop sending the call to an RTMP target."
    warning = "Viewers there are cut off at once."
    example = "rtmp K7QX stop youtube"

    to: TargetName

    def inverse(self) -> Verb:
        """Starting again is a new output."""
        return RtmpStart(to=self.to)

    def pointless(self, call: Call) -> bool:
        """No RTMP output shows."""
        return not call.rtmp


VERBS: dict[str, type[Verb]] = {
    verb.name: verb
    for verb in (
        Mute,
        Kick,
        Block,
        Unblock,
        End,
        RecordStart,
        RecordStop,
        RecordPause,
        RecordResume,
        LiveStart,
        LiveStop,
        RtmpStart,
        RtmpStop,
    )
}
"""Every verb by name, likeliest first."""
