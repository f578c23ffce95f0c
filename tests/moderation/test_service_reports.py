"""Looking further from the desk: finding people, and what a vendor keeps about a call."""

import pytest

from bot.calls.acts import Act, Person
from bot.calls.capabilities import Capability, Enforcement, Reach
from bot.calls.cases import Event, Order
from bot.calls.models import Vendor
from bot.calls.reports import RECORDINGS, REPORTS, FileKind
from bot.calls.verbs import Kick, Mute, Silence
from bot.errors import BadInput, Impossible, Outsider, RoleTooLow, VendorUnreachable
from bot.moderation.asker import Asker
from bot.ports import AuditQuery
from tests.moderation.harness import MODERATOR, STRANGER, VIEWER, Harness

RECORDED = frozenset({FileKind.RECORDING})


async def test_somebody_is_found_in_the_call_they_are_in(harness: Harness) -> None:
    found = await harness.service.find(Asker(VIEWER, "C1"), "ann")
    assert [(person.person.id, person.call.title) for person in found.people] == [("ann", "Room")]
    assert (await harness.service.find(Asker(VIEWER, "C1"), "zed")).people == ()


async def test_a_vendor_that_is_silent_while_somebody_is_looked_for_is_named(
    harness: Harness,
) -> None:
    harness.vendor.silent = VendorUnreachable("It cannot be reached.", vendor=Vendor.STREAM)
    found = await harness.service.find(Asker(VIEWER, "C1"), "ann")
    assert [(trouble.vendor, trouble.message) for trouble in found.troubles] == [
        (Vendor.STREAM, "It cannot be reached.")
    ]


async def test_an_outsider_finds_nobody(harness: Harness) -> None:
    with pytest.raises(Outsider):
        await harness.service.find(Asker(STRANGER, "C1"), "ann")
    assert harness.vendor.requests == 0


async def test_recordings_want_a_moderator(harness: Harness) -> None:
    call = harness.vendor.calls["default:room"]
    with pytest.raises(RoleTooLow):
        await harness.service.reports.files(Asker(VIEWER, "C1"), RECORDINGS, call, RECORDED, "k1")
    assert await harness.events() == []


async def test_what_is_handed_out_is_on_record_once(harness: Harness) -> None:
    harness.vendor.reports.capabilities = dict.fromkeys(
        REPORTS, Capability(level=Enforcement.ENFORCED)
    )
    harness.vendor.keep_file("default:room", "rec_1.mp4")
    call = harness.vendor.calls["default:room"]
    for _ in range(2):
        files = await harness.service.reports.files(
            Asker(MODERATOR, "C1"), RECORDINGS, call, RECORDED, "k1"
        )
    assert [file.name for file in files.files] == ["rec_1.mp4"]
    (entry,) = await harness.store.audit(AuditQuery())
    assert (entry.event, entry.title, entry.detail) == (Event.DISCLOSED, "Room", "Recordings: 1")
    assert "https://" not in entry.model_dump_json()


async def test_a_report_the_vendor_has_not_says_why(harness: Harness) -> None:
    with pytest.raises(Impossible, match="it keeps nothing"):
        await harness.service.reports.rooms(Asker(MODERATOR, "C1"), Vendor.STREAM)


async def test_everyone_may_be_spared_from_and_is_looked_up(harness: Harness) -> None:
    act = await harness.resolver.resolve(Mute(), "default:room", (), everyone=True, spared=("bob",))
    assert (act.everyone, [person.id for person in act.spared]) == (True, ["bob"])
    await harness.service.request(Order(key="k1", act=act, actor=MODERATOR))
    await harness.done()
    entry = (await harness.store.audit(AuditQuery()))[-1]
    assert entry.people == ("everyone", "but Bob (bob)")


async def test_only_an_act_on_everyone_spares_somebody(harness: Harness) -> None:
    act = Act(
        verb=Mute(),
        call=harness.room,
        title="Room",
        people=(Person(id="ann"),),
        spared=(Person(id="bob"),),
    )
    with pytest.raises(BadInput):
        await harness.service.request(Order(key="k1", act=act, actor=MODERATOR))


async def test_kicking_everyone_wants_a_lead(harness: Harness) -> None:
    with pytest.raises(RoleTooLow, match="lead"):
        await harness.service.request(harness.order(Kick(), everyone=True))


async def test_an_act_a_vendor_has_only_for_everyone_is_refused_by_name(harness: Harness) -> None:
    level = Enforcement.BEST_EFFORT
    crowd = Capability(level=level, aims=Reach.EVERYONE)
    harness.vendor.capabilities = {**harness.vendor.capabilities, Silence.name: crowd}
    with pytest.raises(Impossible, match="only available for everyone at once"):
        await harness.service.request(harness.order(Silence(), "ann"))
    await harness.service.request(harness.order(Silence(), everyone=True))
    await harness.done()
    assert harness.vendor.done == [("silence", None)]


async def test_calls_that_were_not_searched_are_counted(harness: Harness) -> None:
    harness.vendor.unsearched = 3
    found = await harness.service.find(Asker(VIEWER, "C1"), "ann")
    assert found.unread == {Vendor.STREAM: 3}
