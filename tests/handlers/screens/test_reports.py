"""Looking further by words and buttons: what is shown, to whom, and what is never written down."""

import dataclasses
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
import pytest_asyncio

from bot.calls.capabilities import Capability, Enforcement
from bot.calls.cases import Event
from bot.calls.handles import handle
from bot.calls.models import CallRef, Page, Participant, Vendor
from bot.calls.reports import REPORTS, CallMember, Feedback, PersonQuality, Quality, Room, RoomKind
from bot.clock import SystemClock
from bot.demo.slack.render import as_text
from bot.demo.slack.sender import Sender
from bot.demo.stage import Show
from bot.errors import VendorUnreachable
from bot.moderation.live_calls import LiveCalls
from bot.moderation.recent_calls import RecentCalls
from bot.ports import AuditQuery
from bot.providers.unsupported import report_capabilities
from bot.service import entrance
from bot.settings import Settings
from bot.store import SqlStore
from handlers.services import OpenServices, Services
from tests.fakes.logs import written_log
from tests.fakes.moderator import Moderator
from tests.fakes.provider import FakeProvider
from tests.fakes.service import service_over

pytestmark = pytest.mark.asyncio(loop_scope="module")

ROOM = handle(CallRef(vendor=Vendor.STREAM, id="room"))
SUPPORT = handle(CallRef(vendor=Vendor.STREAM, id="default:support-room"))
HAS = Capability(level=Enforcement.ENFORCED)


@dataclasses.dataclass(frozen=True)
class Place:
    """Two vendors in memory before the real bot: one that can be asked for all, one for nothing."""

    show: Show
    stream: FakeProvider
    comet: FakeProvider

    def as_(self, who: str) -> Moderator:
        return Moderator(self.show, who)


@asynccontextmanager
async def opened(show: Show, store: SqlStore) -> AsyncIterator[Place]:
    """The vendors before a bot of their own, which keeps its record in `store`."""
    stream, comet = FakeProvider(), FakeProvider(Vendor.COMETCHAT)
    stream.reports.capabilities = report_capabilities(**dict.fromkeys(REPORTS, HAS))
    stream.open_call("room", "ann=Ann", "bob=Bob", title="Room")
    stream.keep_file("room", "rec_1.mp4")
    comet.open_call("talk", "ann2=Ann Two", title="Talk")
    clock = SystemClock()
    live_calls = LiveCalls(
        {Vendor.STREAM: stream, Vendor.COMETCHAT: comet}, clock, RecentCalls(clock)
    )
    service = service_over(show, live_calls, store)
    services = Services("/calls")
    services.provide(
        OpenServices(
            service, show.services.slack, show.services.response_urls, show.services.signatures
        )
    )
    app = entrance(Settings.load(show.stage.environ, None), services).web
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://bot.test") as client:
        sender = Sender(show.workspace, client)
        yield Place(dataclasses.replace(show, services=services, sender=sender), stream, comet)
        assert await services.tasks.drain(30) == 0


@pytest_asyncio.fixture(loop_scope="module")
async def place(show: Show) -> AsyncIterator[Place]:
    async with opened(show, show.store) as one:
        yield one


async def disclosed(show: Show) -> list[str]:
    """What is on record as handed out, newest first."""
    entries = await show.store.audit(AuditQuery(limit=100))
    return [entry.detail for entry in entries if entry.event is Event.DISCLOSED]


async def test_somebody_is_found_on_every_vendor_and_their_call_opens(place: Place) -> None:
    mira = place.as_("viewer")
    text = await mira.types("find ann")
    assert "Ann Two" in text
    assert ROOM in text
    await mira.presses("Open", near="Ann Two")
    await mira.sees("Talk", "CometChat", "Back to the list")


async def test_a_silent_vendor_is_said_while_somebody_is_looked_for(place: Place) -> None:
    place.comet.silent = VendorUnreachable("CometChat cannot be reached.", vendor="cometchat")
    text = await place.as_("viewer").types("find @zed")
    assert "No one in a live call matches “zed”, as far as was searched." in text
    said = "CometChat was not searched. CometChat cannot be reached."
    assert text.index(said) < text.index("No one in a live call")


async def test_a_look_is_acknowledged_at_once_and_answered_privately_after_that(
    place: Place,
) -> None:
    place.stream.measured["room"] = Quality(
        score=61,
        people=(
            PersonQuality(
                person=Participant(id="ann", name="Ann"), lost_percent=12, latency_ms=480, bad=True
            ),
            PersonQuality(person=Participant(id="bob"), score=95),
        ),
    )
    vic = place.as_("viewer")
    delivery = await place.show.sender.command(
        vic.user, place.show.stage.cast.ops, f"quality {ROOM}"
    )
    assert (delivery.status, delivery.body) == (200, b"")
    text = await vic.sees("Quality: Room", "score 61 of 100")
    assert "Ann ann: 12 % lost, 480 ms" in text
    assert "The rest: 1 person without trouble." in text


