"""Acts on Stream Video carried to their end: what a moderator is told, and what was done."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from bot.calls.actors import Actor
from bot.calls.acts import Act, Person
from bot.calls.cases import Case
from bot.calls.outcomes import Result, State
from bot.calls.verbs import (
    Aim,
    Block,
    DeleteRecording,
    GoBack,
    Kick,
    LiveStop,
    Lock,
    MemberAdd,
    MemberRemove,
    Mute,
    RecordStop,
    Silence,
    Unblock,
    Unlock,
    Verb,
)
from bot.demo.vendors import StreamServer
from bot.moderation.performer import ActPerformer
from bot.providers.stream.provider import StreamProvider
from tests.providers.stream_setup import CID, asked, fill, here, order

UNLOCKED = "Nobody locked this call here, so there is no former limit to put back."
ADA = Person(id="ada")


async def carried(provider: StreamProvider, server: StreamServer, act: Act) -> Result:
    [result] = await all_carried(provider, server, act)
    return result


async def all_carried(provider: StreamProvider, server: StreamServer, act: Act) -> Sequence[Result]:
    case = Case(
        number=1,
        act=act,
        actor=Actor(user="U1", team="T1"),
        attempt=1,
        asked_at=datetime(2026, 11, 21, tzinfo=UTC),
    )
    return await ActPerformer(provider, server.clock).perform_act(case)


async def test_a_kick_of_everyone_with_a_lost_answer_ends_confirmed_and_hits_nobody_twice(
    server: StreamServer, provider: StreamProvider
) -> None:
    fill(server, 30)
    there = here(server)
    server.faults.drop(after=True, on="/kick")
    results = await all_carried(provider, server, order(Kick(), everyone=True, spared=(ADA,)))
    assert {(result.state, result.attempts) for result in results} == {(State.CONFIRMED, 2)}
    assert {result.evidence for result in results} == {"Nobody is left in the call except ada."}
    assert {result.person for result in results} == there - {"ada"}
    kicked = [body["user_id"] for body in asked(server, "/kick")]
    assert (len(kicked), here(server)) == (len(set(kicked)), {"ada"})


async def test_everyone_is_muted_and_that_is_seen(
    server: StreamServer, provider: StreamProvider
) -> None:
    there = here(server)
    results = await all_carried(provider, server, order(Mute(), everyone=True, spared=(ADA,)))
    assert {result.person for result in results} == there - {"ada"}
    assert {(result.state, result.evidence) for result in results} == {
        (State.CONFIRMED, "Everyone except ada is muted."),
    }


async def test_a_silence_says_what_is_seen_and_what_cannot_be(
    server: StreamServer, provider: StreamProvider
) -> None:
    result = await carried(provider, server, order(Silence(), Person(id="ben")))
    assert result.state is State.CONFIRMED
    assert "They do not send audio." in result.evidence
    assert "does not show what somebody may do" in result.evidence


async def test_a_silence_whose_right_was_not_taken_has_failed_and_says_how_far_it_came(
    server: StreamServer, provider: StreamProvider
) -> None:
    server.faults.error(400, on="/user_permissions", times=None)
    result = await carried(provider, server, order(Silence(), Person(id="ben")))
    assert result.state is State.FAILED
    assert result.evidence.startswith("They are muted, but can turn it on again.")
    assert result.next_step == "Try again, or undo what was done."


async def test_a_mistyped_file_is_never_told_to_be_gone(
    server: StreamServer, provider: StreamProvider
) -> None:
    server.keep(CID, "rec_1.mp4")
    result = await carried(provider, server, order(DeleteRecording(file="rec_l.mp4")))
    assert (result.state, result.evidence) == (
        State.FAILED,
        "This call has no recording rec_l.mp4.",
    )


async def test_a_deletion_whose_answer_was_lost_is_read_back(
    server: StreamServer, provider: StreamProvider
) -> None:
    server.keep(CID, "rec_1.mp4")
    server.faults.drop(after=True, on="/s/recordings")
    result = await carried(provider, server, order(DeleteRecording(file="rec_1.mp4")))
    assert (result.state, result.evidence) == (State.CONFIRMED, "rec_1.mp4 is no longer listed.")


async def test_a_lock_that_is_refused_has_failed_and_going_backstage_is_seen(
    server: StreamServer, provider: StreamProvider
) -> None:
    lock = await provider.acts.prepare(order(Lock()), ())
    server.faults.error(400, on="/call/default/standup", times=None)
    assert (await carried(provider, server, lock)).state is State.FAILED
    server.faults.clear()
    done = await carried(provider, server, order(GoBack()))
    assert (done.state, done.evidence) == (State.CONFIRMED, "The call is backstage.")


@pytest.mark.parametrize(
    ("verb", "evidence"),
    [
        (Unblock(), "They are not blocked."),
        (MemberRemove(), "They are no member."),
        (Unlock(), f"{UNLOCKED} It has no limit."),
        (RecordStop(), "The recording is not running."),
        (LiveStop(), "The livestream is not running."),
    ],
)
async def test_what_was_so_before_is_told_as_that_and_not_sent(
    server: StreamServer, provider: StreamProvider, verb: Verb, evidence: str
) -> None:
    """Stream says yes to all of these."""
    people = () if verb.aim is Aim.CALL else (Person(id="zoe"),)
    result = await carried(provider, server, order(verb, *people))
    assert (result.state, result.evidence) == (State.ALREADY, evidence)
    assert server.effects == []


@pytest.mark.parametrize(("verb", "back"), [(Block(), Unblock()), (MemberAdd(), MemberRemove())])
async def test_the_second_time_it_is_so_already(
    server: StreamServer, provider: StreamProvider, verb: Verb, back: Verb
) -> None:
    ben = Person(id="ben")
    for each in (verb, back):
        first = await carried(provider, server, order(each, ben))
        second = await carried(provider, server, order(each, ben))
        assert (first.state, second.state) == (State.CONFIRMED, State.ALREADY)


async def test_a_kick_of_somebody_who_left_before_says_so(
    server: StreamServer, provider: StreamProvider
) -> None:
    """Stream says yes to it."""
    server.leave(CID, "ben")
    result = await carried(provider, server, order(Kick(), Person(id="ben")))
    assert (result.state, result.evidence) == (
        State.ALREADY,
        "They had left the call before.",
    )
    assert asked(server, "/kick") == []


async def test_a_kick_does_not_wait_for_who_is_there(
    server: StreamServer, provider: StreamProvider
) -> None:
    server.faults.error(400, on="/participants")
    result = await carried(provider, server, order(Kick(), Person(id="ben")))
    assert (result.state, here(server)) == (State.CONFIRMED, {"ada"})


async def test_everyone_muted_at_once_is_told_one_by_one(
    server: StreamServer, provider: StreamProvider
) -> None:
    fill(server, 41)
    results = await all_carried(provider, server, order(Mute(), everyone=True))
    assert {result.person for result in results} == here(server)
    assert {result.state for result in results} == {State.CONFIRMED}
    assert len(asked(server, "/mute_users")) == 1


async def test_in_a_call_of_more_than_are_listed_the_rest_is_counted(
    server: StreamServer, provider: StreamProvider
) -> None:
    fill(server, 148)
    results = await all_carried(provider, server, order(Mute(), everyone=True))
    assert sum(result.count or 1 for result in results) == 150
    assert {result.state for result in results} == {State.CONFIRMED}
