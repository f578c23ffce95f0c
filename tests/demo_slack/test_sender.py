"""People do only what they could do in Slack, and see what Slack would show them."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.demo.slack import Delivery, Message, NotShown, Sender, View, as_text
from bot.demo.slack.errors import Refused
from bot.demo.slack.response_urls import respond
from bot.demo.vendors import AppTransport
from tests.demo_slack.any_blocks import (
    actions,
    button,
    field,
    modal,
    option,
    options,
    plain,
    section,
)
from tests.demo_slack.conftest import Town
from tests.fakes.clock import ManualClock

Json = dict[str, Any]
Answers = Callable[[Request], Awaitable[Response]]


class AnsweringApp:
    """An app that answers whatever it is told to, and people who write to it."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.answer: Answers = self._nothing
        app = Starlette(routes=[Route("/slack/events", self._take, methods=["POST"])])
        transport = AppTransport(app)
        self.client = httpx.AsyncClient(transport=transport, base_url="http://bot.test")
        self.sender = Sender(town.world, self.client)

    def says(self, body: Any, status: int = 200) -> None:
        """Answer everything with this."""

        async def said(_: Request) -> Response:
            return JSONResponse(body, status_code=status)

        self.answer = said

    async def command(self) -> Delivery:
        return await self.sender.command(self.town.ada, self.town.general, "list")

    def form(self, *blocks: Json, **more: Any) -> View:
        """A modal in front of Ada."""
        trigger = self.town.world.tickets.trigger(self.town.ada.id)
        return self.town.world.modals.open(trigger, modal(*blocks, **more))

    async def submit(self, view: View, **values: Any) -> Delivery:
        return await self.sender.submit(self.town.ada, view, values)

    async def _take(self, request: Request) -> Response:
        return await self.answer(request)

    async def _nothing(self, _: Request) -> Response:
        return Response()


@pytest.fixture
async def answering_app(town: Town) -> Any:
    made = AnsweringApp(town)
    async with made.client:
        yield made


async def test_a_command_answered_in_channel_is_for_all(answering_app: AnsweringApp) -> None:
    answering_app.says({"text": "hello", "response_type": "in_channel"})
    await answering_app.command()
    assert answering_app.town.world.latest(answering_app.town.guest.id).text == "hello"


async def test_nothing_that_answers_a_command_is_ever_replaced_or_taken_away(
    answering_app: AnsweringApp,
) -> None:
    answering_app.says({"text": "wait"})
    delivery, world = await answering_app.command(), answering_app.town.world
    key = delivery.payload["response_url"].rsplit("/", 1)[1]
    for words in ("working", "done"):
        respond(world, key, {"text": words, "replace_original": True})
    with pytest.raises(Refused, match="message_not_found"):
        respond(world, key, {"delete_original": True})
    assert [message.text for message in world.seen_by(answering_app.town.ada.id)] == [
        "wait",
        "working",
        "done",
    ]


@pytest.mark.parametrize("status", [302, 404, 500])
async def test_an_app_that_fails_shows_its_failure(
    answering_app: AnsweringApp, status: int
) -> None:
    answering_app.says({"text": "never seen"}, status)
    delivery = await answering_app.command()
    assert (delivery.status, delivery.trouble) == (status, "dispatch_failed")
    assert list(answering_app.town.world.seen_by(answering_app.town.ada.id)) == []


async def test_an_app_that_is_not_there_shows_its_failure(town: Town) -> None:
    transport = httpx.AsyncHTTPTransport()
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:1") as client:
        delivery = await Sender(town.world, client).command(town.ada, town.general)
    assert (delivery.status, delivery.trouble) == (None, "dispatch_failed")


