"""Who gives orders: the roles of callwarden.toml, and what Slack says of people and places."""

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
    """A Slack member who acts: ids only, because names change and ids do not."""

    user: str
    team: str


class Reader(Frozen):
    """Who reads a private answer, and in which channel; None is in no channel."""

    actor: Actor
    channel: str | None = None


class Member(Frozen):
    """What Slack says about a person. `team` is their home workspace, `zone` their time zone.

    `name` is what they are called there; empty where Slack does not say.
    On Enterprise Grid `teams` are all workspaces of the organisation that they are in, and
    `enterprise` is the organisation.
    """

    user: str
    team: str
    teams: frozenset[str] = frozenset()
    enterprise: str | None = None
    guest: bool = False
    bot: bool = False
    gone: bool = False
    zone: str | None = None
    name: str = ""

    @property
    def homes(self) -> frozenset[str]:
        """Every workspace they belong to, and their organisation; empty where Slack names none."""
        return (self.teams | {self.team, self.enterprise or ""}) - {""}

    def belongs_to(self, home: str) -> bool:
        """Whether they belong to the workspace (T…) or organisation (E…) `home`."""
        return home in self.homes


class Place(Frozen):
    """What Slack says about a channel. `inside` is whether the bot is in it.

    `gone`: Slack shows the bot no such channel, which is also so for a private one it is not in.
    `shared`: people of another workspace are in it, or are invited.
    """

    channel: str
    name: str = ""
    private: bool = False
    archived: bool = False
    inside: bool = False
    gone: bool = False
    shared: bool = False
