"""What a case still wants, after what is known of it."""

from datetime import UTC, datetime

from bot.calls.actors import Actor
from bot.calls.acts import Person
from bot.calls.cases import Case
from bot.calls.outcomes import Result, State
from bot.calls.verbs import Block, End, Kick, Unblock
from tests.fakes.directory import act

AT = datetime(2026, 11, 21, tzinfo=UTC)
ADA, BEN = Person(id="ada"), Person(id="ben")


def case(*people: Person, **states: State) -> Case:
    """A kick of these people, or the end of a call, with what is known of each."""
    results = tuple(Result(person=who, state=state, evidence="") for who, state in states.items())
    deed = act(Kick(), *people) if people else act(End())
    return Case(number=1, act=deed, actor=Actor(user="U1", team="T1"), asked_at=AT, results=results)


def test_whom_it_is_confirmed_for_is_left_alone_when_it_is_done_again() -> None:
    mixed = case(ADA, BEN, ada=State.CONFIRMED, ben=State.NOT_CONFIRMED)
    assert mixed.unsettled.people == (BEN,)


def test_who_was_as_asked_before_is_left_alone_too_and_nothing_is_to_be_undone() -> None:
    mixed = case(ADA, BEN, ada=State.ALREADY, ben=State.FAILED)
    assert mixed.unsettled.people == (BEN,)
    blocked = Case(number=1, act=act(Block(), ADA), actor=mixed.actor, asked_at=AT)
    assert blocked.inverse == Unblock()
    assert blocked.model_copy(update={"state": State.ALREADY}).inverse is None


def test_what_nothing_is_confirmed_of_is_done_again_as_a_whole() -> None:
    doubtful = case(ADA, BEN, ada=State.FAILED, ben=State.NOT_CONFIRMED)
    assert doubtful.unsettled == doubtful.act
    assert case().unsettled == case().act
