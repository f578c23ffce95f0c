"""Who is kept out of a call, on its card: each with the act that lets them in again."""

from collections.abc import Mapping
from types import MappingProxyType

from bot.calls.acts import Person
from bot.calls.live import CallView, Roster
from bot.calls.verbs import GroupUnban, Listed, Unblock, Verb
from handlers.blocks.action_values import MORE, MoreValue
from handlers.blocks.elements import button, context, section
from handlers.blocks.message import Block
from handlers.blocks.offers import Offer, act_button
from handlers.blocks.text import lines, mrkdwn, named, thousands

FEW = 5
"""People who are each shown with a button; more are one paragraph and a form."""

NAMED = 20
"""People named in that paragraph."""

MAX_WORDS = 2000

LETS_IN: Mapping[Listed, Verb] = MappingProxyType(
    {Listed.BLOCKED: Unblock(), Listed.BANNED: GroupUnban()}
)
"""The verb that takes somebody off each list."""


def kept_out_blocks(view: CallView, mark: str) -> list[Block]:
    """The blocks of who may not join, or is banned from the group; none where nobody is."""
    roster = view.kept_out
    if roster is None:
        return []
    if roster.trouble:
        trouble = f"Could not check who is {roster.which}: {mrkdwn(roster.trouble, 300)}"
        return [context(trouble)]
    if len(roster.people) <= FEW and roster.whole:
        return [
            _one(view, roster, person, f"{mark}.out{n}") for n, person in enumerate(roster.people)
        ]
    return [_all(view, roster, f"{mark}.out")]


def _one(view: CallView, roster: Roster, person: Person, block_id: str) -> Block:
    accessory = (
        act_button(Offer(verb=LETS_IN[roster.which]), view.call, block_id, person)
        if _may(view, roster)
        else None
    )
    text = f"🚫 {roster.which.label}: {_name(person)}"
    return section(text, **({"accessory": accessory, "block_id": block_id} if accessory else {}))


def _all(view: CallView, roster: Roster, block_id: str) -> Block:
    """How many, the first of them, and a button to the form that lists all."""
    count = f"{thousands(len(roster.people))}{'' if roster.whole else ' or more'}"
    rest = len(roster.people) - NAMED
    more = f" and {thousands(rest)} more" if rest > 0 else ""
    named = ", ".join(mrkdwn(person.shown, 80) for person in roster.people[:NAMED])
    text = lines((f"🚫 *{roster.which.label}: {count}*", f"{named}{more}"), MAX_WORDS)
    verb = LETS_IN[roster.which]
    accessory = (
        button(
            f"{verb.label}…", f"{MORE}#{verb.name}", MoreValue(call=view.call.ref, verb=verb.name)
        )
        if _may(view, roster)
        else None
    )
    return section(text, **({"accessory": accessory, "block_id": block_id} if accessory else {}))


def _may(view: CallView, roster: Roster) -> bool:
    """Whether the reader may let them in, and the vendor does it."""
    name = LETS_IN[roster.which].name
    capability = view.capabilities.get(name)
    return capability is not None and capability.possible and view.rights.may(name)


def _name(person: Person) -> str:
    return named(person.name, person.custom_id or person.id)
