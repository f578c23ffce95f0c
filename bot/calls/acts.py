"""An act: one verb aimed at one call and perhaps at people in it."""

import hashlib
from collections.abc import Collection
from datetime import datetime
from fnmatch import fnmatchcase

from pydantic import Field

from bot.calls.handles import handle
from bot.calls.models import CallRef, Frozen, Participant
from bot.calls.names import shown
from bot.calls.prior_state import PriorState
from bot.calls.verb_json import AnyVerb
from bot.calls.verbs import Aim, Weight

CROWD = 5
"""More people than this in one act make any verb heavy."""

MOST_NAMED = 3
"""People named in one sentence; the rest are counted."""


class Person(Frozen):
    """A person an act is aimed at, as they were when the moderator saw them.

    `presence` and `joined_at` tell one stay in the call from the next, so that somebody who came
    back after a kick is not taken for somebody who was never kicked. See `Participant` for the ids.
    `role` is theirs in the call as the vendor says it; `protected` marks somebody whom an act on
    everyone leaves out although nobody asked for that.
    """

    id: str
    name: str | None = None
    custom_id: str | None = None
    presence: str | None = None
    joined_at: datetime | None = None
    role: str | None = None
    protected: bool = False

    @classmethod
    def of(cls, participant: Participant) -> "Person":
        """The person an act is aimed at, made from a participant of the call."""
        return cls(
            id=participant.id,
            name=participant.name,
            custom_id=participant.custom_id,
            presence=participant.presence,
            joined_at=participant.joined_at,
            role=participant.role,
        )

    @property
    def ids(self) -> frozenset[str]:
        """All the ids they are known by."""
        return frozenset(who for who in (self.id, self.custom_id, self.presence) if who)

    @property
    def shown(self) -> str:
        """The name that a moderator reads: the display name, or an id when that is invisible."""
        return shown(self.name, self.id, self.custom_id)


class ActRef(Frozen):
    """An act as a button or a form carries it: ids and options; see `moderation.id_resolver`."""

    verb: AnyVerb
    call: CallRef
    people: tuple[str, ...] = ()
    everyone: bool = False
    spared: tuple[str, ...] = ()
    protected_too: bool = False

    @property
    def heavy(self) -> bool:
        """Whether to ask before it is done: the verb is heavy, or it is on everyone or many."""
        return self.verb.weight is Weight.HEAVY or self.everyone or len(self.people) > CROWD


class Protection(Frozen):
    """The people whom only admins may act on: ids or `fnmatch` patterns, and roles in a call."""

    patterns: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()

    def covers(self, ids: Collection[str], role: str | None) -> bool:
        """Whether somebody is protected: by any of their ids, or by their role in the call."""
        return role in self.roles or any(
            id_ == pattern or fnmatchcase(id_, pattern) for id_ in ids for pattern in self.patterns
        )

    def __bool__(self) -> bool:
        return bool(self.patterns or self.roles)


class Act(Frozen):
    """One verb, one call, and for people's verbs either `people` or `everyone`.

    With `everyone`, the `spared` are left as they are: mute all except the host. Protected people
    are among them, unless the act is meant for `protected_too`; `present` is how many people were
    in the call when that was read. Where they could not all be read, `protection` tells a provider
    whom else to spare as it meets them; it is worked out anew each time and never written down.
    `title` is the call's name when the order was given: it is what the audit shows later.
    """

    verb: AnyVerb
    call: CallRef
    title: str
    people: tuple[Person, ...] = ()
    everyone: bool = False
    spared: tuple[Person, ...] = ()
    protected_too: bool = False
    present: int | None = None
    protection: Protection | None = Field(None, exclude=True)
    before: PriorState | None = None

    @property
    def handle(self) -> str:
        """The short handle of the call."""
        return handle(self.call)

    @property
    def heavy(self) -> bool:
        """Whether to ask before it is done; see `ActRef.heavy`."""
        return self.ref.heavy

    def each(self) -> tuple["Act", ...]:
        """The act split into one for each person, so that each has an outcome of their own."""
        if self.verb.aim is Aim.CALL or self.everyone:
            return (self,)
        return tuple(self.model_copy(update={"people": (person,)}) for person in self.people)

    @property
    def subject(self) -> str:
        """A text that is equal for equal orders: vendor, call, run, verb and options, target."""
        target = "*" if self.everyone else sorted(person.id for person in self.people)
        left = [person.id for person in self.spared if not person.protected]
        spared = f" but {sorted(left)}" if left else ""
        spared += " protected too" if self.protected_too else ""
        call = (str(self.call.vendor), self.call.id, self.call.session)
        return f"{call} {self.verb.name} {self.verb.model_dump_json()} {target}{spared}"

    @property
    def ref(self) -> ActRef:
        """The act as a form carries it: without the protected people, who are left out anyway."""
        return ActRef(
            verb=self.verb,
            call=self.call,
            people=tuple(person.id for person in self.people),
            everyone=self.everyone,
            spared=tuple(person.id for person in self.spared if not person.protected),
            protected_too=self.protected_too,
        )

    @property
    def left_out(self) -> tuple[Person, ...]:
        """The protected people among the spared: nobody asked to leave them out."""
        return tuple(person for person in self.spared if person.protected)

    @property
    def besides(self) -> str:
        """Who is left out, in words: ` except Ann, Bob and 3 more`; empty when nobody is."""
        names = [person.shown for person in self.spared]
        if len(names) > MOST_NAMED:
            names = [*names[:MOST_NAMED], f"{len(names) - MOST_NAMED} more"]
        if self.protection is not None:
            names.append("protected people who were not listed")
        if not names:
            return ""
        *before, last = names
        return f" except {', '.join(before)} and {last}" if before else f" except {last}"

    @property
    def selective(self) -> bool:
        """Whether the act is on everyone except some, so that it is done person by person."""
        return bool(self.spared or self.protection)

    def spares(self, ids: Collection[str], role: str | None = None) -> bool:
        """Whether the act leaves somebody with these ids and that role in the call as they are."""
        if any(not person.ids.isdisjoint(ids) for person in self.spared):
            return True
        return self.protection is not None and self.protection.covers(ids, role)

    @property
    def sweeping(self) -> bool:
        """Whether the act is on everyone or on so many that it needs the role for that."""
        return self.everyone or len(self.people) > CROWD

    def open_key(self) -> str:
        """The hash of `subject`: orders that share it while a case is open join that case."""
        return hashlib.sha256(self.subject.encode()).hexdigest()
