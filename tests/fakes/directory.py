"""A directory that is a table, and acts to ask about."""

from dataclasses import dataclass, field

from bot.calls.actors import Actor
from bot.calls.acts import Act, Person
from bot.calls.models import CallRef, Vendor
from bot.calls.verbs import Aim, Verb
from bot.errors import SlackSilent
from bot.ports import Member, Place

HOME = "T0HOME"


@dataclass
class Table:
    """A `Directory` made of tables; ids in `silent` are those Slack does not answer for."""

    members: dict[str, Member] = field(default_factory=dict)
    groups: dict[str, frozenset[str]] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    belong: dict[tuple[str, str], bool | None] = field(default_factory=dict)
    places: dict[str, Place | None] = field(default_factory=dict)
    house: str = HOME

    async def home(self) -> str:
        """The workspace that is served, `house`."""
        self._ask("home")
        return self.house

    async def member(self, user: str) -> Member:
        """Who is in `members`, else a full member of the home workspace."""
        self._ask(user)
        return self.members.get(user, Member(user=user, team=HOME))

    async def group(self, group: str) -> frozenset[str]:
        """Who is in the group; nobody in one that is not in `groups`."""
        self._ask(group)
        return self.groups.get(group, frozenset())

    async def place(self, channel: str) -> Place | None:
        """The channel in `places`; else one that is gone."""
        self._ask(channel)
        return self.places.get(channel, Place(channel=channel, gone=True))

    async def is_shared(self, channel: str) -> bool:
        """Whether the channel in `places` is shared."""
        self._ask(channel)
        place = self.places.get(channel)
        return place is not None and place.shared

    async def belongs(self, user: str, channel: str) -> bool | None:
        """What `belong` says of the person in the channel; else True."""
        self._ask(f"{user} in {channel}")
        return self.belong.get((user, channel), True)

    def _ask(self, what: str) -> None:
        self.asked.append(what)
        if what in self.silent:
            raise SlackSilent("silence")


def actor(user: str, team: str = HOME) -> Actor:
    """A member of `team` who acts."""
    return Actor(user=user, team=team)


def act(verb: Verb, *people: Person, vendor: Vendor = Vendor.STREAM, everyone: bool = False) -> Act:
    """An act of that verb; people's verbs are aimed at Ann when nobody is given."""
    if not people and not everyone and verb.aim is not Aim.CALL:
        people = (Person(id="ann", name="Ann"),)
    ref = CallRef(vendor=vendor, id="default:room")
    return Act(verb=verb, call=ref, title="Room", people=people, everyone=everyone)
