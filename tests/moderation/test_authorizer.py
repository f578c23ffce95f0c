"""Rights are checked on whom an act hits: at the door, and again when it is taken up."""

from datetime import timedelta

import pytest

from bot.calls.acts import Act, Person
from bot.calls.capabilities import Capability, Enforcement, Reach
from bot.calls.cases import Case, Event, Order
from bot.calls.models import Page, Participant, Vendor
from bot.calls.outcomes import Seen, State
from bot.calls.reports import CallMember
from bot.calls.verbs import GroupUnban, Kick, MemberRemove, Mute, Silence, Unblock, Verb
from bot.errors import AnswerLost, NotAtVendor, ProtectedPerson, RoleTooLow, VendorUnreachable
from bot.moderation.executor import STALE
from bot.policy import Rules
from bot.policy.rules import People, Places, Protected
from bot.ports import AuditQuery
from bot.store import SqlStore
from tests.fakes.clock import ManualClock
from tests.moderation.harness import MODERATOR, RULES, Harness

HOSTS = RULES.model_copy(update={"protected": Protected(people=("ceo",), roles=("host",))})
VERA = Participant(id="vera-uuid", name="Vera", custom_id="ceo", role="host", presence="vera-peer")


@pytest.fixture
def harness(store: SqlStore, clock: ManualClock) -> Harness:
    """Ann, Bob and Cem are there, and Vera, who is protected."""
    harness = Harness(store, clock)
    harness.furnish(HOSTS)
    harness.vendor.people["default:room"].append(VERA)
    return harness


AS_THE_CLOCK_SAYS = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""PostgreSQL's leases go by its own clock."""


async def ends(harness: Harness, order: Order) -> Case:
    number = (await harness.service.request(order)).case.number
    await harness.done()
    return await harness.store.case(number)


def everyone(harness: Harness, verb: Verb, *spared: str, **said: bool) -> Order:
    order = harness.order(verb, everyone=True)
    people = tuple(Person(id=person) for person in spared)
    act = order.act.model_copy(update={"spared": people, **said})
    return order.model_copy(update={"act": act})


def carried(harness: Harness) -> Act:
    """The act as the vendor got it."""
    return harness.vendor.acted[-1]


async def test_everyone_spares_the_protected_and_the_case_says_so(harness: Harness) -> None:
    case = await ends(harness, everyone(harness, Mute()))
    assert [person.id for person in case.act.left_out] == ["vera-uuid"]
    assert case.act.present == 4
    assert carried(harness).spares(["vera-uuid"])
    assert case.state is State.CONFIRMED
    entries = await harness.store.audit(AuditQuery(case=case.number))
    assert all(any("Vera" in person for person in entry.people) for entry in entries)


async def test_everyone_but_all_the_others_does_not_reach_the_protected(harness: Harness) -> None:
    await ends(harness, everyone(harness, Silence(), "ann", "bob", "cem"))
    assert {person.id for person in carried(harness).spared} == {"ann", "bob", "cem", "vera-uuid"}


async def test_who_was_spared_by_name_is_not_counted_as_left_out(harness: Harness) -> None:
    case = await ends(harness, everyone(harness, Mute(), "vera-uuid"))
    assert case.act.left_out == ()


async def test_somebody_protected_who_joins_after_the_order_is_spared(harness: Harness) -> None:
    harness.vendor.people["default:room"].remove(VERA)
    accepted = await harness.service.request(everyone(harness, Mute()))
    assert accepted.case.act.left_out == ()
    harness.vendor.people["default:room"].append(VERA)
    await harness.done()
    assert [person.id for person in carried(harness).left_out] == ["vera-uuid"]


async def test_a_list_that_is_not_whole_leaves_the_sparing_to_who_meets_them(
    harness: Harness,
) -> None:
    """Stream lists a hundred people at most; the rest is met round by round."""
    harness.vendor.left.add("cem")  # so that fewer are listed than are said to be there
    case = await ends(harness, everyone(harness, Mute()))
    assert case.act.present is None
    assert carried(harness).spares(["somebody-else"], "host")
    assert not carried(harness).spares(["somebody-else"], "user")
    assert case.act.protection is None


@pytest.mark.parametrize("user", ["U1MOD", "U0ADMIN"])
async def test_admins_may_include_the_protected_and_nobody_else(
    harness: Harness, user: str
) -> None:
    people = People(moderators=("U1MOD",), admins=("U0ADMIN",))
    harness.furnish(HOSTS.model_copy(update={"people": people}))
    actor = MODERATOR.model_copy(update={"user": user})
    order = everyone(harness, Mute(), protected_too=True).model_copy(update={"actor": actor})
    if user == "U1MOD":
        with pytest.raises(ProtectedPerson, match="Only an admin can include"):
            await harness.service.request(order)
        assert harness.vendor.done == []
        return
    assert (await ends(harness, order)).state is State.CONFIRMED
    assert not carried(harness).selective


