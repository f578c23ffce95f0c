"""Cases are held by one worker at a time, finished once, and told everywhere they show."""

import asyncio
import sqlite3
from datetime import timedelta

import pytest

from bot.calls.cases import Event, NoticeKind
from bot.calls.models import CallRef, Vendor
from bot.calls.outcomes import Progress, Result, State
from bot.ports import AuditQuery
from bot.store import SqlStore, open_store
from tests.fakes.clock import ManualClock
from tests.store.orders import DONE, JOHN, MINUTE, OVER, due_notices, order

HOOK = "https://hooks.slack.test/1"


async def due(store: SqlStore, lease: timedelta = MINUTE) -> list[tuple[str, int]]:
    notices = await due_notices(store, owner="n", limit=10, lease=lease)
    return sorted((n.key, n.version) for n in notices)


async def finished(store: SqlStore, result: Result = DONE) -> None:
    (claim,) = await store.claim(vendor=Vendor.STREAM, owner="w", limit=1, lease=MINUTE)
    assert await store.finish(claim, [result])


async def test_the_oldest_open_cases_are_taken_first_and_once(store: SqlStore) -> None:
    for i in range(5):
        await store.accept(order(f"k{i}", person=f"p{i}"))
    first = await store.claim(vendor=Vendor.STREAM, owner="a", limit=2, lease=MINUTE)
    second = await store.claim(vendor=Vendor.STREAM, owner="b", limit=9, lease=MINUTE)
    assert [c.case.number for c in first] == [1, 2]
    assert [c.case.number for c in second] == [3, 4, 5]
    assert {c.case.attempt for c in first} == {1}
    assert first[0].token != second[0].token


async def test_two_workers_at_once_share_without_overlap(store: SqlStore) -> None:
    for i in range(10):
        await store.accept(order(f"k{i}", person=f"p{i}"))
    taken = await asyncio.gather(
        *(store.claim(vendor=Vendor.STREAM, owner=f"w{i}", limit=3, lease=MINUTE) for i in range(4))
    )
    numbers = [claim.case.number for claims in taken for claim in claims]
    assert sorted(numbers) == list(range(1, 11))


async def test_each_vendor_can_be_taken_alone(store: SqlStore) -> None:
    await store.accept(order("a"))
    await store.accept(order("b", call=CallRef(vendor=Vendor.REALTIMEKIT, id="m1")))
    (claim,) = await store.claim(owner="w", limit=9, lease=MINUTE, vendor=Vendor.REALTIMEKIT)
    assert claim.case.number == 2


@pytest.mark.parametrize(("seconds", "due"), [(0, True), (60, False)])
async def test_a_case_put_back_counts_as_never_taken_up_and_waits_for_its_time(
    store: SqlStore, seconds: int, due: bool
) -> None:
    await store.accept(order())
    (claim,) = await store.claim(vendor=Vendor.STREAM, owner="a", limit=1, lease=MINUTE)
    await store.give_back(claim, wait=timedelta(seconds=seconds))
    assert (await store.case(1)).attempt == 0
    assert not await store.finish(claim, [DONE])
    again = await store.claim(vendor=Vendor.STREAM, owner="b", limit=1, lease=MINUTE)
    assert [claim.case.attempt for claim in again] == ([1] if due else [])


async def test_who_lost_a_case_does_not_put_it_back(store: SqlStore) -> None:
    await store.accept(order())
    (lost,) = await store.claim(vendor=Vendor.STREAM, owner="a", limit=1, lease=timedelta(0))
    (held,) = await store.claim(vendor=Vendor.STREAM, owner="b", limit=1, lease=MINUTE)
    await store.give_back(lost, wait=timedelta(0))
    assert await store.finish(held, [DONE])