async def test_members_feedback_and_rooms_are_shown_to_whoever_may_look(place: Place) -> None:
    place.stream.belonging["room"] = Page(items=(CallMember(id="zed", name="Zed", here=False),))
    place.stream.said["room"] = (Feedback(person="bob", rating=1, reason="echo"),)
    place.stream.known = (Room(kind=RoomKind.TYPE, name="livestream"),)
    vic = place.as_("viewer")
    assert "Missing (1)\nZed zed" in await vic.types(f"members {ROOM}")
    assert "rated 1 · “echo”" in await vic.types(f"feedback {ROOM}")
    text = await vic.types("rooms")
    assert "Stream Video: 1 call type\nlivestream" in text
    assert "CometChat has no “Rooms”: it keeps nothing" in text
    assert "livestream" in await vic.types("rooms stream")
    assert "it keeps nothing" in await vic.types("rooms cometchat")


async def test_a_call_that_just_ended_is_named_by_vendor_and_id(place: Place) -> None:
    assert "rec_1.mp4" in await place.as_("moderator").types("recordings stream:room")


async def test_a_look_the_vendor_has_not_is_answered_with_the_reason(place: Place) -> None:
    text = await place.as_("moderator").types("quality cometchat:talk")
    assert "CometChat has no “Quality”: it keeps nothing" in text


async def test_whoever_was_kicked_is_so_told_in_the_attendance(show: Show) -> None:
    mira = Moderator(show)
    await mira.types(f"kick {SUPPORT} kofi shouting")
    await mira.sees("kicked Kofi Mensah", "confirmed")
    text = await mira.types(f"attendance {SUPPORT}")
    assert re.search(r"Kofi Mensah kofi · user · .* to .* · kicked, case #\d+", text)
    assert "Here now (" in text


@pytest.mark.parametrize("look", ["recordings", "transcripts", "attendance"])
async def test_what_was_recorded_wants_a_moderator(place: Place, look: str) -> None:
    before, asked = await disclosed(place.show), place.stream.requests
    text = await place.as_("viewer").types(f"{look} stream:room")
    assert f"Only moderators can look at {look}" in text
    assert "files.example" not in text
    assert await disclosed(place.show) == before
    assert place.stream.requests == asked + 1  # for the call, not for its files


@pytest.mark.parametrize("who", ["guest", "stranger"])
async def test_outsiders_see_nothing_of_a_call(place: Place, who: str) -> None:
    for words in ("find ann", f"quality {ROOM}", "rooms"):
        assert "full member" in await place.as_(who).types(words)
    assert place.stream.requests == 0


async def test_links_are_given_once_recorded_once_and_written_down_nowhere(place: Place) -> None:
    mira, before = place.as_("moderator"), await disclosed(place.show)
    with written_log() as log:
        delivery = await place.show.sender.command(
            mira.user, place.show.stage.cast.ops, f"recordings {ROOM}"
        )
        await place.show.sender.redeliver(delivery)
        await mira.sees("rec_1.mp4", "Download", "how long it works is not documented")
        await place.show.services.tasks.drain(30)
    assert await disclosed(place.show) == ["Recordings: 1", *before]
    assert "https://files.example/rec_1.mp4?signature=secret" in str(mira.latest.blocks)
    record = await place.show.store.audit(AuditQuery(limit=100))
    channel = place.show.workspace.messages
    for text in (log.getvalue(), str(record), str(channel), mira.latest.text):
        assert "files.example" not in text
        assert "signature=secret" not in text


async def test_a_press_delivered_twice_is_one_entry(place: Place) -> None:
    mira = place.as_("moderator")
    await mira.types(f"show {ROOM}")
    before = await disclosed(place.show)
    sender = place.show.sender
    await sender.redeliver(await sender.press(mira.user, mira.latest, text="Recordings"))
    await mira.sees("rec_1.mp4")
    await place.show.services.tasks.drain(30)
    assert await disclosed(place.show) == ["Recordings: 1", *before]


async def test_no_link_is_shown_while_it_cannot_be_put_on_record(
    show: Show, sqlite_url: str
) -> None:
    shut = SqlStore(sqlite_url, SystemClock())
    await shut.start()
    await shut.stop()
    async with opened(show, shut) as place:
        mira = place.as_("moderator")
        text = await mira.types(f"recordings {ROOM}")
    assert "Nothing was done. Try again in a moment." in text
    assert "files.example" not in str(mira.latest.blocks)


