"""The story of the tour: who does what, what they see, and what it changes at the vendor."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from bot.calls.models import Vendor
from bot.demo.moves import Move, Press, Read, Run, Submit, Type
from bot.demo.vendors.realtimekit.state import made_id
from bot.demo.world import World

CALLS: Mapping[str, tuple[Vendor, str]] = {
    "support": (Vendor.STREAM, "default:support-room"),
    "stage": (Vendor.STREAM, "audio_room:community-stage"),
    "launch": (Vendor.STREAM, "livestream:launch-show"),
    "maths": (Vendor.REALTIMEKIT, made_id("meeting", "maths-tutoring")),
    "doctor": (Vendor.REALTIMEKIT, made_id("meeting", "telehealth-consult")),
    "dating": (Vendor.COMETCHAT, "v1.us.demo.dating-night"),
}
"""The calls the story is about, by the names it gives them."""

TAKEN = ("✅ #", "· confirmed")
"""What stands in every answer to an act when the vendor was read back."""


ANSWER = "[Case #"
"""The button below an answer. A call's card may tell of the same case, and be drawn first."""


class Effect(NamedTuple):
    """What is so on the vendor's side afterwards; `holds` looks at the vendor's own room."""

    call: str
    words: str
    holds: Callable[[Any], bool]

    def described(self, world: World) -> str | None:
        """`Stream Video: …` in one line; None when it is not so."""
        vendor, room = CALLS[self.call]
        so = self.holds(world.servers[vendor].rooms[room])
        return f"{vendor.label}: {self.words}" if so else None


class Trouble(NamedTuple):
    """What goes wrong on the vendor's side while the step is played."""

    words: str
    cause: Callable[[World], None]


class Step(NamedTuple):
    """One step; `who` is one of the cast, `sees` are words that have to be in what they see.

    `pictured` steps are in the picture of the tour.
    """

    key: str
    title: str
    who: str
    move: Move
    sees: tuple[str, ...]
    effect: Effect | None = None
    trouble: Trouble | None = None
    pictured: bool = False


def absent(call: str, person: str, name: str) -> Effect:
    """Somebody is out of the call."""
    return Effect(call, f"{name} is no longer in the call.", lambda room: room.stay(person) is None)


def present(call: str, person: str, name: str) -> Effect:
    """Somebody is still in the call."""
    return Effect(call, f"{name} is still in the call.", lambda room: room.stay(person) is not None)