async def test_a_finished_case_keeps_its_act_as_it_was_done(store: SqlStore) -> None:
    """Who was spared shows only when it is done."""
    await store.accept(order())
    (claim,) = await store.claim(vendor=Vendor.STREAM, owner="a", limit=1, lease=MINUTE)
    act = claim.case.act.model_copy(update={"present": 44})
    case = claim.case.model_copy(update={"act": act})
    await store.finish(claim.model_copy(update={"case": case}), [DONE])
    kept = await store.case(1)
    assert (kept.act, kept.reason, kept.actor) == (act, claim.case.reason, claim.case.actor)


async def test_a_case_whose_lease_ran_out_is_taken_again_and_fences_the_first(
    store: SqlStore,
) -> None:
    await store.accept(order())
    (late,) = await store.claim(vendor=Vendor.STREAM, owner="a", limit=1, lease=OVER)
    (now,) = await store.claim(vendor=Vendor.STREAM, owner="b", limit=1, lease=MINUTE)
    assert now.case.attempt == 2
    assert await store.finish(late, [DONE]) is False
    assert (await store.case(1)).state is State.ASKED
    assert await store.finish(now, [DONE]) is True


async def test_a_lease_is_renewed_by_who_holds_it_alone(store: SqlStore) -> None:
    await store.accept(order())
    (lost,) = await store.claim(vendor=Vendor.STREAM, owner="a", limit=1, lease=OVER)
    (held,) = await store.claim(vendor=Vendor.STREAM, owner="a", limit=1, lease=OVER)
    assert not await store.renew(lost, lease=MINUTE, progress=Progress(done=1), answer=True)
    assert await store.renew(held, lease=MINUTE, progress=None, answer=False)
    assert await store.claim(vendor=Vendor.STREAM, owner="b", limit=1, lease=MINUTE) == []
    assert (await store.case(1)).progress is None


async def test_how_far_it_is_is_told_anew_in_every_place_that_can_be_edited(
    store: SqlStore, clock: ManualClock
) -> None:
    await store.accept(order("a", reply_url=HOOK))
    await store.accept(order("b", person="bob", reply_url=f"{HOOK}/card", card=True))
    claims = await store.claim(vendor=Vendor.STREAM, owner="w", limit=2, lease=MINUTE)
    clock.advance(2)  # what answers a command has waited for the outcome until now
    for notice in await due_notices(store, owner="n", limit=9, lease=MINUTE):
        await store.mark_shown(notice, posted="ts")
    far = Progress(done=120, total=300)
    for claim in claims:
        assert await store.renew(claim, lease=MINUTE, progress=far, answer=True)
    assert await due(store, lease=OVER) == [("answer:b", 1), ("line:1", 1), ("line:2", 1)]
    assert (await store.case(1)).progress == far
    for claim in claims:
        assert await store.finish(claim, [DONE])
    assert (await store.case(1)).progress is None
    assert [version for _, version in await due(store)] == [2, 2, 2, 2]


async def test_a_case_is_finished_once(store: SqlStore) -> None:
    await store.accept(order())
    (claim,) = await store.claim(vendor=Vendor.STREAM, owner="a", limit=1, lease=MINUTE)
    done = await asyncio.gather(store.finish(claim, [DONE]), store.finish(claim, [DONE]))
    assert sorted(done) == [False, True]
    outcomes = [e for e in await store.audit(AuditQuery()) if e.event is Event.OUTCOME]
    assert len(outcomes) == 1
    assert await store.claim(vendor=Vendor.STREAM, owner="a", limit=1, lease=MINUTE) == []


async def test_released_cases_need_not_wait_for_the_lease(store: SqlStore) -> None:
    await store.accept(order("a"))
    await store.accept(order("b", person="bob"))
    await store.claim(vendor=Vendor.STREAM, owner="gone", limit=1, lease=MINUTE)
    await store.claim(vendor=Vendor.STREAM, owner="here", limit=1, lease=MINUTE)
    await store.release("gone")
    (claim,) = await store.claim(vendor=Vendor.STREAM, owner="new", limit=9, lease=MINUTE)
    assert (claim.case.number, claim.case.attempt) == (1, 2)


