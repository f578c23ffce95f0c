"""The later cases that take one back."""

from bot.calls.acts import Act, Person
from bot.calls.models import CallRef, Vendor
from bot.calls.verbs import Block, Kick, Unblock, Verb
from bot.store import SqlStore
from tests.store.orders import order

ROOM = CallRef(vendor=Vendor.STREAM, id="default:room", session="s1")
LATER_RUN = ROOM.model_copy(update={"session": "s2"})
ELSEWHERE = ROOM.model_copy(update={"id": "default:other"})


async def case(store: SqlStore, key: str, verb: Verb, call: CallRef = ROOM) -> int:
    act = Act(verb=verb, call=call, title="Room", people=(Person(id="alice"),))
    wanted = order(key).model_copy(update={"act": act})
    return (await store.accept(wanted)).case.number


async def test_only_later_inverse_cases_of_the_same_call_are_found_oldest_first(
    store: SqlStore,
) -> None:
    await case(store, "before", Unblock())
    first = await case(store, "block", Block())
    await case(store, "kick", Kick())
    await case(store, "elsewhere", Unblock(), ELSEWHERE)
    again = await case(store, "again", Unblock(), LATER_RUN)
    found = await store.reversals(await store.case(first))
    assert [case.number for case in found] == [again]


async def test_what_has_no_inverse_was_never_taken_back(store: SqlStore) -> None:
    number = await case(store, "kick", Kick())
    assert await store.reversals(await store.case(number)) == []
