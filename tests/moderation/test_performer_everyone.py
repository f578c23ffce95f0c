"""An act on everyone has a result for each whom it reached, and never says more than is known."""

from collections.abc import Sequence
from datetime import UTC, datetime

from bot.calls.actors import Actor
from bot.calls.acts import Act, Person
from bot.calls.cases import Case
from bot.calls.outcomes import Observation, Receipt, Recipient, Result, Seen, State, overall
from bot.calls.verbs import Kick, Mute
from bot.errors import Ambiguous
from bot.moderation.performer import READ_BACK_AFTER, ActPerformer
from tests.fakes.clock import ManualClock
from tests.fakes.provider import FakeProvider

ANN, BOB = Recipient(id="ann", name="Ann", presence="ann-p1"), Recipient(id="bob", name="Bob")
HOST = Person(id="host", name="Host")
AT = datetime(2026, 11, 21, tzinfo=UTC)


def everyone(*spared: Person, verb: Mute | Kick = Mute()) -> Case:  # noqa: B008 - frozen
    ref = FakeProvider().open_call("room")
    act = Act(verb=verb, call=ref, title="Room", everyone=True, spared=spared)
    return Case(number=1, act=act, actor=Actor(user="U1", team="T1"), attempt=1, asked_at=AT)


async def carried(vendor: FakeProvider, case: Case) -> tuple[Case, Sequence[Result]]:
    results = await ActPerformer(vendor, ManualClock()).perform_act(case)
    ended = case.model_copy(update={"results": tuple(results), "state": overall(results)})
    return ended, results


def taking(*people: Recipient, **more: int) -> FakeProvider:
    vendor = FakeProvider()
    vendor.open_call("room")
    vendor.receipts = [Receipt(evidence="Yes.", people=people, **more)]
    return vendor


def left(*ids: str, listed: bool = True) -> list[Seen | Observation | Exception]:
    """What the vendor goes on to show, however often it is looked at."""
    seen = Observation(seen=Seen.NOT_DONE, evidence="Some send.", left=ids if listed else None)
    return [seen] * len(READ_BACK_AFTER)


def states(results: Sequence[Result]) -> dict[str | None, State]:
    return {result.person: result.state for result in results}


async def test_each_whom_it_reached_has_a_result_and_the_case_counts_them() -> None:
    vendor = taking(ANN, BOB)
    vendor.seen = [Seen.DONE]
    case, results = await carried(vendor, everyone(HOST))
    assert states(results) == {"ann": State.CONFIRMED, "bob": State.CONFIRMED}
    assert (case.state, case.reached) == (State.CONFIRMED, (2, 2))


async def test_for_whom_it_does_not_show_is_told_and_is_who_is_tried_again() -> None:
    vendor = taking(ANN, BOB)
    vendor.seen = left("ann")
    case, results = await carried(vendor, everyone(HOST))
    assert states(results) == {"ann": State.NOT_CONFIRMED, "bob": State.CONFIRMED}
    assert (case.state, case.reached) == (State.PARTLY, (1, 2))
    again = case.unsettled
    assert (again.everyone, again.spared) == (False, ())
    assert again.people == (Person(id="ann", name="Ann", presence="ann-p1"),)


async def test_while_it_is_not_listed_for_whom_it_does_not_show_it_is_for_nobody() -> None:
    vendor = taking(ANN, BOB)
    vendor.seen = left(listed=False)
    case, results = await carried(vendor, everyone())
    assert states(results) == {"ann": State.NOT_CONFIRMED, "bob": State.NOT_CONFIRMED}
    assert case.unsettled == case.act


async def test_who_was_refused_has_failed_or_was_as_asked_before() -> None:
    refused = BOB.model_copy(update={"refused": "No such user."})
    for seen, state in ((Seen.DONE, State.ALREADY), (Seen.UNKNOWABLE, State.FAILED)):
        vendor = taking(ANN, refused)
        vendor.seen = [seen]
        _, results = await carried(vendor, everyone(verb=Kick()))
        assert states(results) == {"ann": State.CONFIRMED, "bob": state}


async def test_those_beyond_the_list_were_not_reached_and_the_rest_is_spared_next_time() -> None:
    vendor = taking(ANN, missed=7)
    vendor.seen = [Seen.UNKNOWABLE]
    case, results = await carried(vendor, everyone(HOST))
    assert states(results) == {"ann": State.CONFIRMED, None: State.FAILED}
    assert (case.state, case.reached) == (State.PARTLY, (1, 8))
    again = case.unsettled
    assert (again.everyone, [person.id for person in again.spared]) == (True, ["host", "ann"])


async def test_those_beyond_the_list_are_counted_where_all_were_taken_at_once() -> None:
    vendor = taking(ANN, unlisted=42)
    vendor.seen = [Seen.DONE]
    case, _ = await carried(vendor, everyone())
    assert (case.state, case.reached) == (State.CONFIRMED, (43, 43))


async def test_who_came_since_keeps_the_case_from_being_called_done() -> None:
    vendor = taking(ANN)
    vendor.seen = left("zoe")
    case, results = await carried(vendor, everyone())
    assert states(results) == {"ann": State.CONFIRMED, None: State.NOT_CONFIRMED}
    assert case.unsettled.spared == (Person(id="ann", name="Ann", presence="ann-p1"),)


async def test_whom_it_reached_before_the_answer_was_lost_is_not_forgotten() -> None:
    lost = Ambiguous("Done to 1, then lost.", vendor="stream")
    lost.reached = {"ann": "Ann"}
    vendor = taking(BOB)
    vendor.script = [lost]
    vendor.seen = [Seen.NOT_DONE, Seen.DONE]
    _, results = await carried(vendor, everyone(verb=Kick()))
    assert states(results) == {"ann": State.CONFIRMED, "bob": State.CONFIRMED}
    assert [result.name for result in results] == ["Ann", "Bob"]


async def test_a_later_yes_outlives_an_earlier_no() -> None:
    lost = Ambiguous("Lost.", vendor="stream")
    lost.reached = {"bob": "Bob"}
    vendor = taking(ANN, BOB.model_copy(update={"refused": "No."}))
    vendor.script = [lost]
    vendor.seen = [Seen.NOT_DONE, Seen.UNKNOWABLE]
    _, results = await carried(vendor, everyone(verb=Mute()))
    assert states(results) == {"ann": State.CONFIRMED, "bob": State.CONFIRMED}
