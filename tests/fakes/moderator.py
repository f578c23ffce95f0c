"""Somebody in front of Slack who talks to the bot."""

from collections.abc import Callable
from typing import TypeVar

from bot.demo.slack.render import as_text
from bot.demo.slack.screen import Message, View
from bot.demo.stage import Show

T = TypeVar("T")

TIMEOUT_S = 30
"""Seconds: a busy machine may need them, and what comes at once costs none of them."""

TRIES = 5
"""How often an order is typed whose form a busy machine opens too late."""


async def line(show: Show, *words: str) -> str:
    """The first line in the moderation channel that has these words, once it is there.

    It comes from the outbox, which is not there yet when the asker reads the outcome.
    """
    log = show.stage.cast.log.id

    def written() -> str | None:
        texts = [as_text(message) for message in show.workspace.messages.get(log, [])]
        return next((t for t in texts if all(word in t for word in words)), None)

    return await show.workspace.until(written, TIMEOUT_S)


class Moderator:
    """Somebody who has just sat down at the keyboard, with no form open, and what they see.

    As in Slack, a form covers what is behind it: whoever types a command, or presses in a message,
    has closed it. So a form that is in front of them afterwards is the answer to that.
    """

    def __init__(self, show: Show, who: str = "moderator") -> None:
        self.show = show
        self.user = getattr(show.stage.cast, who)
        self.closes_forms()

    async def types(self, text: str) -> str:
        """Type words after the command; the next private message."""
        self.closes_forms()
        seen = len(self.private())
        delivery = await self.show.sender.command(self.user, self.show.stage.cast.ops, text)
        assert delivery.trouble is None
        return as_text(await self._until(lambda: self._newer(seen)))

    async def presses(self, what: str, near: str | None = None) -> None:
        """Press what has that label in the latest private message."""
        self.closes_forms()
        delivery = await self.show.sender.press(self.user, self.latest, text=what, near=near)
        assert delivery.trouble is None

    async def form(self) -> View:
        """The form in front of them, or what took its place; not its announcement."""
        return await self._until(self._filled)

    async def asked(self, text: str) -> View:
        """The form that asks about an order, typed again where only a message came in time."""
        for _ in range(TRIES):
            self.closes_forms()
            seen = len(self.private())
            delivery = await self.show.sender.command(self.user, self.show.stage.cast.ops, text)
            assert (delivery.trouble, delivery.body) == (None, b"")
            if isinstance(found := await self._form_or_message(seen), View):
                return found
        raise AssertionError(f"no form asked about “{text}” in time")

    async def sees(self, *words: str) -> str:
        """Wait until the latest private message has all these words."""

        def told() -> str | None:
            text = as_text(self.latest) if self.private() else ""
            return text if all(word in text for word in words) else None

        return await self._until(told)

    def closes_forms(self) -> None:
        """Close every form that is open."""
        self.show.workspace.modals.clear(self.user.id)

    @property
    def latest(self) -> Message:
        """The latest private message."""
        return self.private()[-1]

    def private(self) -> list[Message]:
        """The messages that only they see, oldest first."""
        return self.show.workspace.ephemerals.get(self.user.id, [])

    async def _form_or_message(self, seen: int) -> View | Message:
        return await self._until(lambda: self._filled() or self._newer(seen))

    def _filled(self) -> View | None:
        view = self.show.workspace.modals.top(self.user.id)
        announced = view is None or "Loading the live calls" in as_text(view)
        return None if announced else view

    def _newer(self, seen: int) -> Message | None:
        private = self.private()
        return private[-1] if len(private) > seen else None

    async def _until(self, predicate: Callable[[], T | None]) -> T:
        try:
            return await self.show.workspace.until(predicate, TIMEOUT_S)
        except TimeoutError as late:
            modal = self.show.workspace.modals.top(self.user.id)
            form = as_text(modal) if modal else "no form"
            read = [as_text(message) for message in self.private()[-2:]]
            late.add_note(f"{self.user.name} has {form!r} in front and read last {read}")
            raise