async def test_an_answer_after_three_seconds_is_too_late(
    answering_app: AnsweringApp, clock: ManualClock
) -> None:
    async def late(_: Request) -> Response:
        await clock.sleep(3.2)
        return JSONResponse({"text": "never seen"})

    answering_app.answer = late
    delivery = await answering_app.command()
    assert (delivery.trouble, round(delivery.seconds, 1)) == ("operation_timeout", 3.2)
    assert list(answering_app.town.world.seen_by(answering_app.town.ada.id)) == []


async def test_an_unusable_answer_is_noticed(answering_app: AnsweringApp) -> None:
    answering_app.says({"blocks": [section("")]})
    assert (await answering_app.command()).trouble == "invalid_ack"
    answering_app.says({"response_action": "errors", "errors": {"elsewhere": "no"}})
    assert (
        await answering_app.submit(answering_app.form(field()), reason="x")
    ).trouble == "invalid_ack"


async def test_a_stranger_comes_from_another_workspace(answering_app: AnsweringApp) -> None:
    town = answering_app.town
    message = town.world.post(town.general.id, "x", [actions(button())])
    pressed = (await answering_app.sender.press(town.stranger, message, text="Go")).payload
    assert pressed["user"]["team_id"] != pressed["team"]["id"] == town.world.team
    typed = (await answering_app.sender.command(town.stranger, town.general)).payload
    assert typed["team_id"] == town.stranger.team


async def test_only_what_is_in_front_of_somebody_can_be_pressed(
    answering_app: AnsweringApp,
) -> None:
    town = answering_app.town
    private = town.world.post(town.general.id, "x", [actions(button())], to=town.ada.id)
    with pytest.raises(NotShown, match="Gus does not see that"):
        await answering_app.sender.press(town.guest, private, text="Go")
    with pytest.raises(NotShown, match=r"nothing to press .*Go \(go\)"):
        await answering_app.sender.press(town.ada, private, text="Stop")
    town.world.delete(private)
    with pytest.raises(NotShown):
        await answering_app.sender.press(town.ada, private, text="Go")
    with pytest.raises(NotShown, match="is not in away"):
        await answering_app.sender.command(town.ada, town.world.add_channel("away"))


async def test_of_two_like_buttons_the_one_meant_has_to_be_named(
    answering_app: AnsweringApp,
) -> None:
    town = answering_app.town
    cards = [
        block
        for name in ("All-hands", "Standup")
        for block in (section(name), actions(button(value=name)))
    ]
    message = town.world.post(town.general.id, "x", cards)
    with pytest.raises(NotShown, match="2 things to press"):
        await answering_app.sender.press(town.ada, message, text="Go")
    near = await answering_app.sender.press(town.ada, message, text="Go", near="Standup")
    named = await answering_app.sender.press(town.ada, message, value="Standup")
    for delivery in (near, named):
        assert delivery.payload["actions"][0]["value"] == "Standup"


async def test_what_is_typed_into_a_message_is_in_its_state(answering_app: AnsweringApp) -> None:
    town = answering_app.town
    find = {**field(), "dispatch_action": True}
    vendor = {"type": "static_select", "action_id": "vendor", "options": [option(1), option(2)]}
    blocks = [find, actions({**vendor, "initial_option": option(1)}, block_id="filter")]
    message = town.world.post(town.general.id, "x", blocks)
    typed = (
        await answering_app.sender.press(town.ada, message, action_id="words", value="all")
    ).payload
    assert typed["actions"][0]["value"] == "all"
    chosen = (await answering_app.sender.press(town.ada, message, text="Option 2")).payload
    state = chosen["state"]["values"]
    assert state["reason"]["words"]["value"] == "all"
    assert state["filter"]["vendor"]["selected_option"]["value"] == "v2"


async def test_a_form_keeps_what_was_filled_in_when_it_is_redrawn(
    answering_app: AnsweringApp,
) -> None:
    view = answering_app.form(field())
    answering_app.says({"response_action": "errors", "errors": {"reason": "Say more."}})
    await answering_app.submit(view, reason="short")
    assert view.errors == {"reason": "Say more."}
    assert "[short]\n  ! Say more." in as_text(view)
    answering_app.says({"response_action": "update", "view": modal(section("Sure?"), field())})
    await answering_app.submit(view)
    assert as_text(view).startswith("┌ Why?\nSure?\nReason: [short]")
    assert view.errors == {}


