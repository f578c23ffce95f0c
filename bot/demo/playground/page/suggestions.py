"""What the composer offers while a command is typed: the app's commands, then the bot's own."""

from typing import NamedTuple

from handlers.blocks.help import topics

MOST = 6
"""Lines offered at once."""


class Suggestion(NamedTuple):
    """What can be typed, and what it does."""

    usage: str
    about: str


COMMANDS = (
    Suggestion(
        "/calls [show K7QX | mute K7QX alice reason | kick K7QX alice reason | help]",
        "See the live calls and moderate them",
    ),
)
"""The slash commands of manifest.yml, which is not there where a wheel is installed."""


def hints_for(typed: str) -> list[Suggestion]:
    """What may come next after `typed`; nothing for words that are no command."""
    command, _, rest = typed.partition(" ")
    if not typed.startswith("/"):
        return []
    if " " not in typed:
        return [hint for hint in COMMANDS if hint.usage.startswith(command)]
    if command not in {hint.usage.split()[0] for hint in COMMANDS}:
        return []
    word = rest.strip().split(" ")[0]
    return [
        Suggestion(f"{command} {example}", about.summary.partition(". ")[0].removesuffix("."))
        for name, about in topics().items()
        for example in about.examples[:1]
        if name.startswith(word) or word == name
    ][:MOST]
