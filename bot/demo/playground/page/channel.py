"""Middle: the channel with its messages, or the app's Home tab, and the composer."""

from typing import Any

from nicegui import ui

from bot.demo.playground.page.blocks import Blocks
from bot.demo.playground.page.formatted_text import marked
from bot.demo.playground.page.pane import Pane
from bot.demo.playground.page.session import Session
from bot.demo.playground.page.suggestions import hints_for
from bot.demo.slack.screen import Message

TO_END, TO_TOP = (
    f"document.querySelector('.k-pane-middle')?.scrollTo(0, {place})" for place in ("1e9", "0")
)

LATEST = 40
"""Messages shown; older ones are left out with a word."""


class ChannelPane(Pane):
    """Everything in front of somebody where they look."""

    def __init__(self, session: Session) -> None:
        super().__init__(session, "middle")

    def signature(self) -> Any:
        """Where, who, and every message as it stands."""
        session = self.session
        if session.place.channel is None:
            return session.user.id, session.home.hash if session.home else None
        told = [
            (message.ts, message.edited and message.edited["ts"]) for message in session.messages()
        ]
        return session.user.id, session.place.channel.id, told

    def draw(self) -> None:
        """The newest at the end."""
        if self.session.place.channel is None:
            self._home()
        elif self.session.user.id not in self.session.place.channel.members:
            ui.label(f"{self.session.user.name} is not in this channel.").classes("k-empty")
        else:
            self._messages(self.session.messages())
        ui.run_javascript(TO_TOP if self.session.place.channel is None else TO_END)

    def _home(self) -> None:
        home = self.session.home
        if home is None:
            ui.label("The app has not drawn its Home yet.").classes("k-empty")
        else:
            Blocks(self.session, home).draw(home.blocks)

    def _messages(self, messages: list[Message]) -> None:
        if not messages:
            ui.label("Nothing was said here yet. Type /calls below.").classes("k-empty")
        if len(messages) > LATEST:
            ui.label(f"{len(messages) - LATEST} older messages are not shown.").classes("k-empty")
        for message in threaded(messages[-LATEST:]):
            self._message(message)

    def _message(self, message: Message) -> None:
        author = self.session.playground.stage.slack.world.users[message.user]
        answer = message.thread_ts not in {None, message.ts}
        kind = "k-message k-thread" if answer else "k-message"
        with ui.element("article").classes(kind):
            with ui.element("div").classes("k-who"):
                ui.label(author.name).classes("k-author")
                if author.bot:
                    ui.label("app").classes("k-tag")
                if message.to is not None:
                    ui.label("only you").classes("k-tag k-private")
                if message.edited:
                    ui.label("edited").classes("k-tag")
            if message.blocks:
                Blocks(self.session, message).draw(message.blocks)
            else:
                ui.html(marked(message.text, self.session.names), sanitize=False).classes("k-text")


def threaded(messages: list[Message]) -> list[Message]:
    """The same messages, each answer right after what it answers to where that is among them."""
    starts = {message.ts for message in messages if message.thread_ts in {None, message.ts}}
    return sorted(
        messages,
        key=lambda message: (
            message.thread_ts if message.thread_ts in starts else message.ts,
            message.ts,
        ),
    )


class Composer:
    """Where words and commands are typed; what can be said is shown while a command is typed."""

    def __init__(self, session: Session) -> None:
        self._session = session
        with ui.element("div").classes("k-composer"):
            self._hints = ui.element("div").classes("k-hints").props('aria-live="polite"')
            with ui.element("div").classes("k-line"):
                self._field = ui.input(placeholder="Type /calls", on_change=self._typed)
                self._field.props('dense outlined autofocus aria-label="Message"')
                self._field.classes("k-field").mark("composer").on("keydown.enter", self._send)
                send = ui.button("Send", on_click=self._send, color=None)
                send.props("no-caps unelevated").classes("k-button k-primary")

    def _typed(self) -> None:
        self._hints.clear()
        with self._hints:
            for usage, about in hints_for(self._field.value or ""):
                with ui.element("div").classes("k-hint-line"):
                    ui.label(usage).classes("k-usage")
                    ui.label(about)

    async def _send(self) -> None:
        line, self._field.value = self._field.value or "", ""
        await self._session.say(line)
