"""Which acts conflict: those that change the same thing are done one after the other.

The same idea as locks of a database: an act takes each resource it changes, exclusively or shared
with others; two acts conflict where both want one and at least one of them wants it exclusively.
"""

import hashlib
from typing import NamedTuple

from bot.calls.acts import Act
from bot.calls.verbs import Aim


class Lock(NamedTuple):
    """Something of a call that an act changes, as the hash of its name."""

    resource: str
    exclusive: bool

    @property
    def conflicting(self) -> tuple["Lock", ...]:
        """The locks that conflict with this one: no other act may hold them beside it."""
        alone = Lock(self.resource, exclusive=True)
        return (alone, Lock(self.resource, exclusive=False)) if self.exclusive else (alone,)


def locks(act: Act) -> frozenset[Lock]:
    """The locks that an act holds while its case is open.

    Everyone is the people of the call exclusively, somebody is themselves exclusively by each
    lasting id; the call's own state is one resource. The run of the call makes no difference: a
    block, a lock and rights outlast it.
    """
    if act.verb.aim is Aim.CALL:
        return frozenset({_lock(act, act.verb.name if act.verb.apart else "call")})
    if act.everyone:
        return frozenset({_lock(act, "people")})
    ids = {who for person in act.people for who in (person.id, person.custom_id) if who}
    each = (_lock(act, f"@{id_}") for id_ in ids)
    return frozenset({_lock(act, "people", exclusive=False), *each})


def _lock(act: Act, what: str, *, exclusive: bool = True) -> Lock:
    name = str((str(act.call.vendor), act.call.id, what))
    return Lock(hashlib.sha256(name.encode()).hexdigest(), exclusive)
