"""Capabilities: how far each vendor can carry out each verb, declared beside the code that does it.

A method of a vendor's acts is marked `@can(Verb, …)`; what it cannot do stands in its `CANNOT`
table. Buttons, refusals, help and the capability table are made from these.
"""

from collections.abc import Awaitable, Callable, Container, Mapping
from enum import StrEnum
from typing import Any, TypeVar

from bot.calls.acts import Act
from bot.calls.models import Call, Frozen
from bot.calls.outcomes import Receipt
from bot.calls.verbs import VERBS, Verb


class Enforcement(StrEnum):
    """How far a vendor carries a verb."""

    ENFORCED = "enforced"
    BEST_EFFORT = "best effort"
    IMPOSSIBLE = "impossible"


class Reach(StrEnum):
    """Whom a vendor lets an act be aimed at, where it is not both."""

    NAMED = "people by name"
    EVERYONE = "everyone at once"


class Capability(Frozen):
    """How far a vendor carries one verb, why, and the nearest verb that works instead.

    `only` narrows an option to the values the vendor takes, e.g. `{"kind": ("composite",)}`;
    `aims` narrows a verb that may be on everyone to `Reach.EVERYONE` or `Reach.NAMED`. `also` is
    what else an act on the whole call, or on everyone in it, does at this vendor: moderators are
    told before it is done.
    """

    level: Enforcement
    why: str = ""
    instead: str | None = None
    only: Mapping[str, tuple[str, ...]] = {}
    aims: Reach | None = None
    also: str = ""

    @property
    def possible(self) -> bool:
        """Whether the vendor can do the verb at all."""
        return self.level is not Enforcement.IMPOSSIBLE

    def reaches(self, *, everyone: bool) -> bool:
        """Whether an act on everyone, or else one on people by name, is possible."""
        aim = Reach.EVERYONE if everyone else Reach.NAMED
        return self.possible and self.aims in {None, aim}

    def refuses(self, verb: Verb) -> str | None:
        """The first option of `verb` whose value this vendor does not take: `option value`.

        None where it takes all of them.
        """
        for option, allowed in self.only.items():
            value = str(getattr(verb, option))
            if value not in allowed:
                return f"{option} {value}"
        return None


Performer = Callable[[Any, Act], Awaitable[Receipt]]
P = TypeVar("P", bound=Performer)


def can(
    *verbs: type[Verb],
    level: Enforcement = Enforcement.ENFORCED,
    why: str = "",
    instead: type[Verb] | None = None,
    only: Mapping[str, tuple[str, ...]] | None = None,
    aims: Reach | None = None,
    also: str = "",
) -> Callable[[P], P]:
    """Mark a provider's method `async def …(self, act) -> Receipt` as the one that does `verbs`."""
    capability = Capability(
        level=level,
        why=why,
        instead=instead.name if instead else None,
        only=only or {},
        aims=aims,
        also=also,
    )

    def mark(method: P) -> P:
        method.does = {verb.name: capability for verb in verbs}  # type: ignore[attr-defined]
        return method

    return mark


def cannot(why: str, *, instead: type[Verb] | None = None) -> Capability:
    """The capability of a verb without an act: why, and the nearest verb that works."""
    return Capability(
        level=Enforcement.IMPOSSIBLE, why=why, instead=instead.name if instead else None
    )


class VerbMethod(Frozen):
    """The name of the provider's method that does a verb, and how far it carries."""

    method: str
    capability: Capability


def performers(provider: type) -> dict[str, VerbMethod]:
    """Every `@can` method of a provider class, by verb name."""
    found: dict[str, VerbMethod] = {}
    for name in dir(provider):
        for verb, capability in getattr(getattr(provider, name), "does", {}).items():
            found[verb] = VerbMethod(method=name, capability=capability)
    return found


def of_call(table: Mapping[str, Capability], call: Call) -> Mapping[str, Capability]:
    """A copy of the vendor's `table` for one call: what is impossible in it is marked so.

    No other line then names such a verb as what works instead.
    """
    missing = {name: why for name in table if (why := VERBS[name].impossible(call))}
    if not missing:
        return table
    return {
        name: cannot(missing[name]) if name in missing else _without(capability, missing)
        for name, capability in table.items()
    }


def _without(capability: Capability, missing: Container[str]) -> Capability:
    return (
        capability.model_copy(update={"instead": None})
        if capability.instead in missing
        else capability
    )


def complete(table: Mapping[str, Capability]) -> Mapping[str, Capability]:
    """The `table` itself; raises ValueError where it has no line for some verb."""
    missing = sorted(set(VERBS) - set(table))
    if missing:
        message = f"no capability said for: {', '.join(missing)}"
        raise ValueError(message)
    return table
