"""Every card, whatever it is made from, is one Slack takes and says what is true."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.calls.capabilities import Capability, cannot
from bot.calls.cases import Case
from bot.calls.live import CallListing, CallView, ListView, VendorTrouble
from bot.calls.models import Call, Page, Participant, RecordingState, Vendor
from bot.calls.verbs import VERBS, Mute
from bot.errors import BadInput, CallwardenError, UnknownWord
from handlers.blocks import refusals
from handlers.blocks.action_values import (
    ActValue,
    ListValue,
    MoreValue,
    load,
    load_menu,
    route,
)
from handlers.blocks.call_card import call_message
from handlers.blocks.call_list import list_message
from handlers.blocks.capabilities import capabilities_message
from handlers.blocks.help import help_message
from handlers.blocks.message import Message
from tests.fakes.blocks import (
    ALL,
    ANYTHING,
    CALLS,
    CASES,
    NAMES,
    NOW,
    PEOPLE,
    SOME,
    elements,
    ended_case,
    many,
    ref,
    valid_message,
    words,
)
from tests.fakes.rights import EVERYWHERE, FULL


@ANYTHING
@given(many(CALLS, 14).map(tuple), NAMES, st.integers(0, 300), st.booleans())
def test_any_calls_make_a_sound_list(
    calls: tuple[Call, ...], text: str, page: int, gaps: bool
) -> None:
    troubles = (VendorTrouble(vendor=Vendor.STREAM, message=text),) if gaps else ()
    listing = CallListing(
        calls=calls,
        at=NOW,
        troubles=troubles,
        partial=tuple(Vendor) if gaps else (),
        rights=EVERYWHERE,
    )
    view = ListView(text=text, page=page, vendor=Vendor.STREAM if gaps else None)
    valid_message(list_message(listing, view, {Vendor.STREAM: ALL, Vendor.REALTIMEKIT: SOME}))


@ANYTHING
@given(CALLS, many(PEOPLE, 27).map(tuple), many(CASES, 3))
def test_any_call_makes_a_sound_card(
    call: Call, people: tuple[Participant, ...], cases: list[Case]
) -> None:
    view = CallView(
        call=call,
        people=Page(items=people, next="more"),
        page=1,
        capabilities=SOME if call.people % 2 else ALL,
        rtmp_targets=("youtube", "own"),
        rights=FULL,
        at=NOW,
    )
    valid_message(call_message(view, cases))


@ANYTHING
@given(NAMES, st.lists(NAMES, max_size=5), st.lists(st.sampled_from(list(VERBS)), max_size=3))
def test_any_error_is_told_soundly(text: str, names: list[str], nearest: list[str]) -> None:
    valid_message(refusals.refusal(BadInput(text, next_step=text)))
    valid_message(refusals.refusal(CallwardenError(f"`{text}`")))
    valid_message(refusals.refusal(UnknownWord(text, nearest=[*nearest, *names])))
    valid_message(refusals.looking(text))


def test_two_thousand_calls_are_ten_a_page_with_a_way_on_and_back() -> None:
    calls = tuple(
        Call(ref=ref(f"default:room-{n}"), title=f"Room {n}", people=3) for n in range(2000)
    )
    message = valid_message(
        list_message(
            CallListing(calls=calls, at=NOW, rights=EVERYWHERE),
            ListView(page=1),
            {Vendor.STREAM: ALL},
        )
    )
    assert "Room 10*" in words(message)
    assert "Room 20*" not in words(message)
    pages = [
        load(ListValue, e["value"]).view.page
        for e in elements(message.blocks)
        if route(e["action_id"]) == "page"
    ]
    assert pages == [0, 2]
    assert "Page 2 of 200" in words(message)


def test_a_page_that_is_gone_shows_the_last_one() -> None:
    calls = (Call(ref=ref(), title="Support room", people=3),)
    message = list_message(
        CallListing(calls=calls, at=NOW, rights=EVERYWHERE), ListView(page=9), {}
    )
    assert "Support room" in words(valid_message(message))


@pytest.mark.parametrize(
    ("view", "troubles", "says"),
    [
        (ListView(), (), "No call is live"),
        (ListView(text="raid"), (), "Clear the filter"),
        (
            ListView(),
            (VendorTrouble(vendor=Vendor.STREAM, message="took too long"),),
            "took too long",
        ),
    ],
)
def test_an_empty_list_says_what_to_do(
    view: ListView, troubles: tuple[VendorTrouble, ...], says: str
) -> None:
    message = valid_message(
        list_message(CallListing(calls=(), at=NOW, troubles=troubles), view, {})
    )
    assert says in words(message)


def test_the_headline_names_the_vendors_that_did_not_answer() -> None:
    calls = (Call(ref=ref(), title="Support room", people=3),)
    silent = [
        VendorTrouble(vendor=vendor, message="took too long") for vendor in (Vendor.COMETCHAT,)
    ]
    message = list_message(CallListing(calls=calls, at=NOW, troubles=tuple(silent)), ListView(), {})
    assert words(valid_message(message)).startswith("1 live call · CometChat not answering")
    assert message.text.startswith("1 live call · CometChat not answering")


def offered(blocks: list[dict[str, Any]]) -> set[str]:
    """The names of the verbs that can be pressed."""
    found = set()
    for element in elements(blocks):
        if route(element["action_id"]) == "act":
            found.add(load(ActValue, element["value"]).verb.name)
        if route(element["action_id"]) == "menu":
            block = next(
                b for b in blocks if element in (b.get("accessory"), *b.get("elements", []))
            )
            found |= {
                meant.verb.name
                for item in element["options"]
                if isinstance(
                    meant := load_menu(block["block_id"], element["action_id"], item["value"]),
                    ActValue,
                )
            }
    return found


def card(call: Call, capabilities: Mapping[str, Capability], *people: Participant) -> Message:
    view = CallView(
        call=call,
        people=Page(items=people),
        capabilities=dict(capabilities),
        rights=FULL,
        at=NOW,
        rtmp_targets=("tv",),
    )
    return valid_message(call_message(view, []))


def test_only_what_the_vendor_can_do_is_drawn_and_the_rest_is_said() -> None:
    message = card(Call(ref=ref(), title="Raid", people=1), SOME, Participant(id="a"))
    assert not {"kick", "block"} & offered(message.blocks)
    assert "mute" in offered(message.blocks)
    assert "Not available on Stream Video: kick, block." in words(message)


def test_acts_follow_what_runs() -> None:
    call = Call(
        ref=ref(), title="Raid", people=1, recording=RecordingState.ON, broadcasting=False, rtmp=()
    )
    names = offered(card(call, ALL).blocks)
    running = {"record_stop", "record_pause", "live_start", "rtmp_start"}
    assert names == running | {"lock", "end", "mute"}
    ended = call.model_copy(update={"ended_at": NOW})
    assert offered(card(ended, ALL, Participant(id="a")).blocks) == set()


def test_capabilities_say_why_and_what_instead() -> None:
    tables = {Vendor.STREAM: ALL, Vendor.COMETCHAT: SOME}
    assert "CometChat" in words(valid_message(capabilities_message(tables)))
    one = words(valid_message(capabilities_message(tables, Vendor.COMETCHAT)))
    assert "Nearest: Mute" in one
    assert "Stream" not in one
    assert "RealtimeKit is not connected" in words(
        valid_message(capabilities_message(tables, Vendor.REALTIMEKIT))
    )


def test_help_on_everything_is_one_message_slack_takes() -> None:
    valid_message(help_message(None, "/calls"))


def test_ids_too_long_for_a_menu_get_one_button() -> None:
    person = Participant(id="p" * 300)
    message = card(Call(ref=ref(), title="Raid", people=1), ALL, person)
    accessory = next(block["accessory"] for block in message.blocks if "accessory" in block)
    assert load(ActValue, accessory["value"]).person == person.id


def test_an_act_too_long_for_any_button_is_not_drawn() -> None:
    person = Participant(id="p" * 2_000)
    message = card(Call(ref=ref(), title="Raid", people=1), ALL, person)
    assert not any("accessory" in block for block in message.blocks)


def test_what_to_type_stays_code_in_a_refusal() -> None:
    message = valid_message(
        refusals.refusal(BadInput("No *such* call.", next_step="Type `/calls_x` again."))
    )
    assert "Type `/calls_x` again." in words(message)
    assert "*" not in words(message)


def test_a_call_with_an_id_too_long_for_a_menu_keeps_its_buttons() -> None:
    call = Call(ref=ref("c" * 300), title="Raid", people=1)
    message = valid_message(
        list_message(
            CallListing(calls=(call,), at=NOW, rights=EVERYWHERE), ListView(), {Vendor.STREAM: ALL}
        )
    )
    assert offered(message.blocks) == {"mute", "record_start"}


def test_every_act_is_reached_from_the_list_and_end_call_always_has_a_place_in_its_menu() -> None:
    call = Call(ref=ref(), title="Raid", people=9)
    message = valid_message(
        list_message(
            CallListing(calls=(call,), at=NOW, rights=EVERYWHERE), ListView(), {Vendor.STREAM: ALL}
        )
    )
    assert "end" in offered(message.blocks)
    (menu,) = [element for element in elements(message.blocks) if element["type"] == "overflow"]
    row = next(block for block in message.blocks if menu in block.get("elements", []))
    last = load_menu(row["block_id"], menu["action_id"], menu["options"][-1]["value"])
    assert last == MoreValue(call=call.ref)


@pytest.mark.parametrize("id_", ["default:raid", "c" * 300])
@pytest.mark.parametrize("table", [ALL, SOME])
def test_one_entry_leads_to_all_actions(id_: str, table: Mapping[str, Capability]) -> None:
    """In the menu where there is one, a button where there is none: never both side by side."""
    call = Call(ref=ref(id_), title="Raid", people=9)
    listing = CallListing(calls=(call,), at=NOW, rights=EVERYWHERE)
    for message in (
        valid_message(list_message(listing, ListView(), {Vendor.STREAM: table})),
        card(call, table),
    ):
        assert words(message).count("All actions…") == 1
        assert "More…" not in words(message)


def test_red_is_what_hits_everyone_or_is_public_and_the_number_is_said() -> None:
    call = Call(ref=ref(), title="Raid", people=44, backstage=True, rtmp=())
    styles = {
        element["text"]["text"]: element.get("style")
        for element in elements(card(call, ALL).blocks)
        if element["type"] == "button" and route(element["action_id"]) == "act"
    }
    red = {"Mute everyone (44)", "End call", "Go live", "Start livestream", "Start RTMP"}
    assert {label for label, style in styles.items() if style == "danger"} == red
    assert {"Lock", "Start recording"} <= styles.keys() - red


def test_what_was_done_last_stands_above_the_people() -> None:
    view = CallView(
        call=Call(ref=ref(), title="Raid", people=1),
        people=Page(items=[Participant(id="ann", name="Ann")]),
        capabilities=ALL,
        rights=FULL,
        at=NOW,
    )
    shown = words(valid_message(call_message(view, [ended_case(Mute())])))
    assert shown.index("*Recent actions*") < shown.index("*Ann*")


def test_more_is_the_last_entry_of_a_persons_menu_and_leads_to_them() -> None:
    person = Participant(id="ann", name="Ann")
    message = card(Call(ref=ref(), title="Raid", people=1), ALL, person)
    block = next(b for b in message.blocks if b.get("accessory", {}).get("type") == "overflow")
    options = block["accessory"]["options"]
    assert len(options) == 5
    assert options[-1]["text"]["text"] == "All actions…"
    meant = load_menu(block["block_id"], block["accessory"]["action_id"], options[-1]["value"])
    assert isinstance(meant, MoreValue)
    assert meant.person == person.id


def test_where_nothing_can_be_done_there_is_no_more() -> None:
    nothing = dict.fromkeys(ALL, cannot("it only reads"))
    message = card(Call(ref=ref(), title="Raid", people=1), nothing, Participant(id="ann"))
    assert "All actions…" not in words(message)
    ended = card(Call(ref=ref(), title="Raid", people=1, ended_at=NOW), ALL)
    assert "All actions…" not in words(ended)