async def test_a_vendor_that_spares_nobody_is_not_asked_while_somebody_protected_is_there(
    harness: Harness,
) -> None:
    harness.vendor.capabilities = dict(harness.vendor.capabilities) | {
        "silence": Capability(level=Enforcement.ENFORCED, aims=Reach.EVERYONE)
    }
    with pytest.raises(ProtectedPerson, match="only to everyone at once, and Vera"):
        await harness.service.request(everyone(harness, Silence()))
    harness.vendor.people["default:room"].remove(VERA)
    harness.live_calls.recent_calls.forget(harness.vendor.vendor, "default:room")
    later = everyone(harness, Silence()).model_copy(update={"key": "k2"})
    number = (await harness.service.request(later)).case.number
    harness.vendor.people["default:room"].append(VERA)
    await harness.done()
    case = await harness.store.case(number)
    assert (case.state, harness.vendor.done) == (State.REFUSED, [])


@pytest.mark.parametrize("verb", [MemberRemove(), Unblock(), GroupUnban()])
@pytest.mark.parametrize("known_as", ["vera-uuid", "ceo", "vera-peer", "enrolled-7"])
async def test_an_absent_person_is_protected_under_every_id(
    harness: Harness, verb: Verb, known_as: str
) -> None:
    member = CallMember(id="enrolled-7", name="Vera", custom_id="ceo")
    harness.vendor.belonging["default:room"] = Page(items=(member,))
    with pytest.raises(ProtectedPerson):
        await harness.service.request(harness.order(verb, known_as))
    assert await harness.events() == [Event.REFUSED]


async def test_an_absent_person_is_looked_up_in_a_call_that_is_over_too(harness: Harness) -> None:
    harness.vendor.silent = NotAtVendor("No such call.", vendor="stream", status=404)
    assert (await harness.service.request(harness.order(MemberRemove(), "dan"))).case.number == 1


async def test_a_person_is_protected_by_the_role_the_vendor_says_not_the_order(
    harness: Harness,
) -> None:
    await harness.live_calls.people(harness.room)
    with pytest.raises(ProtectedPerson, match="Vera"):
        await harness.service.request(harness.order(Kick(), "vera-uuid"))


@pytest.mark.parametrize("named", [("ann", "bob"), ("ann", "bob", "cem", "vera-uuid")])
async def test_naming_all_who_are_there_is_everyone_in_other_words(
    harness: Harness, named: tuple[str, ...]
) -> None:
    harness.furnish(RULES)
    order = harness.order(Kick(), *named)
    if len(named) < 4:
        assert (await ends(harness, order)).state is State.CONFIRMED
    else:
        with pytest.raises(RoleTooLow, match="Only leads can kick 4 people"):
            await harness.service.request(order)


DEMOTED = Rules(people=People(leads=("U2LEAD",)))
ELSEWHERE = RULES.model_copy(update={"slack": Places(channels=("C9ELSE",))})
ANN_TOO = HOSTS.model_copy(update={"protected": Protected(people=("app-ann",))})


@pytest.mark.parametrize(
    ("rules", "why"),
    [
        (DEMOTED, "Only moderators can"),
        (ELSEWHERE, "takes no orders here"),
        (ANN_TOO, "Ann is protected"),
    ],
    ids=["role-removed", "channel-removed", "protected-since"],
)
async def test_rules_that_changed_while_it_was_stopped_end_the_case_as_refused(
    harness: Harness, rules: Rules, why: str
) -> None:
    harness.executor.close()
    order = harness.order(Kick(), "ann")
    known = Person(id="ann", name="Ann", custom_id="app-ann")
    order = order.model_copy(update={"act": order.act.model_copy(update={"people": (known,)})})
    number = (await harness.service.request(order)).case.number
    await harness.done()
    assert (await harness.store.case(number)).state is State.ASKED

    harness.furnish(rules)
    harness.executor.wake()
    await harness.done()

    case = await harness.store.case(number)
    assert case.state is State.REFUSED
    assert why in case.results[0].evidence
    assert "othing was done" in case.results[0].evidence
    assert harness.vendor.done == []
    last = (await harness.store.audit(AuditQuery(case=number)))[0]
    assert (last.event, last.state) == (Event.OUTCOME, State.REFUSED)


