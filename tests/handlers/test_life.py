"""The life of an act, from the words typed to the effect, the card, the line and the record."""

import re

import pytest

from bot.calls.handles import handle
from bot.calls.models import CallRef, Vendor
from bot.calls.outcomes import State
from bot.demo.slack.render import as_text
from bot.demo.stage import Show
from bot.ports import AuditQuery
from tests.fakes.moderator import Moderator, line

pytestmark = pytest.mark.asyncio(loop_scope="module")

SUPPORT = "default:support-room"
STAGE = "audio_room:community-stage"
LAUNCH = "livestream:launch-show"


def short(call: str, vendor: Vendor = Vendor.STREAM) -> str:
    return handle(CallRef(vendor=vendor, id=call))


async def test_a_kick_typed_with_a_reason_is_done_told_and_recorded(show: Show) -> None:
    mira = Moderator(show)
    delivery = await show.sender.command(
        mira.user, show.stage.cast.ops, f"kick {short(SUPPORT)} @Kofi insulting others"
    )
    assert (delivery.trouble, delivery.body) == (None, b"")
    assert await mira.sees("kicked Kofi Mensah", "confirmed", "insulting others", "[Case #1]")
    assert "kofi" not in [stay.visitor.id for stay in show.stage.world.stream.rooms[SUPPORT].here()]
    assert await line(show, "kicked Kofi Mensah", "insulting others", "confirmed")
    entries = await show.store.audit(AuditQuery(limit=2))
    assert [entry.state for entry in entries] == [State.CONFIRMED, State.ASKED]
    assert await show.store.verify() >= 2


async def test_a_kick_from_the_card_goes_through_its_form_and_redraws_the_card(
    show: Show,
) -> None:
    mira = Moderator(show)
    await mira.types(f"show {short(STAGE)}")
    await mira.presses("Kick", near="Hedda")
    view = await mira.form()
    delivery = await show.sender.submit(mira.user, view, {"reason": "spam links"})
    assert delivery.trouble is None
    text = await mira.sees("kicked Hedda", "confirmed", "Refresh")
    assert "`hedda`" not in text
    assert show.workspace.modals.top(mira.user.id) is None


async def test_the_same_command_delivered_twice_is_one_case_with_one_answer(show: Show) -> None:
    mira = Moderator(show)
    delivery = await show.sender.command(
        mira.user, show.stage.cast.ops, f"mute {short(SUPPORT)} amina"
    )
    again = await show.sender.redeliver(delivery)
    assert (delivery.body, again.body) == (b"", b"")
    await mira.sees("muted Amina", "confirmed")
    await line(show, "muted Amina", "confirmed")
    told = [as_text(message) for message in mira.private()]
    assert [text for text in told if "Working on it" not in text] == told[-1:]
    effects = [e for e in show.stage.world.stream.effects if e.person == "amina"]
    assert len(effects) == 1


async def test_a_viewer_is_told_what_to_put_where_and_the_attempt_is_recorded(
    show: Show,
) -> None:
    vic = Moderator(show, "viewer")
    text = await vic.types(f"kick {short(SUPPORT)} @amina rude")
    assert f'Add "{vic.user.id}" to moderators under [people] in callwarden.toml' in text
    (entry,) = await show.store.audit(AuditQuery(limit=1))
    assert (entry.state, entry.verb) == (State.REFUSED, "kick")


async def test_a_viewers_press_is_refused_before_a_form_opens(show: Show) -> None:
    """On a card that was drawn when they still might."""
    mira, vic = Moderator(show), Moderator(show, "viewer")
    await mira.types(f"show {short(SUPPORT)}")
    old = mira.latest
    show.workspace.post(old.channel, old.text, old.blocks, to=vic.user.id)
    await vic.presses("Kick", near="Amina")
    await vic.sees("Only moderators can kick")
    assert show.workspace.modals.top(vic.user.id) is None


