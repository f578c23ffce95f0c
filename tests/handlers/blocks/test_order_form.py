"""The form for any order: within Slack's limits whatever is in it, and nothing in it is lost."""

import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.calls.acts import Person
from bot.calls.capabilities import Capability, Enforcement, Reach, cannot
from bot.calls.handles import handle
from bot.calls.models import Call, CallRef, Participant, Vendor
from bot.calls.verbs import (
    VERBS,
    Block,
    DeleteRecording,
    End,
    Kick,
    Mute,
    Poll,
    Preset,
    RecordStart,
    RtmpStart,
    Say,
    Unblock,
    Verb,
)
from bot.demo.slack.block_rules.blocks import MODAL
from bot.demo.slack.block_rules.check import check
from bot.demo.slack.block_rules.elements import SUGGESTION
from bot.errors import BadInput
from handlers.blocks.choices import (
    ChosenOption,
    call_option,
    call_value,
    lengths,
    person_option,
    person_value,
    same_room,
    same_run,
)
from handlers.blocks.forms.option_fields import read_options
from handlers.blocks.forms.order_form import (
    MAX_CHOSEN,
    Draft,
    cannot_words,
    loading_view,
    order_form,
)
from handlers.blocks.forms.order_state import ANY, Whom, people_block, read_filled
from handlers.blocks.message import Message
from tests.fakes.blocks import ALL, ANYTHING, CALLS, NAMES, NOW, PEOPLE, ref, words
from tests.fakes.forms import ROOM, TARGETS, as_sent, drafted, drawn
from tests.fakes.verbs import SAMPLES, sample

LONG_IDS = st.text(string.ascii_letters + "é:-", min_size=1, max_size=600)
PICKED = st.builds(ChosenOption, value=st.text(min_size=1, max_size=150), label=NAMES)


def labels(view: dict[str, Any]) -> list[str]:
    return [block["label"]["text"] for block in view["blocks"] if block["type"] == "input"]


def element(view: dict[str, Any], label: str) -> dict[str, Any]:
    found: dict[str, Any] = next(
        block["element"] for block in view["blocks"] if block.get("label", {}).get("text") == label
    )
    return found


@ANYTHING
@given(
    st.sampled_from([None, *VERBS.values()]),
    st.none() | CALLS,
    st.lists(PICKED, max_size=60, unique_by=lambda one: one.value),
    st.none() | st.sampled_from(Whom),
    st.lists(st.text(min_size=1, max_size=75).filter(str.strip), max_size=100, unique=True),
    st.lists(NAMES, max_size=8),
)
def test_any_form_is_one_slack_takes(
    verb: type[Verb] | None,
    call: Call | None,
    people: list[ChosenOption],
    whom: Whom | None,
    reasons: list[str],
    notes: list[str],
) -> None:
    drawn(
        drafted(
            verb,
            call,
            people=tuple(people),
            whom=whom,
            reasons=tuple(reasons),
            notes=tuple(notes),
        )
    )


@ANYTHING
@given(st.sampled_from(list(VERBS.values())), CALLS, LONG_IDS)
def test_what_a_form_was_drawn_from_comes_back(
    verb: type[Verb], call: Call, person_id: str
) -> None:
    shown = person_option(Person(id=person_id))
    people = (ChosenOption(value=shown["value"], label=shown["text"]["text"]),)
    view = drawn(drafted(verb, call, people=people, options={"text": "x"}))
    said = read_filled(as_sent(view))
    assert said.kind is verb
    assert said.call == call_value(call.ref)
    if people_block(said.call, verb) in said.blocks.values():
        assert said.people == people


@ANYTHING
@given(st.lists(CALLS, max_size=120, unique_by=lambda call: (call.ref.vendor, call.ref.id)))
def test_any_calls_make_options_slack_shows(calls: list[Call]) -> None:
    calls = calls[:100]
    options = [call_option(call, size) for call, size in zip(calls, lengths(calls), strict=True)]
    assert [*SUGGESTION({"options": options}, "")] == []


@ANYTHING
@given(st.lists(PEOPLE, max_size=100, unique_by=lambda person: person.id))
def test_any_people_make_options_slack_shows(people: list[Participant]) -> None:
    options = [person_option(person) for person in people]
    assert [*SUGGESTION({"options": options}, "")] == []


def test_two_calls_of_one_name_are_told_apart_by_handle_and_vendor() -> None:
    calls = [
        Call(ref=ref("default:a"), title="Daily", people=2),
        Call(ref=ref("default:b"), title="Daily", people=2),
        Call(ref=ref("m-1", Vendor.REALTIMEKIT), title="Daily", people=1, ended_at=NOW),
    ]
    below = [call_option(call)["description"]["text"] for call in calls]
    assert below[0] == f"Stream Video · {handle(calls[0].ref)} · 2 people"
    assert below[2] == f"RealtimeKit · {handle(calls[2].ref)} · ended"
    assert len(set(below)) == 3


