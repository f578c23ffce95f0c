"""Which acts a card offers: only those the vendor can do, and that make sense on the call now."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from bot.calls.acts import Person
from bot.calls.capabilities import Capability
from bot.calls.handles import LONG, SHORT, handle
from bot.calls.models import Call, CallRef, Frozen
from bot.calls.rights import Rights
from bot.calls.verb_json import AnyVerb
from bot.calls.verbs import FROM_LIST, VERBS, Aim, Verb
from handlers.blocks.action_values import ACT, MORE, ActValue, MoreValue, menu_value
from handlers.blocks.choices import MAX_CHOICE
from handlers.blocks.elements import MAX_MENU, button, option
from handlers.blocks.message import Block
from handlers.blocks.text import thousands

MORE_LABEL = "All actions…"

TARGET = "to"
"""The option that names an RTMP target."""


class Offer(Frozen):
    """An act that can be offered, with its options at their likeliest.

    Of one on `everyone`, `people` is how many that are, 0 where it is not known.
    """

    verb: AnyVerb
    everyone: bool = False
    people: int = 0

    @property
    def label(self) -> str:
        """The label of the act's button."""
        return everyone_label(self.verb.label, self.people) if self.everyone else self.verb.named

    @property
    def style(self) -> str | None:
        """The button's style: danger for what hits everyone, is public or destroys something."""
        return "danger" if self.everyone or self.verb.dangerous else None


def everyone_label(label: str, people: int) -> str:
    """The label of an act on everyone, with how many where that is known: `Mute everyone (44)`."""
    return f"{label} everyone ({thousands(people)})" if people else f"{label} everyone"


def for_person(
    capabilities: Mapping[str, Capability], rights: Rights, targets: Sequence[str] = ()
) -> list[Offer]:
    """The acts on one person who is in the call."""
    return _offers(Aim.PEOPLE, capabilities, rights, targets)


def for_call(
    call: Call,
    capabilities: Mapping[str, Capability],
    rights: Rights,
    targets: Sequence[str] = (),
) -> list[Offer]:
    """The acts on the call: on everyone in it, then on itself; none once it has ended."""
    if call.ended_at is not None:
        return []
    on_everyone = [
        offer.model_copy(update={"everyone": True, "people": call.people})
        for offer in _offers(Aim.PEOPLE, capabilities, rights, targets, everyone=True)
        if offer.verb.drawn_for_all
    ]
    own = _offers(Aim.CALL, capabilities, rights, targets, call=call)
    return on_everyone + [offer for offer in own if not offer.verb.pointless(call)]


def _offers(
    aim: Aim,
    capabilities: Mapping[str, Capability],
    rights: Rights,
    targets: Sequence[str],
    *,
    everyone: bool = False,
    call: Call | None = None,
) -> list[Offer]:
    verbs = [
        likeliest(verb, capabilities[name], outputs(verb, call, targets))
        for name, verb in VERBS.items()
        if verb.aim is aim and verb.drawn and name in capabilities
        if rights.may(name, everyone=everyone)
        if capabilities[name].reaches(everyone=everyone)
    ]
    return [Offer(verb=verb) for verb in verbs if verb is not None]


def outputs(verb: type[Verb], call: Call | None, targets: Sequence[str]) -> tuple[str, ...]:
    """What an option of `verb` that names an RTMP output may be: what runs, or a known target."""
    running = verb.running(call) if call is not None else None
    return tuple(targets) if running is None else running


def likeliest(verb: type[Verb], capability: Capability, targets: Sequence[str]) -> Verb | None:
    """`verb` with the first options the vendor takes; None when it needs a target and none is set.

    The form behind the button offers the others.
    """
    options: dict[str, str] = {}
    for name, field in verb.model_fields.items():
        if FROM_LIST in field.metadata:
            continue
        values = takes(verb, name, capability, targets)
        if not values:
            return None
        options[name] = (
            values[0] if field.is_required() or field.default not in values else field.default
        )
    return verb.model_validate(options)


def takes(
    verb: type[Verb], option_name: str, capability: Capability, targets: Sequence[str]
) -> tuple[str, ...]:
    """The values that an option of `verb` may have on this vendor, in the order to show them."""
    kind = verb.model_fields[option_name].annotation
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        known = tuple(str(value) for value in kind)
    else:
        known = tuple(targets) if option_name == TARGET else ()
    only = capability.only.get(option_name)
    return known if only is None else tuple(value for value in known if value in only)


def act_button(offer: Offer, call: Call, stamp: str, person: Person | None = None) -> Block | None:
    """The button of one act."""
    value = ActValue(
        verb=offer.verb,
        call=call.ref,
        person=None if person is None else person.id,
        everyone=offer.everyone,
        stamp=stamp,
    )
    return button(offer.label, f"{ACT}#{offer.verb.name}", value, offer.style)


def act_options(offers: Sequence[Offer]) -> list[Block]:
    """The options of a menu of acts, without those whose names are too long for one."""
    values = [(offer.label, menu_value(offer.verb, everyone=offer.everyone)) for offer in offers]
    return [option(label, value) for label, value in values if len(value) <= MAX_CHOICE]


def with_more(options: Sequence[Block]) -> list[Block]:
    """The first options of a menu, and “All actions…” as the last: the way to every act."""
    return [*options[: MAX_MENU - 1], option(MORE_LABEL, MORE)]


def more_button(call: Call, person: Person | None = None) -> Block | None:
    """The button “All actions…”, which asks what to do with a call, or with a person in it."""
    who = None if person is None else person.id
    return button(MORE_LABEL, MORE, MoreValue(call=call.ref, person=who))


def has_more(
    capabilities: Mapping[str, Capability], rights: Rights, *, person: bool = False
) -> bool:
    """Whether “All actions…” leads anywhere: to anything the vendor can do and its reader may.

    With `person`, to anything that is done to people.
    """
    return any(
        capability.possible
        and name in VERBS
        and (rights.may(name) or rights.may(name, everyone=True))
        and (not person or VERBS[name].aim is not Aim.CALL)
        for name, capability in capabilities.items()
    )


def handles(calls: Sequence[Call]) -> dict[CallRef, str]:
    """The handle to show for each call: a longer one where two would read the same."""
    short = [handle(call.ref, SHORT) for call in calls]
    return {
        call.ref: word if short.count(word) == 1 else handle(call.ref, LONG)
        for call, word in zip(calls, short, strict=True)
    }
