"""Rules of acts and cases that show only at their edges."""

from datetime import timedelta

import pytest

from bot.calls.actors import Actor
from bot.calls.acts import Act, Person
from bot.calls.cases import Case
from bot.calls.models import Call, CallRef, Vendor
from bot.calls.outcomes import Result, State
from bot.calls.recordings import RunningRecording
from bot.calls.verbs import Block, Kick, Mute, RecordStop, RtmpStopAll
from bot.errors import BadInput
from bot.moderation.recording_choice import SHOWN, require_one
from tests.fakes.clock import START

CALL = CallRef(vendor=Vendor.REALTIMEKIT, id="m-1")


def case(act: Act, *results: Result) -> Case:
    return Case(
        number=1,
        act=act,
        actor=Actor(user="U1", team="T1"),
        state=State.CONFIRMED,
        results=results,
        asked_at=START,
    )


def test_many_who_are_spared_are_counted() -> None:
    spared = tuple(Person(id=f"p{number}") for number in range(10))
    act = Act(verb=Mute(), call=CALL, title="Room", everyone=True, spared=spared)
    assert act.besides.endswith(" more")
    assert "p0" in act.besides
    assert "p9" not in act.besides


def test_nothing_is_undone_where_nobody_who_was_named_is_confirmed() -> None:
    act = Act(verb=Block(), call=CALL, title="Room", people=(Person(id="ann"),))
    somebody_else = Result(person="bob", state=State.CONFIRMED, evidence="Seen.")
    assert case(act, somebody_else).undo is None
    ann = Result(person="ann", state=State.CONFIRMED, evidence="Seen.")
    assert case(act, ann).undo is not None
    assert case(act.model_copy(update={"verb": Kick()}), ann).undo is None


@pytest.mark.parametrize(("rtmp", "pointless"), [((), True), (None, True), (("tube",), False)])
def test_stopping_all_outputs_is_pointless_where_none_shows(
    rtmp: tuple[str, ...] | None, pointless: bool
) -> None:
    call = Call(ref=CALL, title="Room", people=1, rtmp=rtmp)
    assert RtmpStopAll().pointless(call) is pointless


def test_more_recordings_than_are_named_are_counted() -> None:
    running = [
        RunningRecording(
            id=f"{number:08x}-0", kind="recording", started_at=START + timedelta(minutes=number)
        )
        for number in range(SHOWN + 3)
    ]
    with pytest.raises(BadInput) as asked:
        require_one(RecordStop(), CALL, running)
    assert "and 3 more" in asked.value.next_step
