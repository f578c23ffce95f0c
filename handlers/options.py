"""What fits the letters typed into a menu: calls, people of the call chosen beside it, time zones.

Slack waits 3 s for it and shows at most 100. What is known is answered; a vendor that has not
answered yet is waited for a moment, and what it says is there for the next letter.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

from cachetools import LRUCache

from bot.calls.acts import Person
from bot.calls.live import Roster
from bot.calls.models import Call, CallRef, Participant, Vendor
from bot.calls.names import fold, without_accents
from bot.calls.verbs import Listed
from bot.errors import VendorError
from bot.moderation.asker import Asker
from handlers.blocks.action_values import FORM_CALL, FORM_PEOPLE
from handlers.blocks.choices import (
    MAX_CHOICE,
    call_option,
    left_option,
    lengths,
    person_option,
    recording_option,
)
from handlers.blocks.digests.digest_values import DIGEST_ZONE
from handlers.blocks.digests.forms import zone_options
from handlers.blocks.elements import MAX_OPTIONS
from handlers.blocks.emoji import with_emoji
from handlers.blocks.forms.option_fields import RECORDING
from handlers.blocks.forms.order_state import OrderState, read_filled, read_state
from handlers.blocks.forms.reason_form import REASON_FORM, read_form_state
from handlers.blocks.message import Block
from handlers.context import SlackContext
from handlers.modals.order_draft import chosen_call, read_live_calls

WAIT_SECONDS = 1.2
"""How long an answer waits for vendors; it leaves time for the way there and back."""

_DRAWN: LRUCache[tuple[Vendor, str, int], tuple[Call, Block]] = LRUCache(10_000)
"""Calls as options, so that each is written once and not with every letter typed."""


async def calls(ctx: SlackContext) -> list[Block]:
    """Menu options: live calls that have every word typed; below each what tells it apart."""
    await _require_viewer(ctx, read_state(ctx.body["view"]))
    await read_live_calls(ctx, WAIT_SECONDS)
    found = ctx.moderation.forms.find_calls(_typed(ctx), MAX_OPTIONS)
    return [_drawn(call, length) for call, length in zip(found, lengths(found), strict=True)]


async def people(ctx: SlackContext) -> list[Block]:
    """Menu options: people of the call chosen in the same form, by any part of name or id.

    Where Slack tells nothing of the other fields, it is the call the form was last drawn for.
    """
    filled = read_filled({"state": {"values": {}}, **ctx.body["view"]})
    await _require_viewer(ctx, filled.state)
    forms, call = ctx.moderation.forms, chosen_call(ctx, filled)
    if call is None:
        return []
    wanted = without_accents(_typed(ctx)).split()
    if filled.kind and (which := forms.list_for(filled.kind, call)) is not None:
        return _on_list(await _roster(ctx, call.ref, which), wanted, _typed(ctx).strip())
    people_index = await forms.people_soon(call.ref, WAIT_SECONDS)
    here = {person.id: person for person in people_index.people if _fits(person, wanted)}
    options = [person_option(person) for person in here.values()]
    if filled.kind and filled.kind.keeps_out:
        options += [
            left_option(person, forms.minutes_gone(call.ref, person.id))
            for person in people_index.left
            if _fits(person, wanted)
        ]
    return options[:MAX_OPTIONS]


async def recordings(ctx: SlackContext) -> list[Block]:
    """Menu options: the running recordings of the form's call, since when, what, by whom."""
    view = ctx.body["view"]
    ref, channel = _call_of(ctx, view)
    await ctx.moderation.require_viewer(Asker(ctx.asker.actor, channel))
    if ref is None:
        return []
    wanted = fold(_typed(ctx)).split()
    found = await ctx.moderation.forms.running_recordings(ref, WAIT_SECONDS)
    fits = [
        recording
        for recording in found
        if all(word in fold(f"{recording.id} {recording.described}") for word in wanted)
    ]
    return [recording_option(fit) for fit in fits[:MAX_OPTIONS]]


def _call_of(ctx: SlackContext, view: Block) -> tuple[CallRef | None, str | None]:
    """The call that a form is about, and the channel it was opened in."""
    if view.get("callback_id") == REASON_FORM:
        state = read_form_state(view)
        return state.act.call, state.channel
    filled = read_filled({"state": {"values": {}}, **view})
    call = chosen_call(ctx, filled)
    return None if call is None else call.ref, filled.state.channel


async def zones(ctx: SlackContext) -> list[Block]:
    """Menu options: time zones by any part of their name, abbreviation or offset.

    They are no secret, so anybody gets them. The first request reads all of them from disk, which
    would hold up others.
    """
    return await asyncio.to_thread(zone_options, _typed(ctx), ctx.now)


async def _require_viewer(ctx: SlackContext, state: OrderState) -> None:
    """NotPermitted unless the asker may see calls."""
    await ctx.moderation.require_viewer(Asker(ctx.asker.actor, state.channel))


async def _roster(ctx: SlackContext, ref: CallRef, which: Listed) -> Roster:
    """Who is on that list, if the vendor says it in time; nobody else."""
    try:
        async with asyncio.timeout(WAIT_SECONDS):
            return await ctx.moderation.forms.recent_roster(ref, which)
    except (VendorError, TimeoutError):
        return Roster(which=which, available=False)


def _on_list(roster: Roster, wanted: Sequence[str], typed: str) -> list[Block]:
    """Those who fit; an id that was typed as well, where not everybody could be read."""
    found = [person_option(person) for person in roster.people if _fits(person, wanted)][
        :MAX_OPTIONS
    ]
    if typed and not roster.whole and len(found) < MAX_OPTIONS and len(typed) <= MAX_CHOICE:
        found.append(person_option(Person(id=typed)))
    return found


def _typed(ctx: SlackContext) -> str:
    return with_emoji(str(ctx.body.get("value") or ""))


def _fits(person: Participant | Person, wanted: Iterable[str]) -> bool:
    parts = (person.name, person.id, person.custom_id, person.role)
    words = without_accents(" ".join(part for part in parts if part))
    return all(word in words for word in wanted)


def _drawn(call: Call, length: int) -> Block:
    key = (call.ref.vendor, call.ref.id, length)
    kept = _DRAWN.get(key)
    if kept is not None and kept[0] is call:
        return kept[1]
    block = call_option(call, length)
    _DRAWN[key] = (call, block)
    return block


OPTIONS: Mapping[str, Callable[[SlackContext], Awaitable[list[Block]]]] = {
    FORM_CALL: calls,
    FORM_PEOPLE: people,
    RECORDING: recordings,
    DIGEST_ZONE: zones,
}
"""Every menu whose options are looked up while somebody types, by action_id."""
