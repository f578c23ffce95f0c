"""What Slack is told about the app is what the app answers to, and what it draws it answers."""

import re
import typing
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.calls.actors import Actor
from bot.calls.acts import Act, Person
from bot.calls.asks import Ask
from bot.calls.case_history import CaseHistory
from bot.calls.cases import AuditEntry, Case, Event
from bot.calls.live import CallListing, CallView, ListView
from bot.calls.models import Call, Page, Participant, RecordingState, Vendor
from bot.calls.outcomes import Result, State
from bot.calls.reports import REPORTS, CallMember, Room, RoomKind
from bot.calls.verbs import Block as BlockVerb
from bot.calls.verbs import Kick
from bot.demo.slack.web_api import METHODS
from bot.digests.subscription import Subscription, Wish
from bot.errors import RoleTooLow, UnknownPerson
from bot.ports import AuditQuery
from bot.settings import Settings
from handlers import COMMANDS, SHORTCUTS, VIEWS
from handlers.actions import ACTIONS
from handlers.blocks.action_values import route
from handlers.blocks.asks import ask_message
from handlers.blocks.audit import audit_message
from handlers.blocks.call_card import call_message
from handlers.blocks.call_list import list_message as calls_message
from handlers.blocks.case_history import case_message
from handlers.blocks.cases import answer_message, line_message
from handlers.blocks.digests.digest_values import DigestState
from handlers.blocks.digests.forms import digest_form, pause_form
from handlers.blocks.digests.subscriptions import list_message, overview_message
from handlers.blocks.forms.audit_search_form import SearchState, search_form
from handlers.blocks.forms.option_fields import listed_field
from handlers.blocks.forms.order_state import ANY
from handlers.blocks.forms.reason_form import FormState, reason_form
from handlers.blocks.home import HomeContent, home_view
from handlers.blocks.message import Block
from handlers.blocks.refusals import asked_back, refusal
from handlers.blocks.reports.report import members_report
from handlers.blocks.reports.report_values import RoomsValue, TitledReport
from handlers.blocks.reports.rooms import RoomListing, rooms_report
from handlers.options import OPTIONS
from handlers.parsing.requests import Request
from tests.fakes import forms
from tests.fakes.blocks import ALL, NOW, elements, ref
from tests.fakes.rights import EVERYWHERE, FULL

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "manifest.yml").read_text(encoding="utf-8"))
    return loaded


def test_the_manifest_has_the_command_the_app_listens_to(manifest: dict[str, Any]) -> None:
    (command,) = manifest["features"]["slash_commands"]
    assert command["command"] == Settings.load({}, None).process.command
    assert command["should_escape"] is False


def test_buttons_and_forms_reach_the_app(manifest: dict[str, Any]) -> None:
    assert manifest["settings"]["interactivity"]["is_enabled"] is True
    urls = {
        manifest["settings"]["interactivity"]["request_url"],
        manifest["features"]["slash_commands"][0]["url"],
    }
    assert {url.partition("//")[2].partition("/")[2] for url in urls} == {"slack/events"}


def test_the_scopes_are_those_of_the_methods_that_are_called(manifest: dict[str, Any]) -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "handlers").rglob("*.py"))
    called = {name for name in METHODS if re.search(rf"\.{re.sub(r'[.]', '_', name)}\b", source)}
    assert {"chat.postMessage", "chat.update", "views.open", "users.info"} <= called
    needed = {"commands"}
    for name in called:
        scope = METHODS[name].scope or ""
        kinds = ("channels", "groups") if "{kind}" in scope else ("",)
        needed |= {scope.format(kind=kind) for kind in kinds} - {""}
    assert set(manifest["oauth_config"]["scopes"]["bot"]) == needed


def test_every_request_that_can_be_typed_is_answered() -> None:
    assert set(COMMANDS) == set(typing.get_args(Request))