async def test_a_form_may_push_another_or_close_all(answering_app: AnsweringApp) -> None:
    view, modals, ada = (
        answering_app.form(),
        answering_app.town.world.modals,
        answering_app.town.ada.id,
    )
    answering_app.says({"response_action": "push", "view": modal(section("second"))})
    await answering_app.submit(view)
    top = modals.top(ada)
    assert top is not None
    assert top.previous == view.id
    with pytest.raises(NotShown):
        await answering_app.submit(view)
    answering_app.says({"response_action": "clear"})
    await answering_app.submit(top)
    assert modals.stack(ada) == []


async def test_a_form_is_not_sent_while_a_needed_field_is_empty(
    answering_app: AnsweringApp,
) -> None:
    with pytest.raises(NotShown, match="'Reason' has to be filled in"):
        await answering_app.submit(answering_app.form(field()))
    with pytest.raises(NotShown, match="no field 'colour'"):
        await answering_app.submit(answering_app.form(field()), colour="red")
    assert (
        await answering_app.submit(answering_app.form({**field(), "optional": True}))
    ).trouble is None


async def test_each_kind_of_field_tells_its_state_as_slack_does(
    answering_app: AnsweringApp,
) -> None:
    def block(name: str, element: Json) -> Json:
        asked = {"action_id": name, **element}
        return {"type": "input", "block_id": name, "label": plain(name), "element": asked}

    offered = {"options": [option(1), option(2)]}
    view = answering_app.form(
        block("one", {"type": "static_select", **offered}),
        block("more", {"type": "checkboxes", **offered}),
        block("who", {"type": "users_select"}),
        block("day", {"type": "datepicker"}),
    )
    picks: Json = {"one": "Option 1", "more": ["v2"], "who": "UADA", "day": "2026-11-21"}
    values = (await answering_app.submit(view, **picks)).payload["view"]["state"]["values"]
    assert values["one"]["one"]["selected_option"] == option(1)
    assert values["more"]["more"]["selected_options"] == [option(2)]
    assert values["who"]["who"]["selected_user"] == "UADA"
    assert values["day"]["day"]["selected_date"] == "2026-11-21"
    with pytest.raises(NotShown, match="'Option 9' is not offered"):
        await answering_app.submit(
            answering_app.form(block("one", {"type": "static_select", **offered})), one="Option 9"
        )


async def test_closing_is_told_only_where_the_app_asked(answering_app: AnsweringApp) -> None:
    town = answering_app.town
    assert await answering_app.sender.close(town.ada, answering_app.form()) is None
    told = await answering_app.sender.close(
        town.ada, answering_app.form(notify_on_close=True), all_of_them=True
    )
    assert told is not None
    assert (told.payload["type"], told.payload["is_cleared"]) == ("view_closed", True)
    assert town.world.modals.stack(town.ada.id) == []


async def test_suggestions_and_shortcuts_are_sent(answering_app: AnsweringApp) -> None:
    town = answering_app.town
    menu = actions({"type": "external_select", "action_id": "call"}, block_id="row")
    message = town.world.post(town.general.id, "x", [menu])
    answering_app.says({"options": [option(1)]})
    asked = await answering_app.sender.suggest(town.ada, message, "call", "all")
    assert (asked.payload["type"], asked.payload["value"]) == ("block_suggestion", "all")
    assert asked.json() == {"options": [option(1)]}
    used = await answering_app.sender.shortcut(town.ada, "show_calls")
    assert (used.payload["type"], used.payload["callback_id"]) == ("shortcut", "show_calls")


