"""One damaged audit entry is shown as damaged, and everything else goes on."""

import pytest

from bot.calls.handles import handle
from bot.calls.models import CallRef, Vendor
from bot.demo.stage import Show
from tests.fakes.moderator import Moderator
from tests.store.damage import damage

pytestmark = pytest.mark.asyncio(loop_scope="module")

ROOM = handle(CallRef(vendor=Vendor.STREAM, id="default:support-room"))


async def test_a_damaged_entry_is_shown_with_its_number_and_what_is_legible(
    show: Show, show_url: str
) -> None:
    mira = Moderator(show)
    await mira.types(f"mute {ROOM} @Kofi too loud")
    await mira.sees("muted Kofi", "confirmed")
    await mira.types(f"kick {ROOM} @Kofi insults")
    await mira.sees("kicked Kofi", "confirmed")
    damage(show_url, "UPDATE audit SET body = CAST('{\"id\":3, <b> nonsense' AS BLOB) WHERE id = 3")
    await mira.types("audit")
    page = await mira.sees("Audit log", "damaged", "Audit entry 3 is no entry", "nonsense")
    assert "too loud" in page
    assert "insults" in page


async def test_cases_home_search_and_further_orders_go_on(show: Show, show_url: str) -> None:
    mira = Moderator(show)
    await mira.types(f"mute {ROOM} @Kofi too loud")
    await mira.sees("muted Kofi", "confirmed")
    damage(show_url, "UPDATE audit SET body = X'00FF'")
    await mira.types("case 1")
    await mira.sees("Case #1", "Kofi", "Damaged", "Audit entry 1 ")
    await mira.types("audit by me verb mute")
    await mira.sees("Audit log", "damaged")
    delivery = await show.sender.app_home_opened(mira.user)
    assert delivery.trouble is None
    await mira.types(f"kick {ROOM} @Kofi insults")
    await mira.sees("kicked Kofi", "confirmed")
