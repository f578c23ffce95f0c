"""A real Bolt app accepts and understands what the stand-in sends."""

from typing import Any

import pytest
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.demo.slack import Sender, Signature, as_text
from tests.demo_slack.conftest import Town

BUTTONS = [
    {
        "type": "actions",
        "block_id": "row",
        "elements": [
            {
                "type": "button",
                "action_id": "open",
                "text": {"type": "plain_text", "text": "Open"},
                "value": "K7QX",
            },
            {
                "type": "overflow",
                "action_id": "more",
                "options": [
                    {"text": {"type": "plain_text", "text": "Mute"}, "value": "mute"},
                    {"text": {"type": "plain_text", "text": "Kick"}, "value": "kick"},
                ],
            },
        ],
    }
]
FORM = {
    "type": "modal",
    "callback_id": "why",
    "title": {"type": "plain_text", "text": "Why?"},
    "submit": {"type": "plain_text", "text": "Do it"},
    "notify_on_close": True,
    "blocks": [
        {
            "type": "input",
            "block_id": "reason",
            "label": {"type": "plain_text", "text": "Reason"},
            "element": {"type": "plain_text_input", "action_id": "words"},
        }
    ],
}


async def test_a_command_is_parsed_and_its_answer_shown_to_the_asker_alone(
    town: Town, bolt: AsyncApp, sender: Sender
) -> None:
    async def listen(ack: AsyncAck, command: dict[str, Any]) -> None:
        await ack(text=f"you said {command['text']}", blocks=BUTTONS)

    bolt.command("/calls")(listen)
    delivery = await sender.command(town.ada, town.general, "list & <more>")
    assert (delivery.status, delivery.trouble) == (200, None)
    shown = town.world.latest(town.ada.id)
    assert shown.to == town.ada.id
    assert shown.text == "you said list & <more>"
    assert as_text(shown) == "[Open]  [⋯ Mute | Kick]"
    assert list(town.world.seen_by(town.guest.id)) == []


@pytest.mark.parametrize("private", [True, False])
async def test_a_press_says_what_was_pressed_and_where(
    town: Town, bolt: AsyncApp, sender: Sender, private: bool
) -> None:
    heard: list[dict[str, Any]] = []

    async def listen(ack: AsyncAck, body: dict[str, Any]) -> None:
        heard.append(body)
        await ack()

    bolt.action("open")(listen)
    bolt.action("more")(listen)
    to = town.ada.id if private else None
    message = town.world.post(town.general.id, "calls", BUTTONS, to=to)
    await sender.press(town.ada, message, text="Open")
    await sender.press(town.ada, message, action_id="more", value="kick")
    pressed, chosen = heard
    assert pressed["actions"][0]["value"] == "K7QX"
    assert chosen["actions"][0]["selected_option"]["value"] == "kick"
    assert pressed["container"]["is_ephemeral"] is private
    assert ("message" in pressed) is not private
    assert pressed["user"]["team_id"] == pressed["team"]["id"] == town.world.team


async def test_a_form_is_submitted_with_its_state(
    town: Town, bolt: AsyncApp, sender: Sender
) -> None:
    heard: list[Any] = []

    async def listen(ack: AsyncAck, view: dict[str, Any]) -> None:
        heard.append(view["state"]["values"]["reason"]["words"]["value"])
        await ack()

    bolt.view("why")(listen)
    world = town.world
    view = world.modals.open(world.tickets.trigger(town.ada.id), FORM)
    delivery = await sender.submit(town.ada, view, {"reason": "too loud"})
    assert (delivery.status, heard) == (200, ["too loud"])
    assert world.modals.stack(town.ada.id) == []


async def test_an_event_is_parsed(town: Town, bolt: AsyncApp, sender: Sender) -> None:
    heard: list[Any] = []

    async def listen(event: dict[str, Any]) -> None:
        heard.append((event["user"], event["tab"]))

    bolt.event("app_home_opened")(listen)
    first = await sender.app_home_opened(town.ada)
    again = await sender.redeliver(first)
    assert (first.status, again.status) == (200, 200)
    assert heard == [(town.ada.id, "home")] * 2
    assert again.raw == first.raw
    assert again.headers["X-Slack-Retry-Num"] == "1"


@pytest.mark.parametrize("seal", [Signature.NONE, Signature.BAD, Signature.OLD])
async def test_what_is_not_from_slack_is_refused(
    town: Town, bolt: AsyncApp, sender: Sender, seal: Signature
) -> None:
    async def listen(ack: AsyncAck) -> None:
        await ack("hello")

    bolt.command("/calls")(listen)
    delivery = await sender.sealed(seal).command(town.ada, town.general)
    assert (delivery.status, delivery.trouble) == (401, "dispatch_failed")
    assert list(town.world.seen_by(town.ada.id)) == []
