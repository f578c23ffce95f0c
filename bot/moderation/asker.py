"""Who asks for something, and from where."""

from dataclasses import dataclass

from bot.calls.actors import Actor


@dataclass(frozen=True)
class Asker:
    """Who asks, and where: `channel` is None outside any channel."""

    actor: Actor
    channel: str | None = None
