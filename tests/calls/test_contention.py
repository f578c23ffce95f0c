"""What contends with what: whatever takes another order back does, independent people do not."""

import pytest

from bot.calls.acts import Act, Person
from bot.calls.contention import Lock, locks
from bot.calls.models import CallRef, Vendor
from bot.calls.verbs import VERBS, Aim, Block, End, GoBack, Mute, Say, Silence, Unblock, Verb
from bot.calls.verbs import RecordStart as Record
from tests.fakes.verbs import sample

CALL = CallRef(vendor=Vendor.STREAM, id="default:lobby", session="s1")
ANN = Person(id="ann", custom_id="app-ann", presence="p1")


def act(
    verb: Verb, *people: Person, call: CallRef = CALL, everyone: bool = False
) -> frozenset[Lock]:
    """What that wants in the lobby; of the call itself where its verb is about that."""
    aimed = () if verb.aim is Aim.CALL or everyone else people or (ANN,)
    return locks(Act(verb=verb, call=call, title="Lobby", people=aimed, everyone=everyone))


def contend(one: frozenset[Lock], other: frozenset[Lock]) -> bool:
    found = {
        bool({rival for lock in a for rival in lock.conflicting} & b) for a, b in _both(one, other)
    }
    assert len(found) == 1  # whoever comes first
    return found.pop()


def _both(
    one: frozenset[Lock], other: frozenset[Lock]
) -> tuple[tuple[frozenset[Lock], frozenset[Lock]], ...]:
    return (one, other), (other, one)


@pytest.mark.parametrize("name", VERBS)
def test_a_verb_contends_with_itself_and_with_what_takes_it_back(name: str) -> None:
    verb = sample(name)
    assert contend(act(verb), act(verb))
    inverse = verb.inverse()
    if inverse is not None:
        assert contend(act(verb), act(inverse))
    if inverse is not None and inverse.everyone:
        assert contend(act(verb), act(inverse, everyone=True))


def test_independent_people_do_not_contend() -> None:
    assert not contend(act(Mute()), act(Mute(), Person(id="bob")))
    assert not contend(act(Mute()), act(End()))


def test_everyone_contends_with_everybody() -> None:
    assert contend(act(Silence(), everyone=True), act(Mute(), Person(id="bob")))
    assert contend(act(Silence(), everyone=True), act(Mute(), everyone=True))


def test_some_of_many_are_enough() -> None:
    both = act(Silence(), ANN, Person(id="bob"))
    assert contend(both, act(Silence(), Person(id="bob"), Person(id="cem")))


def test_somebody_is_the_same_by_each_lasting_id_and_in_each_run_of_the_call() -> None:
    later = CALL.model_copy(update={"session": "s2"})
    assert contend(act(Block()), act(Unblock(), Person(id="app-ann"), call=later))
    assert not contend(act(Block()), act(Unblock(), Person(id="p1")))


def test_another_call_and_another_vendor_do_not_contend() -> None:
    for other in (
        CallRef(vendor=Vendor.STREAM, id="default:hall"),
        CallRef(vendor=Vendor.COMETCHAT, id="default:lobby"),
    ):
        assert not contend(act(Mute()), act(Mute(), call=other))
        assert not contend(act(End()), act(End(), call=other))


def test_what_changes_the_call_contends_and_what_is_said_in_it_waits_for_its_own_kind() -> None:
    assert contend(act(Record()), act(GoBack()))
    assert contend(act(Say(text="One.")), act(Say(text="Two.")))
    assert not contend(act(Say(text="One.")), act(End()))
