"""What is told of an act is what is known: done, not done, or in doubt."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from bot.calls.actors import Actor
from bot.calls.acts import Act, Person
from bot.calls.cases import Case
from bot.calls.outcomes import Receipt, Result, Seen, State
from bot.calls.verbs import Kick, Mute, RecordStart, Silence, Unblock, Verb
from bot.errors import (
    AnswerLost,
    Impossible,
    VendorBusy,
    VendorFault,
    VendorRefused,
    VendorUnreachable,
)
from bot.moderation.performer import READ_BACK_AFTER, TRIES, ActPerformer
from tests.fakes.clock import ManualClock
from tests.fakes.provider import FakeProvider

LOST = AnswerLost("The answer was lost.", vendor="stream", request_id="r-lost")
REFUSED = VendorRefused("No such thing.", vendor="stream", status=400)


@pytest.fixture
def vendor() -> FakeProvider:
    provider = FakeProvider()
    provider.open_call("room", "ann=Ann", "bob", "cid")
    return provider


async def carried(
    vendor: FakeProvider, verb: Verb, *people: str, attempt: int = 1, timeout_s: float = 5.0
) -> Sequence[Result]:
    act = Act(
        verb=verb,
        call=vendor.calls["room"].ref,
        title="Room",
        people=tuple(Person(id=person) for person in people),
    )
    case = Case(
        number=1,
        act=act,
        actor=Actor(user="U1", team="T1"),
        attempt=attempt,
        asked_at=datetime(2026, 11, 21, tzinfo=UTC),
    )
    return await ActPerformer(vendor, ManualClock(), timeout_s).perform_act(case)


async def test_a_yes_that_shows_is_confirmed(vendor: FakeProvider) -> None:
    (result,) = await carried(vendor, Kick(), "ann")
    assert (result.state, result.person, result.attempts) == (State.CONFIRMED, "ann", 1)
    assert result.request_id == "req-1"


async def test_an_act_on_the_call_has_one_result_without_a_person(vendor: FakeProvider) -> None:
    (result,) = await carried(vendor, RecordStart())
    assert (result.state, result.person) == (State.CONFIRMED, None)


async def test_a_yes_that_shows_late_is_confirmed_after_waiting(vendor: FakeProvider) -> None:
    vendor.seen = [Seen.NOT_DONE, Seen.NOT_DONE, Seen.DONE]
    (result,) = await carried(vendor, Kick(), "ann")
    assert result.state is State.CONFIRMED


async def test_a_yes_that_never_shows_is_not_confirmed(vendor: FakeProvider) -> None:
    vendor.seen = [Seen.NOT_DONE] * len(READ_BACK_AFTER)
    (result,) = await carried(vendor, Kick(), "ann")
    assert result.state is State.NOT_CONFIRMED
    assert "Not done when last read: It shows as not_done." in result.evidence
    assert result.next_step


async def test_a_yes_that_cannot_be_read_back_rests_on_the_vendors_word(
    vendor: FakeProvider,
) -> None:
    vendor.seen = [Seen.UNKNOWABLE]
    (result,) = await carried(vendor, Mute(), "ann")
    assert result.state is State.CONFIRMED
    assert result.evidence.startswith("The vendor said yes.")


async def test_a_yes_whose_read_back_fails_is_still_the_vendors_yes(vendor: FakeProvider) -> None:
    vendor.seen = [VendorUnreachable("Not reachable.", vendor="stream")]
    (result,) = await carried(vendor, Kick(), "ann")
    assert result.state is State.CONFIRMED
    assert "Could not check the result" in result.evidence


async def test_a_lost_answer_after_the_effect_is_settled_by_reading_and_not_repeated(
    vendor: FakeProvider,
) -> None:
    vendor.script = [("after", LOST)]
    (result,) = await carried(vendor, Kick(), "ann")
    assert result.state is State.CONFIRMED
    assert vendor.done == [("kick", "ann")]


async def test_a_lost_answer_before_the_effect_is_tried_again(vendor: FakeProvider) -> None:
    vendor.script = [LOST]
    (result,) = await carried(vendor, Kick(), "ann")
    assert (result.state, result.attempts) == (State.CONFIRMED, 2)
    assert vendor.done == [("kick", "ann")]


async def test_what_can_neither_be_read_nor_repeated_stops_at_not_confirmed(
    vendor: FakeProvider,
) -> None:
    vendor.script = [LOST]
    vendor.seen = [Seen.UNKNOWABLE]
    (result,) = await carried(vendor, Kick(), "ann")
    assert (result.state, result.attempts) == (State.NOT_CONFIRMED, 1)
    assert vendor.done == []
    assert result.request_id == "r-lost"


async def test_a_repeatable_verb_is_repeated_when_reading_says_nothing(
    vendor: FakeProvider,
) -> None:
    vendor.script = [LOST]
    vendor.seen = [Seen.UNKNOWABLE, Seen.UNKNOWABLE]
    (result,) = await carried(vendor, Mute(), "ann")
    assert (result.state, result.attempts) == (State.CONFIRMED, 2)


async def test_after_the_last_try_doubt_stays_doubt(vendor: FakeProvider) -> None:
    vendor.script = [VendorFault("It failed.", vendor="stream", status=500)] * TRIES
    (result,) = await carried(vendor, Kick(), "ann")
    assert (result.state, result.attempts) == (State.NOT_CONFIRMED, TRIES)
    assert vendor.done == []


async def test_after_the_last_try_a_late_effect_still_counts(vendor: FakeProvider) -> None:
    vendor.script = [LOST, LOST, ("after", LOST)]
    (result,) = await carried(vendor, Kick(), "ann")
    assert (result.state, result.attempts) == (State.CONFIRMED, TRIES)


async def test_a_definite_no_is_failed_and_says_what_the_vendor_said(vendor: FakeProvider) -> None:
    vendor.script = [REFUSED]
    (result,) = await carried(vendor, Kick(), "ann")
    assert (result.state, result.evidence) == (State.FAILED, "No such thing.")


async def test_a_no_because_it_is_so_already_is_told_as_that(vendor: FakeProvider) -> None:
    vendor.script = [REFUSED]
    vendor.seen = [Seen.DONE]
    (result,) = await carried(vendor, Kick(), "ann")
    assert (result.state, result.evidence) == (State.ALREADY, "It shows as done.")


async def test_a_no_after_a_lost_answer_that_has_worked_is_confirmed(vendor: FakeProvider) -> None:
    vendor.script = [LOST, REFUSED]
    vendor.seen = [Seen.NOT_DONE, Seen.DONE]
    (result,) = await carried(vendor, Kick(), "ann")
    assert result.state is State.CONFIRMED


async def test_what_is_so_before_is_not_sent(vendor: FakeProvider) -> None:
    vendor.seen = [Seen.DONE]
    (result,) = await carried(vendor, Unblock(), "ann")
    assert (result.state, result.attempts, vendor.done) == (State.ALREADY, 0, [])


@pytest.mark.parametrize("verb", [Mute(), Kick(), Silence()])
async def test_where_speed_counts_nobody_looks_before(vendor: FakeProvider, verb: Verb) -> None:
    vendor.seen = [Seen.DONE]
    (result,) = await carried(vendor, verb, "ann")
    assert (result.state, vendor.done) == (State.CONFIRMED, [(verb.name, "ann")])


@pytest.mark.parametrize("seen", [Seen.UNKNOWABLE, VendorUnreachable("Gone.", vendor="stream")])
async def test_a_look_that_tells_nothing_holds_nothing_up(
    vendor: FakeProvider, seen: Seen | Exception
) -> None:
    vendor.seen = [seen]
    (result,) = await carried(vendor, Unblock(), "ann")
    assert (result.state, vendor.done) == (State.CONFIRMED, [("unblock", "ann")])


async def test_a_vendor_that_says_that_it_was_so_is_believed(vendor: FakeProvider) -> None:
    vendor.receipts = [Receipt(evidence="They had left.", already=True)]
    (result,) = await carried(vendor, Kick(), "ann")
    assert (result.state, result.evidence) == (State.ALREADY, "They had left.")


async def test_what_was_so_after_a_lost_answer_may_have_been_our_doing(
    vendor: FakeProvider,
) -> None:
    vendor.script = [LOST, None]
    vendor.seen = [Seen.NOT_DONE]
    vendor.receipts = [Receipt(evidence="They had left.", already=True)]
    (result,) = await carried(vendor, Kick(), "ann")
    assert result.state is State.CONFIRMED


async def test_a_no_after_a_crash_with_nothing_to_read_stays_in_doubt(
    vendor: FakeProvider,
) -> None:
    vendor.script = [REFUSED]
    vendor.seen = [Seen.NOT_DONE, Seen.UNKNOWABLE]
    (result,) = await carried(vendor, Kick(), "ann", attempt=2)
    assert result.state is State.NOT_CONFIRMED


async def test_a_no_after_a_crash_that_reading_bears_out_is_failed(vendor: FakeProvider) -> None:
    vendor.script = [REFUSED]
    vendor.seen = [Seen.NOT_DONE, Seen.NOT_DONE]
    (result,) = await carried(vendor, Kick(), "ann", attempt=2)
    assert result.state is State.FAILED


async def test_a_second_attempt_reads_first_and_repeats_nothing_that_happened(
    vendor: FakeProvider,
) -> None:
    vendor.done = [("kick", "ann")]
    (result,) = await carried(vendor, Kick(), "ann", attempt=2)
    assert result.state is State.CONFIRMED
    assert vendor.done == [("kick", "ann")]


async def test_a_busy_vendor_is_waited_for_as_long_as_it_says(vendor: FakeProvider) -> None:
    vendor.script = [VendorBusy("Slow down.", vendor="stream", retry_after=2.0)]
    (result,) = await carried(vendor, Kick(), "ann")
    assert (result.state, result.attempts) == (State.CONFIRMED, 2)


async def test_a_vendor_that_stays_busy_has_failed(vendor: FakeProvider) -> None:
    vendor.script = [VendorBusy("Slow down.", vendor="stream", retry_after=1.0)] * TRIES
    (result,) = await carried(vendor, Kick(), "ann")
    assert (result.state, result.attempts) == (State.FAILED, TRIES)


async def test_a_busy_vendor_that_names_no_time_has_failed_at_once(vendor: FakeProvider) -> None:
    vendor.script = [VendorBusy("Slow down.", vendor="stream")]
    (result,) = await carried(vendor, Kick(), "ann")
    assert (result.state, result.attempts) == (State.FAILED, 1)


async def test_an_unreachable_vendor_did_nothing_for_sure(vendor: FakeProvider) -> None:
    vendor.script = [VendorUnreachable("Not reachable.", vendor="stream")]
    (result,) = await carried(vendor, Kick(), "ann")
    assert result.state is State.FAILED


async def test_what_became_impossible_after_it_was_asked_has_failed(vendor: FakeProvider) -> None:
    vendor.script = [Impossible("There is no target “tv” any more.")]
    (result,) = await carried(vendor, Kick(), "ann")
    assert (result.state, result.evidence) == (State.FAILED, "There is no target “tv” any more.")


async def test_an_unreachable_vendor_after_a_lost_answer_leaves_doubt(
    vendor: FakeProvider,
) -> None:
    vendor.script = [LOST, VendorUnreachable("Not reachable.", vendor="stream")]
    (result,) = await carried(vendor, Kick(), "ann")
    assert result.state is State.NOT_CONFIRMED


async def test_running_out_of_patience_is_not_confirmed(vendor: FakeProvider) -> None:
    vendor.hangs = True
    (result,) = await carried(vendor, Kick(), "ann", timeout_s=0.01)
    assert result.state is State.NOT_CONFIRMED
    assert "within 0.01 s" in result.evidence


async def test_each_person_of_an_act_has_their_own_result(vendor: FakeProvider) -> None:
    vendor.script = [None, REFUSED, None]
    results = await carried(vendor, Kick(), "ann", "bob", "cid")
    assert [result.person for result in results] == ["ann", "bob", "cid"]
    assert sorted(result.state for result in results) == [
        State.CONFIRMED,
        State.CONFIRMED,
        State.FAILED,
    ]


async def test_a_vendor_that_is_busy_for_longer_than_there_is_did_nothing_for_sure(
    vendor: FakeProvider,
) -> None:
    vendor.script = [VendorBusy("Stream Video is too busy.", vendor="stream", retry_after=60.0)]
    (result,) = await carried(vendor, Kick(), "ann")
    assert (result.state, result.evidence) == (State.FAILED, "Stream Video is too busy.")


async def test_a_look_before_the_first_send_that_takes_too_long_holds_nothing_up(
    vendor: FakeProvider,
) -> None:
    vendor.seen = [TimeoutError()]
    (result,) = await carried(vendor, Unblock(), "ann")
    assert (result.state, vendor.done) == (State.CONFIRMED, [("unblock", "ann")])
