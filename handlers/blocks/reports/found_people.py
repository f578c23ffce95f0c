"""Where somebody is live now, on any vendor."""

from bot.calls.live import PeopleFound
from bot.calls.reports import Sighting
from handlers.blocks.action_values import OPEN, CallValue
from handlers.blocks.elements import (
    MAX_HEADER,
    MAX_TEXT,
    button,
    context,
    header,
    paragraph,
    section,
    text_of,
)
from handlers.blocks.message import Block, Message
from handlers.blocks.offers import handles
from handlers.blocks.text import bold, code, count, dots, lines, mrkdwn, named, thousands, when

MOST = 20
"""Places shown; whoever finds more types more of the name."""

MAX_WORDS = 100
"""Characters of what is looked for."""


def found_message(wanted: str, found: PeopleFound) -> Message:
    """Everybody in a live call who answers to `wanted`, and what was not searched."""
    shown = found.people[:MOST]
    names = handles(list({sighting.call.ref: sighting.call for sighting in shown}.values()))
    gaps = _gaps(found)
    blocks = [header(f"Live now: {wanted}"), *([paragraph(gaps)] if gaps else [])]
    blocks += [_place(sighting, names[sighting.call.ref]) for sighting in shown]
    if not shown:
        blocks.append(section(_nobody(wanted, found)))
    if more := len(found.people) - len(shown):
        blocks.append(section(f"and {thousands(more)} more. Type more of the name, or an id."))
    blocks.append(context(f"As of {when(found.at)}"))
    summary = f"“{mrkdwn(wanted, MAX_WORDS)}”: {count(len(found.people), 'match', 'matches')}."
    return Message(text_of(summary, *gaps), blocks)


def _place(sighting: Sighting, name: str) -> Block:
    person, call = sighting.person, sighting.call
    where = dots(
        (
            bold(call.title, MAX_HEADER, empty="Untitled call"),
            call.ref.vendor.label,
            code(name),
            f"since {when(person.joined_at)}" if person.joined_at else "",
        )
    )
    opened = button("Open", f"{OPEN}#found", CallValue(call=call.ref))
    who = named(person.name, person.custom_id or person.id) if person.known else bold(person.shown)
    text = lines((who, where), MAX_TEXT)
    return section(text, **({"accessory": opened} if opened else {}))


def _nobody(wanted: str, found: PeopleFound) -> str:
    words = f"No one in a live call matches “{mrkdwn(wanted, MAX_WORDS)}”"
    return f"{words}, as far as was searched." if found.troubles or found.unread else f"{words}."


def _gaps(found: PeopleFound) -> list[str]:
    """What was not searched, by vendor; told first, for nobody found proves nothing then."""
    gaps = [
        f"⚠️ {trouble.vendor.label} was not searched. {mrkdwn(trouble.message)}"
        for trouble in found.troubles
    ]
    for vendor, calls in found.unread.items():
        was = "was" if calls == 1 else "were"
        gaps.append(f"⚠️ {vendor.label}: {count(calls, 'live call')} {was} not searched.")
    return gaps
