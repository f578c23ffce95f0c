"""RealtimeKit's acts beyond the first, as a moderator types and reads them."""

from datetime import timedelta

import pytest

from bot.calls.handles import handle
from bot.calls.models import CallRef, Vendor
from bot.demo.slack.render import as_text
from bot.demo.stage import Show
from bot.demo.vendors.realtimekit.state import MeetingRoom, RoomRecording, made_id
from tests.fakes.lead import Lead
from tests.fakes.moderator import TRIES, Moderator, line

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def room(show: Show) -> MeetingRoom:
    """The lesson: Emre, Chidi and others."""
    (found,) = [
        room for room in show.stage.world.realtimekit.rooms.values() if "Maths" in room.title
    ]
    return found


@pytest.fixture
def word(room: MeetingRoom) -> str:
    return handle(CallRef(vendor=Vendor.REALTIMEKIT, id=room.id))


async def test_a_call_is_locked_and_unlocked(show: Show, room: MeetingRoom, word: str) -> None:
    mira = Moderator(show)
    await show.sender.command(mira.user, show.stage.cast.ops, f"lock {word} raid from a link")
    await show.sender.submit(mira.user, await mira.form(), {})
    await mira.sees("locked “Maths", "confirmed")
    assert not room.active
    await mira.types(f"unlock {word} raid is over")
    await mira.sees("unlocked “Maths", "confirmed")
    assert room.active


async def test_a_preset_is_changed_for_somebody_in_the_call(
    show: Show, room: MeetingRoom, word: str
) -> None:
    mira = Moderator(show)
    await mira.types(f"preset {word} chidi viewer only listens")
    await mira.sees("changed the preset of Chidi", "(viewer)", "confirmed")
    assert room.tokens["chidi"].preset == "viewer"


async def test_everyone_in_the_call_is_asked_a_question(show: Show, word: str) -> None:
    mira = Moderator(show)
    await mira.types(f"poll {word} Go on? | Yes | No")
    await mira.sees("started a poll", "Go on?", "confirmed")
    assert show.stage.world.realtimekit.effects[-1].verb == "poll"


ENDS = "The session ends and every recording of it stops, RTMP outputs too."


@pytest.mark.parametrize(
    ("order", "ends"),
    [("kick {} all", True), ("end {}", True), ("kick {} all except chidi", False)],
)
async def test_the_form_says_that_recordings_stop_where_they_do(
    show: Show, word: str, order: str, *, ends: bool
) -> None:
    leo = Lead(show)
    await show.sender.command(leo.user, show.stage.cast.ops, order.format(word) + " raid")
    assert (ENDS in as_text(await leo.form())) is ends


async def test_an_account_without_mute_says_so_where_mute_would_be(show: Show, word: str) -> None:
    mira = Moderator(show)
    show.stage.world.realtimekit.has_mute = False
    await mira.types(f"mute {word} chidi echo")
    await mira.sees("Could not mute Chidi", "mute answered 404")
    await show.sender.command(mira.user, show.stage.cast.ops, f"mute {word} all echo")
    await show.sender.submit(mira.user, await mira.form(), {})
    await mira.sees("Could not mute everyone", "mute-all answered 404")
    card = await mira.types(f"show {word}")
    assert "go live, mute, silence, feedback." in card
    told = await mira.types("capabilities realtimekit")
    assert "Mute: This RealtimeKit account has no such operation" in told


async def test_a_block_asks_first_and_says_what_lets_them_in_again(
    show: Show, room: MeetingRoom, word: str
) -> None:
    mira = Moderator(show)
    await show.sender.command(mira.user, show.stage.cast.ops, f"block {word} chidi came back")
    view = await mira.form()
    assert "chidi" in [stay.visitor.id for stay in room.here()]
    await show.sender.submit(mira.user, view, {})
    await mira.sees("blocked Chidi", "confirmed")
    assert "chidi" not in [stay.visitor.id for stay in room.here()]


RTMP = "rtmps://tv.example/live"


def begun_by_app(room: MeetingRoom, name: str) -> RoomRecording:
    """An RTMP output that the app began: nothing in the vendor's answers tells it is one."""
    assert room.session is not None
    begun = room.session.started_at + timedelta(seconds=len(room.recordings))
    made = RoomRecording(made_id(name), room.session.id, name, begun, RTMP)
    room.recordings.append(made)
    return made


