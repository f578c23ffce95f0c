"""What took a case back, and what only looks like it."""

import pytest

from bot.calls.actors import Actor
from bot.calls.acts import Act, Person
from bot.calls.audit_filter import AuditQuery, aimed_at
from bot.calls.case_history import CaseHistory
from bot.calls.cases import AuditEntry, Case, Event
from bot.calls.models import CallRef, Vendor
from bot.calls.outcomes import Result, State
from bot.calls.verbs import Block, Kick, Lock, Silence, Unblock, Unlock, Unsilence, Verb
from tests.fakes.clock import START

ROOM = CallRef(vendor=Vendor.STREAM, id="default:room")


def case(
    number: int,
    verb: Verb,
    *people: str,
    everyone: bool = False,
    state: State = State.CONFIRMED,
    reached: tuple[str, ...] | None = None,
) -> Case:
    act = Act(
        verb=verb,
        call=ROOM,
        title="Room",
        people=tuple(Person(id=person) for person in people),
        everyone=everyone,
    )
    results = tuple(
        Result(person=person, state=State.CONFIRMED, evidence="Seen.")
        for person in (people if reached is None else reached)
    )
    return Case(
        number=number,
        act=act,
        actor=Actor(user="U1", team="T1"),
        asked_at=START,
        state=state,
        results=results,
    )


@pytest.mark.parametrize(
    ("first", "later", "undone"),
    [
        (case(1, Block(), "a", "b"), case(2, Unblock(), "b"), True),
        (case(1, Block(), "a"), case(2, Unblock(), "c"), False),
        (case(1, Block(), "a"), case(2, Unblock(), "a", state=State.FAILED), False),
        (case(1, Block(), "a"), case(2, Unblock(), "a", state=State.ALREADY), False),
        (
            case(1, Block(), "a", "b"),
            case(2, Unblock(), "a", "c", state=State.PARTLY, reached=("c",)),
            False,
        ),
        (case(1, Lock()), case(2, Unlock()), True),
        (case(1, Silence(), everyone=True), case(2, Unsilence(), "a"), True),
        (case(1, Silence(), "a"), case(2, Unsilence(), everyone=True), True),
        (case(1, Silence(), "a"), case(2, Unsilence(), everyone=True, reached=("b",)), False),
        (case(1, Silence(), "a"), case(2, Unsilence(), everyone=True, reached=("a",)), True),
        (case(1, Silence(), everyone=True, reached=("b",)), case(2, Unsilence(), "a"), False),
        (case(1, Block(), "a"), case(2, Kick(), "a"), False),
    ],
)
def test_a_case_is_taken_back_by_its_inverse_on_the_same_person(
    first: Case, later: Case, *, undone: bool
) -> None:
    assert CaseHistory.of(first, [], [later]).undone == ((later,) if undone else ())


def test_a_life_is_told_from_its_beginning() -> None:
    entries = [AuditEntry(id=number, at=START, event=Event.JOINED) for number in (3, 2, 1)]
    assert [entry.id for entry in CaseHistory.of(case(1, Kick(), "a"), entries, []).entries] == [
        1,
        2,
        3,
    ]


def test_who_was_spared_was_not_acted_on() -> None:
    assert aimed_at(("everyone", "but Ann (ann)")) == "everyone"
    assert aimed_at(("but Ann", "Bob (bob)")) == "but ann\nbob (bob)"
    assert aimed_at(()) == ""


def test_only_a_search_is_narrow() -> None:
    assert not AuditQuery(case=7, before=3).is_narrow
    assert AuditQuery(person="a").is_narrow
