"""Of two open cases that contend, the older one is done first, whatever becomes of its worker."""

import asyncio
from datetime import timedelta

from sqlalchemy import text

from bot.calls.cases import Acceptance, AcceptResult, Case, Order
from bot.calls.models import Vendor
from bot.calls.outcomes import State
from bot.calls.verbs import RecordStart, RecordStop, Silence, Unsilence, Verb
from bot.store import SqlStore
from tests.fakes.clock import ManualClock
from tests.store.orders import DONE, JOHN, MINUTE, OVER, order


async def taken(store: SqlStore, owner: str = "w", lease: timedelta = MINUTE) -> list[int]:
    """The numbers of what can be taken up now."""
    return [
        claim.case.number
        for claim in await store.claim(vendor=Vendor.STREAM, owner=owner, limit=9, lease=lease)
    ]


async def finish_next(store: SqlStore) -> int:
    (claim,) = await store.claim(vendor=Vendor.STREAM, owner="w", limit=9, lease=MINUTE)
    assert await store.finish(claim, [DONE])
    return claim.case.number


def of_the_call(key: str, verb: Verb) -> Order:
    one = order(key, verb=verb)
    return one.model_copy(update={"act": one.act.model_copy(update={"people": ()})})


async def test_the_later_of_two_opposing_orders_waits_for_the_outcome_of_the_earlier(
    store: SqlStore,
) -> None:
    await store.accept(order("a", verb=Silence()))
    await store.accept(order("b", verb=Unsilence()))
    await store.accept(order("c", person="bob", verb=Silence()))
    assert await taken(store) == [1, 3]
    assert await taken(store, "another process") == []
    await store.release("w")
    assert await finish_all(store) == [1, 3, 2]


async def finish_all(store: SqlStore) -> list[int]:
    """The numbers in the order in which they can be finished."""
    done: list[int] = []
    while claims := await store.claim(vendor=Vendor.STREAM, owner="w", limit=9, lease=MINUTE):
        for claim in claims:
            assert await store.finish(claim, [DONE])
            done.append(claim.case.number)
    return done


async def test_where_the_worker_of_the_earlier_died_that_one_is_taken_up_again_first(
    store: SqlStore,
) -> None:
    await store.accept(order("a", verb=Silence()))
    await store.accept(order("b", verb=Unsilence()))
    assert await taken(store, "dies", OVER) == [1]
    assert await finish_next(store) == 1
    assert await finish_next(store) == 2


async def test_where_the_earlier_waits_for_its_time_the_later_waits_too(
    store: SqlStore,
) -> None:
    await store.accept(order("a", verb=Silence()))
    await store.accept(order("b", verb=Unsilence()))
    (claim,) = await store.claim(vendor=Vendor.STREAM, owner="w", limit=1, lease=MINUTE)
    await store.give_back(claim, wait=MINUTE)
    assert await taken(store) == []
    assert await store.finish(claim, [DONE]) is False
    (again,) = await _later(store, claim.case)
    assert again == 1


async def _later(store: SqlStore, case: Case) -> list[int]:
    """What can be taken up once the time has come until which a case was put back."""
    async with store._database.engine.begin() as connection:
        await connection.execute(
            text("UPDATE moderation_case SET lease_until = NULL WHERE number = :n"),
            {"n": case.number},
        )
    return await taken(store)


async def test_a_start_after_a_stop_is_another_order_than_the_start_before_it(
    store: SqlStore,
) -> None:
    first = await store.accept(of_the_call("a", RecordStart()))
    assert (await store.accept(of_the_call("b", RecordStart()))).case == first.case
    stop = await store.accept(of_the_call("c", RecordStop()))
    again = await store.accept(of_the_call("d", RecordStart()))
    joined = await store.accept(of_the_call("e", RecordStart()).model_copy(update={"actor": JOHN}))
    assert [acceptance.case.number for acceptance in (first, stop, again, joined)] == [1, 2, 3, 3]
    assert (again.how, joined.how) == (AcceptResult.NEW, AcceptResult.JOINED)
    assert await finish_all(store) == [1, 2, 3]


async def test_the_same_holds_for_orders_that_are_written_together(store: SqlStore) -> None:
    verbs = (RecordStart(), RecordStop(), RecordStart(), RecordStop(), RecordStop())
    orders = [of_the_call(f"k{n}", verb) for n, verb in enumerate(verbs)]
    answers: list[Acceptance] = await asyncio.gather(*map(store.accept, orders))
    assert [answer.case.number for answer in answers] == [1, 2, 3, 4, 4]
    assert await finish_all(store) == [1, 2, 3, 4]


async def test_what_an_older_release_finished_holds_nobody_up(store: SqlStore) -> None:
    """It knows nothing of locks and leaves them behind."""
    await store.accept(order("a", verb=Silence()))
    await store.accept(order("b", verb=Unsilence()))
    async with store._database.engine.begin() as connection:
        closed = "UPDATE moderation_case SET state = 'confirmed' WHERE number = 1"
        await connection.execute(text(closed))
    assert await taken(store) == [2]


async def test_a_finished_case_leaves_nothing_behind(store: SqlStore) -> None:
    await store.accept(order("a"))
    await finish_next(store)
    async with store._reading() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM case_lock")) == 0


async def test_a_case_that_is_not_confirmed_and_asked_again_later_waits_for_nobody(
    store: SqlStore, clock: ManualClock
) -> None:
    """Although its key changed when it was overtaken."""
    await store.accept(of_the_call("a", RecordStart()))
    await store.accept(of_the_call("b", RecordStop()))
    await store.accept(of_the_call("c", RecordStart()))
    doubt = DONE.model_copy(update={"state": State.NOT_CONFIRMED, "person": None})
    (claim,) = await store.claim(vendor=Vendor.STREAM, owner="w", limit=9, lease=MINUTE)
    await store.finish(claim, [doubt])
    await finish_all(store)
    clock.advance(120)
    assert await store.waiting(9) == []