@pytest.mark.parametrize("who", ["guest", "stranger"])
async def test_guests_and_strangers_give_no_orders(show: Show, who: str) -> None:
    outsider = Moderator(show, who)
    assert "full member" in await outsider.types(f"kick {short(SUPPORT)} @amina rude")


async def test_a_protected_person_is_left_alone_and_named(show: Show) -> None:
    mira = Moderator(show)
    (room,) = [r for r in show.stage.world.realtimekit.rooms.values() if "Telehealth" in r.title]
    text = await mira.types(f"kick {short(room.id, Vendor.REALTIMEKIT)} vera@ x")
    assert "No one" in text
    text = await mira.types(f"kick {short(room.id, Vendor.REALTIMEKIT)} vera x")
    assert "Dr. Vera Lindqvist" in text
    assert "protected" in text


async def test_a_name_that_fits_two_people_is_asked_back(show: Show) -> None:
    mira = Moderator(show)
    await show.sender.command(mira.user, show.stage.cast.ops, f'kick {short(SUPPORT)} "Jun Park" x')
    assert "fits more than one person: Jun Park (host) = jun, Jun Park (user) = jun-2" in as_text(
        await mira.form()
    )


async def test_two_people_in_one_order_each_have_their_result(show: Show) -> None:
    mira = Moderator(show)
    await mira.types(f"kick {short(SUPPORT)} jun, jun-2 shouting")
    await mira.sees("kicked Jun Park and Jun Park", "confirmed")
    (entry,) = await show.store.audit(AuditQuery(limit=1))
    case = await show.store.case(entry.case or 0)
    assert [(r.person, r.state) for r in case.results] == [
        ("jun", State.CONFIRMED),
        ("jun-2", State.CONFIRMED),
    ]


async def test_a_recording_and_a_livestream_start_and_stop(show: Show) -> None:
    mira = Moderator(show)
    room = short("livestream:launch-show")
    for words, done in (
        ("record {} start evidence", "started recording"),
        ("live {} start", "started the livestream of"),
        ("rtmp {} start youtube", "started the RTMP output of"),
    ):
        await mira.types(words.format(room))
        await mira.sees(done, "confirmed")
    card = await mira.types(f"show {room}")
    assert "🔴 recording" in card
    assert "🔴 livestream" in card
    assert "RTMP youtube" in card
    for words, done in (
        ("record {} stop", "stopped recording"),
        ("live {} stop", "stopped the livestream of"),
        ("rtmp {} stop youtube", "stopped the RTMP output of"),
    ):
        await mira.types(words.format(room))
        await mira.sees(done, "confirmed")
        await line(show, done, "confirmed")


async def test_no_stream_key_or_signed_address_is_ever_shown(show: Show) -> None:
    shown = str(show.workspace.messages) + str(show.workspace.ephemerals)
    entries = await show.store.audit(AuditQuery(limit=500))
    for secret in ("made-up-stream-key", "live.example.com", "playlist", "Signature"):
        assert secret not in shown
        assert secret not in str(entries)


async def test_realtimekit_pauses_a_recording_and_says_what_it_cannot_do(show: Show) -> None:
    mira = Moderator(show)
    (room,) = [r for r in show.stage.world.realtimekit.rooms.values() if "Maths" in r.title]
    word = short(room.id, Vendor.REALTIMEKIT)
    for words, done in (
        (f"record {word} start", "started recording"),
        (f"record {word} pause names", "paused recording"),
        (f"record {word} resume", "resumed recording"),
        (f"kick {word} Emre shouting", "kicked Emre"),
    ):
        await mira.types(words)
        await mira.sees(done, "confirmed")
    text = await mira.types(f"grant {word} chidi --screenshare x")
    assert "gives rights by preset" in text
    assert "Use “Change preset” instead" in text


async def test_cometchat_only_reads_and_says_so(show: Show) -> None:
    text = await Moderator(show).types("kick v1.us.demo.team-huddle umar rude")
    assert "can only be read" in text