@pytest.mark.parametrize("title", ["", " \u200b", "\n"])
def test_a_call_without_a_title_is_shown_by_its_id(title: str) -> None:
    option = call_option(Call(ref=ref(), title=title, people=0))
    assert option["text"]["text"] == ref().id


def test_a_calls_value_means_one_run_of_one_room() -> None:
    call = ref("default:" + "x" * 500)
    value = call_value(call)
    assert len(value) <= 150
    assert same_room(value, call)
    assert same_run(value, call)
    later = call.model_copy(update={"session": "another"})
    assert same_room(value, later)
    assert not same_run(value, later)
    assert same_run(value, call.model_copy(update={"session": None}))
    assert not same_room(value, ref("default:other"))


def test_ids_too_long_for_an_option_are_carried_as_a_digest() -> None:
    assert person_value("ann") == "ann"
    long = person_value("a" * 151)
    assert len(long) <= 150
    assert long != person_value("a" * 152)


@pytest.mark.parametrize("verb", list(VERBS.values()), ids=lambda verb: verb.name)
def test_every_verb_has_a_field_for_each_option_that_must_be_said(verb: type[Verb]) -> None:
    view = drawn(drafted(verb))
    assert {name.capitalize() for name in verb.required()} <= set(labels(view))
    said = {
        name: value if isinstance(value, str) else "\n".join(value)
        for name, value in {**SAMPLES.get(verb.name, {}), "to": "tv"}.items()
        if name in verb.model_fields
    }
    built, wrong = read_options(verb, ALL[verb.name], TARGETS, said)
    assert wrong == {}
    assert built is not None
    assert type(built) is verb
    if "to" not in verb.model_fields:
        assert built == sample(verb.name)


@pytest.mark.parametrize(
    ("verb", "said", "at"),
    [
        (Preset, {}, "preset"),
        (Preset, {"preset": "two words"}, "preset"),
        (DeleteRecording, {"file": "../x"}, "file"),
        (DeleteRecording, {"file": ".."}, "file"),
        (Say, {"text": " \u200b "}, "text"),
        (Say, {"text": "x" * 501}, "text"),
        (Poll, {"question": "Go on?", "answers": "Yes"}, "answers"),
        (Poll, {"question": "Go on?", "answers": "Yes\nYes"}, "answers"),
        (Poll, {"question": "", "answers": "Yes\nNo"}, "question"),
        (RtmpStart, {"to": "elsewhere"}, "to"),
        (Mute, {"tracks": "smell"}, "tracks"),
    ],
)
def test_what_an_option_cannot_be_is_told_at_it(
    verb: type[Verb], said: dict[str, str], at: str
) -> None:
    built, wrong = read_options(verb, ALL[verb.name], TARGETS, said)
    assert built is None
    assert list(wrong) == [at]


def test_options_are_narrowed_to_what_the_vendor_takes() -> None:
    some = Capability(level=Enforcement.ENFORCED, only={"kind": ("raw", "composite")})
    menu = element(drawn(drafted(RecordStart, capability=some)), "Kind")
    assert [item["value"] for item in menu["options"]] == ["composite", "raw"]
    one = Capability(level=Enforcement.ENFORCED, only={"kind": ("raw",)})
    assert "Kind" not in labels(drawn(drafted(RecordStart, capability=one)))
    built, _ = read_options(RecordStart, one, (), {})
    assert built == RecordStart.model_validate({"kind": "raw"})


def test_everyone_is_offered_only_where_verb_and_vendor_allow_it() -> None:
    assert "Who" in labels(drawn(drafted(Kick)))
    assert "Who" not in labels(drawn(drafted(Block)))
    named = Capability(level=Enforcement.ENFORCED, aims=Reach.NAMED)
    assert "Who" not in labels(drawn(drafted(Kick, capability=named)))
    whole = Capability(level=Enforcement.ENFORCED, aims=Reach.EVERYONE)
    view = drawn(drafted(Kick, capability=whole))
    assert [item["value"] for item in element(view, "Who")["options"]] == ["everyone"]
    assert "People" not in labels(view)


def test_what_cannot_be_done_has_no_fields_to_fill_in() -> None:
    no = cannot("no such act", instead=Mute)
    view = drawn(drafted(Kick, capability=no, notes=(cannot_words(Kick, "CometChat", no),)))
    assert labels(view) == ["Call", "Reason"]
    assert "Use “Mute” instead." in words(Message("", view["blocks"]))


def full(verb: type[Verb], whom: Whom) -> Draft:
    """A form about a call with 44 people in it."""
    return drafted(verb, whom=whom).model_copy(update={"present": 44})


