"""What docs/slack.md shows besides the tour: forms, refusals and doubts, as the bot draws them."""

from bot.demo.moves import Press, Submit, Type
from bot.demo.story import Step, Trouble
from bot.demo.vendors.realtimekit_state import Network
from bot.demo.world import World


def unreadable_after_the_kick(world: World) -> None:
    world.stream.faults.drop(after=True, on="/kick")
    world.stream.faults.error(400, on="/participants", times=8)


def weak(world: World) -> None:
    (room,) = [one for one in world.realtimekit.rooms.values() if "Maths" in one.title]
    emre = next(stay.visitor.id for stay in room.here() if "Emre" in stay.visitor.name)
    room.networks[emre] = Network(mos=2.1, lossy=0.3, lost=84)


def recorded(world: World) -> None:
    call = world.stream.rooms["default:support-room"]
    world.stream.record(call, "composite")
    world.stream.end_recording(call, "composite")


SURFACE: tuple[Step, ...] = (
    Step("help", "", "moderator", Type("help"), ("What can be said",)),
    Step("help-kick", "", "moderator", Type("help kick"), ("/calls kick",)),
    Step("incomplete", "", "moderator", Type("kick"), ("They are removed at once", "Call:")),
    Step("unknown-call", "", "moderator", Type("show QQQQ"), ("No live call answers",)),
    Step(
        "capabilities",
        "",
        "moderator",
        Type("capabilities"),
        ("What can be done where", "CometChat"),
    ),
    Step("guest", "", "guest", Type(), ("You are a guest",)),
    Step("stranger", "", "stranger", Type(), ("another workspace",)),
    Step("show", "", "moderator", Type("show {support}"), ("Support room", "Jun Park")),
    Step("find", "", "moderator", Type("find jun"), ("Live now: jun", "Support room")),
    Step(
        "quality",
        "",
        "moderator",
        Type("quality {maths}"),
        ("Quality: ", "The rest"),
        None,
        Trouble("Emre's connection is weak.", weak),
    ),
    Step(
        "recordings",
        "",
        "moderator",
        Type("recordings {support}"),
        ("Recordings: ", "Download"),
        None,
        Trouble("It was recorded for a moment.", recorded),
    ),
    Step(
        "ambiguous",
        "",
        "moderator",
        Type('mute {support} "Jun Park"'),
        ("fits 2 people", "jun-2"),
    ),
    Step(
        "unknown-person",
        "",
        "moderator",
        Type("kick {support} @priya"),
        ("Nobody in", "There now:"),
    ),
    Step(
        "mute-form",
        "",
        "moderator",
        Press("Mute", near="Kofi Mensah"),
        ("Mute Kofi Mensah", "Tracks"),
    ),
    Step("mute-card", "", "moderator", Submit(), ("muted Kofi Mensah", "✅ confirmed")),
    Step(
        "block-form",
        "",
        "moderator",
        Type("block {support} loud came back after a kick"),
        ("Block L O U D", "came back after a kick"),
    ),
    Step("block", "", "moderator", Submit(), ("blocked L O U D", "✅ confirmed")),
    Step(
        "unblock",
        "",
        "moderator",
        Type("unblock {support} loud appeal accepted"),
        ("unblocked L O U D", "✅ confirmed"),
    ),
    Step(
        "failed",
        "",
        "moderator",
        Type("kick {stage} @tove spam"),
        ("❌ failed",),
        None,
        Trouble("Stream Video refuses.", lambda world: world.stream.faults.error(400, on="/kick")),
    ),
    Step(
        "doubt",
        "",
        "moderator",
        Type("kick {support} @kofi insulting others"),
        ("❔ not confirmed", "Check again"),
        None,
        Trouble(
            "Stream Video's answer is lost, and then it refuses to be read.",
            unreadable_after_the_kick,
        ),
    ),
)
"""Played in order before a show of their own."""
