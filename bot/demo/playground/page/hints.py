"""What the composer offers while a command is typed: manifest.yml's words, then the bot's own."""

from functools import cache
from pathlib import Path
from typing import NamedTuple

import yaml

from handlers.blocks.help import topics

MANIFEST = Path(__file__).parents[4] / "manifest.yml"
MOST = 6
"""Lines offered at once."""


class Hint(NamedTuple):
    """What can be typed, and what it does."""

    usage: str
    about: str


def hints_for(typed: str) -> list[Hint]:
    """What may come next after `typed`; nothing for words that are no command."""
    command, _, rest = typed.partition(" ")
    if not typed.startswith("/"):
        return []
    told = commands()
    if " " not in typed:
        return [hint for hint in told if hint.usage.startswith(command)]
    if command not in {hint.usage.split()[0] for hint in told}:
        return []
    word = rest.strip().split(" ")[0]
    return [
        Hint(f"{command} {example}", about.summary.partition(". ")[0].removesuffix("."))
        for name, about in topics().items()
        for example in about.examples[:1]
        if name.startswith(word) or word == name
    ][:MOST]


@cache
def commands() -> tuple[Hint, ...]:
    """The slash commands of the app's manifest."""
    manifest = yaml.safe_load(MANIFEST.read_text("utf-8"))
    return tuple(
        Hint(f"{one['command']} {one.get('usage_hint', '')}".strip(), one["description"])
        for one in manifest["features"]["slash_commands"]
    )
