"""An order is written once, whole, and audited, on both engines."""

import asyncio

import pytest

from bot.calls.acts import Person
from bot.calls.cases import AcceptResult, Event, Refusal
from bot.calls.models import Vendor
from bot.calls.outcomes import State
from bot.errors import KeyReused, NotAccepted, UnknownCase
from bot.ports import AuditQuery
from bot.store import SqlStore, open_store
from tests.fakes.clock import ManualClock
from tests.store.orders import DONE, JOHN, MARY, MINUTE, order

ALL = AuditQuery(limit=100)


async def events(store: SqlStore) -> list[Event]:
    return [entry.event for entry in reversed(await store.audit(ALL))]


async def test_a_new_order_is_a_case_with_an_audited_request(
    store: SqlStore, clock: ManualClock
) -> None:
    asked = order(reply_url="https://hooks.slack.test/1")
    accepted = await store.accept(asked)
    assert accepted.how is AcceptResult.NEW
    assert await store.case(1) == accepted.case
    assert accepted.case.act == asked.act
    assert accepted.case.reply_url == asked.reply_url
    assert accepted.case.asked_at == clock.now()
    (entry,) = await store.audit(ALL)
    assert (entry.id, entry.case, entry.event) == (1, 1, Event.REQUESTED)
    assert (entry.verb, entry.vendor, entry.call) == ("mute", "stream", "default:lobby")
    assert entry.people == ("Alice (alice)",)
    assert entry.detail == "tracks=audio"
    assert "hooks.slack.test" not in entry.model_dump_json()


async def test_an_act_on_everyone_says_so(store: SqlStore) -> None:
    one = order()
    act = one.act.model_copy(update={"people": (), "everyone": True})
    await store.accept(one.model_copy(update={"act": act}))
    assert (await store.audit(ALL))[0].people == ("everyone",)


async def test_somebody_without_a_name_is_audited_by_id(store: SqlStore) -> None:
    one = order()
    act = one.act.model_copy(update={"people": (Person(id="u-17"),)})
    await store.accept(one.model_copy(update={"act": act}))
    assert (await store.audit(ALL))[0].people == ("u-17",)


async def test_the_same_delivery_again_is_the_same_case(store: SqlStore) -> None:
    first = await store.accept(order())
    again = await store.accept(order())
    assert again.how is AcceptResult.REPEATED
    assert again.case == first.case
    assert await events(store) == [Event.REQUESTED]


async def test_the_same_delivery_after_a_restart_is_the_same_case(
    database_url: str, clock: ManualClock
) -> None:
    async with open_store(database_url, clock) as store:
        await store.accept(order())
    async with open_store(database_url, clock) as store:
        again = await store.accept(order())
    assert (again.how, again.case.number) == (AcceptResult.REPEATED, 1)


async def test_ten_copies_at_once_are_one_case(store: SqlStore) -> None:
    found = await asyncio.gather(*(store.accept(order()) for _ in range(10)))
    assert sorted(a.how for a in found) == [AcceptResult.NEW, *[AcceptResult.REPEATED] * 9]
    assert {a.case.number for a in found} == {1}
    assert await events(store) == [Event.REQUESTED]


async def test_an_equal_order_by_somebody_else_joins_the_open_case(store: SqlStore) -> None:
    await store.accept(order("mary"))
    joined = await store.accept(order("john", actor=JOHN, reason="shouting"))
    assert (joined.how, joined.case.number) == (AcceptResult.JOINED, 1)
    assert joined.case.actor == MARY
    newest = (await store.audit(ALL))[0]
    assert (newest.event, newest.actor, newest.case) == (Event.JOINED, JOHN, 1)


async def test_a_delivery_that_joined_joins_once(store: SqlStore) -> None:
    await store.accept(order("mary"))
    await store.accept(order("john", actor=JOHN))
    again = await store.accept(order("john", actor=JOHN))
    assert (again.how, again.case.number) == (AcceptResult.REPEATED, 1)
    assert await events(store) == [Event.REQUESTED, Event.JOINED]


async def test_equal_orders_side_by_side_become_one_case(store: SqlStore) -> None:
    found = await asyncio.gather(*(store.accept(order(f"k{i}")) for i in range(5)))
    assert sorted(a.how for a in found) == [AcceptResult.JOINED] * 4 + [AcceptResult.NEW]


async def test_an_equal_order_after_the_end_is_a_new_case(store: SqlStore) -> None:
    await store.accept(order("first"))
    (claim,) = await store.claim(vendor=Vendor.STREAM, owner="w", limit=1, lease=MINUTE)
    await store.finish(claim, [DONE])
    later = await store.accept(order("second"))
    assert (later.how, later.case.number) == (AcceptResult.NEW, 2)


async def test_the_same_words_under_one_key_are_one_order_whoever_they_mean_by_now(
    store: SqlStore,
) -> None:
    typed = {"words": "kick K7QX zed rude"}
    await store.accept(order("k", person="first").model_copy(update=typed))
    again = await store.accept(order("k", person="second").model_copy(update=typed))
    assert (again.how, again.case.number) == (AcceptResult.REPEATED, 1)
    assert [entry.event for entry in await store.audit(ALL)] == [Event.REQUESTED]


async def test_a_key_with_another_order_is_refused_and_audited(store: SqlStore) -> None:
    await store.accept(order("k"))
    with pytest.raises(KeyReused):
        await store.accept(order("k", person="bob"))
    newest = (await store.audit(ALL))[0]
    assert (newest.event, newest.case, newest.state) == (Event.REFUSED, 1, State.REFUSED)
    assert newest.people == ("Bob (bob)",)
    with pytest.raises(UnknownCase):
        await store.case(2)