async def test_the_outcome_says_how_it_went_for_each_person(
    store: SqlStore, clock: ManualClock
) -> None:
    await store.accept(order())
    (claim,) = await store.claim(vendor=Vendor.STREAM, owner="w", limit=1, lease=MINUTE)
    clock.advance(3)
    failed = Result(
        person="bob", state=State.FAILED, evidence="Not there.", attempts=2, request_id="req-9"
    )
    await store.finish(claim, [DONE, failed])
    case = await store.case(1)
    assert (case.state, case.results) == (State.PARTLY, (DONE, failed))
    assert case.finished_at == clock.now()
    entry = (await store.audit(AuditQuery()))[0]
    assert (entry.event, entry.state, entry.at) == (Event.OUTCOME, State.PARTLY, clock.now())
    assert entry.detail.splitlines() == [
        "Alice: confirmed. Alice is muted.",
        "bob: failed, 2 attempts, request req-9. Not there.",
    ]


async def test_the_line_is_due_when_asked_and_again_at_the_outcome(store: SqlStore) -> None:
    await store.accept(order())
    (asked,) = await due_notices(store, owner="n", limit=5, lease=MINUTE)
    assert (asked.kind, asked.place, asked.attempt) == (NoticeKind.LINE, "C-LINE", 1)
    await store.mark_shown(asked, posted="171.001")
    assert await due(store) == []
    await finished(store)
    (outcome,) = await due_notices(store, owner="n", limit=5, lease=MINUTE)
    assert (outcome.version, outcome.posted, outcome.attempt) == (2, "171.001", 1)
    await store.mark_shown(outcome, posted=None)
    assert await due(store) == []


async def test_the_newest_version_wins_over_one_not_sent_yet(store: SqlStore) -> None:
    await store.accept(order())
    await finished(store)
    assert await due(store) == [("line:1", 2)]


async def test_an_outcome_while_the_line_is_being_sent_stays_due(store: SqlStore) -> None:
    await store.accept(order())
    (sending,) = await due_notices(store, owner="n", limit=5, lease=MINUTE)
    await finished(store)
    await store.mark_shown(sending, posted="171.001")
    (newer,) = await due_notices(store, owner="n", limit=5, lease=MINUTE)
    assert (newer.version, newer.posted) == (2, "171.001")


async def test_without_a_moderation_channel_there_is_no_line(
    database_url: str, clock: ManualClock
) -> None:
    async with open_store(database_url, clock) as store:
        await store.accept(order())
        await finished(store)
        assert await due(store) == []


async def test_everybody_who_asked_gets_the_answer_once(store: SqlStore) -> None:
    await store.accept(order("mary", reply_url=HOOK))
    await store.accept(order("john", actor=JOHN, reply_url=f"{HOOK}/john"))
    assert await due(store, OVER) == [("line:1", 1)]
    await finished(store)
    notices = await due_notices(store, owner="n", limit=9, lease=MINUTE)
    answers = [n for n in notices if n.kind is NoticeKind.ANSWER]
    assert sorted(n.place for n in answers) == [HOOK, f"{HOOK}/john"]
    for answer in answers:
        await store.mark_shown(answer, posted=None)
    assert (await store.case(1)).reply_url is None
    await store.release("n")
    assert await due(store) == [("line:1", 2)]


async def test_an_answer_whose_address_expired_is_dropped(
    store: SqlStore, clock: ManualClock
) -> None:
    await store.accept(order(reply_url=HOOK))
    await finished(store)
    clock.advance(30 * 60)
    assert await due(store) == [("line:1", 2)]
    assert (await store.case(1)).reply_url is None