async def test_a_heavy_act_asks_first_says_what_cannot_be_undone_and_keeps_the_reason(
    show: Show,
) -> None:
    leo = Moderator(show, "lead")
    await show.sender.command(leo.user, show.stage.cast.ops, f"end {short(STAGE)} raid")
    view = await leo.form()
    assert "This cannot be undone." in as_text(view)
    await show.sender.submit(leo.user, view, {})
    await line(show, "ended “Community stage", "reason: raid", "confirmed")
    assert show.stage.world.stream.rooms[STAGE].here() == []
    assert "This call has ended." in await Moderator(show).types(f"show {short(STAGE)}")


async def test_a_heavy_form_without_a_reason_stays_open(show: Show) -> None:
    leo = Moderator(show, "lead")
    await show.sender.command(leo.user, show.stage.cast.ops, f"block {short(SUPPORT)} loud")
    view = await leo.form()
    for block in view.given["blocks"][1:]:
        block["optional"] = True
    await show.sender.submit(leo.user, view, {})
    assert view.errors == {"reason": "A reason is required."}
    await show.sender.submit(leo.user, view, {"reasons": "Other", "reason": "came back"})
    await line(show, "blocked L O U D", "confirmed")
    assert "loud" in show.stage.world.stream.rooms[SUPPORT].blocked


async def test_the_list_is_filtered_refreshed_and_left_for_a_call_and_back(show: Show) -> None:
    mira = Moderator(show)
    await mira.types("list stream")
    assert "CometChat ·" not in as_text(mira.latest)
    await show.sender.press(mira.user, mira.latest, action_id="list.vendor", text="CometChat")
    await mira.sees("CometChat ·")
    await mira.presses("Open", near="CometChat")
    await mira.sees("Back to the list", "Not available on CometChat")
    await mira.presses("Back to the list")
    await mira.sees("live calls", "Stream Video ·")


@pytest.mark.parametrize("status", [503, 460, 302, 418, 999])
async def test_a_silent_vendor_is_one_line_in_the_list(show: Show, status: int) -> None:
    """Whatever its gateway answers: any number is a status."""
    show.stage.world.stream.faults.error(status, on="/video/calls", times=None)
    try:
        text = await Moderator(show).types("")
    finally:
        show.stage.world.stream.faults.clear()
    assert re.search(r"⚠️ [^\n]*Stream Video", text)
    assert "RealtimeKit ·" in text


async def test_what_is_in_doubt_is_said_and_can_be_checked_and_done_again(show: Show) -> None:
    mira = Moderator(show)
    await mira.types(f"show {short(SUPPORT)}")
    show.stage.world.stream.faults.error(500, on="/kick", times=None)
    try:
        await mira.types(f"kick {short(SUPPORT)} amina rude")
        await mira.sees("may or may not have happened", "Do it again")
    finally:
        show.stage.world.stream.faults.clear()
    await mira.presses("Check again")
    read = await mira.sees("not done when last read", "Amina", "still in the call")
    assert "may or may not" not in read
    doubtful = [m for m in mira.private() if "Do it again" in as_text(m)][-1]
    await show.sender.press(mira.user, doubtful, text="Do it again")
    await show.workspace.until(lambda: "Again, after" in as_text(doubtful) or None)
    newest = await show.store.audit(AuditQuery(limit=3))
    assert any("Again, after" in entry.reason for entry in newest), "acknowledged before recorded"
    await line(show, "kicked Amina", "Again, after", "confirmed")


