"""An act: one verb aimed at one call and perhaps at people in it."""

import hashlib
from datetime import datetime

from bot.calls.actors import Role
from bot.calls.handles import handle
from bot.calls.models import CallRef, Frozen, Participant
from bot.calls.names import shown
from bot.calls.verbs import Aim, Weight
from bot.calls.written import AnyVerb

CROWD = 5
"""More people than this in one act make any verb heavy."""


class Person(Frozen):
    """A person an act is aimed at, as they were when the moderator saw them.

    `presence` and `joined_at` tell one stay in the call from the next, so that somebody who came
    back after a kick is not taken for somebody who was never kicked. See `Participant` for the ids.
    """

    id: str
    name: str | None = None
    custom_id: str | None = None
    presence: str | None = None
    joined_at: datetime | None = None

    @classmethod
    def of(cls, participant: Participant) -> "Person":
        """The target made from a participant of the call."""
        return cls(
            id=participant.id,
            name=participant.name,
            custom_id=participant.custom_id,
            presence=participant.presence,
            joined_at=participant.joined_at,
        )

    @property
    def shown(self) -> str:
        """The name a moderator reads: the display name, or an id when none can be seen."""
        return shown(self.name, self.id, self.custom_id)


class Act(Frozen):
    """One verb, one call, and for people's verbs either `people` or `everyone`.

    With `everyone`, the `spared` are left as they are: mute all except the host. `title` is the
    call's name when the order was given: it is what the audit shows later.
    """

    verb: AnyVerb
    call: CallRef
    title: str
    people: tuple[Person, ...] = ()
    everyone: bool = False
    spared: tuple[Person, ...] = ()

    @property
    def handle(self) -> str:
        """The call's short handle."""
        return handle(self.call)

    @property
    def heavy(self) -> bool:
        """Whether to ask first: the verb is heavy, or it hits everyone or a crowd."""
        return self.verb.weight is Weight.HEAVY or self.everyone or len(self.people) > CROWD

    def each(self) -> tuple["Act", ...]:
        """The same act split into one per person, so that each has its own outcome."""
        if self.verb.aim is Aim.CALL or self.everyone:
            return (self,)
        return tuple(self.model_copy(update={"people": (person,)}) for person in self.people)

    @property
    def subject(self) -> str:
        """A stable text for 'the same order': vendor, call, run, verb with options, and target."""
        target = "*" if self.everyone else sorted(person.id for person in self.people)
        spared = f" but {sorted(person.id for person in self.spared)}" if self.spared else ""
        call = (str(self.call.vendor), self.call.id, self.call.session)
        return f"{call} {self.verb.name} {self.verb.model_dump_json()} {target}{spared}"

    def least(self) -> Role:
        """The least role for it, where the rules say nothing else."""
        return max(self.verb.least, self.verb.least_for_all if self.everyone else Role.NOBODY)

    def open_key(self) -> str:
        """The hash of `subject`: two open cases never share it, so equal orders join one case."""
        return hashlib.sha256(self.subject.encode()).hexdigest()
