"""Too much, too long, empty or strange: each has a card Slack takes, acts hit whom they name."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.calls.cases import Case
from bot.calls.handles import handle
from bot.calls.models import CallRef, Vendor
from bot.demo.slack.render import as_text
from bot.demo.stage import Show
from bot.demo.vendors import Visitor
from bot.ports import AuditQuery
from handlers.blocks import action_values
from tests.fakes.moderator import Moderator
from tests.fakes.provider import FakeProvider
from tests.handlers.test_bad_input import STALE, broken_show, button, card

pytestmark = pytest.mark.asyncio(loop_scope="module")

Place = tuple[Moderator, FakeProvider]


@pytest_asyncio.fixture(loop_scope="module")
async def place(show: Show) -> AsyncIterator[Place]:
    """A vendor of our own before the real bot; the last answer is taken away before each."""
    show.workspace.ephemerals.clear()
    async with broken_show(show) as one:
        yield one


async def written(mira: Moderator, order: str) -> Case:
    """The case that these words made."""
    await mira.types(order)
    entries = await mira.show.store.audit(AuditQuery(limit=20))
    return await mira.show.store.case(max(entry.case or 0 for entry in entries))


LONG = "x" * 500
NAMES = {
    "500 characters": LONG,
    "emoji": "👩🏽\u200d🚀" * 80,
    "right to left": "פרח הדר \u202eevil\u202c",
    "arabic": "فرح الحسيني",
    "nothing to see": "\u200b\u200b",
    "markup": "<!channel> *b* `c` <@U1>",
    "none": "",
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
async def test_any_name_is_shown_found_by_its_id_and_acted_on(show: Show, name: str) -> None:
    mira, stream = Moderator(show), show.stage.world.stream
    room = stream.open("default:odd-names", "Odd names")
    stream.join(room.id, Visitor("strange", name))
    text = await mira.types("show stream:default:odd-names")
    assert "strange" in text
    assert "\u202e" not in text
    await mira.types("kick stream:default:odd-names strange rude")
    await mira.sees("confirmed")
    assert room.stay("strange") is None


@pytest.mark.parametrize("title", ["", "   ", "\u200b", LONG, "👩🏽\u200d🚀" * 80, "\u202eevil"])
async def test_any_title_makes_a_list_a_card_and_a_form(place: Place, title: str) -> None:
    mira, vendor = place
    ref = vendor.open_call("room", "ann=Ann", title=title)
    vendor.calls["room"] = vendor.calls["room"].model_copy(update={"title": title})
    for words in ("", "show stream:room"):
        text = await mira.types(words)
        assert "[Open]" in text or "Ann" in text
        assert "Untitled call" in text or title.strip("\u200b\u202e ")[:10] in text
    await mira.show.sender.command(
        mira.user, mira.show.stage.cast.ops, f"block {handle(ref)} ann why"
    )
    assert "Block Ann from" in as_text(await mira.form())


async def test_three_hundred_people_are_paged_and_the_last_one_is_reached_by_id(show: Show) -> None:
    mira, stream = Moderator(show), show.stage.world.stream
    room = stream.open("default:crowd", "Crowd")
    for number in range(300):
        stream.join(room.id, Visitor(f"p{number:03}", f"Person {number}"))
    assert "People 1 to 25 of 300" in await mira.types("show stream:default:crowd")
    assert "of 300" in await mira.types("show stream:default:crowd page 12")
    await mira.types("kick stream:default:crowd p299 rude")
    await mira.sees("confirmed")
    assert room.stay("p299") is None
    assert len(room.here()) == 299


async def test_two_thousand_calls_are_counted_and_paged(place: Place) -> None:
    mira, vendor = place
    for number in range(2_000):
        vendor.open_call(f"room-{number}", "ann=Ann", title=f"Room {number}")
    text = await mira.types("list room")
    assert text.count("[Open]") == 10
    assert "1 of" in text


async def test_two_people_of_one_name_are_told_apart_and_neither_is_touched(place: Place) -> None:
    mira, vendor = place
    vendor.open_call("room", "j1=Jun Park", "j2=Jun Park", title="Room")
    ops = mira.show.stage.cast.ops
    await mira.show.sender.command(mira.user, ops, 'kick stream:room "Jun Park" rude')
    text = as_text(await mira.form())
    assert "That fits more than one person: Jun Park = app-j1, Jun Park = app-j2." in text
    assert vendor.done == []


@pytest.mark.parametrize("call_id", ["a/b", "a:b:c", "a/../b", "%2e%2e", "a?b#c", "é🦊"])
async def test_an_id_of_any_signs_is_opened_by_its_handle_and_by_itself(
    place: Place, call_id: str
) -> None:
    mira, vendor = place
    ref = vendor.open_call(call_id, "ann=Ann", title="Odd room")
    await mira.types("")
    for words in (handle(ref), f"stream:{call_id}"):
        assert "Odd room" in await mira.types(f"show {words}")
    case = await written(mira, f"kick {handle(ref)} ann rude")
    assert (case.act.call, [person.id for person in case.act.people]) == (ref, ["ann"])


async def test_a_reason_of_2000_characters_is_kept_and_a_longer_one_is_refused(
    place: Place,
) -> None:
    mira, vendor = place
    vendor.open_call("room", "ann=Ann", title="Room")
    text = await mira.types(f"kick stream:room ann {'r' * 2_001}")
    assert "The reason is longer than 2,000 characters." in text
    assert "Nothing was done." in text
    case = await written(mira, f"kick stream:room ann {'r' * 2_000}")
    assert case.reason == "r" * 2_000


@pytest.mark.parametrize("file", ["../secret.mp4", "..", "a/b.mp4", "a\\b.mp4", "a b.mp4", ""])
async def test_a_button_that_would_delete_outside_its_folder_is_stale(
    place: Place, file: str
) -> None:
    mira, vendor = place
    call = CallRef(vendor=Vendor.STREAM, id="room")
    verb = f'{{"name":"delete_recording","file":{file!r}}}'.replace("'", '"')
    value = f'{{"v":1,"verb":{verb},"call":{call.model_dump_json()},"title":"Room"}}'
    await mira.show.sender.press(
        mira.user, card(mira, button(action_values.ACT, value)), text="Press"
    )
    await mira.sees(STALE)
    assert vendor.done == []
