"""Who may look at calls, cases and the audit log, and what is looked up for whom."""

import pytest

from bot.calls.actors import Actor
from bot.calls.capabilities import Capability, Enforcement
from bot.calls.cases import Event
from bot.calls.live import ListView
from bot.calls.models import Vendor
from bot.calls.outcomes import Seen
from bot.calls.reports import REPORTS
from bot.calls.verbs import Kick
from bot.errors import (
    NotPermitted,
    Outsider,
    RoleTooLow,
    UnknownCase,
)
from bot.moderation.asker import Asker
from bot.ports import AuditQuery
from tests.fakes.clock import START
from tests.fakes.directory import HOME
from tests.moderation.harness import MODERATOR, STRANGER, VIEWER, Harness

OTHER = Actor(user="U3OTHER", team=HOME)


async def test_looking_is_free_to_everyone_of_the_workspace(harness: Harness) -> None:
    asker = Asker(VIEWER, "C1")
    listing = await harness.service.list_calls(asker, ListView())
    view, cases = await harness.service.open(asker, listing.calls[0].ref)
    assert (view.call.title, list(cases)) == ("Room", [])
    assert set(await harness.service.capabilities(asker)) == {Vendor.STREAM}


async def test_the_audit_log_and_other_peoples_cases_want_a_moderator(harness: Harness) -> None:
    """A viewer reads their own; what somebody else's is and what is nobody's is not told apart."""
    await harness.service.request(harness.order(Kick(), "ann"))
    await harness.done()
    viewer, moderator = Asker(VIEWER, "C1"), Asker(MODERATOR, "C1")
    for number in (1, 2):
        for read in (
            harness.service.cases.get(viewer, number),
            harness.service.cases.history(viewer, number),
            harness.service.cases.check(viewer, number),
        ):
            with pytest.raises(RoleTooLow):
                await read
    for which in (AuditQuery(), AuditQuery(case=1), AuditQuery(by=MODERATOR.user)):
        with pytest.raises(RoleTooLow):
            await harness.service.cases.audit_entries(viewer, which)
    with pytest.raises(RoleTooLow):
        await harness.service.cases.require_auditor(viewer)
    assert await harness.service.cases.audit_entries(viewer, AuditQuery(by=VIEWER.user)) == []
    assert (await harness.service.open(viewer, harness.room))[1] == []
    assert [case.number for case in (await harness.service.open(moderator, harness.room))[1]] == [1]
    assert (await harness.service.cases.history(moderator, 1)).case.number == 1
    with pytest.raises(UnknownCase):
        await harness.service.cases.get(moderator, 2)


async def test_whoever_asked_or_joined_reads_the_case_whatever_their_role_is_now(
    harness: Harness,
) -> None:
    """A moderator who was one when they asked."""
    for actor, key in ((VIEWER, "k1"), (OTHER, "k2")):
        await harness.store.accept(harness.order(Kick(), "ann", key=key, actor=actor))
    for actor in (VIEWER, OTHER):
        asker = Asker(actor, "C1")
        assert (await harness.service.cases.history(asker, 1)).case.number == 1
        assert [case.number for case in await harness.service.cases.own(asker, 5)] == [1]
    assert [
        case.number for case in (await harness.service.open(Asker(VIEWER), harness.room))[1]
    ] == [1]
    assert (await harness.service.open(Asker(OTHER), harness.room))[1] == []


async def test_a_card_offers_its_reader_what_they_may_do(harness: Harness) -> None:
    for actor, kick, end in ((VIEWER, False, False), (MODERATOR, True, False)):
        listing = await harness.service.list_calls(Asker(actor, "C1"), ListView())
        view, _ = await harness.service.open(Asker(actor, "C1"), harness.room)
        for rights in (listing.rights[Vendor.STREAM], view.rights):
            assert (rights.may("kick"), rights.may("end")) == (kick, end)
            assert ("recordings" in rights.reports) is kick


async def test_strangers_see_nothing(harness: Harness) -> None:
    asker = Asker(STRANGER, "C1")
    for look in (
        harness.service.list_calls(asker, ListView()),
        harness.service.open(asker, harness.room),
        harness.service.cases.get(asker, 1),
        harness.service.cases.audit_entries(asker, AuditQuery()),
    ):
        with pytest.raises(NotPermitted):
            await look


async def test_checking_again_reads_and_changes_nothing(harness: Harness) -> None:
    await harness.service.request(harness.order(Kick(), "ann", "bob"))
    await harness.done()
    case, seen = await harness.service.cases.check(Asker(MODERATOR, "C1"), 1)
    assert (case.number, [observation.seen for observation in seen]) == (1, [Seen.DONE, Seen.DONE])
    assert len(harness.vendor.done) == 2


async def test_nothing_is_looked_up_for_strangers_and_their_order_is_recorded(
    harness: Harness,
) -> None:
    asker = Asker(STRANGER, "C1")
    with pytest.raises(Outsider):
        await harness.service.require_viewer_audited(asker, "k1", "kick ROOM nobody")
    with pytest.raises(Outsider):
        await harness.service.call(asker, "default:room")
    with pytest.raises(Outsider):
        await harness.service.capabilities(asker)
    (entry,) = await harness.store.audit(AuditQuery())
    assert (entry.event, "kick ROOM nobody" in entry.detail) == (Event.REFUSED, True)
    assert harness.vendor.requests == 0


async def test_a_card_of_a_call_that_is_over_is_shown_although_nobody_says_who_was_there(
    harness: Harness,
) -> None:
    harness.vendor.reports.capabilities = dict.fromkeys(
        REPORTS, Capability(level=Enforcement.ENFORCED)
    )
    room = harness.vendor.calls["default:room"]
    harness.vendor.calls["default:room"] = room.model_copy(update={"ended_at": START})
    view, _ = await harness.service.open(Asker(MODERATOR, "C1"), harness.room)
    assert view.attendance is not None
    harness.vendor.attended = None
    view, _ = await harness.service.open(Asker(MODERATOR, "C1"), harness.room)
    assert view.attendance is None