async def test_no_link_is_in_the_log_when_slack_refuses_the_answer(place: Place) -> None:
    mira, faults = place.as_("moderator"), place.show.stage.slack.faults
    with written_log() as log:
        faults.error(500, on="respond")
        await place.show.sender.command(mira.user, place.show.stage.cast.ops, f"recordings {ROOM}")
        await place.show.services.tasks.drain(30)
    faults.clear()
    assert "answer not shown" in log.getvalue()
    assert "files.example" not in log.getvalue()


async def test_a_look_from_a_card_leaves_the_card_and_refreshing_it_writes_over_it(
    place: Place,
) -> None:
    mira = place.as_("moderator")
    await mira.types(f"show {ROOM}")
    cards = len(mira.private())
    await mira.presses("Recordings")
    await mira.sees("Recordings: Room", "rec_1.mp4")
    assert len(mira.private()) == cards + 1
    place.stream.keep_file("room", "rec_2.mp4")
    await mira.presses("Refresh")
    await mira.sees("rec_2.mp4")
    assert len(mira.private()) == cards + 1
    assert (await disclosed(place.show))[:2] == ["Recordings: 2", "Recordings: 1"]
    await mira.presses("Open call")
    await mira.sees("Room", "Back to the list")


async def test_a_card_has_a_button_only_for_what_its_vendor_can_be_asked(place: Place) -> None:
    text = await place.as_("viewer").types(f"show {ROOM}")
    assert "[Quality]  [Members]  [Feedback]" in text
    mira = place.as_("moderator")
    text = await mira.types(f"show {ROOM}")
    assert "[Quality]  [Members]  [Attendance]  [Recordings]  [Transcripts]  [Feedback]" in text
    text = await mira.types("show cometchat:talk")
    assert "[Quality]" not in text
    assert "quality, members, attendance, recordings, transcripts, feedback" in text


async def test_more_rooms_than_fit_are_paged_in_place(place: Place) -> None:
    place.stream.known = tuple(Room(kind=RoomKind.ROOM, name=f"room-{n:02}") for n in range(30))
    vic = place.as_("viewer")
    assert "room-29" not in await vic.types("rooms stream")
    shown = len(vic.private())
    await vic.presses("Next")
    await vic.sees("room-29", "Page 2 of 2")
    assert len(vic.private()) == shown
    assert "room-00" not in as_text(vic.latest)


async def test_deleting_a_recording_opens_the_form_for_a_lead_and_for_nobody_less(
    place: Place,
) -> None:
    kept = place.stream.kept["room"]
    kept[0] = kept[0].model_copy(update={"deletable": True, "session": "room-0"})
    mira, leo = place.as_("moderator"), place.as_("lead")
    await mira.types(f"recordings {ROOM}")
    await mira.presses("Delete")
    await mira.sees("Only leads can")
    await leo.types(f"recordings {ROOM}")
    await leo.presses("Delete")
    form = await leo.form()
    assert "The file is gone for good." in as_text(form)
    delivery = await place.show.sender.submit(leo.user, form, {"reason": "asked for by Ann"})
    assert delivery.trouble is None
    (entry,) = [item for item in await place.show.store.audit(AuditQuery(limit=3)) if item.reason][
        :1
    ]
    case = await place.show.store.case(entry.case or 0)
    assert (case.act.verb.model_dump(), case.act.call.session) == ({"file": "rec_1.mp4"}, "room-0")


async def test_a_recording_is_made_found_and_deleted_at_the_vendor(show: Show) -> None:
    mira, leo = Moderator(show), Moderator(show, "lead")
    await mira.types(f"record {SUPPORT} start")
    await mira.sees("started recording", "confirmed")
    await mira.types(f"record {SUPPORT} stop")
    await mira.sees("stopped recording", "confirmed")
    text = await leo.types(f"recordings {SUPPORT}")
    assert "1 file" in text
    await leo.presses("Delete")
    await show.sender.submit(
        leo.user, await leo.form(), {"reasons": "Other", "reason": "asked for by Amina"}
    )
    await leo.sees("deleted a recording", "confirmed")
    assert "lists no recordings" in await leo.types(f"recordings {SUPPORT}")
    assert (await disclosed(show))[:2] == ["Recordings: 0", "Recordings: 1"]


async def test_the_vendors_themselves_answer_every_look_they_have(show: Show) -> None:
    mira = Moderator(show)
    text = await mira.types("find jun")
    assert text.count("Jun Park") >= 3
    for vendor, provider in show.app.live_calls.providers.items():
        (call, *_) = (await provider.list_live(limit=1)).items
        for report in REPORTS.values():
            about = f"{vendor}:{call.ref.id}" if report.of_call else str(vendor)
            text = await mira.types(f"{report.name} {about}")
            has = provider.reports.capabilities[report.name].possible
            assert (f"has no “{report.label}”" in text) is not has
            assert ("As of" in text) is has
