"""Rights are checked on whom an act hits: at the door, and again when it is taken up."""

from datetime import timedelta

import pytest

from bot.calls.acts import Act, Person
from bot.calls.capabilities import Aimed, Capability, Enforcement
from bot.calls.cases import Case, Event, Order
from bot.calls.models import Page, Participant
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
from tests.moderation.harness import MODERATOR, RULES, Office

HOSTS = RULES.model_copy(update={"protected": Protected(people=("ceo",), roles=("host",))})
VERA = Participant(id="vera-uuid", name="Vera", custom_id="ceo", role="host", presence="vera-peer")


@pytest.fixture
def office(store: SqlStore, clock: ManualClock) -> Office:
    """Ann, Bob and Cem are there, and Vera, who is protected."""
    office = Office(store, clock)
    office.furnish(HOSTS)
    office.vendor.people["default:room"].append(VERA)
    return office


AS_THE_CLOCK_SAYS = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""PostgreSQL's leases go by its own clock."""


async def ends(office: Office, order: Order) -> Case:
    number = (await office.desk.request(order)).case.number
    await office.done()
    return await office.store.case(number)


def everyone(office: Office, verb: Verb, *spared: str, **said: bool) -> Order:
    order = office.order(verb, everyone=True)
    people = tuple(Person(id=one) for one in spared)
    act = order.act.model_copy(update={"spared": people, **said})
    return order.model_copy(update={"act": act})


def carried(office: Office) -> Act:
    """The act as the vendor got it."""
    return office.vendor.acted[-1]


async def test_everyone_spares_the_protected_and_the_case_says_so(office: Office) -> None:
    case = await ends(office, everyone(office, Mute()))
    assert [one.id for one in case.act.left_out] == ["vera-uuid"]
    assert case.act.present == 4
    assert carried(office).spares(["vera-uuid"])
    assert case.state is State.CONFIRMED
    entries = await office.store.audit(AuditQuery(case=case.number))
    assert all(any("Vera" in person for person in entry.people) for entry in entries)


async def test_everyone_but_all_the_others_does_not_reach_the_protected(office: Office) -> None:
    await ends(office, everyone(office, Silence(), "ann", "bob", "cem"))
    assert {one.id for one in carried(office).spared} == {"ann", "bob", "cem", "vera-uuid"}


async def test_who_was_spared_by_name_is_not_counted_as_left_out(office: Office) -> None:
    case = await ends(office, everyone(office, Mute(), "vera-uuid"))
    assert case.act.left_out == ()


async def test_somebody_protected_who_joins_after_the_order_is_spared(office: Office) -> None:
    office.vendor.people["default:room"].remove(VERA)
    accepted = await office.desk.request(everyone(office, Mute()))
    assert accepted.case.act.left_out == ()
    office.vendor.people["default:room"].append(VERA)
    await office.done()
    assert [one.id for one in carried(office).left_out] == ["vera-uuid"]


async def test_a_list_that_is_not_whole_leaves_the_sparing_to_who_meets_them(
    office: Office,
) -> None:
    """Stream lists a hundred people at most; the rest is met round by round."""
    office.vendor.left.add("cem")  # so that fewer are listed than are said to be there
    case = await ends(office, everyone(office, Mute()))
    assert case.act.present is None
    assert carried(office).spares(["somebody-else"], "host")
    assert not carried(office).spares(["somebody-else"], "user")
    assert case.act.protection is None


@pytest.mark.parametrize("user", ["U1MOD", "U0ADMIN"])
async def test_admins_may_include_the_protected_and_nobody_else(office: Office, user: str) -> None:
    people = People(moderators=("U1MOD",), admins=("U0ADMIN",))
    office.furnish(HOSTS.model_copy(update={"people": people}))
    actor = MODERATOR.model_copy(update={"user": user})
    order = everyone(office, Mute(), protected_too=True).model_copy(update={"actor": actor})
    if user == "U1MOD":
        with pytest.raises(ProtectedPerson, match="Only an admin can include"):
            await office.desk.request(order)
        assert office.vendor.done == []
        return
    assert (await ends(office, order)).state is State.CONFIRMED
    assert not carried(office).selective


async def test_a_vendor_that_spares_nobody_is_not_asked_while_somebody_protected_is_there(
    office: Office,
) -> None:
    office.vendor.capabilities = dict(office.vendor.capabilities) | {
        "silence": Capability(level=Enforcement.ENFORCED, aims=Aimed.EVERYONE)
    }
    with pytest.raises(ProtectedPerson, match="only to everyone at once, and Vera"):
        await office.desk.request(everyone(office, Silence()))
    office.vendor.people["default:room"].remove(VERA)
    office.board.memory.forget(office.vendor.vendor, "default:room")
    later = everyone(office, Silence()).model_copy(update={"key": "k2"})
    number = (await office.desk.request(later)).case.number
    office.vendor.people["default:room"].append(VERA)
    await office.done()
    case = await office.store.case(number)
    assert (case.state, office.vendor.done) == (State.REFUSED, [])


@pytest.mark.parametrize("verb", [MemberRemove(), Unblock(), GroupUnban()])
@pytest.mark.parametrize("known_as", ["vera-uuid", "ceo", "vera-peer", "enrolled-7"])
async def test_an_absent_person_is_protected_under_every_id(
    office: Office, verb: Verb, known_as: str
) -> None:
    member = CallMember(id="enrolled-7", name="Vera", custom_id="ceo")
    office.vendor.belonging["default:room"] = Page(items=(member,))
    with pytest.raises(ProtectedPerson):
        await office.desk.request(office.order(verb, known_as))
    assert await office.events() == [Event.REFUSED]


