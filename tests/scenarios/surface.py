"""What docs/slack.md shows besides the tour: forms, refusals and doubts, as the bot draws them."""

from bot.demo.moves import Move, Press, Submit, Type
from bot.demo.story import ANSWER, Step, Trouble
from bot.demo.vendors.realtimekit.state import ConnectionQuality
from bot.demo.world import World
from handlers.blocks.action_values import FORM_CALL, FORM_PEOPLE
from tests.scenarios.moves import Choose, OpenHome, PressInLog, ReadLog, Wait

SUPPORT = "default:support-room"


def unreadable_after_the_kick(world: World) -> None:
    world.stream.faults.drop(after=True, on="/kick")
    world.stream.faults.error(400, on="/participants", times=8)


def weak(world: World) -> None:
    (room,) = [meeting for meeting in world.realtimekit.rooms.values() if "Maths" in meeting.title]
    emre = next(stay.visitor.id for stay in room.here() if "Emre" in stay.visitor.name)
    room.networks[emre] = ConnectionQuality(mos=2.1, lossy=0.3, lost=84)


def recorded(world: World) -> None:
    call = world.stream.rooms[SUPPORT]
    world.stream.record(call, "composite")
    world.stream.end_recording(call, "composite")


def transcribed(world: World) -> None:
    call = world.stream.rooms[SUPPORT]
    world.stream.transcribe(call)
    world.stream.end_transcription(call)


def rated(world: World) -> None:
    world.stream.give_feedback(SUPPORT, "amina", 2, "an echo on my side")
    world.stream.give_feedback(SUPPORT, "kofi", 5)


def listed(world: World) -> None:
    world.stream.rooms[SUPPORT].members |= {"amina": "host", "umar": "user"}


def slow(world: World) -> None:
    world.stream.faults.clear()
    world.stream.faults.slow(1.0, on="/calls", times=1)


def one_refused(world: World) -> None:
    world.stream.faults.error(400, on="/kick", times=1)


def scene(
    key: str,
    move: Move,
    *sees: str,
    who: str = "moderator",
    trouble: Trouble | None = None,
) -> Step:
    """A step that only the documents show."""
    return Step(key, key, who, move, sees, trouble=trouble)


SURFACE: tuple[Step, ...] = (
    Step("help", "", "moderator", Type("help"), ("Commands", "help all")),
    Step("help-all", "", "moderator", Type("help all"), ("All commands",)),
    Step("help-kick", "", "moderator", Type("help kick"), ("/calls kick",)),
    Step("incomplete", "", "moderator", Type("kick"), ("They may join again at once", "Call:")),
    Step("unknown-call", "", "moderator", Type("show QQQQ"), ("No live call matches",)),
    Step(
        "capabilities",
        "",
        "moderator",
        Type("capabilities"),
        ("What each vendor supports", "CometChat"),
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
        ("fits more than one person", "jun-2"),
    ),
    Step(
        "unknown-person",
        "",
        "moderator",
        Type("kick {support} @priya"),
        ("No one in", "Choose from the"),
    ),
    Step(
        "mute-form",
        "",
        "moderator",
        Press("Mute", near="Kofi Mensah"),
        ("Mute Kofi Mensah", "Tracks"),
    ),
    Step("mute-card", "", "moderator", Submit(), ("muted Kofi Mensah", "· confirmed")),
    Step(
        "block-form",
        "",
        "moderator",
        Type("block {support} loud came back after a kick"),
        ("Block L O U D", "came back after a kick"),
    ),
    Step("block", "", "moderator", Submit(), ("blocked L O U D", "· confirmed", ANSWER)),
    Step(
        "unblock",
        "",
        "moderator",
        Type("unblock {support} loud appeal accepted"),
        ("unblocked L O U D", "· confirmed", ANSWER),
    ),
    Step(
        "failed",
        "",
        "moderator",
        Type("kick {stage} @tove spam"),
        ("❌ #", "Could not kick", ANSWER),
        None,
        Trouble("Stream Video refuses.", lambda world: world.stream.faults.error(400, on="/kick")),
    ),
    Step(
        "doubt",
        "",
        "moderator",
        Type("kick {support} @kofi insulting others"),
        ("may or may not have happened", "Check again"),
        None,
        Trouble(
            "Stream Video's answer is lost, and then it refuses to be read.",
            unreadable_after_the_kick,
        ),
    ),
    scene("help-record", Type("help record"), "/calls record", "resume"),
    scene(
        "form-loading",
        Type("mute"),
        "Loading the live calls…",
        trouble=Trouble("Stream Video is slow.", slow),
    ),
    scene("form-empty", Wait(), "Call:"),
    scene(
        "form-call",
        Choose(FORM_CALL, "Support room · billing", "supp"),
        "[Support room",
        "Names or ids",
    ),
    scene("form-filled", Choose(FORM_PEOPLE, "Amina Okafor", "ami"), "Amina Okafor ▾"),
    scene("form-sent", Submit({"reason": "echo"}), "muted Amina Okafor", "· confirmed", ANSWER),
    scene("all-form", Type("mute {stage} all except @priya noise"), "everyone except Priya"),
    scene("all", Submit(), "muted everyone except Priya", "· confirmed", ANSWER),
    scene(
        "members",
        Type("members {support}"),
        "Missing (1)",
        "In the call",
        trouble=Trouble("Two people are put on its list.", listed),
    ),
    scene(
        "transcripts",
        Type("transcripts {support}"),
        "Transcripts: ",
        "Download",
        trouble=Trouble("It was written down for a moment.", transcribed),
    ),
    scene(
        "feedback",
        Type("feedback {support}"),
        "Feedback: ",
        "echo",
        trouble=Trouble("Two people say how it was.", rated),
    ),
    scene("rooms", Type("rooms stream"), "Stream Video"),
    scene(
        "several",
        Type("kick {stage} @hedda, @gao spam"),
        "⚠️ #",
        ANSWER,
        trouble=Trouble("Stream Video refuses one of the two.", one_refused),
    ),
    scene(
        "silence",
        Type("silence {stage} @priya --audio spam"),
        "silenced Priya",
        "· confirmed",
        ANSWER,
    ),
    scene("poll", Type("poll {maths} Go on? | Yes | No"), "started a poll", "· confirmed", ANSWER),
    scene("group", Type("group {dating} remove yara insulting others"), "removed yara", ANSWER),
    scene("ban-form", Type("group {dating} ban loud came back"), "Ban loud"),
    scene("ban", Submit(), "banned loud", "· confirmed", ANSWER),
    scene("lock-form", Type("lock {support} raid from a link"), "Lock “Support room", "raid"),
    scene("lock", Submit(), "locked “Support room", "· confirmed", ANSWER),
    scene("case-life", Type("case 2"), "Case #2: Block", "Undone by"),
    scene("audit-found", Type("audit person kofi verb mute"), "Audit log", "Kofi Mensah"),
    scene("audit-search", Type("audit search"), "Search"),
    scene("home", OpenHome(), "live calls", "Your latest cases"),
    scene("unknown-case", Type("case 99999"), "There is no case #99999."),
    scene(
        "file-name", Type("delete {support} recording ../../etc/passwd"), "does not do", who="lead"
    ),
    scene("role-for-links", Type("recordings {support}"), "Only moderators can", who="viewer"),
    scene("lead-wanted", Type("end {support} raid"), "Only leads can"),
    scene("ask-lead", Press("Ask a lead"), "Asked."),
    scene("asked-line", ReadLog(), "Mira asks:", "raid", who="lead"),
    scene("asked-form", PressInLog("Open the order"), "raid", who="lead"),
)
"""Played in order before a show of their own."""
