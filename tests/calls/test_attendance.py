"""How somebody left is told by our own cases where the vendor only tells when."""

from datetime import timedelta

import pytest

from bot.calls.actors import Actor
from bot.calls.acts import Act, Person
from bot.calls.attendance import Attendance, Attendee
from bot.calls.cases import Case
from bot.calls.models import CallRef, Vendor
from bot.calls.outcomes import Result, State
from bot.calls.verbs import Block, End, Kick, Mute, Verb
from tests.fakes.clock import START

CALL = CallRef(vendor=Vendor.STREAM, id="default:room")


def case(
    verb: Verb, person: str | None, *, state: State = State.CONFIRMED, everyone: bool = False
) -> Case:
    """Case 18, asked for at START and done ten seconds later."""
    people = (Person(id=person),) if person and not everyone else ()
    return Case(
        number=18,
        act=Act(verb=verb, call=CALL, title="Room", people=people, everyone=everyone),
        actor=Actor(user="U1", team="T1"),
        state=state,
        asked_at=START,
        finished_at=START + timedelta(seconds=10),
        results=(Result(person=person, state=state, evidence="Seen."),),
    )


def left(seconds: float, person: str = "kofi", custom_id: str | None = None) -> Attendee:
    at = START + timedelta(seconds=seconds)
    joined = START - timedelta(hours=1)
    return Attendee(id=person, custom_id=custom_id, joined_at=joined, left_at=at)


def how(stay: Attendee, *cases: Case) -> str:
    return Attendance(stays=(stay,)).with_causes(cases).stays[0].how


@pytest.mark.parametrize(
    ("of", "says"),
    [
        (case(Kick(), "kofi"), "kicked, case #18"),
        (case(Block(), "kofi"), "blocked, case #18"),
        (case(Kick(), "kofi", everyone=True), "kicked, case #18"),
        (case(Kick(), None, everyone=True), "kicked, case #18"),
        (case(End(), None), "ended, case #18"),
        (case(Kick(), "somebody-else"), ""),
        (case(Mute(), "kofi"), ""),
        (case(Kick(), "kofi", state=State.FAILED), ""),
        (case(Kick(), "kofi", state=State.ALREADY), ""),
    ],
)
def test_a_confirmed_removal_says_how_somebody_left(of: Case, says: str) -> None:
    assert how(left(3), of) == says


@pytest.mark.parametrize(
    ("seconds", "is_it"), [(-60, False), (-4, True), (0, True), (39, True), (60, False)]
)
def test_only_who_left_around_it_was_removed_by_it(seconds: float, is_it: bool) -> None:
    assert bool(how(left(seconds), case(Kick(), "kofi"))) is is_it


def test_a_person_is_known_by_the_apps_own_id_too() -> None:
    assert how(left(3, "uuid-1", custom_id="kofi"), case(Kick(), "kofi")) == "kicked, case #18"


def test_who_is_still_there_was_not_removed() -> None:
    assert how(Attendee(id="kofi", joined_at=START), case(Kick(), "kofi")) == ""