async def test_an_absent_person_is_looked_up_in_a_call_that_is_over_too(office: Office) -> None:
    office.vendor.silent = NotAtVendor("No such call.", vendor="stream", status=404)
    assert (await office.desk.request(office.order(MemberRemove(), "dan"))).case.number == 1


async def test_a_person_is_protected_by_the_role_the_vendor_says_not_the_order(
    office: Office,
) -> None:
    await office.board.people(office.room)
    with pytest.raises(ProtectedPerson, match="Vera"):
        await office.desk.request(office.order(Kick(), "vera-uuid"))


@pytest.mark.parametrize("named", [("ann", "bob"), ("ann", "bob", "cem", "vera-uuid")])
async def test_naming_all_who_are_there_is_everyone_in_other_words(
    office: Office, named: tuple[str, ...]
) -> None:
    office.furnish(RULES)
    order = office.order(Kick(), *named)
    if len(named) < 4:
        assert (await ends(office, order)).state is State.CONFIRMED
    else:
        with pytest.raises(RoleTooLow, match="Only leads can kick 4 people"):
            await office.desk.request(order)


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
    office: Office, rules: Rules, why: str
) -> None:
    office.executor.close()
    order = office.order(Kick(), "ann")
    known = Person(id="ann", name="Ann", custom_id="app-ann")
    order = order.model_copy(update={"act": order.act.model_copy(update={"people": (known,)})})
    number = (await office.desk.request(order)).case.number
    await office.done()
    assert (await office.store.case(number)).state is State.ASKED

    office.furnish(rules)
    office.executor.nudge()
    await office.done()

    case = await office.store.case(number)
    assert case.state is State.REFUSED
    assert why in case.results[0].evidence
    assert "othing was done" in case.results[0].evidence
    assert office.vendor.done == []
    last = (await office.store.audit(AuditQuery(case=number)))[0]
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
    office: Office, seen: Seen | Exception, state: State
) -> None:
    """It was taken up, perhaps sent, and its process died; then the rules changed."""
    office.executor.close()
    number = (await office.desk.request(office.order(Kick(), "ann"))).case.number
    await office.store.claim(owner="dead", limit=1, lease=timedelta(0))
    office.furnish(DEMOTED)
    office.vendor.seen = [seen]
    office.executor.nudge()
    await office.done()
    case = await office.store.case(number)
    assert (case.state, office.vendor.done) == (state, [])
    assert "Nothing was done" not in case.results[0].evidence


@AS_THE_CLOCK_SAYS
async def test_while_slack_is_silent_an_order_waits_and_is_not_lost(office: Office) -> None:
    office.executor.close()
    number = (await office.desk.request(office.order(Mute(), "ann"))).case.number
    office.furnish(HOSTS)
    office.directory.silent.add("U1MOD")
    for _ in range(3):
        office.executor.nudge()
        await office.done()
        case = await office.store.case(number)
        assert (case.state, case.attempt, office.vendor.done) == (State.ASKED, 0, [])
        office.clock.advance(6)
    office.directory.silent.clear()
    office.executor.nudge()
    await office.done()
    case = await office.store.case(number)
    assert (case.state, case.attempt) == (State.CONFIRMED, 1)


async def test_an_order_is_not_taken_up_again_at_once(office: Office) -> None:
    office.executor.close()
    await office.desk.request(office.order(Mute(), "ann"))
    office.furnish(HOSTS)
    office.directory.silent.add("U1MOD")
    office.executor.nudge()
    await office.done()
    office.directory.silent.clear()
    office.executor.nudge()
    await office.done()
    assert office.vendor.done == []


@AS_THE_CLOCK_SAYS
async def test_an_order_whose_asker_stays_unknown_is_not_done_hours_late(office: Office) -> None:
    office.executor.close()
    number = (await office.desk.request(office.order(Mute(), "ann"))).case.number
    office.furnish(HOSTS)
    office.directory.silent.add("U1MOD")
    office.executor.nudge()
    await office.done()
    office.clock.advance(STALE.total_seconds() + 1)
    office.executor.nudge()
    await office.done()
    case = await office.store.case(number)
    assert (case.state, office.vendor.done) == (State.FAILED, [])
    assert "Nothing was done." in case.results[0].evidence


async def test_nobody_acts_on_everyone_unseen(office: Office) -> None:
    office.vendor.silent = VendorUnreachable("It does not answer.", vendor="stream")
    case = await ends(office, everyone(office, Mute()))
    assert (case.state, office.vendor.done) == (State.FAILED, [])
    assert "Nothing was done" in case.results[0].evidence


async def test_what_may_have_been_sent_before_is_in_doubt_when_the_vendor_is_silent(
    office: Office,
) -> None:
    office.executor.close()
    number = (await office.desk.request(everyone(office, Mute()))).case.number
    await office.store.claim(owner="dead", limit=1, lease=timedelta(0))
    office.furnish(HOSTS)
    office.vendor.silent = VendorUnreachable("It does not answer.", vendor="stream")
    office.executor.nudge()
    await office.done()
    assert (await office.store.case(number)).state is State.NOT_CONFIRMED


async def test_an_order_a_minute_old_is_held_against_who_they_are_now(office: Office) -> None:
    office.executor.close()
    number = (await office.desk.request(office.order(Kick(), "ann"))).case.number
    ann = office.vendor.people["default:room"][0]
    office.vendor.people["default:room"][0] = ann.model_copy(update={"role": "host"})
    office.clock.advance(61)
    office.furnish(HOSTS)
    office.executor.nudge()
    await office.done()
    assert (await office.store.case(number)).state is State.REFUSED


async def test_where_nobody_is_protected_nobody_is_looked_for(office: Office) -> None:
    office.furnish(RULES)
    before = office.vendor.requests
    await ends(office, everyone(office, Mute()))
    assert office.vendor.requests == before
    assert not carried(office).selective
