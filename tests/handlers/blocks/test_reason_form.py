"""A form says what it does, and brings back act, options and reason."""

import hashlib
from typing import Any

import pytest
from hypothesis import given

from bot.calls.acts import Act, Person
from bot.calls.capabilities import Capability, Enforcement
from bot.calls.verbs import Kick, Mute, RecordStart, RtmpStart, Verb
from bot.demo.slack.block_rules.blocks import MODAL
from bot.errors import BadInput
from bot.moderation.people_parser import MOST_NAMED
from handlers.blocks import refusals
from handlers.blocks.forms.reason_form import (
    FormState,
    form_errors,
    read_form,
    reason_form,
    trouble_view,
)
from handlers.blocks.message import Message
from tests.fakes.blocks import (
    ALL,
    ANYTHING,
    NAMES,
    PERSONS,
    VERB,
    ref,
    require_valid,
    valid_message,
    words,
)


def form(act: Act, capability: Capability = ALL["mute"], why: str = "") -> dict[str, Any]:
    state = FormState(act=act.ref, channel="C1", reply_url="https://hooks.example/1", card=True)
    view = reason_form(state, act, capability, ("tv", "radio"), why)
    require_valid(view["blocks"], MODAL)
    assert all(len(view[part]["text"]) <= 24 for part in ("title", "submit", "close"))
    assert len(view["private_metadata"]) <= 3000
    return view


def submitted(view: dict[str, Any], reason: str | None, **options: str) -> dict[str, Any]:
    values: dict[str, Any] = {"reason": {"reason": {"value": reason}}}
    for name, value in options.items():
        values[f"option.{name}"] = {name: {"selected_option": {"value": value}}}
    return {**view, "state": {"values": values}}


def aimed(verb: Verb, *people: str, everyone: bool = False) -> Act:
    return Act(
        verb=verb,
        call=ref(),
        title="Raid",
        people=tuple(Person(id=p) for p in people),
        everyone=everyone,
    )


def test_a_form_brings_back_act_options_and_reason() -> None:
    filled = read_form(submitted(form(aimed(Mute(), "a")), " too\nloud ", tracks="video"))
    assert filled.act == aimed(Mute.model_validate({"tracks": "video"}), "a").ref
    assert (filled.reason, filled.state.channel, filled.state.card) == ("too loud", "C1", True)


def test_a_form_offers_only_what_the_vendor_takes() -> None:
    capability = Capability(level=Enforcement.BEST_EFFORT, why="may lag", only={"kind": ("raw",)})
    view = form(aimed(RecordStart()), capability)
    assert not any(block.get("block_id") == "option.kind" for block in view["blocks"])
    assert "may lag" in words(Message("", view["blocks"]))
    target = next(
        b for b in form(aimed(RtmpStart(to="tv")))["blocks"] if b.get("block_id") == "option.to"
    )
    assert [item["value"] for item in target["element"]["options"]] == ["tv", "radio"]


@pytest.mark.parametrize("reason", [None, "", " \u200b "])
def test_a_heavy_act_wants_a_reason_and_a_light_one_does_not(reason: str | None) -> None:
    heavy = submitted(form(aimed(Mute(), everyone=True)), reason)
    assert form_errors(heavy) == {"reason": "A reason is required."}
    with pytest.raises(BadInput, match="reason is required"):
        read_form(heavy)
    assert read_form(submitted(form(aimed(Mute(), "a")), reason)).reason == ""


def test_a_reason_too_long_is_said_beside_its_field() -> None:
    view = submitted(form(aimed(Kick(), "a")), "x" * 2001)
    assert form_errors(view) == {"reason": "A reason has at most 2,000 characters."}


@pytest.mark.parametrize("view", [{}, {"private_metadata": "{}"}, {"private_metadata": None}])
def test_an_old_form_is_refused_in_words(view: dict[str, Any]) -> None:
    with pytest.raises(BadInput, match="older release"):
        read_form(view)


def test_an_option_nobody_offered_is_refused() -> None:
    with pytest.raises(BadInput, match="older release"):
        read_form(submitted(form(aimed(Mute(), "a")), "x", tracks="smell"))


@pytest.mark.parametrize("length", [32, 64])
def test_a_form_brings_back_as_many_people_as_one_order_may_name(length: int) -> None:
    people = [hashlib.sha512(bytes([n])).hexdigest()[:length] for n in range(MOST_NAMED)]
    filled = read_form(submitted(form(aimed(Kick(), *people)), "x"))
    assert filled.act.people == tuple(people)


def test_too_many_people_for_one_form_is_said() -> None:
    ids = [hashlib.sha512(bytes([n])).hexdigest() for n in range(MOST_NAMED)]
    with pytest.raises(BadInput, match="too many for one form"):
        form(aimed(Kick(), *ids))


@pytest.mark.parametrize("changed", ["z", "z!", "zABCDE", "z\u00e9"])
def test_what_was_packed_and_changed_is_an_old_form(changed: str) -> None:
    with pytest.raises(BadInput, match="older release"):
        read_form({**submitted(form(aimed(Kick(), "a")), "x"), "private_metadata": changed})


@ANYTHING
@given(VERB, NAMES, PERSONS, NAMES)
def test_any_act_makes_a_sound_form(verb: Verb, title: str, person: Person, why: str) -> None:
    act = Act(verb=verb, call=ref(), title=title, people=(person,))
    filled = read_form(submitted(form(act, ALL[verb.name], why), f"x {why}"))
    assert filled.act.people == (person.id,)
    require_valid(trouble_view(valid_message(refusals.broken()))["blocks"])