def cards() -> list[list[Block]]:
    """One of every card, with everything on it that can be pressed."""
    call = Call(ref=ref(), title="Room", people=3, recording=RecordingState.ON, started_at=NOW)
    person = Participant(id="ann", name="Ann")
    act = Act(verb=Kick(), call=ref(), title="Room", people=(Person.of(person),))
    actor = Actor(user="U1", team="T1")
    doubt = Result(person="ann", state=State.NOT_CONFIRMED, evidence="Nobody knows.")
    case = Case(
        number=7,
        act=act,
        actor=actor,
        state=State.NOT_CONFIRMED,
        results=(doubt,),
        asked_at=NOW,
        finished_at=NOW,
    )
    done = doubt.model_copy(update={"state": State.CONFIRMED})
    undoable = case.model_copy(
        update={
            "act": act.model_copy(update={"verb": BlockVerb()}),
            "state": State.CONFIRMED,
            "results": (done,),
        }
    )
    many = CallListing(calls=(call,) * 30, at=NOW, rights=EVERYWHERE)
    view = CallView(
        call=call,
        people=Page(items=(person,), next="1", total=60),
        page=1,
        capabilities=ALL,
        reports=dict.fromkeys(REPORTS, ALL["kick"]),
        rtmp_targets=("youtube",),
        rights=FULL,
        at=NOW,
    )
    belonging: Page[CallMember] = Page(
        items=tuple(CallMember(id=f"m{number}") for number in range(60))
    )
    rooms = tuple(Room(kind=RoomKind.ROOM, name=f"r{number}") for number in range(60))
    entries = [AuditEntry(id=number, at=NOW, event=Event.REQUESTED) for number in range(30, 20, -1)]
    ask = Ask(
        id="0" * 32,
        act=act,
        actor=Actor(user="U1", team="T1"),
        role="lead",
        holders=("U1",),
        why="Only leads can.",
        refused_at=NOW,
    )
    refused = RoleTooLow(ask.why, role=ask.role, holders=ask.holders)
    refused.ask = ask.id
    messages = (
        calls_message(many, ListView(page=1), {Vendor.STREAM: ALL}),
        call_message(view, [case]),
        case_message(CaseHistory(case=case.model_copy(update={"results": (doubt,) * 30})), FULL),
        answer_message(case, FULL),
        line_message(undoable, undoable=True),
        asked_back(UnknownPerson("Nobody."), "kick K7QX ann"),
        refusal(refused),
        ask_message(ask, "Ann", ["<@U1>"]),
        audit_message(entries, AuditQuery()),
        members_report(TitledReport(look="members", call=ref(), page=1), belonging, NOW),
        rooms_report(RoomsValue(page=1), [RoomListing(Vendor.STREAM, rooms)], NOW),
        list_message(digests(), 1, NOW, may=True),
        overview_message(digests(), "C1", NOW, "/calls", may=True),
    )
    home = HomeContent(
        places=(), calls=many, cases=(), capabilities={Vendor.STREAM: ALL}, outages=("C1 is away.",)
    )
    return [*(message.blocks for message in messages), home_view(home, "/calls", NOW)["blocks"]]


def digests() -> list[Subscription]:
    """Some that come and some that are paused."""
    owner = Actor(user="U1", team="T1")
    made = [
        Subscription(id=n, wish=Wish(channel="C1"), owner=owner, made_at=NOW) for n in range(25)
    ]
    return [subscription.paused() if subscription.id % 2 else subscription for subscription in made]


def digest_fields() -> list[Block]:
    """The form for a digest."""
    blocks: list[Block] = digest_form(DigestState(opened=NOW), Wish(channel="C1"), [*Vendor], NOW)[
        "blocks"
    ]
    return blocks


def order_form() -> dict[str, Any]:
    """The form for an order with every kind of field that tells of its changes."""
    return forms.drawn(forms.drafted(Kick, among=ANY))


def dispatching(blocks: list[Block]) -> dict[str, str]:
    """The fields that tell of their changes, and their kind."""
    told = [block["element"] for block in blocks if block.get("dispatch_action")]
    return {element["action_id"]: element["type"] for element in told}


def test_every_menu_that_looks_options_up_is_answered_and_nothing_else_is() -> None:
    kinds = dispatching(order_form()["blocks"])
    listed = listed_field("recording")["element"]
    drawn = [*elements(digest_fields()), listed]
    kinds |= {element["action_id"]: element["type"] for element in drawn}
    assert {name for name, kind in kinds.items() if "external" in kind} == set(OPTIONS)


def test_the_shortcuts_of_the_manifest_are_those_that_are_answered(
    manifest: dict[str, Any],
) -> None:
    shortcuts = manifest["features"]["shortcuts"]
    assert {shortcut["callback_id"] for shortcut in shortcuts} == set(SHORTCUTS)
    assert {shortcut["type"] for shortcut in shortcuts} == {"global"}


def test_everything_that_is_drawn_is_answered_and_nothing_else_is() -> None:
    drawn = {route(element["action_id"]) for blocks in cards() for element in elements(blocks)}
    drawn |= set(dispatching(order_form()["blocks"]))
    assert drawn == set(ACTIONS)


def test_every_form_that_opens_can_be_submitted() -> None:
    act = Act(verb=Kick(), call=ref(), title="Room", people=(Person(id="ann"),))
    opened = (
        reason_form(FormState(act=act.ref), act, ALL["kick"]),
        order_form(),
        search_form(SearchState(opened=NOW), AuditQuery(), [Vendor.STREAM]),
        digest_form(DigestState(opened=NOW), Wish(channel="C1"), [Vendor.STREAM], NOW),
        pause_form(DigestState(opened=NOW), digests()[0]),
    )
    assert {form["callback_id"] for form in opened} == set(VIEWS)
