"""Who gives orders: the roles of callwarden.toml and the Slack member behind an order."""

from enum import IntEnum

from bot.calls.models import Frozen


class Role(IntEnum):
    """What someone may do; each role holds everything the ones before it do."""

    NOBODY = 0
    VIEWER = 1
    MODERATOR = 2
    LEAD = 3
    ADMIN = 4

    @property
    def word(self) -> str:
        """The role as written in callwarden.toml, in the singular."""
        return self.name.lower()


class Actor(Frozen):
    """A Slack member: ids only, because names change and ids do not."""

    user: str
    team: str
