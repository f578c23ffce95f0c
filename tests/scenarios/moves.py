"""What somebody does in the documents' scenes and not in the tour."""

from dataclasses import dataclass

from bot.demo.moves import SIGHT_TIMEOUT_S, Player, Sight, require_answered, says
from bot.demo.slack import NotShown, User, as_text
from bot.demo.slack.screen import Message
from handlers.blocks.action_values import FORM_CALL, FORM_PEOPLE

LOOKED_UP = (FORM_CALL, FORM_PEOPLE)
"""Menus whose options the bot is asked for."""


@dataclass(frozen=True)
class Wait:
    """Nothing, until what is there says more."""

    def described(self, player: Player) -> str:
        """It takes a moment."""
        del player
        return "waits a moment"

    async def make(self, player: Player, user: User, expected: tuple[str, ...]) -> Sight:
        """See it."""
        return await player.seen(user, *expected)


@dataclass(frozen=True)
class Choose:
    """An option of a menu in the open form, by letters typed into it."""

    menu: str
    label: str
    typed: str

    def described(self, player: Player) -> str:
        """What is typed and taken."""
        del player
        return f"types  {self.typed}  into a menu and chooses  {self.label}"

    async def make(self, player: Player, user: User, expected: tuple[str, ...]) -> Sight:
        """Look it up and take it; NotShown without a form."""
        player.mark(user)
        form = player.show.workspace.modals.top(user.id)
        if form is None:
            raise NotShown(f"{user.name} has no form open")
        sender = player.show.sender
        if self.menu in LOOKED_UP:
            require_answered(await sender.suggest(user, form, self.menu, self.typed))
        require_answered(await sender.press(user, form, action_id=self.menu, text=self.label))
        return await player.seen(user, *expected)


@dataclass(frozen=True)
class OpenHome:
    """The app's Home tab."""

    def described(self, player: Player) -> str:
        """Which tab."""
        del player
        return "opens the app's Home tab"

    async def make(self, player: Player, user: User, expected: tuple[str, ...]) -> Sight:
        """Open it, and read it once it says what is expected."""
        show = player.show
        require_answered(await show.sender.app_home_opened(user))

        def there() -> str | None:
            home = show.workspace.modals.homes.get(user.id)
            text = as_text(home, player.names) if home else ""
            return text if text and all(words in text for words in expected) else None

        return Sight(f"{user.name}'s Home", await show.workspace.until(there))


@dataclass(frozen=True)
class ReadLog:
    """The newest message of the moderation channel."""

    def described(self, player: Player) -> str:
        """Where it is read."""
        return f"reads in #{player.show.stage.cast.log.name}"

    async def make(self, player: Player, user: User, expected: tuple[str, ...]) -> Sight:
        """See it, once it says what is expected."""
        del user
        message = await in_log(player, expected)
        where = f"#{player.show.stage.cast.log.name}"
        return Sight(where, as_text(message, player.names))


@dataclass(frozen=True)
class PressInLog:
    """A button of a message in the moderation channel."""

    label: str

    def described(self, player: Player) -> str:
        """The label, and where it is."""
        return f"presses  [{self.label}]  in #{player.show.stage.cast.log.name}"

    async def make(self, player: Player, user: User, expected: tuple[str, ...]) -> Sight:
        """Press it in the newest that has it."""
        player.mark(user)
        message = await in_log(player, (self.label,))
        require_answered(await player.show.sender.press(user, message, text=self.label))
        return await player.seen(user, *expected)


async def in_log(player: Player, expected: tuple[str, ...]) -> Message:
    """The newest message of the moderation channel that says all of it."""
    show = player.show

    def there() -> Message | None:
        found = reversed(show.workspace.messages.get(show.stage.cast.log.id, []))
        return next(
            (message for message in found if says(as_text(message, player.names), expected)), None
        )

    return await show.workspace.until(there, SIGHT_TIMEOUT_S)
