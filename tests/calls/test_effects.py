"""What our cases changed and no later one took back."""

from datetime import timedelta

from bot.calls.acts import Act, Person
from bot.calls.cases import Case
from bot.calls.effects import lock_of, muted, removed, settled_rights, silenced, taken_from
from bot.calls.models import CallRef, Vendor
from bot.calls.outcomes import Result, State
from bot.calls.prior_state import CallLimits, HeldRights, PriorState
from bot.calls.verbs import (
    Grant,
    Kick,
    Lock,
    Mute,
    Permission,
    Revoke,
    Silence,
    Track,
    Unlock,
    Unsilence,
    Verb,
)
from tests.fakes.clock import START
from tests.fakes.past_cases import case_of

AUDIO, VIDEO = Permission.SEND_AUDIO, Permission.SEND_VIDEO
FOUND = PriorState(limits=CallLimits(people=50), most=2)


def act(verb: Verb, *people: str, run: str = "r1", before: PriorState | None = None) -> Act:
    return Act(
        verb=verb,
        call=CallRef(vendor=Vendor.STREAM, id="default:x", session=run),
        title="X",
        people=tuple(Person(id=person) for person in people),
        everyone=isinstance(verb, Silence | Unsilence) and not people,
        before=before,
    )


def held(*rights: Permission, who: str = "ben") -> PriorState:
    return PriorState(rights=(HeldRights(person=who, rights=rights),))


def past(*acts: Act, state: State = State.CONFIRMED) -> list[Case]:
    """Cases as the store gives them: the newest first."""
    return [case_of(act, state, number) for number, act in enumerate(acts, 1)][::-1]


def test_a_lock_holds_until_it_is_confirmed_to_be_taken_back() -> None:
    lock = act(Lock(), before=FOUND)
    assert lock_of(past(lock, act(Mute(), "ann"))) == FOUND
    assert lock_of(past(lock, act(Unlock()))) is None
    assert lock_of([*past(act(Unlock()), state=State.NOT_CONFIRMED), *past(lock)]) == FOUND
    assert lock_of(past(lock, state=State.FAILED)) is None
    assert lock_of(past(lock, state=State.NOT_CONFIRMED)) == FOUND
    assert lock_of(past(act(Lock()))) is None


def test_what_was_taken_stays_taken_until_it_is_given_back_in_the_same_run() -> None:
    silence = act(Silence(), "ben", before=held(AUDIO, VIDEO))
    rights = taken_from(past(silence, act(Silence(), "ben", before=held(AUDIO))), "r1")
    assert rights["ben"].rights == (AUDIO, VIDEO)
    back = act(Unsilence(), "ben", before=held(AUDIO))
    assert taken_from(past(silence, back), "r1")["ben"].rights == (VIDEO,)
    granted = act(Grant(permission=VIDEO), "ben", "ann")
    assert taken_from(past(silence, back, granted), "r1")["ben"].rights == ()
    assert taken_from(past(silence), "r2") == {}
    assert taken_from(past(silence), None)["ben"].rights == (AUDIO, VIDEO)
    assert taken_from(past(silence, state=State.REFUSED), "r1") == {}


def test_what_is_revoked_after_a_silence_is_not_given_back_with_it() -> None:
    silence = act(Silence(), "ben", before=held(AUDIO, VIDEO))
    rights = taken_from(past(silence, act(Revoke(permission=AUDIO), "ben")), "r1")
    assert rights["ben"].rights == (VIDEO,)


def test_the_last_grant_or_revocation_that_is_confirmed_tells_what_somebody_has() -> None:
    grant, revoke = act(Grant(permission=AUDIO), "ben"), act(Revoke(permission=AUDIO), "ben")
    assert settled_rights(past(grant, revoke), "r1") == {("ben", AUDIO): False}
    assert settled_rights(past(revoke, grant), "r1") == {("ben", AUDIO): True}
    assert settled_rights(past(grant, act(Silence(), "ben")), None) == {("ben", AUDIO): True}
    assert settled_rights(past(grant), "r2") == {}
    assert settled_rights(past(grant, state=State.FAILED), "r1") == {}


def test_only_those_for_whom_it_is_confirmed_got_theirs_back() -> None:
    both = PriorState(
        rights=(
            HeldRights(person="ann", rights=(AUDIO,)),
            HeldRights(person="ben", rights=(AUDIO,)),
        )
    )
    silence = act(Silence(), before=both)
    [unsilence] = past(act(Unsilence(), before=both), state=State.PARTLY)
    results = (
        Result(person="ann", state=State.CONFIRMED, evidence="Seen."),
        Result(person="ben", state=State.FAILED, evidence="No."),
        Result(count=3, state=State.CONFIRMED, evidence="Seen."),
    )
    cases = [unsilence.model_copy(update={"results": results}), *past(silence)]
    assert {who: held.rights for who, held in taken_from(cases, "r1").items()} == {
        "ann": (),
        "ben": (AUDIO,),
    }
    assert silenced(cases, "r1") == {"ben"}


def test_whoever_is_silenced_shows_whether_anything_was_taken_or_not() -> None:
    listener = act(Silence(), "ben", before=held())
    assert silenced(past(listener), "r1") == {"ben"}
    assert silenced(past(listener), "r2") == frozenset()
    assert silenced(past(listener, state=State.FAILED), "r1") == frozenset()
    assert silenced(past(listener, act(Unsilence(), "ben")), "r1") == frozenset()


def test_whose_microphone_was_turned_off_counts_for_a_while_in_the_same_run() -> None:
    cases = past(act(Mute(), "ann"), act(Mute(tracks=Track.VIDEO), "ben"))
    assert muted(cases, "r1", START) == {"ann"}
    assert muted(cases, None, START) == {"ann"}
    assert muted(cases, "r2", START) == frozenset()
    assert muted(cases, "r1", START + timedelta(seconds=1)) == frozenset()
    for nothing in (State.ASKED, State.FAILED, State.NOT_CONFIRMED):
        assert muted(past(act(Mute(), "ann"), state=nothing), "r1", START) == frozenset()
    assert muted(past(act(Mute(), "ann"), state=State.ALREADY), "r1", START) == {"ann"}


def test_of_an_act_on_everyone_those_count_who_were_told_one_by_one() -> None:
    everyone = act(Mute()).model_copy(update={"everyone": True})
    results = (
        Result(person="ann", state=State.CONFIRMED, evidence="Seen."),
        Result(person="ben", state=State.FAILED, evidence="No."),
        Result(count=3, state=State.CONFIRMED, evidence="Seen."),
    )
    [case] = past(everyone, state=State.PARTLY)
    cases = [case.model_copy(update={"results": results})]
    assert muted(cases, "r1", START) == {"ann"}
    silence = everyone.model_copy(update={"verb": Silence()})
    cases = [cases[0].model_copy(update={"act": silence})]
    assert silenced(cases, "r1") == {"ann"}


def test_whoever_was_removed_in_this_run_is_known() -> None:
    assert removed(past(act(Kick(), "ann"), act(Mute(), "ben")), "r1") == {"ann"}
    assert removed(past(act(Kick(), "ann")), "r2") == frozenset()
