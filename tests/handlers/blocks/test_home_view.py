"""Home and windows: whatever they are made from, Slack takes them."""

from typing import Any

import pytest
from hypothesis import given

from bot.calls.actors import Role
from bot.calls.cases import Case
from bot.calls.live import CallListing, VendorTrouble
from bot.calls.models import Call, CallRef, Vendor
from bot.calls.verbs import VERBS
from bot.demo.slack.block_rules.blocks import HOME, MODAL
from bot.demo.slack.block_rules.check import check_view
from handlers.blocks.elements import section
from handlers.blocks.home import HomeContent, VendorAccess, home_view, outside_view, plain_view
from handlers.blocks.message import Message
from handlers.blocks.modal import answer_view, waiting_view
from handlers.blocks.text import mrkdwn
from tests.fakes.blocks import ALL, ANYTHING, CALLS, CASES, NAMES, NOW, many, require_valid
from tests.fakes.rights import EVERYWHERE

TABLES = dict.fromkeys(Vendor, ALL)


def content(*shown: Call, told: tuple[Case, ...] = (), **more: Any) -> HomeContent:
    """A Home with these calls and cases, of somebody who may do everything."""
    roles = more.pop("role", Role.ADMIN)
    places = tuple(VendorAccess(vendor=v, role=roles, verbs=tuple(VERBS)) for v in Vendor)
    given = {
        "places": places,
        "calls": CallListing(calls=shown, at=NOW, rights=EVERYWHERE),
        "cases": told,
        "capabilities": TABLES,
    }
    return HomeContent.model_validate({**given, **more})


def taken(view: dict[str, Any], surface: str) -> bool:
    """Whether Slack takes it; says why not."""
    require_valid(view["blocks"], surface)
    assert check_view(view, surface, charts=True) == []
    return True


@ANYTHING
@given(shown=many(CALLS, 12), told=many(CASES, 6), name=NAMES)
def test_slack_takes_home_whatever_is_live_and_was_done(
    shown: list[Call], told: list[Case], name: str
) -> None:
    numbered = [case.model_copy(update={"number": n}) for n, case in enumerate(told, 1)]
    view = home_view(content(*shown, told=tuple(numbered)), "/calls", NOW)
    assert taken(view, HOME)
    assert taken(plain_view(view, "/calls"), HOME)
    assert taken(outside_view([name, name], NOW), HOME)


@ANYTHING
@given(words=NAMES.filter(bool))
def test_slack_takes_a_window_whatever_the_answer(words: str) -> None:
    said = mrkdwn(words)
    assert taken(answer_view(Message(said, [])), MODAL)
    assert taken(answer_view(Message(said, [section(said or "?")] * 120)), MODAL)
    assert taken(waiting_view(), MODAL)


def test_a_window_leaves_out_what_a_modal_does_not_take() -> None:
    table = {"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]]}
    assert answer_view(Message("In words.", [table]))["blocks"] == [section("In words.")]


def test_home_says_that_there_is_more_and_what_is_missing() -> None:
    assert "No call is live right now." in str(home_view(content(), "/calls", NOW))
    ref = CallRef(vendor=Vendor.STREAM, id="default:room")
    room = Call(ref=ref, title="Room", people=2)
    many = [
        room.model_copy(update={"ref": ref.model_copy(update={"id": f"d:{n}"})}) for n in range(11)
    ]
    assert "“All live calls” shows the others" in str(home_view(content(*many), "/calls", NOW))
    silent = CallListing(
        calls=(), at=NOW, troubles=(VendorTrouble(vendor=Vendor.STREAM, message="No answer."),)
    )
    shown = str(home_view(content(calls=silent), "/calls", NOW))
    assert "0 live calls · Stream Video not answering" in shown
    assert "No answer." in shown


def test_what_could_not_be_had_is_said_in_its_place() -> None:
    words = Message("Not now.", [section("Not now.")])
    view = home_view(content(calls=words, cases=words), "/calls", NOW)
    assert str(view).count("Not now.") == 2
    assert taken(view, HOME)


@pytest.mark.parametrize(
    ("place", "words"),
    [
        (VendorAccess(vendor=Vendor.COMETCHAT, role=Role.ADMIN, anything=False), "view only"),
        (VendorAccess(vendor=Vendor.STREAM, role=Role.VIEWER), "view only"),
        (VendorAccess(vendor=Vendor.STREAM, role=Role.LEAD, verbs=("end",)), "as lead: End call"),
    ],
)
def test_home_says_what_its_reader_may_do_on_each_vendor(place: VendorAccess, words: str) -> None:
    assert words in str(home_view(content(places=(place,)), "/calls", NOW))