@pytest.mark.parametrize(
    ("draft", "says"),
    [
        (drafted(End), "A reason is required."),
        (full(Kick, Whom.EVERYONE), "This kicks 44 people as soon as"),
        (
            drafted(Kick, people=tuple(ChosenOption(value=f"p{n}", label="P") for n in range(6))),
            "This kicks 6 people as soon as you submit.",
        ),
    ],
)
def test_a_heavy_act_is_confirmed_by_the_form_itself(draft: Draft, says: str) -> None:
    view = drawn(draft)
    assert says in words(Message("", view["blocks"]))
    assert next(b for b in view["blocks"] if b.get("block_id") == "reason")["optional"] is False
    listed = drawn(draft.model_copy(update={"reasons": ("Spam",)}))
    optional = {b.get("block_id"): b.get("optional") for b in listed["blocks"]}
    assert (optional["reasons"], optional["reason"]) == (False, True)


def test_what_cannot_be_left_empty_is_never_marked_optional() -> None:
    """Slack writes “(optional)” beside what is; people are asked for only where some are meant."""
    for whom, asked in ((None, True), (Whom.EXCEPT, True), (Whom.EVERYONE, False)):
        view = drawn(drafted(Kick, whom=whom))
        people = [b for b in view["blocks"] if str(b.get("block_id")).startswith("people.")]
        assert [bool(person.get("optional")) for person in people] == [False] * asked


def test_the_number_is_with_everyone_and_leaves_out_whom_the_act_leaves_out() -> None:
    draft = full(Mute, Whom.EXCEPT).model_copy(update={"shielded": frozenset({"vera"})})
    chosen = draft.filled.model_copy(
        update={"people": (ChosenOption(value="priya", label="Priya"),)}
    )
    text = words(Message("", drawn(draft.model_copy(update={"filled": chosen}))["blocks"]))
    assert "This mutes 42 of 44 people (1 protected person left out) as soon as you submit." in text
    assert "Everyone (44)" in text
    assert text.count("44 people") == 1


def test_each_caution_is_said_once() -> None:
    """A vendor that says the same and more is heard in the verb's place."""
    more = f"{Mute.warning} To stop that, use Silence."
    best = Capability(level=Enforcement.BEST_EFFORT, why=more)
    text = words(Message("", drawn(drafted(Mute, capability=best))["blocks"]))
    assert text.count(Mute.warning) == 1
    assert "To stop that, use Silence." in text
    for verb in VERBS.values():
        assert verb.warning not in verb.summary
        assert verb.summary not in verb.warning


def test_fields_keep_their_ids_and_people_begin_anew_with_another_call() -> None:
    one = drawn(drafted(Kick))
    other = drawn(drafted(Kick, ROOM.model_copy(update={"ref": ref("default:other")})))
    ids = [{b["block_id"] for b in view["blocks"] if "block_id" in b} for view in (one, other)]
    assert {name.partition(".")[0] for name in ids[0] ^ ids[1]} == {"people"}


def test_at_most_as_many_people_as_can_be_named_are_chosen() -> None:
    people = tuple(ChosenOption(value=f"p{n}", label=f"P{n}") for n in range(80))
    menu = element(drawn(drafted(Kick, people=people)), "People")
    assert menu["max_selected_items"] == len(menu["initial_options"]) == MAX_CHOSEN


def test_a_call_with_ids_too_long_to_carry_is_still_known_by_its_value() -> None:
    call = Call(ref=CallRef(vendor=Vendor.STREAM, id="x" * 4000), title="t" * 500, people=1)
    view = drawn(drafted(Unblock, call))
    assert len(view["private_metadata"]) <= 3000
    assert read_filled(as_sent(view)).call == call_value(call.ref)


@pytest.mark.parametrize(
    "view",
    [
        {},
        {"private_metadata": "{}"},
        {"private_metadata": '{"v":1}', "state": None},
        {"private_metadata": '{"v":2}', "state": {"values": {}}},
        {
            "private_metadata": '{"v":1}',
            "state": {"values": {"a": {"form.whom": {"selected_option": {"value": "me"}}}}},
        },
        {
            "private_metadata": '{"v":1}',
            "state": {"values": {"a": {"form.people": {"selected_options": [{"value": 1}]}}}},
        },
    ],
)
def test_a_form_changed_on_its_way_is_refused_in_words(view: dict[str, Any]) -> None:
    with pytest.raises(BadInput, match="older release"):
        read_filled(view)


def test_while_it_loads_the_form_says_what_it_is_for() -> None:
    view = loading_view("Kick")
    assert check(view["blocks"], MODAL) == []
    assert view["title"]["text"] == "Kick"
    assert loading_view("")["title"]["text"] == "Moderate a call"
    assert order_form(drafted(among=ANY))["submit"]["text"] == "Next"
