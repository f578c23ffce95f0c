"""An order is permitted, written down, carried out once and told, whatever happens between."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from bot.calls.actors import Actor
from bot.calls.acts import Act
from bot.calls.capabilities import Capability, Enforcement
from bot.calls.cases import AcceptResult, Case, Event, NoticeKind
from bot.calls.live import ListView
from bot.calls.models import Vendor
from bot.calls.outcomes import Seen, State
from bot.calls.prior_state import CallLimits, PriorState
from bot.calls.reports import REPORTS
from bot.calls.verbs import Block, End, Kick, Mute, RecordPause, Unblock, Verb
from bot.errors import (
    BadInput,
    ChannelUnavailable,
    DeliveryDeferred,
    DeliveryImpossible,
    Impossible,
    NotPermitted,
    Outsider,
    RoleTooLow,
    StoreError,
    UnknownCase,
)
from bot.metrics import Metrics
from bot.moderation.asker import Asker
from bot.moderation.executor import MOST_ATTEMPTS, STALE, release_quietly
from bot.ports import AuditQuery
from bot.store import SqlStore
from tests.fakes.clock import START, ManualClock
from tests.fakes.directory import HOME
from tests.fakes.provider import FakeProvider
from tests.moderation.harness import MODERATOR, RULES, STRANGER, VIEWER, Harness
from tests.store.ageing import time_passing

OTHER = Actor(user="U3OTHER", team=HOME)


async def test_a_permitted_order_is_on_disk_then_carried_out_then_told(harness: Harness) -> None:
    acceptance = await harness.service.request(harness.order(Kick(), "ann"))
    assert (acceptance.how, acceptance.case.number, acceptance.case.state) == (
        AcceptResult.NEW,
        1,
        State.ASKED,
    )
    await harness.done()
    case = await harness.store.case(1)
    assert (case.state, case.attempt, harness.vendor.done) == (
        State.CONFIRMED,
        1,
        [("kick", "ann")],
    )
    assert await harness.events() == [Event.REQUESTED, Event.OUTCOME]
    assert harness.wall.shown[-1] == (NoticeKind.LINE, 1, State.CONFIRMED)


async def test_what_an_earlier_case_found_is_not_taken_for_what_a_later_one_finds(
    harness: Harness,
) -> None:
    order = harness.order(Unblock(), "ann")
    found = PriorState(limits=CallLimits(people=50), most=1)
    begun = order.model_copy(update={"act": order.act.model_copy(update={"before": found})})
    acceptance = await harness.service.request(begun)
    assert acceptance.case.act.before is None
    await harness.done()
    assert (await harness.store.case(1)).act.before is None


async def test_the_same_order_twice_is_carried_out_once(harness: Harness) -> None:
    first = await harness.service.request(harness.order(Kick(), "ann"))
    again = await harness.service.request(harness.order(Kick(), "ann"))
    await harness.done()
    assert (again.how, again.case.number) == (AcceptResult.REPEATED, first.case.number)
    assert harness.vendor.done == [("kick", "ann")]


async def test_two_moderators_with_the_same_order_share_a_case(harness: Harness) -> None:
    harness.vendor.hangs = True
    first = await harness.service.request(harness.order(Kick(), "ann"))
    second = await harness.service.request(harness.order(Kick(), "ann", key="k2"))
    assert (second.how, second.case.number) == (AcceptResult.JOINED, first.case.number)
    await harness.tasks.drain(0.01)


async def test_who_may_not_is_refused_and_the_attempt_is_in_the_record(harness: Harness) -> None:
    with pytest.raises(RoleTooLow):
        await harness.service.request(harness.order(Kick(), "ann", actor=VIEWER))
    await harness.done()
    assert await harness.events() == [Event.REFUSED]
    assert harness.vendor.done == []


async def test_a_refusal_delivered_twice_is_in_the_record_once(harness: Harness) -> None:
    for _ in range(2):
        with pytest.raises(Outsider):
            await harness.service.request(harness.order(Kick(), "ann", actor=STRANGER))
    assert await harness.events() == [Event.REFUSED]


async def test_what_is_impossible_is_refused_before_anybody_is_asked(harness: Harness) -> None:
    with pytest.raises(Impossible):
        await harness.service.request(harness.order(RecordPause()))
    assert await harness.events() == []


@pytest.mark.parametrize(
    ("verb", "people", "everyone"),
    [
        (Kick(), (), False),
        (Block(), (), True),
        (Mute(), ("ann",), True),
        (Unblock(), (), False),
        (Unblock(), (), True),
        (End(), ("ann",), False),
        (End(), (), True),
    ],
)
async def test_an_act_aimed_at_nobody_or_at_the_wrong_ones_is_bad_input(
    harness: Harness,
    verb: Verb,
    people: tuple[str, ...],
    everyone: bool,
) -> None:
    with pytest.raises(BadInput):
        await harness.service.request(harness.order(verb, *people, everyone=everyone))


async def test_everyone_may_be_muted_and_one_person_unblocked(harness: Harness) -> None:
    await harness.service.request(harness.order(Mute(), everyone=True))
    await harness.service.request(harness.order(Unblock(), "gone", key="k2"))
    await harness.done()
    assert sorted(harness.vendor.done, key=str) == [("mute", None), ("unblock", "gone")]


async def test_looking_is_free_to_everyone_of_the_workspace(harness: Harness) -> None:
    asker = Asker(VIEWER, "C1")
    picture = await harness.service.look(asker, ListView())
    view, cases = await harness.service.open(asker, picture.calls[0].ref)
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
        picture = await harness.service.look(Asker(actor, "C1"), ListView())
        view, _ = await harness.service.open(Asker(actor, "C1"), harness.room)
        for rights in (picture.rights[Vendor.STREAM], view.rights):
            assert (rights.may("kick"), rights.may("end")) == (kick, end)
            assert ("recordings" in rights.reports) is kick


async def test_strangers_see_nothing(harness: Harness) -> None:
    asker = Asker(STRANGER, "C1")
    for look in (
        harness.service.look(asker, ListView()),
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


async def test_a_case_whose_worker_died_is_taken_up_by_another_and_not_repeated(
    harness: Harness, clock: ManualClock
) -> None:
    await harness.store.accept(harness.order(Kick(), "ann"))
    await harness.store.claim(
        vendor=Vendor.STREAM, owner="dead", limit=1, lease=timedelta(seconds=-1)
    )
    harness.vendor.done = [("kick", "ann")]
    clock.advance(1)
    harness.worker("two").wake()
    await harness.done()
    case = await harness.store.case(1)
    assert (case.state, case.attempt) == (State.CONFIRMED, 2)
    assert harness.vendor.done == [("kick", "ann")]


async def test_what_another_worker_has_taken_over_is_neither_finished_nor_counted_here(
    harness: Harness, clock: ManualClock
) -> None:
    metrics = Metrics(clock)
    await harness.store.accept(harness.order(Kick(), "ann"))
    harness.vendor.hangs = True
    harness.worker("slow", meter=metrics).wake()
    await harness.vendor.reached.wait()
    await harness.store.release("slow")
    assert (
        len(
            await harness.store.claim(
                vendor=Vendor.STREAM, owner="two", limit=1, lease=timedelta(hours=1)
            )
        )
        == 1
    )
    harness.vendor.let_go.set()
    await harness.done()
    case = await harness.store.case(1)
    assert (case.state, case.attempt) == (State.ASKED, 2)
    assert b"callwarden_acts_total{" not in await metrics.page()


async def test_a_case_no_worker_ever_finishes_is_given_up_as_not_confirmed(
    harness: Harness, clock: ManualClock
) -> None:
    await harness.store.accept(harness.order(Kick(), "ann"))
    await harness.store.accept(harness.order(End(), key="k2"))
    for _ in range(MOST_ATTEMPTS):
        await harness.store.claim(
            vendor=Vendor.STREAM, owner="dies", limit=2, lease=timedelta(seconds=-1)
        )
        clock.advance(1)
    harness.executor.wake()
    await harness.done()
    for number in (1, 2):
        assert (await harness.store.case(number)).state is State.NOT_CONFIRMED
    assert harness.vendor.done == []


async def test_an_order_that_could_not_be_begun_in_time_is_not_done_any_more(
    harness: Harness, clock: ManualClock, database_url: str
) -> None:
    await harness.store.accept(harness.order(Kick(), "ann"))
    with time_passing(clock, database_url):
        clock.advance(STALE.total_seconds() + 60)
    harness.executor.wake()
    await harness.done()
    case = await harness.store.case(1)
    assert (case.state, case.results[0].person, harness.vendor.done) == (State.FAILED, "ann", [])
    assert "16 minutes" in case.results[0].evidence
    assert case.results[0].next_step == "Request it again if it is still needed."


@pytest.mark.parametrize("by", [-3600, 3600])
async def test_an_order_is_done_though_the_clock_was_set_since(
    harness: Harness, clock: ManualClock, by: int
) -> None:
    await harness.store.accept(harness.order(Kick(), "ann"))
    clock.set(by)
    harness.executor.wake()
    await harness.done()
    assert (await harness.store.case(1)).state is State.CONFIRMED


async def test_an_order_begun_long_ago_is_in_doubt_and_not_begun_again(
    harness: Harness, clock: ManualClock, database_url: str
) -> None:
    await harness.store.accept(harness.order(Kick(), "ann"))
    await harness.store.claim(
        vendor=Vendor.STREAM, owner="dies", limit=1, lease=timedelta(seconds=-1)
    )
    with time_passing(clock, database_url):
        clock.advance(STALE.total_seconds() + 60)
    harness.executor.wake()
    await harness.done()
    assert (await harness.store.case(1)).state is State.NOT_CONFIRMED
    assert harness.vendor.done == []


async def test_a_closing_worker_takes_up_nothing_more_but_finishes(harness: Harness) -> None:
    await harness.service.request(harness.order(Kick(), "ann"))
    await harness.done()
    harness.executor.close()
    await harness.service.request(harness.order(Kick(), "bob", key="k2"))
    await harness.done()
    assert (await harness.store.case(2)).state is State.ASKED


async def test_a_bell_for_one_vendor_leaves_the_others_alone(harness: Harness) -> None:
    await harness.store.accept(harness.order(Kick(), "ann"))
    harness.executor.wake(Vendor.COMETCHAT)
    await harness.done()
    assert (await harness.store.case(1)).state is State.ASKED


async def test_a_message_slack_has_no_time_for_is_sent_later(
    harness: Harness, clock: ManualClock
) -> None:
    harness.wall.troubles = [DeliveryDeferred(30.0)]
    await harness.service.request(harness.order(Block(), "ann"))
    await harness.done()
    assert harness.wall.shown == []
    clock.advance(31)
    harness.executor.wake()
    await harness.done()
    assert harness.wall.shown == [(NoticeKind.LINE, 1, State.CONFIRMED)]


async def test_a_line_that_surely_was_not_posted_counts_as_not_tried_and_one_in_doubt_does(
    harness: Harness, clock: ManualClock
) -> None:
    harness.wall.troubles = [
        DeliveryDeferred(30.0),
        DeliveryDeferred(30.0, doubtful=True),
        DeliveryDeferred(30.0, posted="ts-known"),
    ]
    await harness.service.request(harness.order(Block(), "ann"))
    for _ in range(4):
        await harness.done()
        clock.advance(31)
        harness.executor.wake()
    await harness.done()
    tried = [(notice.attempt, notice.posted) for notice in harness.wall.notices]
    assert tried == [(1, None), (1, None), (2, None), (3, "ts-known")]


async def test_admins_are_told_once_that_the_channel_takes_no_lines(
    harness: Harness, clock: ManualClock
) -> None:
    harness.wall.troubles = [ChannelUnavailable("is_archived"), ChannelUnavailable("no_permission")]
    await harness.service.request(harness.order(Block(), "ann"))
    await harness.done()
    clock.advance(3600)
    harness.executor.wake()
    await harness.done()
    assert harness.wall.alerts == [("C-LINE", "is_archived")]
    assert harness.wall.shown == []
    clock.advance(3600)
    harness.executor.wake()
    await harness.done()
    assert harness.wall.shown == [(NoticeKind.LINE, 1, State.CONFIRMED)]


async def test_a_message_that_can_never_be_sent_is_given_up(harness: Harness) -> None:
    harness.wall.troubles = [DeliveryImpossible("archived")]
    await harness.service.request(harness.order(Kick(), "ann"))
    await harness.done()
    harness.executor.wake()
    await harness.done()
    assert harness.wall.shown == []


async def test_giving_back_what_is_held_lets_another_take_it_up_at_once(harness: Harness) -> None:
    await harness.store.accept(harness.order(Kick(), "ann"))
    await harness.store.claim(vendor=Vendor.STREAM, owner="one", limit=1, lease=timedelta(hours=1))
    await release_quietly(harness.store, "one")
    (claim,) = await harness.store.claim(
        vendor=Vendor.STREAM, owner="two", limit=1, lease=timedelta(hours=1)
    )
    assert claim.case.attempt == 2


async def test_a_database_that_is_away_lets_leases_run_out_by_themselves(store: SqlStore) -> None:
    await store.stop()
    await release_quietly(store, "one")
    with pytest.raises(StoreError):
        await store.release("one")
    await store.start()


async def test_nothing_is_looked_up_for_strangers_and_their_order_is_recorded(
    harness: Harness,
) -> None:
    asker = Asker(STRANGER, "C1")
    with pytest.raises(Outsider):
        await harness.service.admit(asker, "k1", "kick ROOM nobody")
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


class Overtaken(FakeProvider):
    """A vendor whose act takes so long to begin that another process takes the case up."""

    prepared = frozenset({"kick"})

    def __init__(self, harness: Harness) -> None:
        super().__init__()
        self.harness = harness

    async def prepare(self, act: Act, past: Sequence[Case]) -> Act:
        self.harness.clock.advance(61)
        taken = await self.harness.store.claim(
            owner="two", vendor=Vendor.STREAM, limit=1, lease=timedelta(seconds=60)
        )
        assert len(taken) == 1
        return await super().prepare(act, past)


async def test_nothing_is_sent_by_a_process_whose_case_another_one_has_taken_up(
    harness: Harness,
) -> None:
    harness.vendor = vendor = Overtaken(harness)
    harness.room = vendor.open_call("default:room", "ann=Ann", title="Room")
    harness.live_calls.providers = {Vendor.STREAM: vendor}
    harness.furnish(RULES)
    await harness.service.request(harness.order(Kick(), "ann"))
    await harness.done()
    assert vendor.done == []
    assert Event.OUTCOME not in await harness.events()