async def test_numbers_have_no_gaps(store: SqlStore) -> None:
    orders = [order(f"k{i}", person=f"p{i}") for i in range(40)]
    found = await asyncio.gather(*(store.accept(o) for o in orders))
    assert [a.case.number for a in found] == list(range(1, 41))
    assert [entry.id for entry in await store.audit(ALL)] == list(range(40, 0, -1))


async def test_a_refusal_is_audited_once_for_its_key(store: SqlStore) -> None:
    refusal = Refusal(key="r1", actor=JOHN, act=order().act, words="mute K7QX", why="Not a role.")
    await asyncio.gather(store.refuse(refusal), store.refuse(refusal))
    await store.refuse(refusal)
    (entry,) = await store.audit(ALL)
    assert (entry.event, entry.actor, entry.case) == (Event.REFUSED, JOHN, None)
    assert entry.detail == "Not a role.\nmute K7QX"


async def test_a_refusal_need_not_have_been_understood(store: SqlStore) -> None:
    await store.refuse(Refusal(key="r1", actor=JOHN, why="A guest."))
    (entry,) = await store.audit(ALL)
    assert (entry.verb, entry.detail) == (None, "A guest.")


async def test_a_refusal_leaves_its_key_to_the_order(store: SqlStore) -> None:
    """Slack may be silent about somebody for a moment, and the same request may come again."""
    await store.refuse(Refusal(key="k1", actor=MARY, why="Slack does not say who you are."))
    assert await store.case_for_key("k1") is None
    assert (await store.accept(order("k1"))).how is AcceptResult.NEW
    assert (await store.accept(order("k1"))).how is AcceptResult.REPEATED
    assert [entry.event for entry in await store.audit(ALL)] == [Event.REQUESTED, Event.REFUSED]


async def test_a_key_leads_to_the_case_of_its_order(store: SqlStore) -> None:
    await store.accept(order("k1"))
    await store.accept(order("k2", actor=JOHN))
    for key in ("k1", "k2"):
        found = await store.case_for_key(key)
        assert found is not None
        assert found.number == 1
    assert await store.case_for_key("k3") is None


@pytest.mark.parametrize("reason", ["a\ud800b", "\udfff"])
async def test_text_that_cannot_be_written_is_not_accepted(store: SqlStore, reason: str) -> None:
    with pytest.raises(NotAccepted):
        await store.accept(order(reason=reason))
    assert await events(store) == []


async def test_strange_but_valid_text_comes_back_as_it_was(store: SqlStore) -> None:
    reason = "null \x00 byte, right-to-left \u202e, smile \U0001f600, =1+1"
    await store.accept(order(reason=reason))
    assert (await store.case(1)).reason == reason
    assert (await store.audit(ALL))[0].reason == reason


async def test_the_audit_is_read_by_case_and_by_page(store: SqlStore) -> None:
    for i in range(4):
        await store.accept(order(f"k{i}", person=f"p{i}"))
    assert [e.id for e in await store.audit(AuditQuery(case=2))] == [2]
    assert [e.id for e in await store.audit(AuditQuery(before=4, limit=2))] == [3, 2]


async def test_recent_cases_of_a_call_and_of_one_run_of_it(store: SqlStore) -> None:
    lobby = order().act.call
    earlier = lobby.model_copy(update={"session": "s0"})
    elsewhere = lobby.model_copy(update={"id": "default:other"})
    for key, call in (("a", earlier), ("b", lobby), ("c", elsewhere), ("d", lobby)):
        await store.accept(order(key, person=key, call=call))
    assert [c.number for c in await store.recent(lobby, 5)] == [4, 2]
    whole = lobby.model_copy(update={"session": None})
    assert [c.number for c in await store.recent(whole, 2)] == [4, 2]


async def test_recent_cases_of_several_calls_come_in_one_look(store: SqlStore) -> None:
    lobby = order().act.call
    alike = lobby.model_copy(update={"vendor": Vendor.COMETCHAT})
    calls = (lobby, lobby.model_copy(update={"id": "default:other"}), alike)
    for number, call in enumerate((*calls, lobby)):
        await store.accept(order(f"k{number}", person=f"p{number}", call=call))
    assert [c.number for c in await store.recent_of_all(calls, 9)] == [4, 3, 2, 1]
    assert [c.number for c in await store.recent_of_all(calls[::2], 9)] == [4, 3, 1]
    assert [c.number for c in await store.recent_of_all(calls, 2)] == [4, 3]
    assert await store.recent_of_all((), 9) == []


async def test_two_processes_count_together(postgres_url: str, clock: ManualClock) -> None:
    async with open_store(postgres_url, clock) as one, open_store(postgres_url, clock) as two:
        await asyncio.gather(
            *(
                store.accept(order(f"k{i}-{j}", person=f"p{i}-{j}"))
                for i, store in enumerate((one, two))
                for j in range(30)
            ),
            *(store.accept(order("same", person="same")) for store in (one, two)),
        )
        assert await one.verify() == 61
        assert (await two.case(61)).number == 61


async def test_a_press_delivered_again_is_the_same_order_whatever_try_it_would_be_now(
    store: SqlStore,
) -> None:
    """The key of a try counts those before it; the press is one all the same."""
    first = await store.accept(order("again:1", press="p1"))
    (claim,) = await store.claim(vendor=Vendor.STREAM, owner="w", limit=1, lease=MINUTE)
    await store.finish(claim, [DONE])
    again = await store.accept(order("again:2", press="p1", person="bob"))
    assert (again.case.number, again.how) == (first.case.number, AcceptResult.REPEATED)
    assert await store.case_for_key("p1") == await store.case(1)
    assert await store.has_keys("again:1")
    assert not await store.has_keys("again:2")
    other = await store.accept(order("again:2", press="p2"))
    assert (other.case.number, other.how) == (2, AcceptResult.NEW)
