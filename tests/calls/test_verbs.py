"""A verb is described once, and everything that is needed of it is there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from bot.calls.models import Call, CallRef, Vendor
from bot.calls.verb_json import AnyVerb, dump_verb, load_verb
from bot.calls.verbs import (
    VERBS,
    Aim,
    Block,
    End,
    Kick,
    Mute,
    RtmpStart,
    Track,
    Unblock,
    Weight,
)
from tests.fakes.verbs import sample


@pytest.mark.parametrize("name", VERBS)
def test_every_verb_says_everything_that_is_shown_of_it(name: str) -> None:
    verb = VERBS[name]
    assert verb.name == name
    for words in (verb.label, verb.do, verb.doing, verb.done, verb.warning, verb.example):
        assert words.strip()
    assert verb.example.split()[0] == verb.words[0]
    assert verb.warning.endswith(".")
    assert verb.summary.endswith(".")


def test_no_two_verbs_are_said_with_the_same_words() -> None:
    assert len({verb.words for verb in VERBS.values()}) == len(VERBS)


@pytest.mark.parametrize("name", VERBS)
def test_what_takes_an_act_back_is_taken_back_by_it(name: str) -> None:
    inverse = sample(name).inverse()
    assert inverse is None or inverse.inverse() == sample(name)


def test_muting_kicking_and_ending_cannot_be_taken_back() -> None:
    assert [verb.inverse() for verb in (Mute(), Kick(), End())] == [None, None, None]
    assert Block().inverse() == Unblock()


def test_what_disconnects_for_good_is_heavy() -> None:
    assert {name for name, verb in VERBS.items() if verb.weight is Weight.HEAVY} == {
        "block",
        "delete_recording",
        "delete_transcript",
        "end",
        "go_back",
        "group_ban",
        "lock",
    }


@pytest.mark.parametrize("name", VERBS)
def test_a_verb_written_down_comes_back_the_same(name: str) -> None:
    assert load_verb(dump_verb(sample(name))) == sample(name)


def test_what_is_no_verb_at_all_is_refused() -> None:
    with pytest.raises(ValueError, match="no verb"):
        load_verb("kick")


class Holder(BaseModel):
    """Something that keeps a verb."""

    verb: AnyVerb


def test_a_field_keeps_the_verb_with_its_options() -> None:
    held = Holder(verb=Mute(tracks=Track.VIDEO))
    assert held.model_dump_json() == '{"verb":{"name":"mute","tracks":"video"}}'
    assert Holder.model_validate_json(held.model_dump_json()) == held


@pytest.mark.parametrize(
    "data", [{}, {"name": "fly"}, {"name": "mute", "tracks": "smell"}, {"name": "kick", "x": 1}]
)
def test_what_no_verb_wrote_is_refused(data: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Holder.model_validate({"verb": data})


@given(st.text(max_size=80))
def test_an_rtmp_target_is_a_plain_name(name: str) -> None:
    try:
        verb = RtmpStart(to=name)
    except ValidationError:
        return
    assert verb.to.isascii()
    assert verb.to.replace("-", "").replace("_", "").isalnum() or set(verb.to) <= {"-", "_"}


def call(**known: object) -> Call:
    """A call of which this is known."""
    ref = CallRef(vendor=Vendor.STREAM, id="default:room")
    return Call.model_validate({"ref": ref, "title": "Room", "people": 1, **known})


@pytest.mark.parametrize(
    ("known", "makes_sense"),
    [
        ({}, {"lock", "record_start", "live_start", "rtmp_start"}),
        ({"locked": True}, {"unlock", "record_start", "live_start", "rtmp_start"}),
        ({"recording": "on"}, {"lock", "record_stop", "record_pause", "live_start", "rtmp_start"}),
        (
            {"recording": "paused"},
            {"lock", "record_stop", "record_resume", "live_start", "rtmp_start"},
        ),
        ({"broadcasting": True}, {"lock", "record_start", "live_stop", "rtmp_start"}),
        ({"rtmp": ("x",)}, {"lock", "record_start", "live_start", "rtmp_start", "rtmp_stop"}),
    ],
)
def test_only_what_would_change_something_is_offered(
    known: dict[str, object], makes_sense: set[str]
) -> None:
    on_a_call = [name for name in VERBS if VERBS[name].aim is Aim.CALL and VERBS[name].drawn]
    on_a_call.remove("end")
    offered = {name for name in on_a_call if not sample(name).pointless(call(**known))}
    assert offered == makes_sense
    assert not Kick().pointless(call(**known))


@pytest.mark.parametrize(
    ("known", "start", "stop"),
    [
        ("transcribing", "transcribe_start", "transcribe_stop"),
        ("captioning", "captions_start", "captions_stop"),
        ("locked", "lock", "unlock"),
    ],
)
def test_what_runs_is_not_started_and_what_does_not_run_is_not_stopped(
    known: str, start: str, stop: str
) -> None:
    running, idle = call(**{known: True}), call(**{known: False})
    assert sample(start).pointless(running)
    assert not sample(start).pointless(idle)
    assert sample(stop).pointless(idle)
    assert not sample(stop).pointless(running)
