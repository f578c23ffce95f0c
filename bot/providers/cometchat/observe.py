"""Reading CometChat back: is what an act on the group behind a call asks for the case now?"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from bot.calls.acts import Act
from bot.calls.outcomes import Observation, Seen
from bot.calls.verbs import GroupBan, GroupRemove, GroupUnban, Listed
from bot.errors import Impossible
from bot.providers.cometchat.queries_groups import GroupQueries


class CometChatObserver:
    """Reads the lists of groups; what becomes of somebody in the call shows nowhere."""

    def __init__(self, groups: GroupQueries) -> None:
        self._groups = groups

    async def observe(self, act: Act) -> Observation:
        """See `CallActs.observe`; UNKNOWABLE for every verb but those about the group."""
        judged = _JUDGED.get(act.verb.name)
        if judged is None:
            return _unknowable(f"{act.verb.label} cannot be read from CometChat.")
        try:
            guid = await self._groups.behind(act.call)
        except Impossible as none:
            return _unknowable(str(none))
        return judged.of(await self._groups.has(guid, judged.which, act.people[0].id))


class _Judged(NamedTuple):
    """Which list of the group shows the effect of a verb, and whether somebody is on it then."""

    which: Listed
    yes: str
    no: str
    on_it: bool

    def of(self, found: bool | None) -> Observation:  # noqa: FBT001  there are three answers
        """What it shows that somebody is on the list or is not; None where it does not say."""
        if found is None:
            return _unknowable("The group's list is too long to be read.")
        seen = Seen.DONE if found is self.on_it else Seen.NOT_DONE
        return Observation(seen=seen, evidence=self.yes if found else self.no)


_MEMBER = "They are a member of the group.", "They are no member of the group."
_BANNED = "They are banned from the group.", "They are not banned from the group."
_JUDGED: Mapping[str, _Judged] = MappingProxyType(
    {
        GroupRemove.name: _Judged(Listed.MEMBERS, *_MEMBER, on_it=False),
        GroupBan.name: _Judged(Listed.BANNED, *_BANNED, on_it=True),
        GroupUnban.name: _Judged(Listed.BANNED, *_BANNED, on_it=False),
    }
)


def _unknowable(evidence: str) -> Observation:
    return Observation(seen=Seen.UNKNOWABLE, evidence=evidence)
