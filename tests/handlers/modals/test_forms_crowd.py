"""Forms before vendors with two thousand calls, hundreds of people and names of any length."""

import asyncio
import dataclasses
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
import pytest_asyncio

from bot.calls.models import Call, CallRef, Page, Participant, Vendor
from bot.clock import SystemClock
from bot.demo.slack import Sender
from bot.demo.stage import Show
from bot.errors import VendorTimeout
from bot.moderation.live_calls import LiveCalls
from bot.moderation.recent_calls import RecentCalls
from bot.service import entrance
from bot.settings import Settings
from handlers.blocks.action_values import FORM_CALL, FORM_PEOPLE
from handlers.services import OpenServices, Services
from tests.fakes.form_filler import FormFiller, latest, people_block_of
from tests.fakes.provider import FakeProvider
from tests.fakes.service import service_over

pytestmark = pytest.mark.asyncio(loop_scope="module")

IN_TIME = 2.0
"""Seconds an answer may take with a vendor that never answers: Slack gives 3."""


class Hung(FakeProvider):
    """Never lists anything."""

    async def list_live(self, *, limit: int, cursor: str | None = None) -> Page[Call]:
        self.requests += 1
        await asyncio.Event().wait()
        return await super().list_live(limit=limit, cursor=cursor)


@asynccontextmanager
async def before(show: Show, *vendors: FakeProvider) -> AsyncIterator[FormFiller]:
    """The same people before a bot with these vendors."""
    clock = SystemClock()
    live_calls = LiveCalls({vendor.vendor: vendor for vendor in vendors}, clock, RecentCalls(clock))
    service = service_over(show, live_calls)
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
        yield FormFiller(dataclasses.replace(show, services=services, sender=sender))
        await services.tasks.drain(0.1)


@pytest_asyncio.fixture(loop_scope="module")
async def crowded() -> FakeProvider:
    """Two thousand calls, one of them with three hundred people."""
    vendor = FakeProvider()
    for number in range(2_000):
        vendor.open_call(f"default:c{number}", title=f"Crowd {number}")
    vendor.open_call("default:hall", *(f"p{n}=Person {n}" for n in range(300)), title="Hall")
    return vendor


async def test_any_of_two_thousand_calls_and_three_hundred_people_is_found(
    show: Show, crowded: FakeProvider
) -> None:
    async with before(show, crowded) as mira:
        await mira.opens("kick")
        assert len(await mira.offered(FORM_CALL)) == 100
        assert [
            item.partition(" |")[0] for item in await mira.offered(FORM_CALL, "crowd 1999")
        ] == ["Crowd 1999"]
        await mira.chooses(FORM_CALL, "Hall", "hall")
        await mira.drawn("[Hall ▾]", "People")
        assert len(await mira.offered(FORM_PEOPLE)) == 100
        assert await mira.offered(FORM_PEOPLE, "person 299") == ["Person 299 | app-p299"]


async def test_seven_people_in_one_form_want_a_reason_and_are_one_case(
    show: Show, crowded: FakeProvider
) -> None:
    async with before(show, crowded) as mira:
        view = await mira.opens("mute default:hall")
        for number in range(7):
            await mira.chooses(FORM_PEOPLE, f"Person {100 + number}", f"p10{number}")
        await mira.drawn("This mutes 7 people")
        view.given["blocks"][-1]["optional"] = True
        assert await mira.submits() == {"reason": "A reason is required."}
        assert await mira.submits(reason="raid") == {}
        assert len((await latest(show)).act.people) == 7


async def test_kicking_seven_by_name_wants_the_role_that_everyone_wants(
    show: Show, crowded: FakeProvider
) -> None:
    async with before(show, crowded) as mira:
        await mira.opens("kick default:hall")
        for number in range(7):
            await mira.chooses(FORM_PEOPLE, f"Person {100 + number}", f"p10{number}")
        await mira.drawn("This kicks 7 people")
        assert await mira.submits(reason="raid") == {}
        await mira.drawn("Only leads can kick 7 people", "[Ask a lead]")
        assert crowded.done == []


async def test_names_and_ids_of_any_length_make_the_way_there_and_back(show: Show) -> None:
    vendor = FakeProvider()
    call_id, person_id = "default:" + "x" * 500, "p" * 400
    vendor.open_call(call_id, person_id, title="T" * 500)
    vendor.people[call_id] = [Participant(id=person_id, name="N" * 500)]
    async with before(show, vendor) as mira:
        await mira.opens("kick")
        await mira.chooses(FORM_CALL, "T" * 74 + "…", "ttt")
        await mira.drawn("People")
        await mira.chooses(FORM_PEOPLE, "N" * 74 + "…", "ppp")
        assert await mira.submits() == {}
        case = await latest(show)
        assert (case.act.call.id, case.act.people[0].id) == (call_id, person_id)