STORY: tuple[Step, ...] = (
    Step(
        "list",
        "What is live",
        "moderator",
        Type(),
        ("9 live calls", "Support room", "Maths tutoring", "CometChat", "[Open]"),
    ),
    Step(
        "slow",
        "A vendor that does not answer",
        "moderator",
        Type("list support"),
        ("1 live call · CometChat not answering", "Support room", "CometChat did not answer"),
        None,
        Trouble("CometChat hangs.", lambda world: world.cometchat.faults.hang()),
        pictured=True,
    ),
    Step(
        "open",
        "Open a call",
        "moderator",
        Press("Open", near="Support room"),
        ("Kofi Mensah", "Mute everyone", "Back to the list"),
    ),
    Step(
        "mute",
        "Mute somebody, in words",
        "moderator",
        Type("mute {support} loud shouting over others"),
        ("muted L O U D", *TAKEN, ANSWER),
        Effect(
            "support",
            "L O U D's microphone is off.",
            lambda room: "audio" not in room.stay("loud").tracks,
        ),
    ),
    Step(
        "kick-form",
        "Kick somebody, from their menu",
        "moderator",
        Press("Kick", near="Kofi Mensah"),
        ("Kick Kofi Mensah", "may join again", "Reason"),
        present("support", "kofi", "Kofi Mensah"),
        pictured=True,
    ),
    Step(
        "kick",
        "The form, with a reason",
        "moderator",
        Submit({"reason": "insulting others"}),
        ("Recent actions", "kicked Kofi Mensah", "reason: insulting others", *TAKEN),
        absent("support", "kofi", "Kofi Mensah"),
    ),
    Step(
        "lost",
        "The vendor acts, and its answer is lost",
        "moderator",
        Type("kick {stage} @hedda advertising"),
        ("kicked Hedda", *TAKEN, ANSWER),
        absent("stage", "hedda", "Hedda"),
        Trouble(
            "Stream Video's connection breaks right after the kick.",
            lambda world: world.stream.faults.drop(after=True, on="/kick"),
        ),
        pictured=True,
    ),
    Step(
        "record",
        "Record",
        "moderator",
        Type("record {support} start evidence for a report"),
        ("started recording", *TAKEN, ANSWER),
        Effect(
            "support", "the call is being recorded.", lambda room: "composite" in room.recording
        ),
    ),
    Step(
        "live",
        "Livestream",
        "moderator",
        Type("live {launch} start"),
        ("started the livestream of", *TAKEN, ANSWER),
        Effect("launch", "the livestream is running.", lambda room: room.playlist is not None),
    ),
    Step(
        "refused",
        "Somebody who may not",
        "viewer",
        Type("kick {support} @amina just because"),
        ("Only moderators can", "callwarden.toml"),
        present("support", "amina", "Amina Okafor"),
        pictured=True,
    ),
    Step(
        "protected",
        "Somebody who is protected",
        "moderator",
        Type("kick {doctor} @vera wrong room"),
        ("is protected", "Nothing was done"),
        present("doctor", "vera", "Dr. Vera Lindqvist"),
    ),
    Step(
        "other-kick",
        "The same words on RealtimeKit",
        "moderator",
        Type("kick {maths} @emre posting links"),
        ("kicked Emre Şahin", "RealtimeKit", *TAKEN, ANSWER),
        absent("maths", "emre", "Emre Şahin"),
    ),
    Step(
        "other-record",
        "Record there",
        "moderator",
        Type("record {maths} start"),
        ("started recording", "RealtimeKit", *TAKEN, ANSWER),
        Effect("maths", "a recording has begun.", lambda room: bool(room.running())),
    ),
    Step(
        "other-live",
        "Livestream there",
        "moderator",
        Type("live {maths} start"),
        ("started the livestream of", "RealtimeKit", *TAKEN, ANSWER),
        Effect("maths", "the livestream is running.", lambda room: room.livestream is not None),
    ),
    Step(
        "other-mute",
        "Mute there",
        "moderator",
        Type("mute {maths} @chidi"),
        ("muted Chidi Eze", "RealtimeKit", *TAKEN, ANSWER),
        Effect(
            "maths",
            "Chidi Eze's microphone is off.",
            lambda room: "audio" not in room.stay("chidi").tracks,
        ),
    ),
    Step(
        "reading-only",
        "What CometChat refuses, and why",
        "moderator",
        Type("kick {dating} bjorn rude"),
        ("Kick is not available on CometChat", "can only be read"),
        present("dating", "bjorn", "Bjørn Håkonsen"),
        pictured=True,
    ),
    Step(
        "typo",
        "A slip of the finger",
        "moderator",
        Type("kcik {support} amina"),
        ("There is no command “kcik”", "Did you mean kick"),
        present("support", "amina", "Amina Okafor"),
    ),
    Step(
        "end-form",
        "A heavy act asks first",
        "lead",
        Type("end {support} raid"),
        ("End call", "cannot be undone", "raid"),
        present("support", "amina", "Amina Okafor"),
    ),
    Step(
        "end",
        "And is done when confirmed",
        "lead",
        Submit({"reason": "raid, reported to trust and safety"}),
        ("ended “Support room", *TAKEN, ANSWER),
        Effect("support", "the call is over, nobody is in it.", lambda room: not room.here()),
    ),
    Step(
        "channel",
        "One line for each case",
        "lead",
        Read(),
        ("#1", "#2", "#3", "#4", "#5", "#6", "#7", "#8", "#9", "#10"),
    ),
    Step("audit", "The audit log", "lead", Type("audit"), ("Audit log", "requested", "confirmed")),
    Step(
        "case",
        "One case, from asking to outcome",
        "lead",
        Type("case 2"),
        ("Case #2: Kick", "Reason: insulting others", "confirmed"),
    ),
    Step(
        "verify",
        "Nobody changed it",
        "lead",
        Run("audit verify"),
        ("entries, unbroken",),
        pictured=True,
    ),
)
"""Everything the tour shows, in order."""
