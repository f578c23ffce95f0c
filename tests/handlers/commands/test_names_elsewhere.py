"""A name that is looked for is found as it is typed, however its vendor holds it, everywhere."""

import pytest

from bot.calls.handles import handle
from bot.calls.models import CallRef, Vendor
from bot.demo.stage import Show
from bot.demo.vendors import Visitor
from handlers.blocks.action_values import FORM_CALL, FORM_PEOPLE
from tests.calls.test_names import wide
from tests.fakes.form_filler import FormFiller

pytestmark = pytest.mark.asyncio(loop_scope="module")

ROWS = {
    "troll": ("Troll\u200b\u00a0Ki\u00adng", "troll king"),
    "jose": ("Jose\u0301  Di\u0301az", "Jos\u00e9 D\u00edaz"),
    "pat": ("Pat O\u2019Brien", "pat o'brien"),
    "anne": ("Anne\u2011Marie", "Anne-Marie"),
    "jiro": (wide("Jiro\u3000Sato"), "Jiro Sato"),
    "dana": ("\u2067Dana\u2069 Rex", "dana rex"),
}
"""By id: the name as it is held, and as it is typed."""


@pytest.fixture
def mira(show: Show) -> FormFiller:
    for server in (show.stage.world.stream, show.stage.world.realtimekit):
        room = server.open("default:names", "Names of all kinds")
        for person, (held, _) in ROWS.items():
            server.join(room.id, Visitor(person, held))
    return FormFiller(show, "lead")


async def test_find_knows_each_name_on_the_vendors_that_tell_names(mira: FormFiller) -> None:
    for held, typed in ROWS.values():
        for quoted in (typed, f'"@{typed}"', f"\u00ab{typed}\u00bb"):
            text = await mira.types(f"find {quoted}")
            assert text.count("Names of all kinds") == 2, (held, quoted)


async def test_find_knows_an_id_where_a_vendor_tells_no_names(show: Show, mira: FormFiller) -> None:
    comet = show.stage.world.cometchat
    comet.open("v1.us.names", "Quiet")
    comet.join("v1.us.names", Visitor("Uid\u2011Seven", "Nobody reads this"))
    assert "CometChat" in await mira.types("find uid-seven")


async def test_a_filter_of_the_list_knows_each_title(show: Show, mira: FormFiller) -> None:
    for number, (held, typed) in enumerate(ROWS.values()):
        show.stage.world.stream.open(f"default:t{number}", f"{held} live")
        show.stage.world.stream.join(f"default:t{number}", Visitor(f"p{number}", "P"))
        text = await mira.types(f"list {typed} live")
        assert handle(CallRef(vendor=Vendor.STREAM, id=f"default:t{number}")) in text, held
        assert text.count("[Open]") == 1, held


async def test_menus_know_each_name_and_title(show: Show, mira: FormFiller) -> None:
    room = "default:names"
    await mira.opens(f"mute {handle(CallRef(vendor=Vendor.STREAM, id=room))}")
    for person, (held, typed) in ROWS.items():
        assert [item.split(" | ")[1] for item in await mira.offered(FORM_PEOPLE, typed)] == [
            f"{person} · user"
        ], held
    show.stage.world.stream.open("default:wide", wide("Jiro"))
    show.stage.world.stream.join("default:wide", Visitor("p", "P"))
    await show.app.live_calls.call_index.refresh()
    await mira.opens("mute")
    assert len(await mira.offered(FORM_CALL, "names of all kinds")) == 2


async def test_the_audit_knows_each_person(mira: FormFiller) -> None:
    for person, (held, typed) in ROWS.items():
        await mira.types(f"mute stream:default:names {typed} noise")
        await mira.sees("confirmed")
        for words in (typed, f"\u201c{typed}\u201d", person):
            assert "Mute" in await mira.types(f"audit person {words}"), held
    assert "Mute" not in await mira.types("audit person nobody")