async def test_a_vendor_that_never_answers_holds_up_neither_form_nor_options(show: Show) -> None:
    stream, kit = FakeProvider(), Hung(Vendor.REALTIMEKIT)
    stream.open_call("default:here", "ann", title="Here")
    async with before(show, stream, kit) as mira:
        begun = time.perf_counter()
        await mira.opens("kick")
        assert time.perf_counter() - begun < IN_TIME
        begun = time.perf_counter()
        assert [item.partition(" |")[0] for item in await mira.offered(FORM_CALL)] == ["Here"]
        assert time.perf_counter() - begun < IN_TIME


async def test_a_vendor_that_fails_is_named_in_the_form(show: Show) -> None:
    vendor = FakeProvider()
    vendor.silent = VendorTimeout("Stream Video did not answer in time.", vendor="stream")
    async with before(show, vendor) as mira:
        await mira.opens("kick")
        await mira.drawn("Stream Video did not answer in time.")
        assert await mira.offered(FORM_CALL) == []


async def test_no_live_call_at_all_is_said(show: Show) -> None:
    async with before(show, FakeProvider()) as mira:
        await mira.opens("kick")
        await mira.drawn("No call is live right now.")


async def test_a_room_that_began_anew_is_not_taken_for_the_one_that_was_chosen(show: Show) -> None:
    vendor = FakeProvider()
    ref = vendor.open_call("default:room", "ann=Ann", title="Room")
    async with before(show, vendor) as mira:
        await mira.opens("lock")
        await mira.chooses(FORM_CALL, "Room")
        await mira.drawn("[Room ▾]")
        later = CallRef(vendor=Vendor.STREAM, id=ref.id, session="another")
        vendor.calls[ref.id] = vendor.calls[ref.id].model_copy(update={"ref": later})
        errors = await mira.submits(reason="raid")
        assert "another one has begun in the same room" in errors["call"]


async def test_people_are_not_guessed_while_their_vendor_is_silent(show: Show) -> None:
    vendor = FakeProvider()
    vendor.open_call("default:room", "ann=Ann", title="Room")
    async with before(show, vendor) as mira:
        view = await mira.opens("kick default:room")
        await mira.chooses(FORM_PEOPLE, "Ann")
        mira.show.services.moderation.forget_people(Vendor.STREAM, "default:room")
        vendor.silent = VendorTimeout("Stream Video did not answer in time.", vendor="stream")
        errors = await mira.submits()
        assert "did not say who is in the call" in errors[people_block_of(view)]


@pytest.mark.parametrize("fault", [503, 429])
async def test_a_form_slack_does_not_open_is_told_in_words(show: Show, fault: int) -> None:
    mira = FormFiller(show)
    show.stage.slack.faults.error(fault, on="views.open")
    await show.sender.command(mira.user, show.stage.cast.ops, "kick")
    await mira.told("Slack did not open the form in time.", "Press it or type it again.")
    assert show.workspace.modals.top(mira.user.id) is None


async def test_without_any_vendor_the_form_says_what_to_do(show: Show) -> None:
    async with before(show) as mira:
        await mira.opens("kick")
        await mira.drawn("No vendor is connected.", "Ask an admin")


async def test_a_form_from_an_older_release_says_so_when_something_is_chosen(show: Show) -> None:
    vendor = FakeProvider()
    vendor.open_call("default:room", "ann=Ann", title="Room")
    async with before(show, vendor) as mira:
        view = await mira.opens("kick")
        await mira.offered(FORM_CALL)
        view.given["private_metadata"] = '{"v":0}'
        await mira.show.sender.press(mira.user, view, action_id=FORM_CALL, text="Room")
        await mira.drawn("from an older release")


async def test_words_about_people_whose_vendor_is_silent_say_so(show: Show) -> None:
    vendor = FakeProvider()
    vendor.open_call("default:room", "ann=Ann", title="Room")
    async with before(show, vendor) as mira:
        await mira.opens("mute default:room")
        mira.show.services.moderation.forget_people(Vendor.STREAM, "default:room")
        vendor.silent = VendorTimeout("Stream Video did not answer in time.", vendor="stream")
        await mira.opens("preset default:room @ann")
        await mira.drawn("Stream Video did not answer in time.", "Room")
        assert await mira.offered(FORM_PEOPLE, "ann") == []


async def test_one_more_person_draws_the_form_anew_only_where_that_weighs(
    show: Show, crowded: FakeProvider
) -> None:
    async with before(show, crowded) as mira:
        await mira.opens("kick default:hall")
        drawn = len(show.workspace.asked("views.update"))
        for number in range(5):
            await mira.chooses(FORM_PEOPLE, f"Person {100 + number}", f"p10{number}")
        await mira.show.services.tasks.drain(30)
        assert len(show.workspace.asked("views.update")) == drawn
        await mira.chooses(FORM_PEOPLE, "Person 105", "p105")
        await mira.drawn("This kicks 6 people")