async def test_a_bare_stop_asks_which_and_an_id_stops_that_one(
    show: Show, room: MeetingRoom, word: str
) -> None:
    room.recordings.clear()
    first, second = (begun_by_app(room, name) for name in ("tv", "radio"))
    mira = Moderator(show)
    asked = await mira.types(f"record {word} stop")
    assert "2 recordings are running. Which one?" in asked
    for recording in (first, second):
        assert (
            f"{recording.id[:8]} (recording or RTMP output, started by your app's backend" in asked
        )
    assert RTMP not in asked
    assert first.active
    assert second.active
    await mira.types(f"record {word} stop {second.id[:8]} wrong screen")
    await mira.sees("stopped recording “Maths", second.id[:8], "wrong screen", "confirmed")
    assert (first.active, second.active) == (True, False)
    gone = await mira.types(f"record {word} pause {second.id[:8]}")
    assert f"No recording “{second.id[:8]}” is running." in gone
    assert first.id[:8] in gone


async def test_a_viewer_is_refused_before_reading_which_recordings_run(
    show: Show, room: MeetingRoom, word: str
) -> None:
    room.recordings.clear()
    begun_by_app(room, "tv")
    begun_by_app(room, "radio")
    said = await Moderator(show, "viewer").types(f"record {word} stop")
    assert "Only moderators can stop recording" in said
    assert "running" not in said.casefold()
    assert "Name it" not in said


async def test_the_only_one_that_others_began_is_asked_about_too(
    show: Show, room: MeetingRoom, word: str
) -> None:
    room.recordings.clear()
    one = begun_by_app(room, "tv")
    mira = Moderator(show)
    asked = await mira.types(f"record {word} stop")
    assert "not started by Callwarden" in asked
    assert one.active
    await mira.types(f"record {word} start")
    await mira.sees("started recording", "confirmed")
    await mira.types(f"record {word} stop enough")
    still = f"1 other recording still runs: {one.id[:8]}."
    await mira.sees("stopped recording", "enough", "confirmed", still)
    await line(show, "stopped recording", "enough", still)
    assert one.active


async def test_the_button_opens_a_form_with_a_menu_of_what_runs(
    show: Show, room: MeetingRoom, word: str
) -> None:
    room.recordings.clear()
    first, second = (begun_by_app(room, name) for name in ("tv", "radio"))
    mira = Moderator(show)
    await mira.types(f"show {word}")
    for _ in range(TRIES):  # a busy machine reads too late for the form what runs
        await mira.presses("Stop recording")
        form = await mira.form()
        await show.sender.submit(mira.user, form, {})
        if form.errors:
            break
        await mira.types(f"show {word}")
    assert "Which one? Choose one here." in str(form.errors)
    found = await show.sender.suggest(mira.user, form, "option.recording", "")
    offered = found.json()["options"]
    assert [option["text"]["text"] for option in offered] == [first.id[:8], second.id[:8]]
    assert "started by your app's backend" in str(offered[0]["description"])
    await show.sender.submit(mira.user, form, {"option.recording": first.id[:8]})
    await mira.sees("stopped recording", first.id[:8], "confirmed")
    assert (first.active, second.active) == (False, True)


async def test_recordings_say_who_began_them_and_why_they_stopped(
    show: Show, room: MeetingRoom, word: str
) -> None:
    room.recordings.clear()
    begun_by_app(room, "tv").stop(room.created_at, "INTERNAL_ERROR")
    told = await Moderator(show).types(f"recordings {word}")
    assert "started by your app's backend; stopped by an error at RealtimeKit" in told


async def test_the_world_has_an_output_of_the_app_and_its_recorder(show: Show) -> None:
    (room,) = [
        meeting
        for meeting in show.stage.world.realtimekit.rooms.values()
        if "Tele" in meeting.title
    ]
    word = handle(CallRef(vendor=Vendor.REALTIMEKIT, id=room.id))
    mira = Moderator(show)
    card = await mira.types(f"show {word}")
    assert "Recorder unknown: no id, nothing can be done" in card
    assert "2 people" in card
    asked = await mira.types(f"record {word} stop")
    assert "This recording was not started by Callwarden. It may be an RTMP output" in asked
    assert [recording.active for recording in room.recordings] == [True]