async def test_every_moderator_may_do_again_what_is_in_doubt(show: Show) -> None:
    mira, leo = Moderator(show), Moderator(show, "lead")
    person = show.stage.world.stream.rooms[LAUNCH].here()[0].visitor.id
    await mira.types(f"show {short(LAUNCH)}")
    show.stage.world.stream.faults.error(500, on="/mute_users", times=None)
    try:
        await mira.types(f"mute {short(LAUNCH)} {person} loud")
        await mira.sees("may or may not have happened", "Do it again")
        (entry,) = await show.store.audit(AuditQuery(limit=1))
    finally:
        show.stage.world.stream.faults.clear()
    await mira.presses("Do it again")
    await line(show, f"Again, after #{entry.case}", "confirmed")
    assert "unknown" in await leo.types(f"case {entry.case}")
    await leo.presses("Do it again")
    await leo.sees(f"Again, after #{entry.case}", "confirmed")


async def test_an_order_on_somebody_not_seen_yet_waits_for_a_slow_vendor(show: Show) -> None:
    mira = Moderator(show)
    show.services.moderation.forget_people(Vendor.STREAM, LAUNCH)
    show.stage.world.stream.faults.slow(0.7, on="/participants")
    delivery = await show.sender.command(
        mira.user, show.stage.cast.ops, "kick stream:livestream:launch-show dolores spam"
    )
    assert (delivery.trouble, delivery.body) == (None, b"")
    await mira.sees("kicked Dolores", "spam", "confirmed")
    await line(show, "kicked Dolores", "spam", "confirmed")


async def test_an_order_that_cannot_be_understood_in_the_end_says_so(show: Show) -> None:
    mira = Moderator(show)
    show.services.moderation.forget_people(Vendor.STREAM, LAUNCH)
    show.stage.world.stream.faults.slow(0.7, on="/participants")
    await mira.types("kick stream:livestream:launch-show nobody-of-that-name spam")
    await mira.sees("matches “nobody-of-that-name”")


async def test_an_order_that_lacks_something_opens_a_form_that_asks_for_it(show: Show) -> None:
    mira = Moderator(show)
    await show.sender.command(mira.user, show.stage.cast.ops, f"kick {short(SUPPORT)}")

    def asked() -> str | None:
        view = show.workspace.modals.top(mira.user.id)
        text = "" if view is None else as_text(view)
        return text if "People" in text else None

    text = await show.workspace.until(asked)
    assert "[Support room · billing ▾]" in text


@pytest.mark.parametrize("words", ["kick {} nobody-here", "show {}", "capabilities stream"])
@pytest.mark.parametrize("who", ["guest", "stranger"])
async def test_outsiders_learn_nothing_from_a_mistake_either(
    show: Show, who: str, words: str
) -> None:
    """An answer that lists who is there, or what is connected, is for those who may look."""
    text = await Moderator(show, who).types(words.format(short(SUPPORT)))
    assert "full member" in text
    assert "Amina" not in text


async def test_an_outsiders_order_that_nobody_could_carry_out_is_recorded_as_typed(
    show: Show,
) -> None:
    await Moderator(show, "guest").types("kick NoSuchCall @amina rude")
    (entry,) = await show.store.audit(AuditQuery(limit=1))
    assert entry.state is State.REFUSED
    assert "kick NoSuchCall @amina rude" in entry.detail


@pytest.mark.parametrize("typed", ["youtub", "vimeo"])
async def test_an_output_that_does_not_run_is_never_told_as_stopped_while_another_runs(
    show: Show, typed: str
) -> None:
    mira, call = Moderator(show), short(LAUNCH)
    room = show.stage.world.stream.rooms[LAUNCH]
    await mira.types(f"rtmp {call} start youtube")
    await mira.sees("started the RTMP output", "confirmed")
    answer = await mira.types(f"rtmp {call} stop {typed}")
    assert f"No RTMP output “{typed}” is running. Running: youtube." in answer
    assert f"rtmp {call} stop youtube" in answer
    assert list(room.rtmps) == ["youtube"]
    await mira.types(f"rtmp {call} stop youtube")
    await mira.sees("stopped the RTMP output", "confirmed")
    assert "already so" in await mira.types(f"rtmp {call} stop {typed}")
