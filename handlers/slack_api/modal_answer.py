"""Answering a press that came from no message: Home and modals have no response_url.

A press in Home is answered in a modal; a press in such a modal in the same one, or in one on top
of it where the answer is about something else. A trigger opens one modal within 3 s (Slack's rule),
so whatever asks a vendor first takes the place and fills it in later.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from handlers.blocks.elements import section
from handlers.blocks.message import Message
from handlers.blocks.modal import answer_view, waiting_view
from handlers.slack_api.clients import ApiCall
from handlers.slack_api.views import TRIGGER_SECONDS, write_view


class ModalAnswer:
    """Where one press is answered. `modal_id` is the modal that was pressed in, None for Home.

    `slack` is asked for once it is used: the process may still be opening.
    """

    def __init__(
        self, slack: Callable[[], AsyncWebClient], trigger_id: str, modal_id: str | None
    ) -> None:
        self._slack = slack
        self._trigger_id = trigger_id
        self.modal_id = modal_id
        self._place: str | None = None

    async def show_waiting(self, *, in_place: bool) -> None:
        """Open a modal that says to wait, before the trigger is too old for the answer itself."""
        if not (in_place and self.modal_id):
            self._place = await self._write(self._opener(), [waiting_view()])

    async def show(self, message: Message, *, in_place: bool) -> None:
        """Show the answer, as text where Slack refuses its blocks; a failure is only logged."""
        place = self._place or (self.modal_id if in_place else None)
        update = partial(self._slack().views_update, view_id=place)
        text = Message(message.text, [section(message.text)])
        call = self._opener() if place is None else update
        await self._write(call, [answer_view(message), answer_view(text)])

    def _opener(self) -> ApiCall:
        slack = self._slack()
        open_it = slack.views_push if self.modal_id else slack.views_open
        return partial(open_it, trigger_id=self._trigger_id)

    async def _write(self, call: ApiCall, drafts: Sequence[Mapping[str, Any]]) -> str | None:
        """The id of the modal that shows the first of `drafts` that Slack takes; None for none."""
        written = await write_view(call, drafts, TRIGGER_SECONDS, event="answer not shown")
        return written.id or None