@pytest.mark.parametrize(
    ("seen", "state"),
    [
        (Seen.DONE, State.CONFIRMED),
        (Seen.NOT_DONE, State.REFUSED),
        (Seen.UNKNOWABLE, State.NOT_CONFIRMED),
        (AnswerLost("It broke off.", vendor="stream"), State.NOT_CONFIRMED),
    ],
)
async def test_what_may_have_been_done_before_is_never_said_to_be_refused_unseen(
    harness: Harness, seen: Seen | Exception, state: State
) -> None:
    """It was taken up, perhaps sent, and its process died; then the rules changed."""
    harness.executor.close()
    number = (await harness.service.request(harness.order(Kick(), "ann"))).case.number
    await harness.store.claim(vendor=Vendor.STREAM, owner="dead", limit=1, lease=timedelta(0))
    harness.furnish(DEMOTED)
    harness.vendor.seen = [seen]
    harness.executor.wake()
    await harness.done()
    case = await harness.store.case(number)
    assert (case.state, harness.vendor.done) == (state, [])
    assert "Nothing was done" not in case.results[0].evidence


@AS_THE_CLOCK_SAYS
async def test_while_slack_is_silent_an_order_waits_and_is_not_lost(harness: Harness) -> None:
    harness.executor.close()
    number = (await harness.service.request(harness.order(Mute(), "ann"))).case.number
    harness.furnish(HOSTS)
    harness.directory.silent.add("U1MOD")
    for _ in range(3):
        harness.executor.wake()
        await harness.done()
        case = await harness.store.case(number)
        assert (case.state, case.attempt, harness.vendor.done) == (State.ASKED, 0, [])
        harness.clock.advance(6)
    harness.directory.silent.clear()
    harness.executor.wake()
    await harness.done()
    case = await harness.store.case(number)
    assert (case.state, case.attempt) == (State.CONFIRMED, 1)


async def test_an_order_is_not_taken_up_again_at_once(harness: Harness) -> None:
    harness.executor.close()
    await harness.service.request(harness.order(Mute(), "ann"))
    harness.furnish(HOSTS)
    harness.directory.silent.add("U1MOD")
    harness.executor.wake()
    await harness.done()
    harness.directory.silent.clear()
    harness.executor.wake()
    await harness.done()
    assert harness.vendor.done == []


@AS_THE_CLOCK_SAYS
async def test_an_order_whose_asker_stays_unknown_is_not_done_hours_late(harness: Harness) -> None:
    harness.executor.close()
    number = (await harness.service.request(harness.order(Mute(), "ann"))).case.number
    harness.furnish(HOSTS)
    harness.directory.silent.add("U1MOD")
    harness.executor.wake()
    await harness.done()
    harness.clock.advance(STALE.total_seconds() + 1)
    harness.executor.wake()
    await harness.done()
    case = await harness.store.case(number)
    assert (case.state, harness.vendor.done) == (State.FAILED, [])
    assert "Nothing was done." in case.results[0].evidence


async def test_nobody_acts_on_everyone_unseen(harness: Harness) -> None:
    harness.vendor.silent = VendorUnreachable("It does not answer.", vendor="stream")
    case = await ends(harness, everyone(harness, Mute()))
    assert (case.state, harness.vendor.done) == (State.FAILED, [])
    assert "Nothing was done" in case.results[0].evidence


async def test_what_may_have_been_sent_before_is_in_doubt_when_the_vendor_is_silent(
    harness: Harness,
) -> None:
    harness.executor.close()
    number = (await harness.service.request(everyone(harness, Mute()))).case.number
    await harness.store.claim(vendor=Vendor.STREAM, owner="dead", limit=1, lease=timedelta(0))
    harness.furnish(HOSTS)
    harness.vendor.silent = VendorUnreachable("It does not answer.", vendor="stream")
    harness.executor.wake()
    await harness.done()
    assert (await harness.store.case(number)).state is State.NOT_CONFIRMED


async def test_an_order_a_minute_old_is_held_against_who_they_are_now(harness: Harness) -> None:
    harness.executor.close()
    number = (await harness.service.request(harness.order(Kick(), "ann"))).case.number
    ann = harness.vendor.people["default:room"][0]
    harness.vendor.people["default:room"][0] = ann.model_copy(update={"role": "host"})
    harness.clock.advance(61)
    harness.furnish(HOSTS)
    harness.executor.wake()
    await harness.done()
    assert (await harness.store.case(number)).state is State.REFUSED


async def test_where_nobody_is_protected_nobody_is_looked_for(harness: Harness) -> None:
    harness.furnish(RULES)
    before = harness.vendor.requests
    await ends(harness, everyone(harness, Mute()))
    assert harness.vendor.requests == before
    assert not carried(harness).selective