async def test_a_postponed_notice_comes_back_when_its_time_has_come(
    store: SqlStore, clock: ManualClock
) -> None:
    await store.accept(order())
    (notice,) = await due_notices(store, owner="n", limit=5, lease=MINUTE)
    await store.postpone(notice, until=clock.now() + timedelta(seconds=30))
    assert await due(store) == []
    clock.advance(30)
    (again,) = await due_notices(store, owner="n", limit=5, lease=MINUTE)
    assert again.attempt == 2


async def test_an_outcome_leaves_a_line_for_when_slack_wants_it(
    store: SqlStore, clock: ManualClock
) -> None:
    await store.accept(order())
    (line,) = await due_notices(store, owner="n", limit=1, lease=MINUTE)
    until = clock.now() + timedelta(seconds=120)
    await store.postpone(line, until=until, doubtful=False)
    await finished(store)
    clock.advance(119)
    assert await due(store) == []
    clock.advance(2)
    assert await due(store) == [("line:1", 2)]


async def test_a_dropped_notice_never_comes_back(store: SqlStore) -> None:
    await store.accept(order())
    (notice,) = await due_notices(store, owner="n", limit=5, lease=MINUTE)
    await store.drop(notice)
    await finished(store)
    assert await due(store) == []


@pytest.mark.parametrize("act", ["noticed", "postpone", "drop"])
async def test_a_notice_taken_over_by_another_is_left_alone(
    store: SqlStore, clock: ManualClock, act: str
) -> None:
    await store.accept(order())
    (stale,) = await due_notices(store, owner="a", limit=5, lease=OVER)
    (held,) = await due_notices(store, owner="b", limit=5, lease=OVER)
    assert held.attempt == 2
    if act == "noticed":
        await store.mark_shown(stale, posted="171.001")
    elif act == "postpone":
        await store.postpone(stale, until=clock.now() + MINUTE)
    else:
        await store.drop(stale)
    (still,) = await due_notices(store, owner="c", limit=5, lease=MINUTE)
    assert still.posted is None


async def test_who_has_the_file_frees_what_a_dead_process_held(
    sqlite_url: str, clock: ManualClock
) -> None:
    """No time passes in between: nothing waits for a lease."""
    dead = SqlStore(sqlite_url, clock, line_channel="C0LOG")
    await dead.start()
    await dead.accept(order("k1"))
    await dead.claim(vendor=Vendor.STREAM, owner="dead", limit=1, lease=MINUTE)
    await due_notices(dead, owner="dead", limit=10, lease=MINUTE)
    await dead.stop()
    async with open_store(sqlite_url, clock, line_channel="C0LOG") as store:
        (claim,) = await store.claim(vendor=Vendor.STREAM, owner="next", limit=1, lease=MINUTE)
        assert (claim.case.number, claim.case.attempt) == (1, 2)
        assert len(await due(store)) == 1


async def test_on_postgresql_a_claim_is_waited_for_since_its_owner_may_live(
    postgres_url: str, clock: ManualClock
) -> None:
    async with open_store(postgres_url, clock) as store:
        await store.accept(order("k1"))
        await store.claim(vendor=Vendor.STREAM, owner="alive", limit=1, lease=MINUTE)
        async with open_store(postgres_url, clock) as other:
            assert (
                await other.claim(vendor=Vendor.STREAM, owner="next", limit=1, lease=MINUTE) == []
            )


async def test_a_file_that_takes_no_writing_can_be_opened_and_read(
    sqlite_url: str, clock: ManualClock
) -> None:
    async with open_store(sqlite_url, clock) as store:
        await store.accept(order("k1"))
        await store.claim(vendor=Vendor.STREAM, owner="dead", limit=1, lease=MINUTE)
    with sqlite3.connect(sqlite_url.removeprefix("sqlite:///")) as file:
        file.execute(
            "CREATE TRIGGER no BEFORE UPDATE ON moderation_case"
            " BEGIN SELECT RAISE(ABORT, 'no'); END"
        )
    file.close()
    async with open_store(sqlite_url, clock) as store:
        assert (await store.case(1)).number == 1
