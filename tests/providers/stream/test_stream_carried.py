"""Acts on Stream Video carried to their end: what a moderator is told, and what was done."""

from datetime import UTC, datetime

from bot.calls.actors import Actor
from bot.calls.acts import Act, Person
from bot.calls.cases import Case
from bot.calls.outcomes import Result, State
from bot.calls.verbs import DeleteRecording, GoBack, Kick, Lock, Mute, Silence
from bot.demo.vendors import StreamServer
from bot.moderation.carry import Carrier
from bot.providers.stream import StreamProvider
from tests.providers.streams import CID, asked, fill, here, order

ADA = Person(id="ada")


async def carried(provider: StreamProvider, server: StreamServer, act: Act) -> Result:
    case = Case(
        number=1,
        act=act,
        actor=Actor(user="U1", team="T1"),
        attempt=1,
        asked_at=datetime(2026, 11, 21, tzinfo=UTC),
    )
    [result] = await Carrier(provider, server.clock).carry_out(case)
    return result


async def test_a_kick_of_everyone_with_a_lost_answer_ends_confirmed_and_hits_nobody_twice(
    server: StreamServer, provider: StreamProvider
) -> None:
    fill(server, 30)
    server.faults.drop(after=True, on="/kick")
    result = await carried(provider, server, order(Kick(), everyone=True, spared=(ADA,)))
    assert (result.state, result.attempts) == (State.CONFIRMED, 2)
    assert result.evidence == "Nobody but the spared is left in the call."
    kicked = [one["user_id"] for one in asked(server, "/kick")]
    assert (len(kicked), here(server)) == (len(set(kicked)), {"ada"})


async def test_everyone_is_muted_and_that_is_seen(
    server: StreamServer, provider: StreamProvider
) -> None:
    result = await carried(provider, server, order(Mute(), everyone=True, spared=(ADA,)))
    assert (result.state, result.evidence) == (
        State.CONFIRMED,
        "Nobody but the spared sends audio.",
    )


async def test_a_silence_says_what_is_seen_and_what_cannot_be(
    server: StreamServer, provider: StreamProvider
) -> None:
    result = await carried(provider, server, order(Silence(), Person(id="ben")))
    assert result.state is State.CONFIRMED
    assert "They no longer send audio." in result.evidence
    assert "does not show what somebody may do" in result.evidence


async def test_a_silence_whose_right_was_not_taken_has_failed_and_says_how_far_it_came(
    server: StreamServer, provider: StreamProvider
) -> None:
    server.faults.error(400, on="/user_permissions", times=None)
    result = await carried(provider, server, order(Silence(), Person(id="ben")))
    assert result.state is State.FAILED
    assert result.evidence.startswith("They are muted, but can turn it on again.")
    assert result.next_step == "Do it again, or take back what was done."


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
    server.faults.error(400, on="/stop_live")
    assert (await carried(provider, server, order(Lock()))).state is State.FAILED
    done = await carried(provider, server, order(GoBack()))
    assert (done.state, done.evidence) == (State.CONFIRMED, "The call is backstage.")
