"""What a form says before an act: what it cannot undo, and how many people it hits, each once."""

from bot.calls.capabilities import Capability, Enforcement
from bot.calls.models import Vendor
from bot.calls.verbs import Aim, Heading, Verb
from handlers.blocks.text import count, mrkdwn, thousands

REQUIRED = "A reason is required."
SUBMITTED = "as soon as you submit."


def cautions(
    verb: type[Verb] | Verb,
    vendor: Vendor | None = None,
    capability: Capability | None = None,
    *,
    on_all: bool = False,
) -> list[str]:
    """The warnings before an act, a line each: of the verb anywhere, then of this vendor.

    A vendor's warning that says the same and more stands in place of the verb's. `on_all` is
    whether the act hits the call as a whole.
    """
    if vendor is None or capability is None:
        return [f"⚠️ {mrkdwn(verb.warning)}"]
    best_effort = capability.level is Enforcement.BEST_EFFORT and capability.why
    same = bool(best_effort) and verb.warning in capability.why
    lines = [f"⚠️ {mrkdwn(capability.why if same else verb.warning)}"]
    if on_all and capability.also:
        lines.append(f"⚠️ {mrkdwn(capability.also)}")
    if best_effort and not same:
        lines.append(f"Best effort on {vendor.label}: {mrkdwn(capability.why)}")
    return lines


def at_once(verb: type[Verb] | Verb, hit: int, present: int, left_out: int = 0) -> str:
    """How many it hits, as `This mutes 43 of 44 people as soon as you submit.`, and what it takes.

    `hit` of `present` people; 0 where that is not known. `left_out` of them are protected.
    """
    if verb.aim is Aim.CALL:
        here = f"{count(present, 'person is', 'people are')} in the call. " if present else ""
        return f"{here if verb.heading is Heading.ROOM else ''}This is done {SUBMITTED} {REQUIRED}"
    spared = f" ({count(left_out, 'protected person', 'protected people')} left out)"
    ending = f"{spared if left_out else ''} {SUBMITTED} {REQUIRED}"
    if not hit or present == 1:
        return f"This is done{ending}"
    people = count(hit, "person", "people")
    if hit < present:
        people = f"{thousands(hit)} of {count(present, 'person', 'people')}"
    return f"This {verb.does()} {people}{ending}"