async def test_a_request_delivered_again_has_the_same_bytes_and_shows_nothing(
    answering_app: AnsweringApp,
) -> None:
    bodies: list[bytes] = []

    async def keep(request: Request) -> Response:
        bodies.append(await request.body())
        return JSONResponse({"text": "hello"})

    answering_app.answer = keep
    again = await answering_app.sender.redeliver(await answering_app.command())
    assert bodies[0] == bodies[1]
    assert "X-Slack-Retry-Num" not in again.headers
    assert len(list(answering_app.town.world.seen_by(answering_app.town.ada.id))) == 1


async def test_waiting_ends_with_the_change_that_was_waited_for(town: Town) -> None:
    world, place = town.world, town.general.id
    waiting = asyncio.create_task(world.until(lambda: world.messages.get(place)))
    await asyncio.sleep(0)
    world.changed()
    await asyncio.sleep(0)
    assert not waiting.done()
    world.post(place, "there", [])
    assert [each.text for each in await waiting] == ["there"]
    with pytest.raises(TimeoutError):
        await world.until(lambda: False, seconds=0.01)


async def test_an_event_carries_an_id_of_its_own(answering_app: AnsweringApp) -> None:
    first, second = [
        await answering_app.sender.event({"type": "app_uninstalled"}) for _ in range(2)
    ]
    assert first.payload["event_id"] != second.payload["event_id"]
    assert json.loads(first.raw) == first.payload


async def menu(answering_app: AnsweringApp, answer: Any, **more: Any) -> tuple[Message, Delivery]:
    """A menu whose options the app looks up, and what came of typing into it."""
    element = {"type": "multi_external_select", "action_id": "who", **more}
    field = {"type": "section", "block_id": "row", "text": plain("Who"), "accessory": element}
    message = answering_app.town.world.post(answering_app.town.general.id, "x", [field])
    answering_app.says(answer)
    return message, await answering_app.sender.suggest(
        answering_app.town.ada, message, "who", "ann"
    )


async def test_what_was_looked_up_can_be_chosen_and_nothing_else(
    answering_app: AnsweringApp,
) -> None:
    ada = answering_app.town.ada
    message, _ = await menu(answering_app, {"options": options(3)})
    answering_app.says({})
    for value in ("v0", "v2"):
        pressed = await answering_app.sender.press(ada, message, action_id="who", value=value)
    (action,) = pressed.payload["actions"]
    assert [item["value"] for item in action["selected_options"]] == ["v0", "v2"]
    with pytest.raises(NotShown, match="nothing to press"):
        await answering_app.sender.press(ada, message, action_id="who", value="v9")


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"options": options(101)},
        {"options": [option(1), option(1)]},
        {"options": [{"text": plain("x" * 76), "value": "v"}]},
        {"options": [{"text": plain("x"), "value": "v" * 151}]},
        {"options": [option(1)], "option_groups": []},
    ],
)
async def test_options_that_slack_would_not_show_are_trouble(
    answering_app: AnsweringApp, answer: Any
) -> None:
    _, asked = await menu(answering_app, answer)
    assert asked.trouble == "invalid_ack"


async def test_slack_asks_for_options_only_after_enough_letters(
    answering_app: AnsweringApp,
) -> None:
    town = answering_app.town
    message, _ = await menu(answering_app, {"options": []}, min_query_length=0)
    await answering_app.sender.suggest(town.ada, message, "who", "")
    message, _ = await menu(answering_app, {"options": []})
    with pytest.raises(NotShown, match="too short"):
        await answering_app.sender.suggest(town.ada, message, "who", "an")


async def test_a_field_of_a_form_is_told_of_only_where_it_dispatches(
    answering_app: AnsweringApp,
) -> None:
    town, view = answering_app.town, answering_app.form(field())
    with pytest.raises(NotShown, match="sent only with the form"):
        await answering_app.sender.press(town.ada, view, action_id="words", value="x")
