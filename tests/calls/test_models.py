"""Calls, handles, acts, outcomes: the small promises the rest is built on."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.calls.actors import Actor, Role
from bot.calls.acts import CROWD, Act, Person
from bot.calls.cases import Case, Order
from bot.calls.handles import ALPHABET, LONG, SHORT, fits, handle
from bot.calls.models import CallRef, Participant, Vendor
from bot.calls.outcomes import Result, State, overall
from bot.calls.verbs import Block, End, Kick, Mute, Unblock, Verb

ROOM = CallRef(vendor=Vendor.STREAM, id="default:room", session="s1")
ANN, BOB = Person(id="ann", name="Ann"), Person(id="bob")

refs = st.builds(
    CallRef, vendor=st.sampled_from(Vendor), id=st.text(min_size=1, max_size=64), session=st.none()
)


@given(refs)
def test_a_handle_is_four_letters_that_cannot_be_misread(ref: CallRef) -> None:
    word = handle(ref)
    assert len(word) == SHORT
    assert set(word) <= set(ALPHABET)
    assert not set(word) & set("01OILU")


@given(refs)
def test_a_handle_fits_its_call_in_any_case_and_length(ref: CallRef) -> None:
    assert all(fits(handle(ref, length).lower(), ref) for length in range(SHORT, LONG + 1))
    assert not fits(handle(ref, LONG) + "2", ref)
    assert not fits(handle(ref)[:3], ref)


def test_a_handle_stays_when_the_room_fills_again() -> None:
    assert handle(ROOM) == handle(ROOM.model_copy(update={"session": "s2"}))


def act(verb: Verb, *people: Person, everyone: bool = False) -> Act:
    return Act(verb=verb, call=ROOM, title="Room", people=people, everyone=everyone)


def test_a_person_is_the_participant_that_was_seen() -> None:
    seen = Participant(
        id="ann",
        name="Ann",
        custom_id="app-1",
        presence="p1",
        joined_at=datetime(2026, 11, 21, tzinfo=UTC),
    )
    person = Person.of(seen)
    assert (person.id, person.presence, person.joined_at) == ("ann", "p1", seen.joined_at)
    assert person.shown == seen.shown == "Ann"
    assert BOB.shown == Participant(id="bob").shown == "bob"


def test_an_act_is_named_by_its_calls_handle() -> None:
    assert act(End()).handle == handle(ROOM)


def test_an_act_on_people_is_split_into_one_for_each() -> None:
    assert [part.people for part in act(Kick(), ANN, BOB).each()] == [(ANN,), (BOB,)]
    assert act(Mute(), everyone=True).each() == (act(Mute(), everyone=True),)
    assert act(End()).each() == (act(End()),)


@pytest.mark.parametrize(
    ("heavy", "asked"),
    [
        (False, act(Kick(), ANN)),
        (True, act(Block(), ANN)),
        (True, act(End())),
        (True, act(Mute(), everyone=True)),
        (True, act(Kick(), *(Person(id=str(n)) for n in range(CROWD + 1)))),
    ],
)
def test_an_act_is_heavy_by_its_verb_or_by_how_many_it_hits(*, heavy: bool, asked: Act) -> None:
    assert asked.heavy is heavy


def test_equal_orders_have_one_open_key_whatever_the_order_of_names() -> None:
    assert act(Kick(), ANN, BOB).open_key() == act(Kick(), BOB, ANN).open_key()
    assert act(Kick(), ANN).open_key() != act(Kick(), BOB).open_key()
    assert act(Mute(), ANN).open_key() != act(Kick(), ANN).open_key()


def test_a_fingerprint_tells_who_asked_what_and_why() -> None:
    def order(user: str = "U1", reason: str = "loud", verb: Verb | None = None) -> str:
        actor = Actor(user=user, team="T1")
        asked = act(verb or Kick(), ANN)
        return Order(key="k", act=asked, actor=actor, reason=reason).fingerprint()

    assert order() == order()
    assert len({order(), order(user="U2"), order(reason="rude"), order(verb=Mute())}) == 4


def test_a_case_knows_what_would_take_it_back() -> None:
    case = Case(
        number=1,
        act=act(Block(), ANN),
        actor=Actor(user="U1", team="T1"),
        asked_at=datetime(2026, 11, 21, tzinfo=UTC),
    )
    assert case.inverse == Unblock()


@pytest.mark.parametrize(
    ("states", "whole"),
    [
        ([State.CONFIRMED], State.CONFIRMED),
        ([State.FAILED, State.FAILED], State.FAILED),
        ([State.CONFIRMED, State.FAILED], State.PARTLY),
        ([State.CONFIRMED, State.NOT_CONFIRMED], State.PARTLY),
        ([State.FAILED, State.NOT_CONFIRMED], State.NOT_CONFIRMED),
        ([State.ALREADY], State.ALREADY),
        ([State.ALREADY, State.CONFIRMED], State.CONFIRMED),
        ([State.ALREADY, State.FAILED], State.PARTLY),
    ],
)
def test_a_case_is_only_confirmed_when_all_of_it_is(states: list[State], whole: State) -> None:
    assert overall([Result(state=state, evidence="") for state in states]) is whole


def test_only_what_is_asked_is_open() -> None:
    assert [state for state in State if state.open] == [State.ASKED]


def test_roles_are_ordered_and_named_as_in_the_file() -> None:
    assert Role.VIEWER < Role.MODERATOR < Role.LEAD < Role.ADMIN
    assert Role.MODERATOR.word == "moderator"
