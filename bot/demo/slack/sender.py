"""People at their keyboards: each thing they do becomes a signed request to the app."""

import itertools
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import httpx

from bot.clock import Clock, SystemClock
from bot.demo.slack import acks, control_finder, payloads
from bot.demo.slack.control_finder import Pick, Wanted
from bot.demo.slack.delivery import BAD_ACK, Delivery
from bot.demo.slack.errors import NotShown, Refused
from bot.demo.slack.http_transport import HttpTransport
from bot.demo.slack.people import Channel, User
from bot.demo.slack.screen import STATEFUL, Json, Shown, View, fill
from bot.demo.slack.signing import Signature
from bot.demo.slack.socket_transport import SocketTransport
from bot.demo.slack.view_methods import view_json
from bot.demo.slack.workspace import Workspace

FORM, JSON = "application/x-www-form-urlencoded", "application/json"


class Sender:
    """Sends to the app behind `client`, or by socket, and shows what it answers, as Slack would.

    Whoever does something to a message or view that is not in front of them gets NotShown. The
    signing secret is the workspace's when the Sender is made. The time that is signed is the
    machine's unless `signing_clock` is given: Bolt compares it with the machine's.
    """

    def __init__(
        self,
        world: Workspace,
        client: httpx.AsyncClient | SocketTransport,
        *,
        path: str = "/slack/events",
        signing_clock: Clock | None = None,
    ) -> None:
        self.world = world
        secret = world.credentials.signing_secret
        self._line: HttpTransport | SocketTransport = (
            client
            if isinstance(client, SocketTransport)
            else HttpTransport(
                client, world.clock, signing_clock or SystemClock(), secret, path, world.timeout_s
            )
        )
        self._seal = Signature.GOOD
        self._events = itertools.count(1)

    def sealed(self, seal: Signature) -> "Sender":
        """Another sender to the same app, whose requests have that signature; not by socket."""
        line = self._line
        if isinstance(line, SocketTransport):
            raise TypeError("nothing is signed on a socket")
        other = Sender(self.world, line.client, path=line.path, signing_clock=line.signing_clock)
        other._seal = seal
        return other

    async def command(
        self, user: User, channel: Channel, text: str = "", *, command: str = "/calls"
    ) -> Delivery:
        """Type a slash command."""
        if user.id not in channel.members:
            raise NotShown(f"{user.name} is not in {channel.name}")
        fields = payloads.command(self.world, user, channel, command, text)
        delivery = await self._send("command", fields, urlencode(fields).encode(), FORM)
        return _shown(delivery, lambda: acks.after_command(self.world, fields, delivery.body))

    async def press(
        self,
        user: User,
        shown: Shown,
        *,
        action_id: str | None = None,
        text: str | None = None,
        value: str | None = None,
        near: str | None = None,
    ) -> Delivery:
        """Press a button, choose from a menu, or type into a field; Wanted says how it is found.

        A question to confirm is answered with yes.
        """
        return await self.use(
            user, shown, control_finder.find(shown, Wanted(action_id, text, value, near))
        )

    async def use(self, user: User, shown: Shown, pick: Pick) -> Delivery:
        """Use exactly this element, with that in it; NotShown when it is not in front of them."""
        control_finder.require_in_front(self.world, user, shown)
        control_finder.require_dispatched(pick.control)
        if pick.control.element["type"] in STATEFUL:
            fill(shown, pick.control, pick.state)
        return await self._interact(payloads.press(self.world, user, shown, pick))

    async def submit(
        self, user: User, view: View, values: Mapping[str, Any] | None = None
    ) -> Delivery:
        """Fill in a form, by block_id, and send it.

        NotShown when a field that has to be filled in is left empty: Slack would not send it.
        """
        control_finder.require_in_front(self.world, user, view)
        for name, value in (values or {}).items():
            control = control_finder.field(view, name)
            fill(view, control, control_finder.entered(control_finder.seen(view, control), value))
        control_finder.require_filled_in(view)
        delivery = await self._interact(payloads.submission(self.world, user, view))
        return _shown(delivery, lambda: acks.after_submission(self.world, view, delivery.body))

    async def close(self, user: User, view: View, *, all_of_them: bool = False) -> Delivery | None:
        """Close a form; None when the app did not ask to be told. `all_of_them` is the cross."""
        control_finder.require_in_front(self.world, user, view)
        payload = payloads.closing(self.world, user, view, all_of_them=all_of_them)
        if all_of_them:
            self.world.modals.clear(user.id)
        else:
            self.world.modals.close(view)
        return await self._interact(payload) if view.given.get("notify_on_close") else None

    async def suggest(self, user: User, shown: Shown, action_id: str, typed: str) -> Delivery:
        """Type into a menu whose options the app looks up; they can be chosen from afterwards.

        NotShown where Slack would not ask: too few letters, or no such menu.
        """
        control_finder.require_in_front(self.world, user, shown)
        control = control_finder.field(shown, action_id)
        control_finder.require_asked_for(control, typed)
        asked = payloads.suggestion(self.world, user, shown, Pick(control, {}), typed)
        delivery = await self._interact(asked)
        return _shown(delivery, lambda: acks.after_suggestion(control, shown, delivery.body))

    async def shortcut(self, user: User, callback_id: str) -> Delivery:
        """Use a global shortcut."""
        return await self._interact(payloads.shortcut(self.world, user, callback_id))

    async def event(self, inner: Json, user: User | None = None) -> Delivery:
        """Tell the app that something happened; `inner` is the event with its type."""
        payload = payloads.event(self.world, user, f"Ev{next(self._events):08d}", inner)
        return await self._send("event_callback", payload, json.dumps(payload).encode(), JSON)

    async def app_home_opened(self, user: User) -> Delivery:
        """Open the app's Home tab; the app is told what it shows, once it shows anything."""
        shown = self.world.modals.homes.get(user.id)
        told = {"view": view_json(self.world, shown)} if shown else {}
        channel = self.world.direct(user.id).id
        opened = {"type": "app_home_opened", "channel": channel, "tab": "home", **told}
        return await self.event(opened, user)

    async def redeliver(self, delivery: Delivery, *, number: int = 1) -> Delivery:
        """The same bytes again, newly signed; nothing is shown for the answer.

        An event says that it is a retry. Slack sends only events again; a command or a press that
        arrives twice is the doing of a proxy.
        """
        more = {"X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": "http_timeout"}
        return await self._send(
            delivery.kind,
            delivery.payload,
            delivery.raw,
            delivery.headers["Content-Type"],
            more if delivery.kind == "event_callback" else None,
        )

    async def settle(self) -> None:
        """Wait for the requests that had not been answered after 3 seconds."""
        await self._line.settle()

    async def _interact(self, payload: Json) -> Delivery:
        raw = urlencode({"payload": json.dumps(payload)}).encode()
        return await self._send(payload["type"], payload, raw, FORM)

    async def _send(
        self, kind: str, payload: Json, raw: bytes, content: str, more: Json | None = None
    ) -> Delivery:
        told = {"Content-Type": content, **(more or {})}
        answer, headers = await self._line.post(raw, told, self._seal)
        return Delivery(kind, payload, raw, headers, answer, answer.trouble)


def _shown(delivery: Delivery, apply: Callable[[], None]) -> Delivery:
    """The delivery, after Slack did with its answer what it does with it."""
    if delivery.trouble is not None:
        return delivery
    try:
        apply()
    except Refused:
        return replace(delivery, trouble=BAD_ACK)
    return delivery
